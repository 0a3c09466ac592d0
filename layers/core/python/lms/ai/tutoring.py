"""What an answer to a question about a course is made of: passages of its lessons, and sentences that cite them."""

from collections.abc import Sequence
from typing import NamedTuple

from bson import ObjectId


class Passage(NamedTuple):
    """A paragraph of a lesson, word for word as it stands in its block."""

    lesson_id: ObjectId
    lesson_title: str
    block_id: str
    text: str


class Citation(NamedTuple):
    """``quote`` stands word for word in the passage."""

    passage: Passage
    quote: str


class AnswerSentence(NamedTuple):
    text: str
    citations: Sequence[Citation]
