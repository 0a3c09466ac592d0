"""Files that stand in submissions and drafts: who beside their owner may see them, and that they stay."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from lms.assignments import assignments, groups
from lms.blind import pseudonyms
from lms.courses.access import CourseAccess
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole
from lms.submissions import repository
from lms.submissions.access import is_staff, may_see


def as_seen(access: CourseAccess, file: Mapping[str, Any]) -> Document | None:
    """The file of another's as the caller sees it: what was handed in those who may see that, without its author
    where grading is blind; what stands in a group's draft its members. None for others."""
    submissions = [each for each in repository.with_file(file["_id"]) if may_see(access, each)]
    if is_staff(access):
        return _graders(submissions, file) if submissions else None
    if submissions or (access.role is CourseRole.LEARNER and _stands_in_a_draft_of_both(access, file)):
        return dict(file)
    return None


def _graders(submissions: list[Document], file: Mapping[str, Any]) -> Document:
    """Blind in one assignment, blind in all."""
    for assignment_id in {each["assignment_id"] for each in submissions}:
        if pseudonyms.are_needed(assignments.of(assignment_id)):
            return pseudonyms.of(assignment_id).file(file, file["owner_id"])
    return dict(file)


def _stands_in_a_draft_of_both(access: CourseAccess, file: Mapping[str, Any]) -> bool:
    for draft in repository.drafts_with_file(file["_id"]):
        group = groups.group_of(None, assignments.of(draft["assignment_id"]), access.caller.id)
        if group and group["id"] == draft["holder_id"] and file["owner_id"] in group["member_ids"]:
            return True
    return False


def submissions(file_id: ObjectId, tx: Transaction | None = None) -> list[ObjectId]:
    """Those that the file is part of."""
    return [each["_id"] for each in repository.with_file(file_id, tx)]
