"""What can be said of a request before Gemini is asked: without google-genai, which the endpoints do not have."""

from collections.abc import Iterable, Sequence

from lms.ai.gemini import enhancing, outlining, paragraphs, questioning
from lms.ai.gemini.answers import Answer, json_schema
from lms.ai.gemini.prompts import LEAST_OUTPUT, Prompt
from lms.ai.lesson_texts import LessonText, QuestionTask, Task
from lms.ai.models import CourseRequest, Source
from lms.errors import Invalid


def check(request: CourseRequest, sources: Sequence[Source]) -> None:
    """Raise Invalid (422): SOURCE_EMPTY where the sources hold no text, BUDGET_TOO_SMALL where the budget would not
    even pay for the outline."""
    shown = paragraphs.numbered(sources)
    if sources and not shown:
        raise Invalid("The source text holds no words.", code="SOURCE_EMPTY")
    if request.budget_tokens is None:
        return
    asked = outlining.prompt(request, shown).tokens(json_schema(outlining.OutlineAnswer, cited=bool(shown)))
    needed = asked + LEAST_OUTPUT
    if needed > request.budget_tokens:
        raise Invalid(
            f"budget_tokens is too small: the outline alone may need {needed} tokens.", code="BUDGET_TOO_SMALL"
        )


def check_enhancement(tasks: Sequence[Task], lesson: LessonText, budget_tokens: int) -> None:
    """Raise Invalid (422), BUDGET_TOO_SMALL, where the budget would not even pay for asking."""
    asked = [enhancing.asked(task, lesson, []) for task in tasks]
    _require_affordable(((each.prompt, each.answer) for each in asked), budget_tokens)


def check_questions(asked: Iterable[tuple[QuestionTask, LessonText]], budget_tokens: int) -> None:
    """As ``check_enhancement``."""
    shown = [(task, lesson, questioning.shown(lesson)) for task, lesson in asked]
    found = [questioning.prompt(task, lesson, prose) for task, lesson, prose in shown if prose]
    _require_affordable(((prompt, questioning.QuestionsAnswer) for prompt in found), budget_tokens)


def _require_affordable(asked: Iterable[tuple[Prompt, type[Answer]]], budget_tokens: int) -> None:
    needed = sum(prompt.tokens(json_schema(answer, cited=prompt.cites)) + LEAST_OUTPUT for prompt, answer in asked)
    if needed > budget_tokens:
        detail = f"budget_tokens is too small: to ask alone, and for the shortest answers, takes {needed} tokens."
        raise Invalid(detail, code="BUDGET_TOO_SMALL")
