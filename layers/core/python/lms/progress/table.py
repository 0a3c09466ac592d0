"""Learners × lessons, for a course's staff: the lessons stand once, and each learner's row names them by number."""

from collections.abc import Mapping
from typing import Any

from lms.courses.access import CourseAccess
from lms.enrollment import visible
from lms.mongo import Document
from lms.progress import overview, repository
from lms.progress.completion import rows


def columns(access: CourseAccess) -> list[Document]:
    """The lessons in the order of the outline, which ``access`` has."""
    return [{"lesson_id": str(row["_id"]), "title": row["title"]} for row in rows(access.course)]


def page(access: CourseAccess, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit`` active learners, in the order in which they came. ``place`` is a row's for the cursor."""
    learners = visible.learners(access, cursor, limit)
    states, names = repository.states_and_names(access.course_id, [row["user_id"] for row in learners])
    number_of = {str(row["_id"]): number for number, row in enumerate(rows(access.course))}
    return [
        {
            "place": str(row["_id"]),
            "user_id": row["user_id"],
            "name": names.get(row["user_id"]),
            **_row(number_of, states.get(row["user_id"], {})),
        }
        for row in learners
    ]


def _row(number_of: Mapping[str, int], progress: Mapping[str, Any]) -> Document:
    """By set operations, since a page has ten thousand cells."""
    done = number_of.keys() & progress.get("completed", ())
    begun = (number_of.keys() & progress.get("seconds", ())) - done
    completed, started = (sorted(map(number_of.__getitem__, keys)) for keys in (done, begun))
    percent = overview.share(len(completed), len(number_of))
    return {**overview.milestones(progress), "percent": percent, "completed": completed, "started": started}
