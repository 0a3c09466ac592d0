"""The dates of the quizzes in many courses at once, each as it holds for the person."""

from collections.abc import Mapping, Sequence
from typing import Any

from lms.attempts import window
from lms.enrollment import dates
from lms.mongo import Document
from lms.permissions import CourseRole
from lms.quizzes import repository


def of(courses: Sequence[Mapping[str, Any]]) -> list[tuple[Document, dates.Window]]:
    """The published quizzes of ``courses``, which name the person's ``role`` and ``enrollment``: a learner's own
    dates, and for staff those that hold where nothing else is said."""
    enrollments = [course["enrollment"] for course in courses if course["enrollment"]]
    theirs = [_id for row in enrollments for _id in (row.get("cohort_id"), row["user_id"]) if _id]
    course_of = {course["_id"]: course for course in courses}
    quizzes = repository.published_in(list(course_of), theirs)
    return [(quiz, _window(quiz, course_of[quiz["course_id"]])) for quiz in quizzes]


def _window(quiz: Mapping[str, Any], course: Mapping[str, Any]) -> dates.Window:
    if course["role"] is CourseRole.LEARNER:
        return window.of(quiz, course["enrollment"], course["time_zone"])
    return dates.Window(**{name: quiz[name] for name in dates.FIELDS})
