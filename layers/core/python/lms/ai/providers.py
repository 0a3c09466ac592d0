"""Which AI provider does the work: Gemini where a key is configured, the grounded one everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from lms.config import settings

if TYPE_CHECKING:
    from lms.ai.grading_task import Grading, GradingTask
    from lms.ai.lesson_texts import Enhancement, LessonText, Questions, QuestionTask, Task
    from lms.ai.models import CourseRequest, Lesson, LessonPlan, Outline, Quiz, Source
    from lms.ai.narration import About, Sentence
    from lms.ai.tutoring import AnswerSentence, Passage
    from lms.figures import Figure
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

    def enhance(self, task: Task, lesson: LessonText, sources: Sequence[Source]) -> Enhancement: ...

    def questions(self, task: QuestionTask, lesson: LessonText, sources: Sequence[Source]) -> Questions: ...

    def narrate(self, figures: Sequence[Figure], about: About, language: str) -> list[Sentence]:
        """Sentences that are still to be held against the figures."""
        ...

    def answer(self, question: str, passages: Sequence[Passage], language: str) -> list[AnswerSentence]:
        """Each with the passages that it rests on; none where they do not answer the question."""
        ...

    def grade(self, task: GradingTask) -> Grading:
        """Raise ContentRefused where no answer is fit to be shown."""
        ...


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
