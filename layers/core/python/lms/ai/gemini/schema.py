"""What the model is asked to answer: flatter than ``lms.ai.models``, within the JSON Schema that Gemini reads.

Gemini knows no ``const``, ``default``, ``pattern`` or string lengths, and nothing beside a ``$ref``: further rules
stand in ``lms.ai.models`` and are checked when an answer is converted.
"""

import re
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def _printable(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("holds control characters")
    if not text.strip():
        raise ValueError("is empty")
    return text.strip()


Text = Annotated[str, AfterValidator(_printable)]


class Answer(BaseModel):
    # What the model wrote stays out of errors, which are logged.
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Citation(Answer):
    """Consecutive source paragraphs, by number; ``first`` equals ``last`` for a single one."""

    first: int
    last: int


class OutlineLesson(Answer):
    title: Text
    objectives: Annotated[list[Text], Field(min_length=1, max_length=5)]
    minutes: Annotated[int, Field(ge=1, le=240, description="reading and thinking time")]
    sources: Annotated[list[Citation], Field(description="the source paragraphs that the lesson teaches")] = []


class OutlineModule(Answer):
    title: Text
    lessons: Annotated[list[OutlineLesson], Field(min_length=1)]


class OutlineAnswer(Answer):
    title: Text
    description: Text
    skills: list[Text]
    modules: Annotated[list[OutlineModule], Field(min_length=1)]


class LessonBlock(Answer):
    kind: Literal["markdown", "code"]
    text: Annotated[Text, Field(description="Markdown, or bare code without a fence")]
    language: Annotated[str | None, Field(description="the programming language of a code block")] = None
    source: Citation | None = None


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


class QuizQuestion(Answer):
    kind: Literal["single", "true_false", "cloze", "short_text"]
    prompt: Annotated[Text, Field(description="for cloze a sentence with one gap, written ____")]
    options: Annotated[list[Text], Field(description="for single 3 to 6 different options, else empty")]
    answer: Annotated[Text, Field(description="for single one of the options, for true_false true or false")]
    evidence: Annotated[Text, Field(description="one sentence copied word for word from the lesson")]


class QuizAnswer(Answer):
    questions: Annotated[list[QuizQuestion], Field(min_length=3, max_length=6)]


@cache
def json_schema(answer: type[Answer], *, cited: bool) -> dict[str, Any]:
    """The JSON Schema to send: where there are sources citations are required, else they do not appear."""
    whole = answer.model_json_schema()
    definitions: dict[str, Any] = whole.get("$defs", {})
    for part in (whole, *definitions.values()):
        _settle_citations(part, cited)
        for each in part["properties"].values():
            each.pop("default", None)
    if not cited:
        definitions.pop(Citation.__name__, None)
    return whole


def _settle_citations(part: dict[str, Any], cited: bool) -> None:
    properties = part["properties"]
    for name in {"source", "sources"} & properties.keys():
        if not cited:
            del properties[name]
            continue
        part["required"].append(name)
        if name == "sources":
            properties[name]["minItems"] = 1
        else:
            properties[name] = properties[name]["anyOf"][0]
