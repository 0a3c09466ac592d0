"""Whether a learner is taking a quiz of a course at this moment."""

from lms import clock
from lms.attempts import repository
from lms.courses.access import CourseAccess
from lms.errors import Conflict
from lms.permissions import CourseRole


def require_none(access: CourseAccess) -> None:
    """Raise 409 QUIZ_OPEN while the caller, a learner, has an attempt open in the course."""
    if access.role is not CourseRole.LEARNER:
        return
    if repository.has_running(access.course_id, access.caller.id, clock.now()):
        raise Conflict("Hand in the quiz that you have open in this course first", code="QUIZ_OPEN")
