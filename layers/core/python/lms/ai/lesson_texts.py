"""Shapes that both AI providers take and give when they work on lessons that there are."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from lms.ai.models import KeyTerm, Question, Span
from lms.fields import Difficulty


class _Content(BaseModel):
    """What holds people's or a model's text: its validation errors, which are logged, do not quote it."""

    model_config = ConfigDict(hide_input_in_errors=True, defer_build=True, frozen=True)


class TextBlock(_Content):
    """A block of a lesson. ``text`` is its Markdown; of an image its caption."""

    id: str
    kind: str
    text: str
    alt: str | None = None
    url: str | None = None
    file_id: str | None = None
    source: Span | None = None


class LessonText(_Content):
    """A lesson as it stood when somebody asked for work on it. ``language`` is the course's."""

    id: str
    title: str
    audience: str
    difficulty: Difficulty
    language: str
    blocks: list[TextBlock]
    key_terms: list[KeyTerm] = []

    def parts(self, block_ids: list[str]) -> list[TextBlock]:
        """The blocks that are named, in the lesson's order."""
        return [block for block in self.blocks if block.id in block_ids]


class Change(_Content):
    """What a block is to say, or, with no ``block_id``, a new block behind ``after_id`` (None: first).

    None as ``text`` says that it could not be done, and ``why`` says the reason; a text as it was says that there
    is nothing to change, and why. ``source`` is a new block's.
    """

    block_id: str | None = None
    after_id: str | None = None
    text: str | None = None
    why: str | None = None
    source: Span | None = None


class Enhancement(_Content):
    changes: list[Change] = []
    summary: str | None = None
    key_terms: list[KeyTerm] = []


class Asked(_Content):
    """A question and how hard it is."""

    question: Question
    difficulty: Difficulty


class Questions(_Content):
    asked: list[Asked] = []


class Picture(_Content):
    """What an image block shows."""

    block_id: str
    content_type: str
    data: bytes


class Task(_Content):
    """What is to be done with the blocks ``block_ids`` of a lesson. ``pictures`` are what is to be described."""

    action: Literal["rewrite", "shorten", "expand", "summary", "key_terms", "translate", "alt_text"]
    block_ids: list[str]
    level: Difficulty | None = None
    language: str | None = None
    pictures: list[Picture] = []


class QuestionTask(_Content):
    """How many questions of which kinds are to be asked about a lesson; ``besides`` is the evidence of those that
    the course's bank holds about it."""

    count: int
    kinds: list[str]
    difficulty: Difficulty
    language: str
    besides: list[str] = []
