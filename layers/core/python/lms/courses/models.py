"""Requests and responses of the courses endpoints."""

import zoneinfo
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lms.fields import Body, Count, Difficulty, DocumentId, Id, Instant, Line, Moment, Resource, Title
from lms.permissions import CourseRole

MOST_MODULES = 100
MOST_LESSONS = 500
_MOST_LESSON_BYTES = 200 * 1024


class Status(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class Origin(StrEnum):
    """Who wrote a piece of content."""

    PERSON = "person"
    AI = "ai"


def _each_once(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _time_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not a time zone of the IANA database") from None
    return name


def _small_enough(blocks: "list[BlockDraft]") -> "list[BlockDraft]":
    if sum(len(block.text.encode()) for block in blocks) > _MOST_LESSON_BYTES:
        raise ValueError(f"a lesson's blocks hold at most {_MOST_LESSON_BYTES} bytes together")
    return blocks


Description = Annotated[str, StringConstraints(max_length=5_000)]
Objective = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Objectives = Annotated[list[Objective], Field(max_length=20)]
Tags = Annotated[list[Line], Field(max_length=20), AfterValidator(_each_once)]
Skills = Annotated[list[Line], Field(max_length=50), AfterValidator(_each_once)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
TimeZone = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]+$", max_length=64), AfterValidator(_time_zone)
]
Minutes = Annotated[Count, Field(ge=1, le=600)]
Reference = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
"""Another resource's id in a request body."""

UNCHANGED: Any = Field(default_factory=str)
"""The default of a field that a change may leave out: no value of its own, so that null is refused."""


class Change(Body):
    """A PATCH body: names at least one field; what it leaves out stays as it is."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name at least one field to change")
        return self

    @property
    def fields(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class NewCourse(Body):
    title: Title
    audience: Line
    difficulty: Difficulty
    description: Description = ""
    tags: Tags = []
    skills: Skills = []
    language: Language = "en"
    time_zone: TimeZone = "UTC"


class CourseChange(Change):
    title: Title = UNCHANGED
    audience: Line = UNCHANGED
    difficulty: Difficulty = UNCHANGED
    description: Description = UNCHANGED
    tags: Tags = UNCHANGED
    skills: Skills = UNCHANGED
    language: Language = UNCHANGED
    time_zone: TimeZone = UNCHANGED
    starts_at: Instant | None = UNCHANGED
    ends_at: Instant | None = UNCHANGED


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


class Source(Resource):
    """Where a piece comes from: characters ``start`` to ``end`` of a source text."""

    source_id: Id
    title: str
    start: int
    end: int


class BlockDraft(Body):
    """A block as an editor writes it. With the ``id`` of a block of the lesson it takes that one's place.

    ``html``, ``source`` and ``origin`` may come back as GET showed them and are read over: the server says them.
    """

    id: Reference | None = None
    kind: Literal["markdown", "code"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=50_000)]
    language: Annotated[str, StringConstraints(pattern=r"^[\w+#.-]{1,30}$")] | None = None
    html: str | None = None
    source: Source | None = None
    origin: Origin | None = None


Blocks = Annotated[list[BlockDraft], Field(max_length=200), AfterValidator(_small_enough)]


class NewLesson(Body):
    module_id: Reference
    title: Title
    objectives: Objectives = []
    skills: Skills = []
    minutes: Minutes = 10
    blocks: Blocks = []


class LessonChange(Change):
    """``blocks`` are replaced as a whole."""

    title: Title = UNCHANGED
    objectives: Objectives = UNCHANGED
    skills: Skills = UNCHANGED
    minutes: Minutes = UNCHANGED
    blocks: Blocks = UNCHANGED


class Generated(Resource):
    """The job that made a course, and the AI provider that it used."""

    job_id: Id
    provider: str


class Course(Resource):
    """``role`` is the caller's own in this course."""

    id: DocumentId
    title: str
    audience: str
    difficulty: Difficulty
    description: str
    tags: list[str]
    skills: list[str]
    language: str
    time_zone: str
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    status: Status
    owner_id: Id
    role: CourseRole
    module_count: int
    lesson_count: int
    generated: Generated | None = None
    version: int
    created_at: Moment
    updated_at: Moment


class OutlineLesson(Resource):
    """``reason`` says why a lesson is locked for the caller: MEMBERS_ONLY."""

    id: DocumentId
    title: str
    minutes: int
    objectives: list[str]
    locked: bool = False
    reason: Literal["MEMBERS_ONLY"] | None = None
    block_count: int
    question_count: int


class Module(Resource):
    id: DocumentId
    title: str
    lessons: list[OutlineLesson]


class Outline(Resource):
    modules: list[Module]


class Block(Resource):
    """``text`` as written; ``html`` made from it, safe to show."""

    id: Id
    kind: Literal["markdown", "code"]
    text: str
    language: str | None
    html: str
    source: Source | None
    origin: Origin


class KeyTerm(Resource):
    term: str
    definition: str
    source: Source | None


class Question(Resource):
    """``answer`` is an index into ``options`` (single), a truth value (true_false) or a text (cloze, short_text).
    ``evidence`` is the sentence of the lesson that settles it."""

    id: DocumentId
    kind: Literal["single", "true_false", "cloze", "short_text"]
    prompt: str
    options: list[str] | None = None
    answer: bool | int | str
    evidence: str
    source: Source | None
    origin: Origin


class Quiz(Resource):
    id: DocumentId
    title: str
    questions: list[Question]


class Lesson(Resource):
    """``quiz`` is shown to editors alone: it holds the answers."""

    id: DocumentId
    course_id: Id
    title: str
    objectives: list[str]
    skills: list[str]
    minutes: int
    blocks: list[Block]
    key_terms: list[KeyTerm]
    quiz: Quiz | None = None
    version: int
    created_at: Moment
    updated_at: Moment
