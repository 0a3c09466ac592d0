"""What an AI suggests that a submission is graded, as graders see it."""

from typing import Literal

from lms.ai.agreement import Why
from lms.fields import DocumentId, Id, Moment, Resource
from lms.submissions.models.submission import PinnedRubric


class SuggestedEvidence(Resource):
    """Characters ``start`` to ``end`` of the submission's text or code, or of a file's text."""

    part: Literal["text", "code", "file"]
    file_id: Id | None
    start: int
    end: int


class SuggestedCriterion(Resource):
    """``criterion_id`` is null where there is no rubric, ``level_id`` between two levels. ``points`` are null where
    there was nothing to go by: ``feedback`` says why."""

    criterion_id: Id | None
    level_id: Id | None
    points: float | None
    evidence: SuggestedEvidence | None
    feedback: str
    confidence: float


class SuggestedGrades(Resource):
    """``confidence`` is that of the least sure criterion."""

    criteria: list[SuggestedCriterion]
    points: float | None
    confidence: float


class Apart(Resource):
    """How far the two graders lie apart, in percent of the criterion's points; null where one of them gave none."""

    criterion_id: Id | None
    percent: float | None


class SuggestionDecision(Resource):
    """``applies``: the suggestion was given as the grade. ``asks``: a person is to look at it. ``why``: what it
    hangs on; ``not_compared``: no second grader said anything to hold the first against."""

    applies: bool
    asks: bool
    why: Why


class NotRead(Resource):
    """``reason_code`` as at ``/submissions/{id}/texts``."""

    file_id: Id
    reason_code: str
    reason: str


class SuggestionTokens(Resource):
    input: int
    output: int


class SuggestionFields(SuggestedGrades):
    """``points`` are those of ``rubric``, of at most ``worth``. ``independent``: what the grader without a language
    model says beside one; null where that made the suggestion. ``unread``: what of the work the AI did not read.
    ``prompts``: the files that a model was asked with, by name and version, with their sha256.
    """

    id: DocumentId
    course_id: Id
    rubric: PinnedRubric | None
    worth: float
    independent: SuggestedGrades | None
    apart: list[Apart]
    decision: SuggestionDecision
    unread: list[NotRead]
    provider: str
    model: str | None
    prompts: dict[str, str]
    tokens: SuggestionTokens
    job_id: Id
    created_at: Moment


class Suggestion(SuggestionFields):
    """A draft: it changes no grade, but where the assignment gives grades by itself and ``decision`` says so."""

    assignment_id: Id
    submission_id: Id
