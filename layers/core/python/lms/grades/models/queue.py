"""What waits for a grader."""

from typing import Literal

from lms.fields import DocumentId, Id, Moment, Resource


class WaitingWork(Resource):
    id: DocumentId
    title: str


class WaitingLearner(Resource):
    """``name`` is null where grading is blind, and ``user_id`` a pseudonym."""

    user_id: Id
    name: str | None


class ToGrade(Resource):
    """``submission``: the last of its learners, who have no grade that is newer. ``suggestion``: such a submission
    for which an AI asks a person. ``attempt``: of a quiz, with an essay to grade. ``appeal``: one that is open, and
    what it ``wants``. ``since`` when it waits."""

    kind: Literal["submission", "suggestion", "attempt", "appeal"]
    since: Moment
    course_id: Id
    course_title: str
    assignment: WaitingWork | None
    quiz: WaitingWork | None
    submission_id: Id | None
    suggestion_id: Id | None
    attempt_id: Id | None
    appeal_id: Id | None
    wants: Literal["review", "person"] | None
    blind: bool
    learners: list[WaitingLearner]
