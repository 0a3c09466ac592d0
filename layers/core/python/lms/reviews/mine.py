"""The reviews that a learner has to do and has done, each with the work and without its author."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import clock, events, mongo
from lms.assignments import assignments
from lms.caller import Caller
from lms.courses import changes
from lms.courses.access import CourseAccess
from lms.cursors import decode_cursor, not_a_cursor
from lms.enrollment import learners
from lms.enrollment.states import EnrollmentStatus
from lms.errors import Conflict, Invalid, NotFound
from lms.grades import scoring
from lms.mongo import Document, Transaction
from lms.reviews import anonymity, repository
from lms.reviews.repository import Place
from lms.rubrics import rubrics
from lms.submissions import compared

if TYPE_CHECKING:
    from lms.reviews.models.review import GivenReview

_STATES = ("open", "missed", "done")


def page(who: Caller, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit``, in all courses where the caller learns now, what is to be done first."""
    course_ids = learners.courses_of(who.id, EnrollmentStatus.ACTIVE)
    return _shown(repository.page_of_reviewer(who.id, course_ids, _place(cursor), limit))


def place(review: Mapping[str, Any]) -> list[str]:
    """A row's, for the cursor."""
    return [review["state"], str(review["_id"])]


def _place(cursor: str | None) -> Place | None:
    match decode_cursor(cursor):
        case None:
            return None
        case [str(state), str(review_id)] if state in _STATES and ObjectId.is_valid(review_id):
            return state, ObjectId(review_id)
    raise not_a_cursor()


def size(review: Mapping[str, Any]) -> int:
    """About how many bytes it takes to show it."""
    work = review["work"] or {}
    said = sum(len(each["comment"]) for each in review["criteria"])
    return sum(len(text or "") for text in (work.get("text"), work.get("code"), review["comment"])) + said


def _shown(reviews: Sequence[Mapping[str, Any]]) -> list[Document]:
    seen = {each["submission_id"] for each in reviews if each["state"] != "missed"}
    works = {work["_id"]: work for work in compared.with_content(seen)} if seen else {}
    titles = assignments.titles({each["assignment_id"] for each in reviews}) if reviews else {}
    pinned = rubrics.all_pinned(each["rubric"] for each in reviews if each["rubric"])
    return [
        {
            **each,
            "assignment": titles[each["assignment_id"]],
            "work": _work(works[each["submission_id"]]) if each["state"] != "missed" else None,
            "rubric": _rubric(each["rubric"], pinned) if each["rubric"] else None,
        }
        for each in reviews
    ]


def _work(submission: Mapping[str, Any]) -> Document:
    files = [anonymity.file(each) for each in submission["files"]]
    return {**{name: submission[name] for name in ("text", "code", "language")}, "files": files}


def _rubric(pin: Mapping[str, Any], pinned: Mapping[tuple[ObjectId, int], Document]) -> Document:
    return {**pinned[pin["id"], pin["version"]], "id": pin["id"]}


def save(access: CourseAccess, given: GivenReview, expected: int) -> Document:
    """The review as the caller now says it. Raise 404 for another's, 409 REVIEW_OVER once it was due, 412 where it
    is no longer at the ``expected`` version, 422 for what the rubric does not give."""
    if access.resource["reviewer_id"] != access.caller.id:
        raise NotFound()
    fields = {"criteria": _criteria(access.resource, given), "comment": given.comment}

    def work(tx: Transaction) -> Document:
        now = clock.now()
        found = _open(repository.review(tx, access.resource["_id"]), now)
        changes.current(found, expected)
        done = {**fields, "state": "done", "done_at": now}
        saved = changes.current(repository.save(tx, found["_id"], expected, done), None)
        verb = "review.done" if found["state"] == "open" else "review.changed"
        names = ("assignment_id", "course_id", "submission_id")
        events.record(
            tx, verb, actor=access.caller.id, subject=saved["_id"], **{name: saved[name] for name in names}
        )
        return saved

    [shown] = _shown([mongo.transaction(work)])
    return shown


def _open(review: Document | None, now: Any) -> Document:
    if review is None:
        raise NotFound()
    if review["state"] == "missed" or review["due_at"] <= now:
        raise Conflict("The review was due before", code="REVIEW_OVER")
    return review


def _criteria(review: Mapping[str, Any], given: GivenReview) -> list[Document]:
    """Along the rubric version that is pinned to the work, where the review has one."""
    if review["rubric"] is None:
        if given.criteria is not None:
            raise Invalid(errors=[{"pointer": "/criteria", "message": "need a rubric: this review has none"}])
        if not given.comment.strip():
            raise Invalid(errors=[{"pointer": "/comment", "message": "says nothing"}])
        return []
    if given.criteria is None:
        raise Invalid(errors=[{"pointer": "/criteria", "message": "are missing"}])
    pin = review["rubric"]
    return scoring.criteria(given.criteria, rubrics.pinned(None, pin["id"], pin["version"]))
