"""A published course with a quiz in its lesson, made and joined by the API alone, over HTTP as well."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.people import Api, Person

COURSE = {
    "title": "Photosynthesis",
    "audience": "beginners",
    "difficulty": "beginner",
    "description": "Leaves and light.",
}
TEXT = {"kind": "markdown", "text": "Leaves are *green*."}


@dataclass
class Taught:
    """An open course of ``teacher``'s. Its first lesson holds the quiz and is completed by passing it, its second
    by reading."""

    api: Api
    teacher: Person
    id: str
    lessons: list[str]
    quiz_id: str = ""
    questions: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/courses/{self.id}"

    @property
    def quiz(self) -> str:
        return f"/quizzes/{self.quiz_id}"

    def learner(self) -> Person:
        """Somebody new who has enrolled themselves."""
        person = self.api.person()
        asked(person, "POST", f"{self.path}/enrollments", {}, 201)
        return person


def asked(person: Person, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """The answer's JSON; it must have this status."""
    answer = person.call(method, path, body)
    assert answer.status == status, f"{method} {path}: {answer.status} {answer.text}"
    return answer.json if answer.body else None


def taught(api: Api, teacher: Person, questions: Sequence[dict[str, Any]], **quiz: Any) -> Taught:
    course = asked(teacher, "POST", "/courses", COURSE, 201)["id"]
    path = f"/courses/{course}"
    module = asked(teacher, "POST", f"{path}/modules", {"title": "Light"}, 201)["id"]
    drafts = [{"module_id": module, "title": title, "blocks": [TEXT]} for title in ("Leaves", "Roots")]
    lessons = [asked(teacher, "POST", f"{path}/lessons", draft, 201)["id"] for draft in drafts]
    made = Taught(api, teacher, course, lessons)
    made.questions = [asked(teacher, "POST", f"{path}/questions", each, 201)["id"] for each in questions]
    draft = {"title": "Check", "lesson_id": lessons[0], "passing_percent": 50, **quiz}
    made.quiz_id = asked(teacher, "POST", f"{path}/quizzes", draft, 201)["id"]
    items = [{"kind": "question", "question_id": each} for each in made.questions]
    asked(teacher, "PUT", f"{made.quiz}/items", {"items": items})
    asked(teacher, "PATCH", made.quiz, {"published": True})
    rule = {"kind": "quiz_passed", "quiz_id": made.quiz_id}
    asked(teacher, "PATCH", f"{path}/lessons/{lessons[0]}", {"completion": rule})
    asked(teacher, "PUT", f"{path}/enrollment-policy", {"mode": "open"})
    report = asked(teacher, "POST", f"{path}/publish")
    assert report == {"published": True, "missing": []}, report
    return made


def assignment(course: Taught, **settings: Any) -> str:
    """The path of a published assignment of the course's."""
    made = asked(course.teacher, "POST", f"{course.path}/assignments", {"title": "Leaves", **settings}, 201)
    path = f"/assignments/{made['id']}"
    asked(course.teacher, "PATCH", path, {"published": True})
    return path
