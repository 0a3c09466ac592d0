"""What a submission's reviews say: to staff with who wrote them, to its authors without."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from lms import clock
from lms.assignments import assignments, reviewed
from lms.auth import people
from lms.blind import pseudonyms
from lms.courses.access import CourseAccess
from lms.cursors import decode_id
from lms.errors import NotFound
from lms.grades import mine as grades
from lms.mongo import Document
from lms.reviews import repository
from lms.rubrics import points
from lms.submissions.access import is_staff, may_see

Reviews = Sequence[Mapping[str, Any]]


class Received:
    """By a submission: ``rows`` from behind ``cursor`` on, and a ``summary`` of all. Raise 404 for who may not see
    the submission."""

    def __init__(self, access: CourseAccess, cursor: str | None) -> None:
        submission, after = access.resource, decode_id(cursor)
        if not may_see(access, submission):
            raise NotFound()
        assignment = assignments.of(submission["assignment_id"])
        staff = is_staff(access)
        found = _all(submission) if staff else _released(access, assignment)
        following = [each for each in found if after is None or each["_id"] > after]
        self.rows = _named(assignment, following) if staff else list(map(_anonymous, following))
        self.summary = {
            "short": _short(assignment, found) if staff else None,
            "medians": medians(found) if staff else None,
        }


def _all(submission: Mapping[str, Any]) -> list[Document]:
    return repository.of_submission(submission["_id"], {})


def _released(access: CourseAccess, assignment: Mapping[str, Any]) -> list[Document]:
    """To authors what is done, from when they see their grade on, or all grades are released."""
    if not (assignment["released_at"] or grades.released(assignment["_id"], access.caller.id)):
        return []
    return repository.of_submission(access.resource["_id"], {"state": "done"})


def _named(assignment: Mapping[str, Any], reviews: Reviews) -> list[Document]:
    named = pseudonyms.needed(assignment)
    ids = {each["reviewer_id"] for each in reviews}
    names = {} if named else people.names(ids)
    shown = {_id: {"user_id": named.of(_id) if named else _id, "name": names.get(_id)} for _id in ids}
    return [{**each, "reviewer": shown[each["reviewer_id"]]} for each in reviews]


def _anonymous(review: Mapping[str, Any]) -> Document:
    """When it was written could tell by whom."""
    return {**review, "reviewer": None, "due_at": None, "done_at": None, "replaces": None}


def _short(assignment: Mapping[str, Any], reviews: Reviews) -> int:
    """How many are missing that nobody has been asked for."""
    wanted = assignment["peer_reviews"]
    if not wanted or clock.now() < reviewed.begins_at(assignment):
        return 0
    standing = sum(each["state"] != "missed" for each in reviews)
    missing: int = wanted["count"] - standing
    return max(0, missing)


def medians(reviews: Reviews) -> list[Document]:
    """Of each criterion's points, over the reviews that are done."""
    given: dict[Any, list[Any]] = defaultdict(list)
    for each in reviews:
        for criterion in each["criteria"]:
            given[criterion["criterion_id"]].append(points.decimal(criterion["points"]))
    return [
        {"criterion_id": _id, "points": points.rounded(median(values)), "reviews": len(values)}
        for _id, values in given.items()
    ]


def size(review: Mapping[str, Any]) -> int:
    """About how many bytes it takes to show it."""
    return sum(len(each["comment"]) for each in (review, *review["criteria"]))
