"""Requests and responses about an assignment."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from lms.fields import (
    UNCHANGED,
    Body,
    Change,
    Count,
    DocumentId,
    Flag,
    Id,
    Instant,
    Kept,
    Moment,
    Reference,
    Resource,
    Title,
    each_once,
)
from lms.files.purposes import PURPOSES, Purpose
from lms.mongo import Document
from lms.quizzes.limits import Attempts
from lms.quizzes.models.quiz import Instructions, LatePolicy, Percent, ShownLatePolicy
from lms.rubrics.models.rubric import ShownCriteria
from lms.rubrics.points import Points

CodeLanguage = Literal["python", "java", "javascript"]
Mode = Literal["off", "suggest", "auto"]
Release = Literal["manual", "at_once"]
Days = Annotated[Count, Field(ge=1, le=365)]
Share = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)]


def _accepted(file_type: str) -> str:
    if file_type not in PURPOSES[Purpose.SUBMISSION].types:
        raise ValueError("is no type of file that can be handed in")
    return file_type


FileType = Annotated[str, StringConstraints(max_length=200), AfterValidator(_accepted)]
FileTypes = Annotated[list[FileType], Field(min_length=1, max_length=50), AfterValidator(each_once)]
Takes = Annotated[list[Literal["text", "files", "code"]], Field(max_length=10), AfterValidator(each_once)]
WorthPoints = Annotated[Points, Field(gt=0)]
Template = Annotated[str, StringConstraints(max_length=20_000)]
ReferenceAnswers = Annotated[
    list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]],
    Field(max_length=10),
]


class PeerReviews(Body):
    """Each learner reviews ``count`` others and has ``days`` for it. ``criteria``: along the rubric, or by comments
    only."""

    count: Annotated[Count, Field(ge=1, le=10)]
    days: Days
    criteria: Literal["rubric", "comments"] = "rubric"


class AiGrading(Body):
    """``suggest`` never changes a grade. ``auto`` gives one where the confidence is at least ``least_confidence``
    and the score lies between ``lowest_percent`` and ``highest_percent``, and lets a person see ``sample_share`` of
    these; all of these must be said for it. Where the two graders differ by more than ``margin_percent`` of the
    points, a person is asked."""

    mode: Mode = "off"
    least_confidence: Share | None = None
    lowest_percent: Percent | None = None
    highest_percent: Percent | None = None
    sample_share: Share = 0.1
    margin_percent: Percent = 20.0


class Similarity(Body):
    """``other_years``: what was handed in for copies of this course counts too."""

    enabled: Flag = False
    other_years: Flag = False


class NewAssignment(Body):
    """None: no such limit, date or choice. ``takes`` is empty for what is graded without a submission: an oral
    exam, paper. ``template`` is given to all learners and counts for nobody's own words. ``reference_answers``
    say what a good answer says, for staff only."""

    title: Title
    instructions: Instructions = ""
    points: WorthPoints = 100.0
    takes: Takes = ["text"]
    language: CodeLanguage | None = None
    file_types: FileTypes | None = None
    most_files: Annotated[Count, Field(ge=1, le=20)] = 5
    group_set_id: Reference | None = None
    opens_at: Instant | None = None
    due_at: Instant | None = None
    closes_at: Instant | None = None
    attempts: Attempts | None = None
    late_policy: LatePolicy | None = None
    rubric_id: Reference | None = None
    blind: Flag = False
    peer_reviews: PeerReviews | None = None
    ai_grading: Annotated[AiGrading, Field(default_factory=AiGrading)]
    reference_answers: ReferenceAnswers = []
    template: Template = ""
    similarity: Annotated[Similarity, Field(default_factory=Similarity)]
    release: Release = "manual"
    appeal_days: Days | None = None


class AssignmentChange(Change):
    """Each field that is named is replaced as a whole. ``published`` shows the assignment to learners."""

    title: Title = UNCHANGED
    instructions: Instructions = UNCHANGED
    points: WorthPoints = UNCHANGED
    takes: Takes = UNCHANGED
    language: CodeLanguage | None = UNCHANGED
    file_types: FileTypes | None = UNCHANGED
    most_files: Annotated[Count, Field(ge=1, le=20)] = UNCHANGED
    group_set_id: Reference | None = UNCHANGED
    opens_at: Instant | None = UNCHANGED
    due_at: Instant | None = UNCHANGED
    closes_at: Instant | None = UNCHANGED
    attempts: Attempts | None = UNCHANGED
    late_policy: LatePolicy | None = UNCHANGED
    rubric_id: Reference | None = UNCHANGED
    blind: Flag = UNCHANGED
    peer_reviews: PeerReviews | None = UNCHANGED
    ai_grading: AiGrading = UNCHANGED
    reference_answers: ReferenceAnswers = UNCHANGED
    template: Template = UNCHANGED
    similarity: Similarity = UNCHANGED
    release: Release = UNCHANGED
    appeal_days: Days | None = UNCHANGED
    published: Flag = UNCHANGED


class CurrentRubric(Resource):
    """As it stands; a submission keeps the version that it was handed in under."""

    id: DocumentId
    title: str
    criteria: ShownCriteria
    points: float
    version: int


class CourseAssignment(Resource):
    """Dates and attempts are the caller's own where the caller is a learner, in a group the latest of its members',
    and the course's for staff. ``html`` shows the instructions. ``ai_takes_part`` says whether an AI reads what is
    handed in; ``ai_grading`` and ``reference_answers`` are for staff, null for learners. ``rubric`` is null in
    lists."""

    id: DocumentId
    course_id: Id
    title: str
    instructions: str
    html: str
    points: float
    takes: list[Literal["text", "files", "code"]]
    language: CodeLanguage | None
    file_types: list[str] | None
    most_files: int
    group_set_id: Id | None
    opens_at: Moment | None
    due_at: Moment | None
    closes_at: Moment | None
    attempts: int | None
    late_policy: ShownLatePolicy | None
    rubric_id: Id | None
    rubric: CurrentRubric | None = None
    blind: bool
    peer_reviews: Annotated[Document | None, Kept(PeerReviews | None)]
    ai_takes_part: bool
    ai_grading: Annotated[Document | None, Kept(AiGrading | None)]
    reference_answers: list[str] | None
    template: str
    similarity: Annotated[Document, Kept(Similarity)]
    release: Release
    appeal_days: int | None
    published: bool
    released_at: Moment | None
    version: int
    created_at: Moment
    updated_at: Moment
