"""What files are for: the one table of who may upload and see them, of which kind and how large."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

MEGABYTE = 1024 * 1024

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXTS = frozenset({PDF, DOCX, PPTX, "text/plain", "text/markdown", "text/html"})
"""What text can be taken out of."""
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
MEDIA = frozenset({"audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "video/mp4", "video/webm"})
SHOWN_IN_PLACE = IMAGES | MEDIA | {PDF, "text/plain"}
"""What a browser may show where it stands: types that run no script of the file's author."""


class Purpose(StrEnum):
    """What a file hangs on."""

    COURSE_MATERIAL = "course_material"
    SOURCE = "source"
    SUBMISSION = "submission"
    AVATAR = "avatar"
    MESSAGE = "message"


@dataclass(frozen=True)
class Rule:
    """A row of the table. Who may upload: those with ``upload`` in the file's course; without a course, anyone.
    Who may see beside the owner: those with ``see`` in the course, learners through a lesson where
    ``through_lessons``, who sees a submission with it where ``through_submissions``, anyone signed in where
    ``public``. Who may delete beside the owner: those with ``remove``. ``extracts_text`` where
    the type is one of ``TEXTS``.
    """

    types: frozenset[str]
    largest: int
    course: Literal["required", "optional", "none"] = "none"
    upload: str = "course.edit"
    see: str | None = "course.edit"
    remove: str | None = "course.edit"
    through_lessons: bool = False
    through_submissions: bool = False
    public: bool = False
    extracts_text: bool = False


_DOCUMENTS = TEXTS | {XLSX, "text/csv", "application/json", "image/svg+xml", "text/vtt", "application/zip"}

PURPOSES: Mapping[Purpose, Rule] = {
    Purpose.COURSE_MATERIAL: Rule(
        types=_DOCUMENTS | IMAGES | MEDIA,
        largest=2048 * MEGABYTE,
        course="required",
        through_lessons=True,
    ),
    Purpose.SOURCE: Rule(types=TEXTS, largest=50 * MEGABYTE, course="optional", extracts_text=True),
    Purpose.SUBMISSION: Rule(
        types=_DOCUMENTS | IMAGES | MEDIA,
        largest=500 * MEGABYTE,
        course="required",
        upload="course.learn",
        see=None,
        remove=None,
        through_submissions=True,
        extracts_text=True,
    ),
    Purpose.AVATAR: Rule(types=IMAGES, largest=5 * MEGABYTE, public=True),
    Purpose.MESSAGE: Rule(types=_DOCUMENTS | IMAGES, largest=25 * MEGABYTE),
}
