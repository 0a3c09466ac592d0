"""The question bank of a course: making, reading, changing and removing its questions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bson import ObjectId
from pydantic import ValidationError

from lms import clock, mongo
from lms.courses import changes, lesson_quizzes
from lms.courses.access import CourseAccess
from lms.courses.states import Origin
from lms.cursors import decode_id
from lms.errors import Conflict, Invalid
from lms.mongo import Document, Transaction
from lms.quizzes import items, questions, repository
from lms.quizzes.contents import Question

if TYPE_CHECKING:
    from lms.quizzes.models.question import QuestionChange

_FIELD_OF = {"pool": "pool", "kind": "content.kind", "skill": "skills"}
_EVIDENT = ("prompt", "content")
"""What an AI's source and evidence stand for: a person who changes these says something else."""


def create(tx: Transaction, access: CourseAccess, new: Question) -> Document:
    question = questions.document(new, access.course_id, clock.now())
    _require_rubric(tx, question, None)
    repository.add_questions(tx, [question])
    changes.record(tx, access, "create", "question", question["_id"])
    return question


def page(access: CourseAccess, filters: Mapping[str, str | None], cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit`` questions of the course in the order in which they were made.

    ``filters`` by query name, None for any; ``q`` is a text that stands in the title or the prompt, in any case.
    """
    wanted: Document = {_FIELD_OF[name]: filters[name] for name in _FIELD_OF if filters[name] is not None}
    if filters["q"] is not None:
        found = {"$regex": re.escape(filters["q"]), "$options": "i"}
        wanted["$or"] = [{"title": found}, {"prompt": found}]
    rows = repository.page_of_questions(access.course_id, wanted, decode_id(cursor), limit)
    return [questions.shown(row) for row in rows]


def change(access: CourseAccess, change: QuestionChange, expected: int | None) -> Document:
    """The question's next version. Running attempts keep the one that they began with.

    Raise 412 where it is no longer at the ``expected`` version, 409 QUESTION_IN_USE where a quiz needs it in the
    pool that it would leave.
    """
    return mongo.transaction(lambda tx: rewrite(tx, access, change, expected))


def rewrite(tx: Transaction, access: CourseAccess, change: QuestionChange, expected: int | None) -> Document:
    """As ``change``, as a part of something greater."""
    question_id = access.resource["_id"]
    before = changes.current(repository.question(tx, question_id), expected)
    fields = questions.written(changed(before, change))
    _require_rubric(tx, {**before, **fields}, before)
    if any(fields[name] != before[name] for name in _EVIDENT):
        fields |= {"origin": Origin.PERSON, "source": None, "evidence": "", "difficulty": None, "reviewed": None}
    after = repository.change_question(tx, question_id, before["version"], fields, clock.now())
    if before["pool"] != fields["pool"]:
        _require_enough(tx, before)
    _show_in_lessons(tx, access, before["used_in"])
    changes.record(tx, access, "update", "question", question_id, {"fields": sorted(change.fields)})
    return changes.current(after, None)


def _require_rubric(tx: Transaction, question: Mapping[str, Any], before: Mapping[str, Any] | None) -> None:
    """That an essay names one of its course, unless it named the same before. It may be hidden later: attempts
    keep the version that they begin with."""
    named, known = (each and each["content"].get("rubric_id") for each in (question, before))
    if named and named != known:
        # Imported here: few questions are essays.
        from lms.rubrics import rubrics

        rubrics.require_in(tx, question["course_id"], ObjectId(named), "/content/rubric_id")


def changed(before: Mapping[str, Any], change: QuestionChange) -> Question:
    """What the question would say. Raise 422 where its fields do not go together."""
    fields = {**{name: before[name] for name in questions.FIELDS}, **change.fields}
    try:
        return Question.model_validate(fields)
    except ValidationError as error:
        # Each field alone is valid: it is the gaps that do not stand in the prompt.
        raise Invalid(errors=[{"pointer": "/prompt", "message": each["msg"]} for each in error.errors()]) from None


def _show_in_lessons(tx: Transaction, access: CourseAccess, quiz_ids: list[ObjectId]) -> None:
    for quiz in repository.quizzes_of(tx, access.course_id, quiz_ids, {"lesson_id": 1}) if quiz_ids else ():
        if quiz["lesson_id"]:
            lesson_quizzes.changed(tx, access, quiz["lesson_id"])


def delete(access: CourseAccess, expected: int | None) -> None:
    """Raise 409 QUESTION_IN_USE, naming them, while quizzes ask it or need it in the pool that they draw from."""
    question_id = access.resource["_id"]

    def work(tx: Transaction) -> None:
        question = changes.current(repository.question(tx, question_id), expected)
        if not repository.delete_question(tx, question_id, clock.now()):
            raise _in_use(repository.quizzes_of(tx, access.course_id, question["used_in"], {"title": 1}))
        _require_enough(tx, question)
        changes.record(tx, access, "delete", "question", question_id)

    mongo.transaction(work)


def _require_enough(tx: Transaction, gone: Mapping[str, Any]) -> None:
    """Of the pool that the question has left."""
    if gone["pool"] is None:
        return
    drawing = repository.quizzes_drawing_from(tx, gone["course_id"], gone["pool"])
    short = [quiz for quiz in drawing if items.shortages(tx, gone["course_id"], quiz["items"])]
    if short:
        raise _in_use(short)


def _in_use(quizzes: Iterable[Mapping[str, Any]]) -> Conflict:
    named = [{"id": str(quiz["_id"]), "title": quiz["title"]} for quiz in quizzes]
    return Conflict("Quizzes need this question: take it out of them first", code="QUESTION_IN_USE", quizzes=named)
