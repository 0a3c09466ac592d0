"""The dates of the assignments in many courses at once, each as it holds for the person."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms.assignments import groups, repository
from lms.enrollment import dates
from lms.mongo import Document
from lms.permissions import CourseRole


def of(user_id: ObjectId, courses: Sequence[Mapping[str, Any]]) -> list[tuple[Document, dates.Window]]:
    """The published assignments of ``courses``, which name the person's ``role`` and ``enrollment``: a learner's
    own dates or those of the learner's group, and for staff those that hold where nothing else is said."""
    learning = [course for course in courses if course["role"] is CourseRole.LEARNER]
    mates = groups.mates(user_id, [course["_id"] for course in learning]) if learning else {}
    theirs = groups.overridden_for([course["enrollment"] for course in learning], mates)
    course_of = {course["_id"]: course for course in courses}
    rows = repository.published_in(list(course_of), theirs)
    return [(row, _window(row, course_of[row["course_id"]], mates)) for row in rows]


def _window(assignment: Mapping[str, Any], course: Mapping[str, Any], mates: groups.Mates) -> dates.Window:
    if course["role"] is CourseRole.LEARNER:
        return groups.window(assignment, course["enrollment"], mates, course["time_zone"])
    return dates.Window(**{name: assignment.get(name) for name in dates.FIELDS})
