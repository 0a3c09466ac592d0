"""Making, reading, changing and removing a lesson. Its row in the outline follows in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bson import ObjectId

from lms import clock, markdown, mongo
from lms.ai import sources
from lms.courses import blocks, changes, citations, outline, repository, versions
from lms.courses.access import CourseAccess
from lms.files import attachments
from lms.mongo import Document, Transaction
from lms.progress import gate
from lms.quizzes import lesson_quiz, reviewing

if TYPE_CHECKING:
    from lms.courses.models.lesson import LessonChange, NewLesson


def create(tx: Transaction, access: CourseAccess, new: NewLesson) -> Document:
    """Raise 422 where the course has no such module, or a block shows a file that may not be shown."""
    now = clock.now()
    written = blocks.replaced([], new.blocks)
    attachments.require_usable(tx, access, written, [])
    lesson: Document = {
        "_id": ObjectId(),
        "course_id": access.course_id,
        **new.model_dump(exclude={"module_id", "blocks"}),
        "blocks": written,
        "html_version": markdown.VERSION,
        "key_terms": [],
        "quiz_id": None,
        "edit": versions.edit(access, []),
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "deleted_at": None,
    }
    repository.add_lesson(tx, lesson)
    outline.add_lesson(tx, access.course_id, ObjectId(new.module_id), lesson)
    changes.record(tx, access, "create", "lesson", lesson["_id"])
    return lesson


def read(access: CourseAccess, lesson_id: ObjectId) -> Document:
    """The lesson; for editors with its quiz and the answers.

    Raise 403 LESSON_LOCKED for a learner to whom it is not open. ``access`` has a learner's progress.
    """
    if not access.may("course.edit"):
        lesson = changes.current(repository.lesson(access.course_id, lesson_id), None)
        _require_open(access, lesson)
        return _shown(lesson)
    lesson = changes.current(repository.lesson_with_quiz(access.course_id, lesson_id), None)
    quizzes = [lesson_quiz.shown(quiz, lesson["questions"]) for quiz in lesson["quiz"]]
    return {**_shown(lesson), "quiz": quizzes[0] if quizzes else None}


def _require_open(access: CourseAccess, lesson: Document) -> None:
    """A refusal alone costs a look at the outline, for the titles of what is missing."""
    if gate.is_locked(access, lesson["release"]):
        course = changes.current(repository.course(access.course_id, repository.OUTLINE), None)
        gate.require_open(access._replace(course=course), lesson["_id"])


def variant(access: CourseAccess) -> str:
    """What a lesson's representation depends on beside its version: who reads, and how its HTML is made."""
    return f"{access.role}-{markdown.VERSION}"


def _shown(lesson: Document) -> Document:
    return {**lesson, "blocks": blocks.shown(lesson)}


def change(access: CourseAccess, lesson_id: ObjectId, change: LessonChange, expected: int | None) -> Document:
    """Raise 412 where the lesson is no longer at the ``expected`` version, 422 for a file that may not be shown."""

    def work(tx: Transaction) -> None:
        lesson = changes.current(repository.lesson(access.course_id, lesson_id, tx), expected)
        fields = change.fields
        if "blocks" in fields:
            present = blocks.shown(lesson)
            written = blocks.replaced(present, change.blocks)
            attachments.require_usable(tx, access, written, present)
            fields |= {"blocks": written, "html_version": markdown.VERSION}
        changed = sorted(change.fields)
        versions.save(tx, access, lesson, fields, versions.edit(access, changed))
        changes.record(tx, access, "update", "lesson", lesson_id, {"fields": changed})

    mongo.transaction(work)
    return read(access, lesson_id)


def review(access: CourseAccess, lesson_id: ObjectId, expected: int | None) -> Document:
    """Note that the caller has looked at what an AI wrote here, and at what its sources say now. Where there is
    nothing to note, nothing changes."""

    def work(tx: Transaction) -> None:
        lesson = changes.current(repository.lesson(access.course_id, lesson_id, tx), expected)
        review = {"by": access.caller.id, "at": clock.now()}
        asked = reviewing.review(tx, access.course_id, lesson_id, review)
        reviewed = {
            "blocks": citations.accepted(blocks.reviewed(lesson["blocks"], review)),
            "key_terms": citations.accepted(lesson["key_terms"]),
        }
        if asked or any(lesson[name] != value for name, value in reviewed.items()):
            versions.save(tx, access, lesson, reviewed, versions.edit(access, ["reviewed"]))
            changes.record(tx, access, "review", "lesson", lesson_id)

    mongo.transaction(work)
    return read(access, lesson_id)


def restore(access: CourseAccess, lesson_id: ObjectId, n: int, expected: int | None) -> Document:
    """Make version ``n``'s content the lesson's next version, but for blocks whose file is deleted since, which
    the new version says. A deleted lesson comes back by it, with its quiz."""

    def work(tx: Transaction) -> None:
        lesson = changes.current(repository.lesson_even_deleted(access.course_id, lesson_id, tx), expected)
        content = {"blocks": lesson["blocks"], **versions.content(tx, lesson, n)}
        there = attachments.not_deleted(tx, content["blocks"])
        changed = ["restored"] if len(there) == len(content["blocks"]) else ["restored", "deleted_files"]
        fields = {**content, "blocks": there, "deleted_at": None}
        sources.follow(tx, citations.followed({**lesson, **fields}))
        versions.save(tx, access, lesson, fields, versions.edit(access, changed, restored_from=n))
        if lesson["deleted_at"]:
            _bring_back(tx, lesson, fields)
        changes.record(tx, access, "restore", "lesson", lesson_id, {"n": n})

    mongo.transaction(work)
    return read(access, lesson_id)


def _bring_back(tx: Transaction, lesson: Document, fields: Document) -> None:
    outline.put_back(tx, lesson["course_id"], {**lesson, **fields}, lesson["removed_from"])
    if lesson["quiz_id"]:
        lesson_quiz.bring_back(tx, lesson["quiz_id"])


def delete(access: CourseAccess, lesson_id: ObjectId, expected: int | None) -> None:
    """Hide the lesson, its quiz and the questions made for that, and take it out of the outline.

    The content stays: restoring one of the lesson's versions brings all of it back.
    """

    def work(tx: Transaction) -> None:
        now = clock.now()
        lesson = changes.current(repository.lesson(access.course_id, lesson_id, tx), expected)
        place = outline.remove_lesson(tx, access.course_id, lesson_id)
        deletion = {"deleted_at": now, "removed_from": place}
        versions.save(tx, access, lesson, deletion, versions.edit(access, ["deleted"]))
        if lesson["quiz_id"]:
            lesson_quiz.hide(tx, lesson["quiz_id"], now)
        changes.record(tx, access, "delete", "lesson", lesson_id)

    mongo.transaction(work)
