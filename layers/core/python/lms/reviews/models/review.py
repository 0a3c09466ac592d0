"""What learners say of each other's work, and who sees it."""

from typing import Annotated, Literal

from pydantic import Field

from lms.fields import Body, DocumentId, Id, Moment, Resource
from lms.grades.models.criteria import Comment, GivenCriterion, GradedCriterion
from lms.rubrics.models.rubric import ShownCriteria
from lms.submissions.models.submission import PinnedRubric, SubmittedFile

State = Literal["open", "done", "missed"]


class GivenReview(Body):
    """``criteria``, each of the rubric's once, where the review has a rubric; else a ``comment`` alone."""

    criteria: Annotated[list[GivenCriterion], Field(min_length=1, max_length=30)] | None = None
    comment: Comment = ""


class ReviewedAssignment(Resource):
    id: DocumentId
    title: str


class ReviewedWork(Resource):
    """Without its author; the files are had from ``/files/{id}/download``, and have other names."""

    text: str | None
    code: str | None
    language: str | None
    files: list[SubmittedFile]


class ReviewRubric(Resource):
    """The version that the work was handed in under."""

    id: Id
    version: int
    title: str
    criteria: ShownCriteria
    points: float


class MyReview(Resource):
    """``work`` is null where the review was ``missed``: not done when it was due, at ``due_at``. Until then it can
    be changed."""

    id: DocumentId
    course_id: Id
    assignment: ReviewedAssignment
    state: State
    due_at: Moment
    work: ReviewedWork | None
    rubric: ReviewRubric | None
    criteria: list[GradedCriterion]
    comment: str
    done_at: Moment | None
    version: int


class Reviewer(Resource):
    """``name`` is null where grading is blind, and ``user_id`` a pseudonym."""

    user_id: Id
    name: str | None


class ReceivedReview(Resource):
    """``reviewer``, ``due_at`` and ``done_at`` are for staff, null for the work's authors. ``replaces``: the review
    that was missed."""

    id: DocumentId
    reviewer: Reviewer | None
    state: State
    due_at: Moment | None
    replaces: Id | None
    rubric: PinnedRubric | None
    criteria: list[GradedCriterion]
    comment: str
    done_at: Moment | None


class CriterionMedian(Resource):
    """Of the points in this many ``reviews``."""

    criterion_id: Id
    points: float
    reviews: int


class ReceivedReviews(Resource):
    """Staff see all, ``medians`` of the criteria, and how many reviews are ``short`` of what the assignment asks
    for, with nobody to do them yet. Authors see those that are done, once their grade is released."""

    items: list[ReceivedReview]
    next_cursor: str | None
    short: int | None
    medians: list[CriterionMedian] | None
