"""Copying a course: its content with new ids, and nothing of its people."""

from bson import ObjectId

from lms import audit, clock, events
from lms.assignments import copies as assignments
from lms.copying import Allowance, renamed
from lms.courses import changes, repository, versions
from lms.courses.access import CourseAccess
from lms.courses.authoring import ownership
from lms.courses.models.course import Duplicate, NewCourse
from lms.courses.states import CourseStatus
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole
from lms.quizzes import copies as quizzes
from lms.rubrics import copies as rubrics

_MOST_BYTES = 48_000_000
"""Of all that is copied, as MongoDB stores it."""

_PARTS = (quizzes, rubrics, assignments)
"""Whose ``copies`` know what a course has of them."""


def duplicate(tx: Transaction, access: CourseAccess, wish: Duplicate) -> Document:
    """A new draft of the caller's with all lessons, quizzes, questions, rubrics and assignments that are not
    deleted.

    What refers to one of these refers to its copy: outline, release rules, quizzes, assignments. Staff, cohorts,
    groups, enrollments, overrides, progress and the lessons' former versions stay with the original. Raise 409
    TOO_LARGE_TO_COPY.
    """
    course = changes.current(repository.course(access.course_id, None, tx), None)
    lesson_ids = [lesson["_id"] for module in course["modules"] for lesson in module["lessons"]]
    module_ids = [module["_id"] for module in course["modules"]]
    of_parts = (_id for part in _PARTS for _id in part.ids(tx, access.course_id))
    originals = [access.course_id, *module_ids, *lesson_ids, *of_parts]
    names = {_id: ObjectId() for _id in originals}
    now, allowance = clock.now(), Allowance(_MOST_BYTES)
    first = {"version": 1, "created_at": now, "updated_at": now, "deleted_at": None}
    written = {**first, "edit": versions.edit(access, [])}
    for batch in allowance.batches(repository.lessons_to_copy(tx, lesson_ids)):
        repository.add_lessons(tx, [{**renamed(lesson, names), **written} for lesson in batch])
    for part in _PARTS:
        part.copy(tx, access.course_id, names, now, allowance)
    copy: Document = {
        "_id": names[access.course_id],
        **{name: course[name] for name in NewCourse.model_fields if name in course},
        "title": wish.title or f"{course['title'][:190]} (copy)",
        **ownership(access.caller.id),
        "family_id": course.get("family_id") or access.course_id,
        "status": CourseStatus.DRAFT,
        "modules": renamed(course["modules"], names),
        "generated": course.get("generated"),
        **first,
    }
    repository.add_course(tx, copy)
    _record(tx, access, copy["_id"])
    counts = {"module_count": len(module_ids), "lesson_count": len(lesson_ids)}
    return {**copy, **counts, "role": CourseRole.OWNER}


def _record(tx: Transaction, access: CourseAccess, copy_id: ObjectId) -> None:
    actor, origin = access.caller.id, access.course_id
    events.record(tx, "course.created", actor=actor, subject=copy_id, duplicated_from=origin)
    if access.role is CourseRole.ADMIN:
        audit.record(tx, "course.duplicate", actor=actor, target=origin, copy_id=copy_id)
