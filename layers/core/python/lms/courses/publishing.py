"""Bringing a course into the catalogue, with a report of what it lacks, and taking it out again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lms import clock, mongo
from lms.courses import changes, repository
from lms.courses.access import CourseAccess
from lms.courses.models.course import Missing, Publication
from lms.courses.states import CourseStatus
from lms.errors import Conflict, Forbidden
from lms.mongo import Document, Transaction
from lms.permissions import PUBLISHERS
from lms.quizzes import citations

_MOST_ROWS = 1_000
_COMPLETE: Document = {"unreviewed": False, "changed": False, "without_alt": [], "without_captions": []}
_CHECKED = {**repository.OUTLINE, "description": 1}


def publish(access: CourseAccess, wish: Publication, expected: int | None) -> Document:
    """Whether the course is published then, and what it lacks. Publishing a published course changes nothing.

    Raise 403 NOT_A_PUBLISHER without the institution's role for it (a dry run is for every editor), 409 INCOMPLETE
    with the report where something is missing that is not accepted.
    """
    if not wish.dry_run and access.caller.role not in PUBLISHERS:
        detail = "Publishing takes the role of an instructor or admin in the institution"
        raise Forbidden(detail, code="NOT_A_PUBLISHER")

    def work(tx: Transaction) -> Document:
        course = changes.current(repository.course(access.course_id, _CHECKED, tx), expected)
        missing = _missing(tx, course)
        published = course["status"] == CourseStatus.PUBLISHED
        if wish.dry_run or published:
            return {"published": published, "missing": missing}
        if any(row["code"] not in wish.accept for row in missing):
            rows = [Missing.model_validate(row).model_dump() for row in missing]
            raise Conflict("The course is not complete", code="INCOMPLETE", published=False, missing=rows)
        now = clock.now()
        published_now = {"status": CourseStatus.PUBLISHED, "published_at": now}
        repository.change_course(tx, access.course_id, None, published_now, now)
        accepted = sorted({row["code"] for row in missing})
        changes.record(tx, access, "publish", "course", access.course_id, {"accepted": accepted})
        return {"published": True, "missing": missing}

    return mongo.transaction(work)


def unpublish(access: CourseAccess, expected: int | None) -> Document:
    """Hide the course from all but its staff; its learners' progress stays."""

    def work(tx: Transaction) -> Document:
        course = changes.current(repository.course(access.course_id, repository.SUMMARY, tx), expected)
        if course["status"] != CourseStatus.PUBLISHED:
            return course
        withdrawn = {"status": CourseStatus.DRAFT, "published_at": None}
        changed = repository.change_course(tx, access.course_id, None, withdrawn, clock.now())
        changes.record(tx, access, "unpublish", "course", access.course_id)
        return changes.current(changed, None)

    return {**mongo.transaction(work), "role": access.role}


def _missing(tx: Transaction, course: Mapping[str, Any]) -> list[Document]:
    lessons = [lesson for module in course["modules"] for lesson in module["lessons"]]
    incomplete = {row["_id"]: row for row in repository.incomplete_lessons(tx, [each["_id"] for each in lessons])}
    for lesson_id in citations.lessons_with_changed(tx, course["_id"]):
        incomplete[lesson_id] = {**_COMPLETE, **incomplete.get(lesson_id, {}), "changed": True}
    rows = [*_on_the_whole(course, lessons), *_in_modules(course["modules"])]
    for lesson in lessons:
        rows += _in_lesson(lesson, incomplete.get(lesson["_id"]))
    return rows[:_MOST_ROWS]


def _on_the_whole(course: Mapping[str, Any], lessons: Sequence[Document]) -> Iterator[Document]:
    if not lessons:
        yield {"code": "NO_LESSONS", "message": "The course has no lesson"}
    if not course["description"].strip():
        yield {"code": "NO_DESCRIPTION", "message": "The course has no description"}


def _in_modules(modules: Sequence[Document]) -> Iterator[Document]:
    for module in modules:
        if not module["lessons"]:
            message = f"The module \u201c{module['title']}\u201d has no lesson"
            yield {"code": "EMPTY_MODULE", "module_id": module["_id"], "message": message}


def _in_lesson(lesson: Mapping[str, Any], incomplete: Mapping[str, Any] | None) -> Iterator[Document]:
    def row(code: str, lack: str, block_id: str | None = None) -> Document:
        message = f"The lesson \u201c{lesson['title']}\u201d {lack}"
        return {"code": code, "lesson_id": lesson["_id"], "block_id": block_id, "message": message}

    if not lesson["block_count"] and not lesson["quiz_id"]:
        yield row("EMPTY_LESSON", "has no content")
    if lesson["quiz_id"] and not lesson["question_count"]:
        yield row("EMPTY_QUIZ", "has a quiz without questions")
    if incomplete is None:
        return
    if incomplete["changed"]:
        yield row("SOURCE_CHANGED", "cites a source that has changed since, or is gone")
    if incomplete["unreviewed"]:
        yield row("UNREVIEWED_AI", "holds text of an AI that nobody has reviewed")
    for block_id in incomplete["without_alt"]:
        yield row("ALT_TEXT", "has an image without a text for those who cannot see it", block_id)
    for block_id in incomplete["without_captions"]:
        yield row("CAPTIONS", "has a video without captions", block_id)
