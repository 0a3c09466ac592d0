"""Requests and responses about a course as a whole."""

import zoneinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from lms.courses.states import CourseStatus
from lms.fields import (
    UNCHANGED,
    Body,
    Change,
    Difficulty,
    DocumentId,
    Flag,
    Id,
    Instant,
    Language,
    Line,
    Moment,
    Reference,
    Resource,
    Skills,
    Title,
    each_once,
)
from lms.permissions import CourseRole


def _time_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not a time zone of the IANA database") from None
    return name


Description = Annotated[str, StringConstraints(max_length=5_000)]
Tags = Annotated[list[Line], Field(max_length=20), AfterValidator(each_once)]
TimeZone = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]+$", max_length=64), AfterValidator(_time_zone)
]


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


class Generated(Resource):
    """The job that made a course, the AI provider that it used, and the prompt files that a model was asked with:
    by name and version, their sha256."""

    job_id: Id
    provider: str
    prompts: dict[str, dict[str, str]] = {}


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
    status: CourseStatus
    owner_id: Id
    role: CourseRole
    module_count: int
    lesson_count: int
    generated: Generated | None = None
    published_at: Moment | None = None
    version: int
    created_at: Moment
    updated_at: Moment


class Transfer(Body):
    user_id: Reference


Acceptable = Literal[
    "EMPTY_LESSON",
    "EMPTY_MODULE",
    "ALT_TEXT",
    "CAPTIONS",
    "UNREVIEWED_AI",
    "SOURCE_CHANGED",
    "EMPTY_QUIZ",
    "NO_DESCRIPTION",
]


class Publication(Body):
    """``accept`` names what may be missing; with ``dry_run`` nothing is published."""

    dry_run: Flag = False
    accept: Annotated[list[Acceptable], Field(max_length=20)] = []


class Missing(Resource):
    """What a course lacks, and where: in a module, in a lesson, in a block or question of it, or on the whole."""

    code: Acceptable | Literal["NO_LESSONS"]
    module_id: Id | None = None
    lesson_id: Id | None = None
    block_id: Id | None = None
    question_id: Id | None = None
    message: str


class Completeness(Resource):
    """Whether the course stands in the catalogue now, and what it lacks: the first 1,000 rows."""

    published: bool
    missing: list[Missing]


class Duplicate(Body):
    """``title`` of the copy; the original's with "(copy)" behind it, unless said otherwise."""

    title: Title | None = None
