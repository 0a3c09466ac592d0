"""What an AI suggests for submissions, for those who grade them. It changes no grade."""

from collections.abc import Collection

from bson import ObjectId

from lms.courses.access import CourseAccess
from lms.errors import NotFound
from lms.grading import repository
from lms.mongo import Document, Transaction
from lms.submissions.access import may_see


def latest(submission_ids: Collection[ObjectId], tx: Transaction | None = None) -> dict[ObjectId, Document]:
    """The last one of each of the submissions that has any."""
    return repository.latest(submission_ids, tx)


def criteria_of(submission_ids: Collection[ObjectId]) -> dict[ObjectId, Document]:
    """``rubric`` and points of the criteria of the last one of each of the submissions that has any."""
    return repository.criteria_of(submission_ids) if submission_ids else {}


def of_submission(access: CourseAccess) -> Document:
    """The last one. Raise 404 where there is none, and for who may not see the submission."""
    submission_id = access.resource["_id"]
    found = latest([submission_id]).get(submission_id) if may_see(access, access.resource) else None
    if found is None:
        raise NotFound()
    return found
