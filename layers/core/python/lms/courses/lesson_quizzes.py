"""What a change of a quiz changes in its lesson: its version, which quiz it has, and its row in the outline."""

from bson import ObjectId

from lms import clock
from lms.courses import outline, repository, requirements, versions
from lms.courses.access import CourseAccess
from lms.errors import Conflict, Invalid
from lms.mongo import Document, Transaction


def attach(
    tx: Transaction, access: CourseAccess, lesson_id: ObjectId, quiz_id: ObjectId, question_count: int
) -> None:
    """Make the quiz the lesson's. Raise 422 where there is no such lesson, 409 LESSON_HAS_QUIZ where it has one."""
    lesson = repository.lesson(access.course_id, lesson_id, tx)
    if lesson is None:
        raise Invalid(errors=[{"pointer": "/lesson_id", "message": "names no lesson of this course"}])
    if lesson["quiz_id"]:
        raise Conflict("The lesson has a quiz", code="LESSON_HAS_QUIZ", quiz_id=str(lesson["quiz_id"]))
    _save(tx, access, lesson, quiz_id, question_count)


def detach(tx: Transaction, access: CourseAccess, lesson_id: ObjectId) -> None:
    if lesson := repository.lesson(access.course_id, lesson_id, tx):
        _save(tx, access, lesson, None, 0)


def changed(tx: Transaction, access: CourseAccess, lesson_id: ObjectId, question_count: int | None = None) -> None:
    """The lesson's quiz shows something else now. ``question_count`` is None where that is as it was."""
    if lesson := repository.lesson(access.course_id, lesson_id, tx):
        _save(tx, access, lesson, lesson["quiz_id"], question_count)


def require_unneeded(tx: Transaction, access: CourseAccess, quiz_id: ObjectId) -> None:
    """Raise 409 QUIZ_REQUIRED while lessons wait for the quiz. The outline is written, so that a lesson that begins
    to wait at the same time conflicts."""

    def check(modules: outline.Modules) -> None:
        requirements.require_quiz_unneeded(modules, quiz_id)

    outline.edit(tx, access.course_id, None, check)


def _save(
    tx: Transaction, access: CourseAccess, lesson: Document, quiz_id: ObjectId | None, question_count: int | None
) -> None:
    versions.save(tx, access, lesson, {"quiz_id": quiz_id}, versions.edit(access, ["quiz"]))
    if question_count is not None:
        repository.count_questions(tx, access.course_id, lesson["_id"], question_count, clock.now())
