"""A lesson: what is asked, what is answered, and the course's own shape of it."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field

from lms.ai.gemini import citing, markup, prompts
from lms.ai.gemini.answers import Answer, Citation, Text, Unusable
from lms.ai.gemini.paragraphs import Paragraph
from lms.ai.gemini.prompts import Prompt
from lms.ai.models import Block, CourseRequest, KeyTerm, Lesson, LessonPlan, Outline

_WORDS_PER_MINUTE = 100
_MOST_WORDS = 1_500


class LessonBlock(Answer):
    kind: Literal["markdown", "code"]
    text: Annotated[Text, Field(description="Markdown, or bare code without a fence")]
    language: Annotated[str | None, Field(description="the programming language of a code block")] = None
    source: Citation | None = None

    def texts(self) -> Iterator[tuple[str, str]]:
        for place, text in super().texts():
            yield place, f"```\n{text}\n```" if self.kind == "code" else text


class LessonSummary(Answer):
    text: Text
    source: Citation | None = None


class LessonTerm(Answer):
    term: Text
    definition: Text
    source: Citation | None = None


class LessonAnswer(Answer):
    summary: LessonSummary
    blocks: Annotated[list[LessonBlock], Field(min_length=1)]
    key_terms: list[LessonTerm]


def prompt(request: CourseRequest, outline: Outline, plan: LessonPlan, shown: Sequence[Paragraph]) -> Prompt:
    task = {
        "write": "lesson",
        "course": outline.title,
        "lesson": {
            **plan.model_dump(include={"number", "title", "objectives"}),
            "words": min(plan.minutes * _WORDS_PER_MINUTE, _MOST_WORDS),
        },
        "earlier_lessons": [other.title for other in outline.lessons if other.number < plan.number],
        "later_lessons": [other.title for other in outline.lessons if other.number > plan.number],
        **prompts.wanted(request),
    }
    return prompts.prompt("lesson.v1", task, shown=shown)


def lesson(answer: LessonAnswer, shown: Sequence[Paragraph]) -> Lesson:
    """Raise Unusable."""
    problems: list[str] = []
    summary = Block(
        kind="markdown",
        text=answer.summary.text,
        source=citing.span("the summary", answer.summary.source, shown, problems),
    )
    blocks = [
        Block(
            kind=block.kind,
            text=block.text,
            language=block.language if block.kind == "code" else None,
            source=citing.span(f"block {n}", block.source, shown, problems),
        )
        for n, block in enumerate(answer.blocks, start=1)
    ]
    terms = [
        KeyTerm(
            term=term.term,
            definition=term.definition,
            source=citing.span(f"key term {n}", term.source, shown, problems),
        )
        for n, term in enumerate(answer.key_terms, start=1)
    ]
    problems += [
        f"{'the summary' if n == 0 else f'block {n}'} holds {found}; write plain Markdown, and code as code"
        for n, block in enumerate([summary, *blocks])
        if block.kind == "markdown"
        for found in markup.forbidden(block.text)
    ]
    if problems:
        raise Unusable(problems)
    return Lesson(blocks=[summary, *blocks], key_terms=terms)
