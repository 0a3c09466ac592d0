"""A generated course, written whole: the draft, its lessons with their blocks, their quizzes and questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bson import ObjectId

from lms import clock, events, markdown
from lms.courses import outline as outlines
from lms.courses import repository
from lms.courses.authoring import ownership
from lms.courses.blocks import block
from lms.courses.states import CourseStatus, Origin
from lms.mongo import Document, Transaction
from lms.progress.conditions import Viewed
from lms.quizzes import generated

if TYPE_CHECKING:
    from lms.ai.models import CourseRequest, KeyTerm, Lesson, LessonPlan, Quiz, Span
    from lms.ai.models import Outline as OutlinePlan


def assemble(
    tx: Transaction,
    *,
    course_id: ObjectId,
    owner_id: ObjectId,
    job_id: ObjectId,
    provider: str,
    prompts: Mapping[str, Mapping[str, str]],
    request: CourseRequest,
    outline: OutlinePlan,
    lessons: Mapping[int, Lesson],
    quizzes: Mapping[int, Quiz],
    cite: Callable[[Span], Document],
) -> None:
    """Write the draft inside ``tx``. ``lessons`` and ``quizzes`` by lesson number; a lesson may go without quiz.
    ``cite`` gives what is kept of where something comes from."""
    assembly = _Assembly(course_id, cite, clock.now())
    modules = [
        {
            "_id": ObjectId(),
            "title": module.title,
            "lessons": [
                assembly.add(plan, lessons[plan.number], quizzes.get(plan.number)) for plan in module.lessons
            ],
        }
        for module in outline.modules
    ]
    course = {
        "_id": course_id,
        "title": outline.title,
        "audience": request.audience,
        "difficulty": request.difficulty,
        "description": outline.description,
        "tags": [],
        "skills": outline.skills[:50],
        "language": request.language,
        "time_zone": "UTC",
        **ownership(owner_id),
        "status": CourseStatus.DRAFT,
        "modules": modules,
        "generated": {"job_id": job_id, "provider": provider, "prompts": prompts},
        **assembly.first_version,
    }
    repository.add_course(tx, course)
    repository.add_lessons(tx, assembly.lessons)
    generated.add(tx, assembly.quizzes, assembly.questions)
    events.record(tx, "course.created", actor=owner_id, subject=course_id, job_id=job_id)


class _Assembly:
    """The rows of a course in the making."""

    def __init__(self, course_id: ObjectId, cite: Callable[[Span], Document], now: datetime) -> None:
        self.course_id = course_id
        self.cite = cite
        self.first_version = {"version": 1, "created_at": now, "updated_at": now, "deleted_at": None}
        self.lessons: list[Document] = []
        self.quizzes: list[Document] = []
        self.questions: list[Document] = []

    def add(self, plan: LessonPlan, content: Lesson, quiz: Quiz | None) -> Document:
        """Take a lesson and its quiz in; return the lesson's row of the outline."""
        lesson: Document = {
            "_id": ObjectId(),
            "course_id": self.course_id,
            "title": plan.title,
            "objectives": plan.objectives,
            "skills": [],
            "minutes": plan.minutes,
            "blocks": [
                block(each.kind, each.text, each.language, origin=Origin.AI, source=self._source(each.source))
                for each in content.blocks
            ],
            "html_version": markdown.VERSION,
            "key_terms": [self._key_term(each) for each in content.key_terms],
            "quiz_id": None,
            "release": None,
            "completion": Viewed().model_dump(),
            **self.first_version,
        }
        self.lessons.append(lesson)
        return outlines.row(lesson, self._add_quiz(lesson, quiz) if quiz else 0)

    def _add_quiz(self, lesson: Document, quiz: Quiz) -> int:
        """The number of its questions."""
        asked = [(each, self._source(each.source)) for each in quiz.questions]
        made, questions = generated.quiz(lesson, asked, lesson["created_at"])
        if questions:
            lesson["quiz_id"] = made["_id"]
            self.quizzes.append(made)
            self.questions += questions
        return len(questions)

    def _key_term(self, found: KeyTerm) -> Document:
        return {"term": found.term, "definition": found.definition, "source": self._source(found.source)}

    def _source(self, span: Span | None) -> Document | None:
        return self.cite(span) if span else None
