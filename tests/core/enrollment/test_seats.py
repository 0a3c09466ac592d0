"""Seats and the waiting list under real concurrency: never oversold, in the order of arrival, never stuck."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from bson import ObjectId

from tests.people import Api

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
        from lms.enrollment.models import Source
        from lms.errors import Conflict

        try:
            row = mongo.transaction(lambda tx: enroll(tx, self.id, person, by=person, source=Source.OPEN))
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


@pytest.fixture(scope="module")
def at_once(api: Api) -> Iterator[Callable[[Callable[[ObjectId], str], list[ObjectId]], Counter[str]]]:
    with ThreadPoolExecutor(CLIENTS) as pool:
        yield lambda act, people: Counter(pool.map(act, people))


def crowd(size: int = CLIENTS) -> list[ObjectId]:
    return [ObjectId() for _ in range(size)]


@pytest.mark.parametrize("seats", [1, 3])
def test_on_the_last_seats_exactly_so_many_enrol(at_once: Any, seats: int):
    for _ in range(2):
        course = Course(seats=seats, waiting_list=False)
        assert at_once(course.enroll, crowd()) == {"active": seats, "COURSE_FULL": CLIENTS - seats}
        assert course.taken == len(course.rows("active")) == seats


def test_a_course_that_was_never_written_to_takes_all(at_once: Any):
    from lms.enrollment.repository import course_seats

    course = Course(seats=None, waiting_list=False)
    course_seats().delete_one({"_id": course.id})
    assert at_once(course.enroll, crowd()) == {"active": CLIENTS}
    assert course.taken == CLIENTS


def test_one_person_on_many_tabs_takes_one_seat(at_once: Any):
    course = Course(seats=5, waiting_list=True)
    assert at_once(course.enroll, crowd(1) * CLIENTS) == {"active": CLIENTS}
    assert course.taken == len(course.rows("active")) == 1


def test_those_without_a_seat_wait_with_a_ticket_each(at_once: Any):
    course = Course(seats=2, waiting_list=True)
    assert at_once(course.enroll, crowd()) == {"active": 2, "waiting": CLIENTS - 2}
    tickets = [row["ticket"] for row in course.rows("waiting")]
    assert len(set(tickets)) == CLIENTS - 2
    assert course.taken == 2


def test_the_waiting_list_moves_up_in_its_order_under_concurrent_withdrawals(at_once: Any):
    course = Course(seats=8, waiting_list=True)
    at_once(course.enroll, crowd())
    seated, waiting = course.people("active"), course.people("waiting")
    assert at_once(course.withdraw, seated) == {"withdrawn": 8}
    assert set(course.people("active")) == set(waiting[:8])
    assert course.people("waiting") == waiting[8:]
    assert course.taken == 8


def test_nobody_waits_while_a_seat_is_free_however_people_come_and_go(at_once: Any):
    course = Course(seats=4, waiting_list=True)
    people = crowd(24)
    at_once(course.enroll, people)

    def come_or_go(person: ObjectId) -> str:
        return course.withdraw(person) if random.random() < 0.6 else course.enroll(person)

    at_once(come_or_go, people * 2)
    active, waiting = course.rows("active"), course.rows("waiting")
    assert course.taken == len(active) <= 4
    assert not waiting or len(active) == 4
    assert len(active) + len(waiting) + len(course.rows("withdrawn")) == len(people)
