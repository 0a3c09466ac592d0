"""The states of a file and of its text."""

from enum import StrEnum


class FileStatus(StrEnum):
    """PENDING until the upload is there, SCANNING while it is checked; the other three are final."""

    PENDING = "pending"
    SCANNING = "scanning"
    AVAILABLE = "available"
    QUARANTINED = "quarantined"
    EXPIRED = "expired"


class TextStatus(StrEnum):
    """How far the extraction of a file's text is."""

    QUEUED = "queued"
    READY = "ready"
    FAILED = "failed"


class UploadKind(StrEnum):
    """How the bytes come: as one form post, or in parts."""

    FORM = "form"
    MULTIPART = "multipart"
