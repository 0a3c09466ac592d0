"""A narrative over figures: what is asked, and what is answered."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from lms.ai.gemini import prompts
from lms.ai.gemini.answers import Answer, Text
from lms.ai.gemini.prompts import Prompt
from lms.ai.narration import About, Sentence
from lms.figures import Figure


class NarrativeSentence(Answer):
    text: Text
    figure_ids: Annotated[list[str], Field(min_length=1, description="ids of the figures that it tells of")]


class NarrativeAnswer(Answer):
    sentences: Annotated[list[NarrativeSentence], Field(min_length=1, max_length=12)]


def prompt(figures: Sequence[Figure], about: About, language: str) -> Prompt:
    task = {"write": "narrative", "about": about, "language": language}
    asking = prompts.prompt("narrative.v1", task, figures=[figure._asdict() for figure in figures])
    return replace(asking, names=tuple(figure.label for figure in figures))


def narrative(answer: NarrativeAnswer) -> list[Sentence]:
    return [Sentence(each.text, tuple(each.figure_ids)) for each in answer.sentences]
