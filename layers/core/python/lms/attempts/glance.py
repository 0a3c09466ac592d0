"""A person's attempts in many courses at once: what runs, what is handed in, and what waits for a grader."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms.attempts import repository
from lms.mongo import Document
from lms.permissions import STAFF, CourseRole


def of(user_id: ObjectId, courses: Sequence[Mapping[str, Any]]) -> tuple[list[Document], list[Document]]:
    """The person's attempts in those of ``courses`` where their ``role`` is learner; and, for each quiz of those
    where they are staff and see all learners, the ``count`` of attempts that wait for a grader, ``since`` when."""
    learning = [course["_id"] for course in courses if course["role"] is CourseRole.LEARNER]
    teaching = [course["_id"] for course in courses if course["role"] in STAFF and not _is_limited(course, user_id)]
    return repository.at_a_glance(user_id, learning, teaching)


def _is_limited(course: Mapping[str, Any], user_id: ObjectId) -> bool:
    return any(person["user_id"] == user_id and person.get("cohort_ids") is not None for person in course["staff"])
