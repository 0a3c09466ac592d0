"""Shapes that both AI providers take and give: a request, its sources, an outline, lessons and questions."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from lms.fields import Body, Count, Difficulty, Id, Language, Line, Reference, Resource, Title, each_once

SourceFiles = Annotated[list[Reference], Field(min_length=1, max_length=20), AfterValidator(each_once)]


class CourseRequest(Body):
    """What a person asks to have generated.

    ``source_file_ids`` names files whose text was extracted; ``source_text`` comes before theirs.
    """

    topic: Title
    audience: Line
    difficulty: Difficulty
    lesson_count: Annotated[Count, Field(ge=1, le=30)]
    source_text: Annotated[str, StringConstraints(min_length=1, max_length=200_000)] | None = None
    source_file_ids: SourceFiles | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] = "en"
    budget_tokens: Annotated[Count, Field(ge=1_000, le=10_000_000)] | None = None


class AnalysisRequest(Body):
    """Whose figures to tell of: the caller's own, or, for graders, those of ``user_id``, and without one those of
    all learners of the course together."""

    course_id: Reference
    user_id: Reference | None = None
    language: Language = "en"
    budget_tokens: Annotated[Count, Field(ge=1_000, le=10_000_000)] | None = None


class CourseQuestion(Body):
    """What a member asks about a course."""

    course_id: Reference
    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1_000)]


class AnswerCitation(Resource):
    """``quote`` stands word for word in the block."""

    lesson_id: Id
    lesson_title: str
    block_id: str
    quote: str


class ShownSentence(Resource):
    text: str
    citations: list[AnswerCitation]


class CourseReply(Resource):
    """``reason`` says why a question was not ``answered``."""

    answered: bool
    reason: Literal["NOT_IN_COURSE"] | None
    sentences: list[ShownSentence]
    provider: str


class _Content(BaseModel):
    """What holds text of a source or a model: its validation errors, which are logged, do not quote it."""

    model_config = ConfigDict(hide_input_in_errors=True, defer_build=True)


class Source(_Content):
    """A text to build from: Markdown or plain."""

    model_config = ConfigDict(frozen=True)

    id: Id
    title: str
    text: str


class Span(BaseModel):
    """Where something stands: ``source.text[start:end]``, in characters."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    source_id: Id
    start: int = Field(ge=0)
    end: int = Field(gt=0)


class LessonPlan(_Content):
    """A lesson as the outline foresees it; ``number`` counts through the whole course from 1."""

    number: int = Field(ge=1)
    title: Title
    objectives: Annotated[list[str], Field(min_length=1, max_length=5)]
    minutes: int = Field(ge=1, le=240)
    spans: list[Span] = []


class ModulePlan(_Content):
    title: Title
    lessons: Annotated[list[LessonPlan], Field(min_length=1)]


class Outline(_Content):
    title: Title
    description: str
    skills: list[str] = []
    modules: Annotated[list[ModulePlan], Field(min_length=1)]

    @property
    def lessons(self) -> list[LessonPlan]:
        return [lesson for module in self.modules for lesson in module.lessons]


class Block(_Content):
    """A piece of a lesson. ``source`` is None only where no source text was given."""

    kind: Literal["markdown", "code"]
    text: Annotated[str, StringConstraints(min_length=1)]
    language: str | None = None
    source: Span | None = None


class KeyTerm(_Content):
    term: str
    definition: str
    source: Span | None = None


class Lesson(_Content):
    """A lesson's content. Its first block is the summary."""

    blocks: Annotated[list[Block], Field(min_length=1)]
    key_terms: list[KeyTerm] = []

    @property
    def text(self) -> str:
        return "\n\n".join(block.text for block in self.blocks)


class _Asked(_Content):
    """``evidence`` is a sentence that stands word for word in the lesson and settles the answer."""

    prompt: Annotated[str, StringConstraints(min_length=1)]
    evidence: Annotated[str, StringConstraints(min_length=1)]
    source: Span | None = None


class SingleChoice(_Asked):
    kind: Literal["single"] = "single"
    options: Annotated[list[str], Field(min_length=3, max_length=6)]
    answer: int = Field(ge=0, description="index into options")


class TrueFalse(_Asked):
    kind: Literal["true_false"] = "true_false"
    answer: bool


class Cloze(_Asked):
    """``prompt`` holds one gap, written ``____``."""

    kind: Literal["cloze"] = "cloze"
    answer: Annotated[str, StringConstraints(min_length=1)]


class ShortText(_Asked):
    kind: Literal["short_text"] = "short_text"
    answer: Annotated[str, StringConstraints(min_length=1)]


Question = Annotated[SingleChoice | TrueFalse | Cloze | ShortText, Field(discriminator="kind")]


class Quiz(_Content):
    questions: Annotated[list[Question], Field(min_length=1)]
