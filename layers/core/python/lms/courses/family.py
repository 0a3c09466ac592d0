"""A course's copies and what it is a copy of: how a course is held again in other years."""

from bson import ObjectId

from lms.courses import repository


def relatives(course_id: ObjectId) -> list[ObjectId]:
    """The other courses that are, by whatever way, copies of the same one, and that one."""
    return [_id for _id in repository.family(course_id) if _id != course_id]
