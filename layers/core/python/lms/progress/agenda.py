"""What comes up for a person, in all their courses: one list in the order of time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId

from lms import clock
from lms.assignments import calendar as assignments
from lms.attempts import glance
from lms.caller import Caller
from lms.courses import mine
from lms.enrollment import learners
from lms.enrollment.dates import Window
from lms.enrollment.states import EnrollmentStatus
from lms.errors import Invalid
from lms.mongo import Document
from lms.permissions import CourseRole
from lms.progress import release
from lms.progress.completion import rows
from lms.progress.release import Learner
from lms.quizzes import calendar

Course = Mapping[str, Any]
Dated = Sequence[tuple[Document, Window]]

_USUAL = timedelta(days=30)
_LONGEST = timedelta(days=366)
_MOST_COURSES = 200
_DATES = {"opens": "opens_at", "due": "due_at", "closes": "closes_at"}


def of(who: Caller, first: datetime | None, last: datetime | None) -> list[Document]:
    """What lies between ``first`` (now) and before ``last`` (30 days later), in the newest 200 courses of ``who``.

    What runs or waits stands there where now lies between the two. Raise 422 for an order or a length that cannot
    be: at most 366 days.
    """
    begin, end = _span(first, last)
    enrolled = learners.courses_of(who.id, EnrollmentStatus.ACTIVE)
    courses = mine.courses(who, enrolled, None, _MOST_COURSES)
    quizzes = calendar.of(courses)
    attempts, to_review = glance.of(who.id, courses)
    items = [
        *_of_courses(courses),
        *_of_lessons(courses, begin),
        *_of_quizzes(quizzes, {each["quiz_id"] for each in attempts if each["status"] != "open"}),
        *_of_assignments(assignments.of(who.id, courses)),
    ]
    coming = [item for item in items if begin <= item["at"] < end]
    if begin <= clock.now() < end:
        coming += [*_running(quizzes, attempts), *_to_review(quizzes, to_review)]
    title_of = {course["_id"]: course["title"] for course in courses}
    named = [{**item, "course_title": title_of[item["course_id"]]} for item in coming]
    return sorted(named, key=lambda item: (item["at"], item["kind"], item["title"]))


def _span(first: datetime | None, last: datetime | None) -> tuple[datetime, datetime]:
    begin = first or clock.now()
    try:
        end = last or begin + _USUAL
    except OverflowError:
        raise Invalid(errors=[{"pointer": "?from", "message": "is out of range"}]) from None
    if not timedelta() < end - begin <= _LONGEST:
        raise Invalid(errors=[{"pointer": "?to", "message": "comes after from, by at most 366 days"}])
    return begin, end


def _of_courses(courses: Sequence[Course]) -> Iterator[Document]:
    for course in courses:
        for kind, name in (("course_starts", "starts_at"), ("course_ends", "ends_at")):
            if course.get(name):
                yield {"kind": kind, "at": course[name], "course_id": course["_id"], "title": course["title"]}


def _of_lessons(courses: Sequence[Course], begin: datetime) -> Iterator[Document]:
    """Lessons with a rule of their own that only time keeps locked at the beginning."""
    for course in courses:
        if course["role"] is not CourseRole.LEARNER:
            continue
        before = begin - timedelta(milliseconds=1)
        learner = Learner(course, course["enrollment"], course["progress"] or {}, before)
        for row in rows(course):
            lock = release.lock(row["release"], learner) if row["release"] else None
            if lock and lock.opens_at:
                lesson = {"lesson_id": row["_id"], "title": row["title"]}
                yield {"kind": "lesson_opens", "at": lock.opens_at, "course_id": course["_id"], **lesson}


def _of_quizzes(quizzes: Dated, done: set[ObjectId]) -> Iterator[Document]:
    for quiz, window in quizzes:
        for date in _dates(window):
            yield {**_quiz(quiz), **date, "done": quiz["_id"] in done}


def _of_assignments(assignments: Dated) -> Iterator[Document]:
    for assignment, window in assignments:
        named = {"course_id": assignment["course_id"], "assignment_id": assignment["_id"]}
        for date in _dates(window):
            yield {**named, "title": assignment["title"], **date}


def _dates(window: Window) -> Iterator[Document]:
    for kind, name in _DATES.items():
        if at := getattr(window, name):
            yield {"kind": kind, "at": at}


def _running(quizzes: Dated, attempts: Sequence[Document]) -> Iterator[Document]:
    """At their deadline; where there is none, at their beginning."""
    running = {each["quiz_id"]: each for each in attempts if each["status"] == "open"}
    for quiz, _ in quizzes:
        if attempt := running.get(quiz["_id"]):
            at = attempt["deadline_at"] or attempt["started_at"]
            yield {**_quiz(quiz), "kind": "attempt_running", "at": at, "attempt_id": attempt["_id"]}


def _to_review(quizzes: Dated, to_review: Sequence[Document]) -> Iterator[Document]:
    """At the time since when the first one waits."""
    waiting = {each["_id"]: each for each in to_review}
    for quiz, _ in quizzes:
        if row := waiting.get(quiz["_id"]):
            yield {**_quiz(quiz), "kind": "to_review", "at": row["since"], "count": row["count"]}


def _quiz(quiz: Mapping[str, Any]) -> Document:
    return {
        "course_id": quiz["course_id"],
        "quiz_id": quiz["_id"],
        "lesson_id": quiz["lesson_id"],
        "title": quiz["title"],
    }
