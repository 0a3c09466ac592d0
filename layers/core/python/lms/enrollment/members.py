"""Who is in a course, as all who are in it may see: the staff, and those who learn."""

from bson import ObjectId

from lms.auth import people
from lms.courses.access import CourseAccess
from lms.cursors import decode_cursor, decode_id
from lms.enrollment import repository, visible
from lms.enrollment.states import EnrollmentStatus
from lms.mongo import Document
from lms.permissions import CourseRole


def page(access: CourseAccess, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit`` members: the staff in the order of the course, then the active learners. ``place`` is a
    member's place for the cursor: among the staff, or the id of the enrollment."""
    staff = [{**person, "place": place} for place, person in enumerate(access.course["staff"])]
    first, after = _after(cursor, len(staff))
    rows = staff[first:][:limit]
    if len(rows) < limit:
        wanted = {"status": EnrollmentStatus.ACTIVE, **visible.seen(access)}
        learners = repository.page_of_enrollments(access.course_id, wanted, after, limit - len(rows))
        rows += [{**row, "role": CourseRole.LEARNER, "place": str(row["_id"])} for row in learners]
    names = people.names(row["user_id"] for row in rows)
    hidden = {} if access.may("roster.read") else {"cohort_id": None, "cohort_ids": None}
    return [{**row, **hidden, "name": names.get(row["user_id"])} for row in rows]


def _after(cursor: str | None, staff_count: int) -> tuple[int, ObjectId | None]:
    """Where the page begins: the place among the staff, and the enrollment behind which its learners begin."""
    place = decode_cursor(cursor)
    if isinstance(place, int) and place >= 0:
        return place + 1, None
    return (staff_count if cursor else 0), decode_id(cursor)
