"""What can be said of a request before Gemini is asked: without google-genai, which the endpoints do not have."""

from collections.abc import Sequence

from lms.ai.gemini import outlining, paragraphs
from lms.ai.gemini.answers import json_schema
from lms.ai.gemini.prompts import LEAST_OUTPUT
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
