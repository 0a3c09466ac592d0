"""A course that is nothing but its seats, and a crowd that wants them at once."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bson import ObjectId

CLIENTS = 32


class Course:
    """A course that is nothing but its seats."""

    def __init__(self, *, seats: int | None, waiting_list: bool) -> None:
        from lms.enrollment.repository import course_seats

        self.id = ObjectId()
        course_seats().insert_one(
            {"_id": self.id, "seats": seats, "waiting_list": waiting_list, "taken": 0, "tickets": 0, "version": 1}
        )

    def enroll(self, person: ObjectId) -> str:
        """The status that the person then has, or the code of the refusal."""
        from lms import mongo
        from lms.enrollment.enrollment import enroll
        from lms.enrollment.states import EnrollmentSource
        from lms.errors import Conflict

        try:
            row = mongo.transaction(lambda tx: enroll(tx, self.id, person, by=person, source=EnrollmentSource.OPEN))
        except Conflict as refused:
            return refused.code
        return str(row["status"])

    def withdraw(self, person: ObjectId) -> str:
        from lms import mongo
        from lms.enrollment.enrollment import withdraw

        return str(mongo.transaction(lambda tx: withdraw(tx, self.id, person, by=person))["status"])

    def rows(self, status: str) -> list[dict[str, Any]]:
        from lms.enrollment.repository import enrollments

        return list(enrollments().find({"course_id": self.id, "status": status}).sort("ticket"))

    def people(self, status: str) -> list[ObjectId]:
        return [row["user_id"] for row in self.rows(status)]

    @property
    def taken(self) -> int:
        from lms.enrollment.repository import course_seats

        row = course_seats().find_one({"_id": self.id})
        assert row
        taken: int = row["taken"]
        return taken


def crowd(size: int = CLIENTS) -> list[ObjectId]:
    return [ObjectId() for _ in range(size)]


def at_once(act: Callable[[ObjectId], str], people: Sequence[ObjectId]) -> Counter[str]:
    """How often each answer came when as many threads as there are clients act for these people."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        return Counter(pool.map(act, people))
