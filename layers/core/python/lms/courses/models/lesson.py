"""Requests and responses about a lesson and its blocks."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from lms.courses import embeds
from lms.courses.limits import MOST_BLOCKS, MOST_LESSON_BYTES
from lms.courses.models.review import Review
from lms.courses.models.source import Source
from lms.courses.states import Origin
from lms.fields import (
    UNCHANGED,
    Body,
    Change,
    Count,
    DocumentId,
    Flag,
    Id,
    Kept,
    Language,
    Moment,
    Reference,
    Resource,
    Skills,
    Title,
)
from lms.mongo import Document
from lms.progress.conditions import Completion, Release, Viewed


def _small_enough(blocks: "list[BlockDraft]") -> "list[BlockDraft]":
    if sum(block.bytes for block in blocks) > MOST_LESSON_BYTES:
        raise ValueError(f"a lesson's blocks hold at most {MOST_LESSON_BYTES} bytes together")
    return blocks


Address = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(embeds.web_address)]


Objective = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Objectives = Annotated[list[Objective], Field(max_length=20)]
Minutes = Annotated[Count, Field(ge=1, le=600)]


class CaptionDraft(Body):
    """A WebVTT file with what is said and heard, in ``language``."""

    language: Language
    url: Address


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
    decorative: Flag = False
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


Blocks = Annotated[list[BlockDraft], Field(max_length=MOST_BLOCKS), AfterValidator(_small_enough)]


class NewLesson(Body):
    module_id: Reference
    title: Title
    objectives: Objectives = []
    skills: Skills = []
    minutes: Minutes = 10
    blocks: Blocks = []
    release: Release | None = None
    completion: Completion = Field(default_factory=Viewed, json_schema_extra={"default": {"kind": "viewed"}})


class LessonChange(Change):
    """``blocks`` are replaced as a whole."""

    title: Title = UNCHANGED
    objectives: Objectives = UNCHANGED
    skills: Skills = UNCHANGED
    minutes: Minutes = UNCHANGED
    blocks: Blocks = UNCHANGED
    release: Release | None = UNCHANGED
    completion: Completion = UNCHANGED


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
    release: Annotated[Document | None, Kept(Release | None)]
    completion: Annotated[Document, Kept(Completion)]
    blocks: list[Block]
    key_terms: list[KeyTerm]
    quiz: LessonQuiz | None = None
    version: int
    created_at: Moment
    updated_at: Moment
