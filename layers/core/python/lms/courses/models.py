"""Requests and responses of the courses endpoints."""

import zoneinfo
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from lms.courses import embeds
from lms.fields import Body, Count, Difficulty, DocumentId, Id, Instant, Line, Moment, Resource, Title
from lms.permissions import CourseRole
from lms.progress.models import Completion, Reason, Release, Viewed

MOST_MODULES = 100
MOST_LESSONS = 500
_MOST_LESSON_BYTES = 200 * 1024


class Status(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class Sort(StrEnum):
    NEWEST = "newest"
    TITLE = "title"
    RELEVANCE = "relevance"


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
    if sum(block.bytes for block in blocks) > _MOST_LESSON_BYTES:
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
        """Those that are named, each whole: what a nested body leaves out has its default."""
        return self.model_dump(include=self.model_fields_set)


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


Address = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(embeds.web_address)]


class CaptionDraft(Body):
    """A WebVTT file with what is said and heard, in ``language``."""

    language: Language
    url: Address


class Review(Resource):
    """Who has looked at what an AI wrote, and when."""

    by: Id
    at: Moment


BlockKind = Literal["markdown", "code", "math", "image", "video", "file", "embed"]


class BlockDraft(Body):
    """A block as an editor writes it. With the ``id`` of a block of the lesson it takes that one's place.

    ``text`` is the Markdown, the program, or the LaTeX of a formula; elsewhere it is the caption, in Markdown, and
    may be left out. Images, videos and files name their ``url`` (https) or a ``file_id``. Images say what they show
    in ``alt``, or that they are ``decorative``; videos have ``captions`` and a ``transcript``; files have a
    ``name`` and a ``size`` in bytes; embedded pages have a ``url`` on one of the hosts that are allowed, and a
    ``name``.

    ``html``, ``source``, ``origin`` and ``reviewed`` may come back as GET showed them and are read over: the server
    says them.
    """

    OWN: ClassVar[dict[str, frozenset[str]]] = {
        "url": frozenset({"image", "video", "file", "embed"}),
        "file_id": frozenset({"image", "video", "file"}),
        "alt": frozenset({"image"}),
        "decorative": frozenset({"image"}),
        "captions": frozenset({"video"}),
        "transcript": frozenset({"video"}),
        "name": frozenset({"file", "embed"}),
        "size": frozenset({"file"}),
    }
    """Which kinds have which field."""

    id: Reference | None = None
    kind: BlockKind
    text: Annotated[str, StringConstraints(max_length=50_000), Field(validate_default=True)] = ""
    language: Annotated[str, StringConstraints(pattern=r"^[\w+#.-]{1,30}$")] | None = None
    url: Address | None = None
    file_id: Reference | None = None
    alt: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)] | None = None
    decorative: Annotated[bool, Field(strict=True)] = False
    captions: Annotated[list[CaptionDraft], Field(max_length=50)] = []
    transcript: Annotated[str, StringConstraints(max_length=100_000)] | None = None
    name: Title | None = None
    size: Annotated[Count, Field(ge=0, le=2**53)] | None = None
    html: str | None = None
    source: Source | None = None
    origin: Origin | None = None
    reviewed: Review | None = None

    @field_validator("text")
    @classmethod
    def _says_something(cls, text: str, info: ValidationInfo) -> str:
        if not text and info.data.get("kind") in ("markdown", "code", "math"):
            raise ValueError("must not be empty")
        return text

    @field_validator(*OWN)
    @classmethod
    def _belongs_to_the_kind(cls, value: Any, info: ValidationInfo) -> Any:
        kind = info.data.get("kind")
        if value and kind and kind not in cls.OWN[str(info.field_name)]:
            raise ValueError(f"is no field of a block of the kind {kind}")
        if value and (kind, info.field_name) == ("embed", "url"):
            return embeds.embeddable(value)
        return value

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if self.kind in self.OWN["url"] and (self.url is None) == (self.file_id is None):
            raise ValueError("name either a url or a file_id" if self.kind != "embed" else "name a url")
        return self

    @property
    def bytes(self) -> int:
        """What an author's words in it take."""
        words = (self.text, self.url, self.alt, self.transcript, *(each.url for each in self.captions))
        return sum(len(each.encode()) for each in words if each)


Blocks = Annotated[list[BlockDraft], Field(max_length=200), AfterValidator(_small_enough)]


class NewLesson(Body):
    module_id: Reference
    title: Title
    objectives: Objectives = []
    skills: Skills = []
    minutes: Minutes = 10
    blocks: Blocks = []
    release: Release | None = None
    completion: Completion = Viewed()


class LessonChange(Change):
    """``blocks`` are replaced as a whole."""

    title: Title = UNCHANGED
    objectives: Objectives = UNCHANGED
    skills: Skills = UNCHANGED
    minutes: Minutes = UNCHANGED
    blocks: Blocks = UNCHANGED
    release: Release | None = UNCHANGED
    completion: Completion = UNCHANGED


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
    published_at: Moment | None = None
    version: int
    created_at: Moment
    updated_at: Moment


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
    release: Release | None
    completion: Completion


class Module(Resource):
    id: DocumentId
    title: str
    lessons: list[OutlineLesson]


class Outline(Resource):
    modules: list[Module]


class Caption(Resource):
    language: str
    url: str


class Block(Resource):
    """``text`` as written; ``html`` made from it, safe to show. A field that the kind has not is null or empty."""

    id: Id
    kind: BlockKind
    text: str
    language: str | None
    url: str | None = None
    file_id: Id | None = None
    alt: str | None = None
    decorative: bool = False
    captions: list[Caption] = []
    transcript: str | None = None
    name: str | None = None
    size: int | None = None
    html: str
    source: Source | None
    origin: Origin
    reviewed: Review | None = None


class KeyTerm(Resource):
    term: str
    definition: str
    source: Source | None


class LessonQuestion(Resource):
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


class LessonQuiz(Resource):
    """``questions`` are those of the ``question_count`` that this simple form can hold; the quiz itself has all."""

    id: DocumentId
    title: str
    questions: list[LessonQuestion]
    question_count: int


class Lesson(Resource):
    """``quiz`` is shown to editors alone: it holds the answers."""

    id: DocumentId
    course_id: Id
    title: str
    objectives: list[str]
    skills: list[str]
    minutes: int
    release: Release | None
    completion: Completion
    blocks: list[Block]
    key_terms: list[KeyTerm]
    quiz: LessonQuiz | None = None
    version: int
    created_at: Moment
    updated_at: Moment


class LessonVersion(Resource):
    """Version ``n`` of a lesson, made ``by`` that person (null: by the job that made the course) ``at`` that time.

    ``changed`` names the fields that differ from the version before, or says deleted, restored or reviewed.
    """

    n: int
    at: Moment
    by: Id | None = None
    title: str
    changed: list[str] = []
    restored_from: int | None = None


class Transfer(Body):
    user_id: Reference


Acceptable = Literal[
    "EMPTY_LESSON", "EMPTY_MODULE", "ALT_TEXT", "CAPTIONS", "UNREVIEWED_AI", "EMPTY_QUIZ", "NO_DESCRIPTION"
]


class Publication(Body):
    """``accept`` names what may be missing; with ``dry_run`` nothing is published."""

    dry_run: Annotated[bool, Field(strict=True)] = False
    accept: Annotated[list[Acceptable], Field(max_length=20)] = []


class Missing(Resource):
    """What a course lacks, and where: in a module, in a lesson, in a block of it, or on the whole."""

    code: Acceptable | Literal["NO_LESSONS"]
    module_id: Id | None = None
    lesson_id: Id | None = None
    block_id: Id | None = None
    message: str


class Completeness(Resource):
    """Whether the course stands in the catalogue now, and what it lacks: the first 1,000 rows."""

    published: bool
    missing: list[Missing]


class Duplicate(Body):
    """``title`` of the copy; the original's with "(copy)" behind it, unless said otherwise."""

    title: Title | None = None
