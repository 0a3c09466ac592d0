"""Requests and responses about a course's modules and their order."""

from typing import Annotated

from pydantic import Field

from lms.courses.limits import MOST_LESSONS, MOST_MODULES
from lms.fields import UNCHANGED, Body, Change, DocumentId, Id, Kept, Moment, Reference, Resource, Title
from lms.mongo import Document
from lms.progress.conditions import Completion, Release
from lms.progress.reasons import Reason


class NewModule(Body):
    title: Title


class ModuleChange(Change):
    title: Title = UNCHANGED


class _Place(Body):
    """A row of the outline: only its id counts, the rest of what GET shows is read over."""

    model_config = {"extra": "ignore"}

    id: Reference


class LessonPlace(_Place):
    pass


class ModulePlace(_Place):
    lessons: Annotated[list[LessonPlace], Field(max_length=MOST_LESSONS)]


class OutlineOrder(Body):
    """The outline in its new order: each of the course's modules and lessons, exactly once."""

    modules: Annotated[list[ModulePlace], Field(max_length=MOST_MODULES)]


class OutlineLesson(Resource):
    """``reason`` and ``detail`` say why a lesson is locked for the caller, ``opens_at`` when it opens, where only
    time is missing."""

    id: DocumentId
    title: str
    minutes: int
    objectives: list[str]
    locked: bool = False
    reason: Reason | None = None
    detail: str | None = None
    opens_at: Moment | None = None
    block_count: int
    question_count: int
    quiz_id: Id | None = None
    release: Annotated[Document | None, Kept(Release | None)]
    completion: Annotated[Document, Kept(Completion)]


class Module(Resource):
    id: DocumentId
    title: str
    lessons: list[OutlineLesson]


class Outline(Resource):
    modules: list[Module]
