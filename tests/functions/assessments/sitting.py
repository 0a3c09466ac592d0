"""A published quiz with a learner who may take it."""

from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from tests.functions.courses.authored import author, publish
from tests.people import Answer, Api, Person

TRUE_FALSE = {"prompt": "Water is wet.", "content": {"kind": "true_false", "answer": True}, "points": 2}
SHORT = {"prompt": "Capital of France?", "content": {"kind": "short_text", "answers": [{"text": "Paris"}]}}
SINGLE = {
    "prompt": "2 + 2",
    "content": {
        "kind": "single",
        "options": [{"text": "4", "weight": 1, "feedback": "SECRET praise"}, {"text": "5"}, {"text": "6"}],
    },
}
ESSAY = {"prompt": "Why?", "content": {"kind": "essay", "notes": "SECRET notes"}, "points": 5}


@dataclass
class Sitting:
    """A quiz of ``owner``'s that asks ``questions`` in their order, and a ``learner`` of the course."""

    api: Api
    owner: Person
    learner: Person
    course_id: str
    lesson_id: str
    quiz_id: str
    questions: list[str]

    @property
    def quiz(self) -> str:
        return f"/quizzes/{self.quiz_id}"

    def another_learner(self) -> Person:
        person = self.api.person()
        answer = self.owner.post(f"/courses/{self.course_id}/enrollments", {"user_id": person.id})
        assert answer.status == 201, answer.text
        return person

    def change(self, **fields: Any) -> None:
        answer = self.owner.patch(self.quiz, fields)
        assert answer.status == 200, answer.text

    def start(self, person: Person | None = None, **body: Any) -> dict[str, Any]:
        answer = (person or self.learner).post(f"{self.quiz}/attempts", body)
        assert answer.status in (200, 201), answer.text
        return answer.json

    def save(
        self, attempt_id: str, answers: dict[str, Any], seq: int = 1, client: str = "tab", who: Person | None = None
    ) -> Answer:
        body = {"client_id": client, "seq": seq, "answers": answers}
        return (who or self.learner).put(f"/attempts/{attempt_id}/answers", body)

    def submit(self, attempt_id: str, who: Person | None = None) -> dict[str, Any]:
        answer = (who or self.learner).post(f"/attempts/{attempt_id}/submit")
        assert answer.status == 200, answer.text
        return answer.json

    def taken(self, answers: dict[str, Any], who: Person | None = None) -> dict[str, Any]:
        """An attempt that was handed in with these answers."""
        attempt = self.start(who)["id"]
        assert self.save(attempt, answers, who=who).status == 200
        return self.submit(attempt, who)

    def result(self, person: Person | None = None) -> dict[str, Any]:
        from lms.attempts.repository import results

        theirs = {"quiz_id": ObjectId(self.quiz_id), "user_id": ObjectId((person or self.learner).id)}
        found = results().find_one(theirs)
        assert found
        return found


def sitting(api: Api, *questions: dict[str, Any], in_lesson: bool = False, **quiz: Any) -> Sitting:
    course = author(api.person())
    ids = []
    for question in questions or (TRUE_FALSE, SHORT):
        answer = course.owner.post(f"{course.path}/questions", question)
        assert answer.status == 201, answer.text
        ids.append(answer.json["id"])
    lesson = {"lesson_id": course.lessons[0]} if in_lesson else {}
    answer = course.owner.post(f"{course.path}/quizzes", {"title": "Check", **lesson, **quiz})
    assert answer.status == 201, answer.text
    quiz_id = answer.json["id"]
    items = [{"kind": "question", "question_id": id} for id in ids]
    assert course.owner.put(f"/quizzes/{quiz_id}/items", {"items": items}).status == 200
    assert course.owner.patch(f"/quizzes/{quiz_id}", {"published": True}).status == 200
    publish(course.id)
    made = Sitting(api, course.owner, course.owner, course.id, course.lessons[0], quiz_id, ids)
    made.learner = made.another_learner()
    return made
