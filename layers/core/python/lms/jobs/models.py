"""A job as its followers see it."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, WithJsonSchema

from lms.fields import DocumentId, Id, Moment, Resource
from lms.mongo import Document


class Usage(BaseModel):
    """What a model's calls took. ``cost_usd`` by the price table of the provider."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class Progress(Resource):
    """``done`` of ``total`` steps; ``step`` names the stage: outline, lessons, quizzes, assembly; blocks,
    questions, proposal; narrative; rows; plan, fingerprints, comparisons, ranking; submissions,
    tally; essays."""

    step: str
    done: int
    total: int


class JobError(Resource):
    code: str
    detail: str
    steps: list[str] = []


class AnalysisFigure(Resource):
    """``value`` in ``unit`` (percent, points, lessons, …), out of or over ``n`` of what it is about. ``label`` is
    the title of the one thing that it is about, "" where it is about more."""

    id: str
    name: str
    value: float
    unit: str
    n: int
    label: str


class AnalysisSentence(Resource):
    """Its numbers are those of the figures that it names."""

    text: str
    figure_ids: list[str]


class Analysis(Resource):
    """A narrative over figures as they were at ``computed_at``; ``about`` who reads it (you), a learner, or all
    learners of the course whom the reader sees."""

    about: Literal["you", "learner", "course"]
    user_id: Id | None
    language: str
    computed_at: Moment
    figures: list[AnalysisFigure]
    sentences: list[AnalysisSentence]


def _left_out(proposal: Document | None) -> None:
    """It can hold a whole lesson."""


class JobResult(Resource):
    """Of a list that was brought in, ``counts`` has the number of rows by outcome, and at ``report`` stands what
    became of each; of a search for similar submissions, the number of submissions and of pairs, and where the pairs
    stand; of grading an assignment, the number of submissions by outcome and of those that are left, of grading one
    submission, where the suggestion stands. ``proposal`` is shown where the job stands alone, at ``/jobs/{id}``,
    and null elsewhere."""

    course_id: Id
    counts: dict[str, int] | None = None
    report: str | None = None
    analysis: Analysis | None = None
    proposal: Annotated[Document | None, BeforeValidator(_left_out), WithJsonSchema({"type": "null"})] = None


class Job(Resource):
    """``prompts`` names the prompt files that a model was asked with: by name and version, their sha256."""

    id: DocumentId
    kind: Literal[
        "course_generation",
        "content_enhancement",
        "quiz_generation",
        "performance_analysis",
        "enrollment_import",
        "similarity",
        "grading",
    ]
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    progress: Progress
    result: JobResult | None
    error: JobError | None
    usage: Usage
    provider: str | None = None
    prompts: dict[str, dict[str, str]] = {}
    course_id: Id | None = None
    created_at: Moment
    updated_at: Moment


class Accepted(Resource):
    """The answer to whatever takes long: follow the job at ``Location``."""

    job_id: Id
    status: str
