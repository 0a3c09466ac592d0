"""Who may see a submission: the dependency below ``/submissions/{id}``, and the rule behind it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from lms.assignments import assignments, groups
from lms.courses.access import CourseAccess, enter_through, in_course_of
from lms.enrollment import learners, visible
from lms.submissions import repository

of_submission = partial(in_course_of, repository.submissions)
enter_submission = partial(enter_through, repository.submissions)


def is_staff(access: CourseAccess) -> bool:
    return access.may("attempt.grade")


def may_see(access: CourseAccess, submission: Mapping[str, Any]) -> bool:
    """Staff, an assistant who is limited to cohorts for learners of these, and the holder's members: who handed it
    in together, and who is in the group now."""
    if is_staff(access):
        return _is_in_a_cohort_seen(access, submission)
    if access.caller.id in submission["member_ids"]:
        return True
    if submission["group_id"] is None:
        return False
    group = groups.group_of(None, assignments.of(submission["assignment_id"]), access.caller.id)
    return group is not None and group["id"] == submission["holder_id"]


def _is_in_a_cohort_seen(access: CourseAccess, submission: Mapping[str, Any]) -> bool:
    cohort_ids = visible.cohorts_seen(access)
    if cohort_ids is None:
        return True
    enrolled = learners.active([access.course_id], submission["member_ids"])
    return any(each.get("cohort_id") in cohort_ids for each in enrolled)
