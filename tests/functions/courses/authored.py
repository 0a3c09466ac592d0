"""Courses made by hand through the API."""

from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from tests.people import Person

NEW = {"title": "Introduction to Python", "audience": "beginners", "difficulty": "intermediate"}


@dataclass
class Authored:
    """A draft of ``owner``'s with two modules: ``lessons`` of the first are two, the second is empty."""

    owner: Person
    id: str
    modules: list[str]
    lessons: list[str]

    @property
    def path(self) -> str:
        return f"/courses/{self.id}"

    @property
    def lesson_path(self) -> str:
        return f"{self.path}/lessons/{self.lessons[0]}"

    def outline(self) -> list[dict[str, Any]]:
        return self.owner.get(f"{self.path}/outline").json["modules"]

    def etag(self) -> str:
        return self.owner.get(self.path).headers["etag"]

    def version(self) -> int:
        version: int = self.owner.get(self.path).json["version"]
        return version


def new_course(owner: Person, **fields: Any) -> str:
    answer = owner.post("/courses", {**NEW, **fields})
    assert answer.status == 201, answer.text
    return answer.json["id"]


def new_lesson(
    owner: Person, course_id: str, module_id: str, title: str = "Lesson", **fields: Any
) -> dict[str, Any]:
    answer = owner.post(f"/courses/{course_id}/lessons", {"module_id": module_id, "title": title, **fields})
    assert answer.status == 201, answer.text
    return answer.json


def author(owner: Person) -> Authored:
    course = new_course(owner)
    modules = [owner.post(f"/courses/{course}/modules", {"title": title}).json["id"] for title in ("One", "Two")]
    lessons = [new_lesson(owner, course, modules[0], title)["id"] for title in ("First", "Second")]
    return Authored(owner, course, modules, lessons)


def publish(course_id: str) -> None:
    from lms.courses.repository import courses

    courses().update_one({"_id": ObjectId(course_id)}, {"$set": {"status": "published"}})


def seat(person: Person, course_id: str, role: str) -> None:
    """Give the person a role in the course."""
    from lms import mongo
    from lms.courses.repository import courses
    from lms.enrollment.enrollment import enroll
    from lms.enrollment.states import EnrollmentSource

    if role == "learner":
        course, learner = ObjectId(course_id), ObjectId(person.id)
        mongo.transaction(lambda tx: enroll(tx, course, learner, by=learner, source=EnrollmentSource.OPEN))
        return
    courses().update_one(
        {"_id": ObjectId(course_id)}, {"$push": {"staff": {"user_id": ObjectId(person.id), "role": role}}}
    )


def events_of(subject: str) -> list[dict[str, Any]]:
    from lms.events import events

    return list(events().find({"subject_id": ObjectId(subject)}).sort("_id", 1))


def audits_of(target: str) -> list[str]:
    from lms.audit import audit_log

    return [row["action"] for row in audit_log().find({"target_id": ObjectId(target)}).sort("_id", 1)]
