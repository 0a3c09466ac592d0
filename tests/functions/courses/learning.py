"""A published course with learners in it, and what they do."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId

from tests.functions.courses.authored import Authored, author, events_of, new_lesson, publish
from tests.people import Answer, Api, Person


@dataclass
class Learning:
    """``learner`` learns in ``course``."""

    course: Authored
    learner: Person

    @property
    def path(self) -> str:
        return f"{self.course.path}/progress"

    def lesson_path(self, lesson_id: str) -> str:
        return f"{self.course.path}/lessons/{lesson_id}"

    def put(self, lesson_id: str, **heartbeat: Any) -> Answer:
        return self.learner.put(f"{self.lesson_path(lesson_id)}/progress", heartbeat)

    def complete(self, *lesson_ids: str) -> None:
        for lesson_id in lesson_ids:
            answer = self.put(lesson_id, completed=True)
            assert answer.status == 200, answer.text

    def progress(self) -> dict[str, Any]:
        answer = self.learner.get(self.path)
        assert answer.status == 200, answer.text
        return answer.json

    def stored(self) -> dict[str, Any]:
        from lms.progress.repository import course_progress

        found = course_progress().find_one(
            {"course_id": ObjectId(self.course.id), "user_id": ObjectId(self.learner.id)}
        )
        assert found
        return found

    def set_rules(self, lesson_id: str, **rules: Any) -> None:
        answer = self.course.owner.patch(self.lesson_path(lesson_id), rules)
        assert answer.status == 200, answer.text

    def add_lesson(self, title: str = "Later", **rules: Any) -> str:
        lesson_id: str = new_lesson(self.course.owner, self.course.id, self.course.modules[1], title, **rules)["id"]
        return lesson_id

    def delete(self, lesson_id: str) -> None:
        assert self.course.owner.delete(self.lesson_path(lesson_id)).status == 204

    def completions(self, subject: str) -> list[str]:
        return [row["type"] for row in events_of(subject) if row["type"].endswith(".completed")]


def enrol(person: Person, course: Authored, at: datetime | None = None, **fields: Any) -> None:
    from lms.enrollment.repository import enrollments

    whose = {"course_id": ObjectId(course.id), "user_id": ObjectId(person.id)}
    enrollments().insert_one(
        {**whose, "status": "active", "enrolled_at": at or datetime.now(UTC), "cohort_id": None, **fields}
    )


def learning(api: Api) -> Learning:
    course = author(api.person())
    publish(course.id)
    learner = api.person()
    enrol(learner, course)
    return Learning(course, learner)


def put_quiz(course: Authored, lesson_id: str | None = None) -> str:
    """A quiz without questions."""
    answer = course.owner.post(f"{course.path}/quizzes", {"title": "Quiz", "lesson_id": lesson_id})
    assert answer.status == 201, answer.text
    quiz_id: str = answer.json["id"]
    return quiz_id
