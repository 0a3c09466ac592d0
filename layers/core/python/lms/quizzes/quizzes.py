"""Making, showing, changing and removing a quiz. Its lesson follows in the same transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bson import ObjectId
from pydantic_core import to_json

from lms import clock, markdown, mongo
from lms.courses import changes, lesson_quizzes
from lms.courses.access import CourseAccess
from lms.cursors import decode_id
from lms.enrollment import dates
from lms.errors import Conflict, Invalid, NotFound
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole
from lms.quizzes import instructions, items, repository

if TYPE_CHECKING:
    from lms.quizzes.models.items import Items
    from lms.quizzes.models.quiz import NewQuiz, QuizChange

_MOVES_ATTEMPTS = {*dates.FIELDS, "overrides", "late_policy"}


def document(new: NewQuiz, course_id: ObjectId, now: datetime) -> Document:
    """A new quiz without items, which no learner sees yet."""
    return {
        "_id": ObjectId(),
        "course_id": course_id,
        **_stored(new.model_dump()),
        "published": False,
        "released_at": None,
        "items": [],
        "question_count": 0,
        "overrides": [],
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "deleted_at": None,
    }


def _stored(fields: Document) -> Document:
    if fields.get("lesson_id"):
        fields["lesson_id"] = ObjectId(fields["lesson_id"])
    return instructions.with_html(fields)


def create(tx: Transaction, access: CourseAccess, new: NewQuiz) -> Document:
    """Raise 409 LESSON_HAS_QUIZ where the lesson has one."""
    quiz = document(new, access.course_id, clock.now())
    _require_consistent(quiz)
    if quiz["lesson_id"]:
        lesson_quizzes.attach(tx, access, quiz["lesson_id"], quiz["_id"], 0)
    repository.add_quizzes(tx, [quiz])
    changes.record(tx, access, "create", "quiz", quiz["_id"])
    return shown(access, quiz)


def shown(access: CourseAccess, quiz: Mapping[str, Any]) -> Document:
    """The quiz as the caller sees it: a learner with dates and limits of their own, and only an editor with items.

    Raise 404 to a learner while it is not published.
    """
    if access.role is CourseRole.LEARNER and not quiz["published"]:
        raise NotFound()
    return {
        **quiz,
        **_window(access, quiz),
        "html": instructions.html(quiz),
        "items": quiz.get("items") if access.may("quiz.edit") else None,
        "needs_access_code": quiz["access_code"] is not None,
    }


def _window(access: CourseAccess, quiz: Mapping[str, Any]) -> Document:
    if access.role is not CourseRole.LEARNER or access.enrollment is None:
        return {}
    learner = dates.Learner.of(access.enrollment)
    return dates.effective(quiz, quiz["overrides"], learner, access.course["time_zone"])._asdict()


def variant(access: CourseAccess, shown: Mapping[str, Any]) -> str:
    """What the representation depends on beside the quiz's version: who reads, and which dates are theirs."""
    theirs = hashlib.sha256(to_json([shown[name] for name in dates.FIELDS])).hexdigest()[:12]
    return f"{access.role}-{theirs}-{markdown.VERSION}"


def page(access: CourseAccess, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit`` quizzes of the course in the order in which they were made, without items."""
    learner = access.role is CourseRole.LEARNER
    enrollment = access.enrollment or {}
    theirs = [enrollment[name] for name in ("cohort_id", "user_id") if enrollment.get(name)]
    wanted = {"published": True} if learner else {}
    rows = repository.page_of_quizzes(access.course_id, wanted, theirs, decode_id(cursor), limit)
    return [shown(access, row) for row in rows]


def change(access: CourseAccess, change: QuizChange, expected: int | None) -> Document:
    """Raise 412 where the quiz is no longer at the ``expected`` version, 409 QUIZ_EMPTY where it is to be published
    without items, 409 LESSON_HAS_QUIZ where it is to move to a lesson that has one."""

    def work(tx: Transaction) -> Document:
        quiz = changes.current(repository.quiz(tx, access.resource["_id"]), expected)
        return shown(access, save(tx, access, quiz, _stored(change.fields)))

    return mongo.transaction(work)


def release(tx: Transaction, access: CourseAccess) -> Document | None:
    """The quiz, whose graders may know from now on whose work it was; None where that is so already.

    Raise 409 NOT_BLIND for a quiz whose results are not held.
    """
    quiz = changes.current(repository.quiz(tx, access.resource["_id"]), None)
    if not quiz.get("blind"):
        raise Conflict("The results of a quiz that is not blind are not held", code="NOT_BLIND")
    return None if quiz.get("released_at") else save(tx, access, quiz, {"released_at": clock.now()})


def replace_items(access: CourseAccess, given: Items, expected: int | None) -> Document:
    """Raise 422 for items that are not the course's, 409 QUIZ_EMPTY where a published quiz would ask nothing."""

    def work(tx: Transaction) -> Document:
        quiz = changes.current(repository.quiz(tx, access.resource["_id"]), expected)
        stored = items.stored(tx, access.course_id, quiz["_id"], given.items)
        fields = {"items": stored, "question_count": items.count(stored)}
        return shown(access, save(tx, access, quiz, fields))

    return mongo.transaction(work)


def save(tx: Transaction, access: CourseAccess, quiz: Mapping[str, Any], fields: Mapping[str, Any]) -> Document:
    """Write a change of the quiz, its items and its overrides included, with all that follows from it.

    Every change goes this way, so that nothing that follows can be forgotten.
    """
    changed = {**quiz, **fields}
    _require_consistent(changed)
    _follow(tx, access, quiz, changed)
    if fields.keys() & _MOVES_ATTEMPTS:
        # Imported here: only such a change needs what attempts stand on.
        from lms.attempts import deadlines

        deadlines.moved(tx, changed, access.course["time_zone"])
    saved = repository.change_quiz(tx, quiz["_id"], quiz["version"], fields, clock.now())
    named = sorted(fields.keys() - {"html", "html_version"})
    changes.record(tx, access, "update", "quiz", quiz["_id"], {"fields": named})
    return changes.current(saved, None)


def _follow(tx: Transaction, access: CourseAccess, quiz: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    """Bring the lesson up to date, or both where the quiz moves from one to another."""
    before, after, count = quiz["lesson_id"], changed["lesson_id"], changed["question_count"]
    if before != after:
        if before:
            lesson_quizzes.detach(tx, access, before)
        if after:
            lesson_quizzes.attach(tx, access, after, quiz["_id"], count)
    elif after:
        lesson_quizzes.changed(tx, access, after, None if count == quiz["question_count"] else count)


def delete(access: CourseAccess, expected: int | None) -> None:
    """Hide the quiz; its questions stay in the bank. Raise 409 QUIZ_REQUIRED while lessons wait for it."""

    def work(tx: Transaction) -> None:
        quiz = changes.current(repository.quiz(tx, access.resource["_id"]), expected)
        lesson_quizzes.require_unneeded(tx, access, quiz["_id"])
        repository.delete_quiz(tx, quiz["_id"], clock.now())
        repository.release_questions(tx, quiz["_id"])
        if quiz["lesson_id"]:
            lesson_quizzes.detach(tx, access, quiz["lesson_id"])
        changes.record(tx, access, "delete", "quiz", quiz["_id"])

    mongo.transaction(work)


def _require_consistent(quiz: Mapping[str, Any]) -> None:
    if errors := dates.unordered(quiz):
        raise Invalid(errors=errors)
    if quiz["published"] and not quiz["items"]:
        raise Conflict("A quiz that learners see asks something: give it items first", code="QUIZ_EMPTY")
