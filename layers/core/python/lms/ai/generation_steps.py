"""How a course is made: an outline, then every lesson, then every quiz, then the draft course in one piece."""

from collections.abc import Callable, Sequence
from typing import Any

from lms import metrics
from lms.ai import library, repository
from lms.ai.failures import ProviderFailure
from lms.ai.generation import OUTLINE
from lms.ai.models import CourseRequest, Lesson, Outline, Quiz, Usage
from lms.ai.providers import Provider, provider
from lms.ai.steps import Finish, Kind, StepFailed
from lms.courses import assembly
from lms.mongo import Document, Transaction

_ASSEMBLY = "assembly"
_STAGES = {"outline": "outline", "lesson": "lessons", "quiz": "quizzes", "assembly": "assembly"}


def _due(job: Document, done: frozenset[str]) -> Sequence[str]:
    numbers = range(1, job["request"]["lesson_count"] + 1)
    for stage in (
        [OUTLINE],
        [f"lesson-{number}" for number in numbers],
        [f"quiz-{number}" for number in numbers],
        [_ASSEMBLY],
    ):
        if left := [name for name in stage if name not in done]:
            return left
    return []


def _stage(name: str) -> str:
    return _STAGES[name.partition("-")[0]]


def _work(job: Document, held: Document, remaining_seconds: Callable[[], float]) -> tuple[Any, Finish | None]:
    if held["name"] == _ASSEMBLY:
        return None, _assembly(job)
    try:
        return _ask(job, held["name"], _provider(job, held, remaining_seconds)), None
    except ProviderFailure as failure:
        if failure.retryable:
            raise
        raise StepFailed(failure.code, failure.reason) from failure


def _provider(job: Document, held: Document, remaining_seconds: Callable[[], float]) -> Provider:
    """The job's provider, its calls counted on the job and held to this step's share of the budget."""
    allowance = repository.grant_allowance(held, alone=held["name"] == OUTLINE)
    spent = 0

    def record(usage: Usage) -> None:
        nonlocal spent
        spent += usage.input_tokens + usage.output_tokens
        metrics.count("ModelTokens", usage.input_tokens + usage.output_tokens)
        repository.add_usage(job["_id"], usage.input_tokens, usage.output_tokens, usage.cost_usd)

    def budget_left() -> int | None:
        return None if allowance is None else allowance - spent

    return provider(job["provider"], remaining_seconds=remaining_seconds, record=record, budget_left=budget_left)


def _ask(job: Document, name: str, ai: Provider) -> dict[str, Any]:
    """The output of an outline, lesson or quiz step."""
    request = CourseRequest.model_validate(job["request"])
    sources = [library.as_source(row) for row in repository.sources_by_id(job["source_ids"])]
    if name == OUTLINE:
        return ai.outline(request, sources).model_dump(mode="json")
    kind, _, number = name.partition("-")
    outline = _outline(job)
    plan = outline.lessons[int(number) - 1]
    if kind == "lesson":
        return ai.lesson(request, outline, plan, sources).model_dump(mode="json")
    lesson = Lesson.model_validate(repository.outputs(job["_id"], f"lesson-{number}$")[f"lesson-{number}"])
    return ai.quiz(request, plan, lesson, sources).model_dump(mode="json")


def _outline(job: Document) -> Outline:
    return Outline.model_validate(repository.outputs(job["_id"], f"{OUTLINE}$")[OUTLINE])


def _assembly(job: Document) -> Finish:
    outline = _outline(job)
    lessons = repository.outputs(job["_id"], "lesson-")
    quizzes = repository.outputs(job["_id"], "quiz-")
    titles = {str(row["_id"]): row["title"] for row in repository.sources_by_id(job["source_ids"])}

    def assemble(tx: Transaction) -> Document:
        assembly.assemble(
            tx,
            course_id=job["draft_id"],
            owner_id=job["owner_id"],
            job_id=job["_id"],
            provider=job["provider"],
            request=CourseRequest.model_validate(job["request"]),
            outline=outline,
            lessons={
                plan.number: Lesson.model_validate(lessons[f"lesson-{plan.number}"]) for plan in outline.lessons
            },
            quizzes={plan.number: Quiz.model_validate(quizzes[f"quiz-{plan.number}"]) for plan in outline.lessons},
            source_titles=titles,
        )
        return {"course_id": job["draft_id"], "result": {"course_id": job["draft_id"]}}

    return assemble


KIND = Kind(due=_due, stage=_stage, work=_work)
