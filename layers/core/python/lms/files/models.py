"""Requests and responses about files."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from lms.fields import Body, Count, DocumentId, Id, Moment, Reference, Resource
from lms.files import names
from lms.files.purposes import Purpose
from lms.files.states import FileStatus, TextStatus, UploadKind


def _essence(content_type: str) -> str:
    """Without parameters such as the charset."""
    return content_type.partition(";")[0].strip().lower()


def _hash(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", text.lower()):
        raise ValueError("is not a SHA-256 in 64 hexadecimal digits")
    return text.lower()


Name = Annotated[str, StringConstraints(min_length=1, max_length=1_000), AfterValidator(names.checked)]
ContentType = Annotated[str, StringConstraints(min_length=3, max_length=200), AfterValidator(_essence)]
Sha256 = Annotated[str, StringConstraints(max_length=100), AfterValidator(_hash)]


class NewFile(Body):
    """``size`` in bytes. Above 100 MB the file comes in parts of 16 MB (the last may be smaller), and
    ``part_sha256`` names the hash of each. ``replaces`` is a file of the caller's own of the same purpose, of which
    this is a new edition."""

    name: Name
    content_type: ContentType
    size: Annotated[Count, Field(ge=1, le=2**40)]
    sha256: Sha256
    purpose: Purpose
    course_id: Reference | None = None
    replaces: Reference | None = None
    part_sha256: Annotated[list[Sha256], Field(max_length=1_000)] = []


class Text(Resource):
    """How far the extraction of its text is; ``reason_code`` and ``reason`` where it failed."""

    status: TextStatus
    reason_code: str | None = None
    reason: str | None
    pages: int | None
    words: int | None


class File(Resource):
    """``reason_code`` and ``reason`` say why it is quarantined or expired; ``text`` is null without one."""

    id: DocumentId
    owner_id: Id
    name: str
    content_type: str
    size: int
    sha256: str
    purpose: Purpose
    course_id: Id | None
    status: FileStatus
    reason_code: str | None
    reason: str | None
    text: Text | None
    replaces: Id | None
    version: int
    created_at: Moment
    updated_at: Moment


class UploadPart(Resource):
    """PUT the bytes of part ``n`` (from 1) to ``url`` with these ``headers``."""

    n: int
    size: int
    url: str
    headers: dict[str, str]


class StoredPart(Resource):
    n: int
    size: int


class Upload(Resource):
    """How to upload, until ``expires_at``; GET /files/{id}/parts gives new addresses after that.

    A form: POST to ``url`` as multipart/form-data, ``fields`` first, the file last, as ``file``. In parts: PUT each
    of ``parts``; those in ``stored`` are there already. Then POST /files/{id}/complete.
    """

    kind: UploadKind
    expires_at: Moment
    url: str | None = None
    fields: dict[str, str] | None = None
    part_size: int | None = None
    parts: list[UploadPart] | None = None
    stored: list[StoredPart] | None = None


class CreatedFile(Resource):
    """``upload`` is null where the caller has uploaded the same content before: the file is available already."""

    file: File
    upload: Upload | None


class Download(Resource):
    """Whoever has ``url`` may download until ``expires_at``."""

    url: str
    expires_at: Moment


class Room(Resource):
    """What is kept, of what may be."""

    bytes: int
    files: int
    most_bytes: int
    most_files: int


class StorageUsage(Resource):
    """``course`` is null where none was asked for."""

    person: Room
    course: Room | None
