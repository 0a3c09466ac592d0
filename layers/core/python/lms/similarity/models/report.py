"""What submissions have in common: evidence for a person, never a verdict."""

from typing import Literal

from lms.fields import DocumentId, Id, Moment, Resource
from lms.jobs.models import Progress


class Side(Resource):
    """A submission of a pair. Where ``hidden``, the caller may not see it, and nothing is said but where it is
    from. In a blind assignment ``user_id`` and ``member_ids`` are pseudonyms."""

    hidden: bool
    where: Literal["this_course", "another_course"]
    submission_id: Id | None = None
    assignment_id: Id | None = None
    course_id: Id | None = None
    user_id: Id | None = None
    member_ids: list[Id] = []
    submitted_at: Moment | None = None


class PairPart(Resource):
    """Of text, written or in files, or of code, by its language. How much of the earlier and of the later matches
    the other, and how much of the shorter stands in the other in its order."""

    part: Literal["text", "code"]
    earlier_percent: float
    later_percent: float
    in_order_percent: float


How = Literal["words", "meaning"]
"""By what a pair was found: words that both have, or sentences of the same sense in other words. These are sought
among the submissions for the same assignment alone, in English."""


class SimilarPair(Resource):
    """``percent`` ranks the pair; ``percentile`` and ``z`` say how far it stands out of the highest of each
    submission: the share of these that are lower, and the distance to their median in robust standard
    deviations."""

    id: DocumentId
    percent: float
    how: How
    percentile: float
    z: float
    earlier: Side
    later: Side
    parts: list[PairPart]


class Cluster(Resource):
    """More than two whose submissions are like each other, the earliest first."""

    members: list[Side]


class SimilarityRun(Resource):
    job_id: Id
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    progress: Progress
    started_at: Moment
    finished_at: Moment | None


class FileNotCompared(Resource):
    """``reason_code``: as of a file's text, NOT_READY while that is being read, TOO_LONG where the files together
    hold too much."""

    file_id: Id
    reason_code: str
    reason: str


class SubmissionNotCompared(Resource):
    submission: Side
    files: list[FileNotCompared]


class SimilarityReport(Resource):
    """The pairs of the last finished run, the most alike first, and ``last_run``, which may not be finished;
    ``submissions`` is the number of those that were compared with all earlier ones, ``unread`` those of them of
    which not every file could be. Results are evidence for a person, never a verdict."""

    last_run: SimilarityRun | None
    compared_at: Moment | None
    submissions: int | None
    unread: list[SubmissionNotCompared]
    clusters: list[Cluster]
    items: list[SimilarPair]
    next_cursor: str | None


class Span(Resource):
    """Unicode characters ``start`` to before ``end`` of the text or code as it was handed in, or of the text of the
    file that ``file_id`` names (``/submissions/{id}/texts``); of code the lines, counted from 1."""

    file_id: Id | None = None
    start: int
    end: int
    first_line: int | None = None
    last_line: int | None = None


class MatchedPassage(Resource):
    """``likeness`` from 0 to 1: of the words in their order, or, where paraphrased, of the meaning."""

    kind: Literal["verbatim", "reworded", "paraphrased"]
    likeness: float
    own: Span
    other: Span


class MatchedPart(Resource):
    part: Literal["text", "code"]
    own_percent: float
    other_percent: float
    in_order_percent: float
    matches: list[MatchedPassage]


class SimilarSubmission(Resource):
    """``is_later``: this submission was handed in after the other. The other's text is read at
    ``/submissions/{id}``, where it is not hidden. Evidence for a person, never a verdict."""

    id: DocumentId
    percent: float
    how: How
    is_later: bool
    other: Side
    parts: list[MatchedPart]
