"""Courses with learners, made through the API."""

from dataclasses import dataclass
from typing import Any

from tests.functions.courses.authored import new_course, publish
from tests.people import Answer, Api, Person


@dataclass
class Class:
    """A published course of ``owner``'s."""

    api: Api
    owner: Person
    id: str

    @property
    def path(self) -> str:
        return f"/courses/{self.id}"

    @property
    def enrollments(self) -> str:
        return f"{self.path}/enrollments"

    def set_policy(self, **policy: Any) -> dict[str, Any]:
        answer = self.owner.put(f"{self.path}/enrollment-policy", policy)
        assert answer.status == 200, answer.text
        return answer.json

    def taken(self) -> int:
        taken: int = self.owner.get(f"{self.path}/enrollment-policy").json["taken"]
        return taken

    def join(self, person: Person, **body: Any) -> Answer:
        return person.post(self.enrollments, body)

    def learner(self) -> Person:
        """Somebody new, brought in by the owner."""
        person = self.api.person()
        answer = self.owner.post(self.enrollments, {"user_id": person.id})
        assert (answer.status, answer.json["status"]) == (201, "active"), answer.text
        return person

    def leave(self, person: Person) -> Answer:
        return person.delete(f"{self.enrollments}/{person.id}")

    def row(self, person: Person) -> dict[str, Any]:
        """The person's enrollment as the course's staff see it."""
        rows = self.owner.get(f"{self.enrollments}?limit=100").json["items"]
        [row] = [row for row in rows if row["user_id"] == person.id]
        return row

    def cohort(self, name: str = "A") -> str:
        answer = self.owner.post(f"{self.path}/cohorts", {"name": name})
        assert answer.status == 201, answer.text
        return answer.json["id"]

    def put_into(self, cohort_id: str | None, person: Person) -> None:
        answer = self.owner.patch(f"{self.enrollments}/{person.id}", {"cohort_id": cohort_id})
        assert answer.status == 200, answer.text


def open_class(api: Api, **policy: Any) -> Class:
    owner = api.person()
    course = Class(api, owner, new_course(owner))
    publish(course.id)
    course.set_policy(**{"mode": "open", **policy})
    return course
