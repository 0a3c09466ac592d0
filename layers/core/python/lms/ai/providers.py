"""Which AI provider does the work: Gemini where a key is configured, the grounded one everywhere else."""

from collections.abc import Callable, Sequence
from typing import Protocol

from lms.ai.models import CourseRequest, Lesson, LessonPlan, Outline, Quiz, Source
from lms.config import settings
from lms.jobs.models import Usage

Hold = Callable[[str, int, int | None], int | None]
"""Before each call: with its model, its input tokens and the most that it may put out (None: what the model can).
Returns what it may put out. Raise ProviderFailure where it may not be made."""


class Provider(Protocol):
    """``prompts`` has the sha256 of every prompt file that it has asked a model with, by the file's name."""

    name: str
    prompts: dict[str, str]

    def outline(self, request: CourseRequest, sources: Sequence[Source]) -> Outline: ...

    def lesson(
        self, request: CourseRequest, outline: Outline, plan: LessonPlan, sources: Sequence[Source]
    ) -> Lesson: ...

    def quiz(self, request: CourseRequest, plan: LessonPlan, lesson: Lesson, sources: Sequence[Source]) -> Quiz: ...


def configured() -> str:
    return "gemini" if settings().gemini_api_key_parameter else "grounded"


def provider(
    name: str,
    *,
    remaining_seconds: Callable[[], float],
    hold: Hold,
    record: Callable[[Usage], None],
    budget_left: Callable[[], int | None],
) -> Provider:
    """``budget_left``, ``hold`` and ``record`` tie a model's calls to budgets and counts: ``lms.ai.metering``."""
    # Imported here: who only asks what is configured needs neither, and google-genai takes half a second.
    if name == "grounded":
        from lms.ai.grounded.provider import Grounded

        return Grounded()
    from aws_lambda_powertools.utilities import parameters

    from lms.ai.gemini.provider import Gemini

    return Gemini(
        str(parameters.get_parameter(settings().gemini_api_key_parameter, decrypt=True, max_age=300)),
        model=settings().gemini_model,
        base_url=settings().gemini_base_url,
        remaining_seconds=remaining_seconds,
        hold=hold,
        record=record,
        budget_left=budget_left,
    )
