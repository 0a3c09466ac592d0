"""Requests and responses about a question of the bank."""

from typing import Annotated

from pydantic import AliasChoices, AliasPath, Field

from lms.courses.models.review import Review
from lms.courses.models.source import Source
from lms.courses.states import Origin
from lms.fields import UNCHANGED, Change, Difficulty, DocumentId, Id, Kept, Moment, Resource
from lms.mongo import Document
from lms.quizzes.contents import Content, Feedback
from lms.quizzes.fields import Heading, Hints, Kind, Points, Pool, Skills, Text


class QuestionChange(Change):
    """Each field that is named is replaced as a whole."""

    title: Heading = UNCHANGED
    prompt: Text = UNCHANGED
    content: Content = UNCHANGED
    points: Points = UNCHANGED
    feedback: Feedback = UNCHANGED
    hints: Hints = UNCHANGED
    skills: Skills = UNCHANGED
    pool: Pool | None = UNCHANGED


class BankQuestion(Resource):
    """A question with its key; ``difficulty`` is what an AI took it for. ``html`` holds the safe HTML of its texts
    by their path: ``prompt``, ``options/{id}/text``, ``feedback/general``, ``hints/0``; gaps stay in the prompt's
    as ``{{id}}``."""

    id: DocumentId
    course_id: Id
    lesson_id: Id | None
    kind: Annotated[Kind, Field(validation_alias=AliasChoices("kind", AliasPath("content", "kind")))]
    title: str
    prompt: str
    content: Annotated[Document, Kept(Content)]
    points: float
    feedback: Feedback
    hints: list[str]
    skills: list[str]
    pool: str | None
    html: dict[str, str]
    evidence: str
    difficulty: Difficulty | None = None
    source: Source | None
    origin: Origin
    reviewed: Review | None = None
    version: int
    created_at: Moment
    updated_at: Moment
