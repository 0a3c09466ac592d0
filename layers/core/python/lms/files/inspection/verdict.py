"""What an inspection comes to, and why a file may be held back."""

from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """Stable codes; the sentence for the uploader comes with each verdict."""

    EMPTY = "EMPTY"
    SIZE_MISMATCH = "SIZE_MISMATCH"
    HASH_MISMATCH = "HASH_MISMATCH"
    TYPE_MISMATCH = "TYPE_MISMATCH"
    UNSUPPORTED_TYPE = "UNSUPPORTED_TYPE"
    POLYGLOT = "POLYGLOT"
    BROKEN = "BROKEN"
    ENCRYPTED = "ENCRYPTED"
    TOO_COMPLEX = "TOO_COMPLEX"
    ARCHIVE_BOMB = "ARCHIVE_BOMB"
    ARCHIVE_NESTED = "ARCHIVE_NESTED"
    ARCHIVE_UNSAFE = "ARCHIVE_UNSAFE"
    PROGRAM = "PROGRAM"
    MACROS = "MACROS"
    ACTIVE_CONTENT = "ACTIVE_CONTENT"
    EMBEDDED_OBJECT = "EMBEDDED_OBJECT"
    EXTERNAL_REFERENCE = "EXTERNAL_REFERENCE"
    SCRIPT = "SCRIPT"
    IMAGE_TOO_LARGE = "IMAGE_TOO_LARGE"
    MALWARE = "MALWARE"
    MALWARE_UNCHECKED = "MALWARE_UNCHECKED"


class Verdict(NamedTuple):
    """Clean where there is no reason; else why the file is held back, and a sentence for who uploaded it."""

    reason: Reason | None = None
    sentence: str = ""


CLEAN = Verdict()


class Unsafe(Exception):
    """A check found why the file must be held back."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.verdict = Verdict(reason, sentence)


def broken(what: str) -> Unsafe:
    return Unsafe(Reason.BROKEN, f"The file cannot be read to its end: {what}. Save it anew and upload it again.")
