"""Bringing a course into the catalogue, with a report of what it lacks, and taking it out again."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms import clock, mongo
from lms.courses import changes, citations, repository
from lms.courses.access import CourseAccess
from lms.courses.models.course import Missing, Publication
from lms.courses.states import CourseStatus
from lms.errors import Conflict, Forbidden
from lms.mongo import Document, Transaction
from lms.permissions import PUBLISHERS
from lms.quizzes import reviewing

_MOST_ROWS = 1_000
_COMPLETE: Document = {"changed": False, "unreviewed": [], "without_alt": [], "without_captions": []}
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
            return _report(published, missing)
        if any(row["code"] not in wish.accept for row in missing):
            rows = [Missing.model_validate(row).model_dump() for row in missing[:_MOST_ROWS]]
            raise Conflict("The course is not complete", code="INCOMPLETE", published=False, missing=rows)
        now = clock.now()
        published_now = {"status": CourseStatus.PUBLISHED, "published_at": now}
        repository.change_course(tx, access.course_id, None, published_now, now)
        accepted = sorted({row["code"] for row in missing})
        changes.record(tx, access, "publish", "course", access.course_id, {"accepted": accepted})
        return _report(True, missing)

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


def _report(published: bool, missing: Sequence[Document]) -> Document:
    return {"published": published, "missing": missing[:_MOST_ROWS]}


def _missing(tx: Transaction, course: Mapping[str, Any]) -> list[Document]:
    lessons = [lesson for module in course["modules"] for lesson in module["lessons"]]
    incomplete = {row["_id"]: row for row in repository.incomplete_lessons(tx, [each["_id"] for each in lessons])}
    questions: defaultdict[ObjectId | None, list[Document]] = defaultdict(list)
    for question in reviewing.waiting(tx, course["_id"]):
        questions[question["lesson_id"]].append(question)
    rows = [*_on_the_whole(course, lessons), *_in_modules(course["modules"])]
    for lesson in lessons:
        rows += _in_lesson(lesson, incomplete.get(lesson["_id"], _COMPLETE), questions[lesson["_id"]])
    return rows


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


def _in_lesson(
    lesson: Mapping[str, Any], incomplete: Mapping[str, Any], questions: Sequence[Document]
) -> Iterator[Document]:
    def row(code: str, lack: str, **where: Any) -> Document:
        message = f"The lesson \u201c{lesson['title']}\u201d {lack}"
        return {"code": code, "lesson_id": lesson["_id"], **where, "message": message}

    if not lesson["block_count"] and not lesson["quiz_id"]:
        yield row("EMPTY_LESSON", "has no content")
    if lesson["quiz_id"] and not lesson["question_count"]:
        yield row("EMPTY_QUIZ", "has a quiz without questions")
    if incomplete["changed"] or any(map(citations.is_changed, questions)):
        yield row("SOURCE_CHANGED", "cites a source that has changed since, or is gone")
    for block_id in incomplete["unreviewed"]:
        yield row("UNREVIEWED_AI", "has a block of an AI that nobody has reviewed", block_id=block_id)
    for each in questions:
        if not each.get("reviewed"):
            yield row("UNREVIEWED_AI", "has a question of an AI that nobody has reviewed", question_id=each["_id"])
    for block_id in incomplete["without_alt"]:
        yield row("ALT_TEXT", "has an image without a text for those who cannot see it", block_id=block_id)
    for block_id in incomplete["without_captions"]:
        yield row("CAPTIONS", "has a video without captions", block_id=block_id)
