"""A job as its followers see it."""

from typing import Literal

from pydantic import BaseModel

from lms.fields import DocumentId, Id, Moment, Resource


class Usage(BaseModel):
    """What a model's calls took. ``cost_usd`` by the price table of the provider."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class Progress(Resource):
    """``done`` of ``total`` steps; ``step`` names the stage: outline, lessons, quizzes, assembly; blocks,
    questions, proposal; rows."""

    step: str
    done: int
    total: int


class JobError(Resource):
    code: str
    detail: str
    steps: list[str] = []


class JobResult(Resource):
    """Of a list that was brought in, ``counts`` has the number of rows by outcome, and at ``report`` stands what
    became of each."""

    course_id: Id
    counts: dict[str, int] | None = None
    report: str | None = None


class Job(Resource):
    """``prompts`` names the prompt files that a model was asked with: by name and version, their sha256."""

    id: DocumentId
    kind: Literal["course_generation", "content_enhancement", "quiz_generation", "enrollment_import"]
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
