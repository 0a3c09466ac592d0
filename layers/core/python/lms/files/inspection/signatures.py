"""A file's first bytes against the declared type, and against the types that it must not be as well."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from lms.files.inspection.verdict import Reason, Unsafe
from lms.files.purposes import DOCX, PDF, PPTX, XLSX

ARCHIVED = frozenset({DOCX, PPTX, XLSX, "application/zip"})
"""Types that are zip archives."""

_HEAD_BYTES = 4096
_EXTENSIONS: Mapping[str, frozenset[str]] = {
    PDF: frozenset({".pdf"}),
    **dict.fromkeys(ARCHIVED, frozenset({".zip", ".docx", ".pptx", ".xlsx"})),
    "image/png": frozenset({".png"}),
    "image/jpeg": frozenset({".jpg", ".jpeg", ".jfif"}),
    "image/gif": frozenset({".gif"}),
    "image/webp": frozenset({".webp"}),
    "audio/mpeg": frozenset({".mp3", ".mpga"}),
    "audio/mp4": frozenset({".m4a", ".mp4"}),
    "audio/ogg": frozenset({".ogg", ".oga", ".opus", ".ogx"}),
    "audio/wav": frozenset({".wav"}),
    "video/mp4": frozenset({".mp4", ".m4v"}),
    "video/webm": frozenset({".webm"}),
}
"""By declared type, the extensions under which puremagic knows its signatures."""
_ISO_MEDIA = {"audio/mp4", "video/mp4"}
"""Each maker has a brand of its own: the first box's name is what settles it (ISO/IEC 14496-12, section 4.3)."""

_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|script|body|iframe|svg)[\s>/]", re.IGNORECASE)
_ARCHIVES = (
    *(b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"MSCF"),
    *(b"\x1f\x9d", b"LZIP", b"\x04\x22\x4d\x18"),
)
_TAR = slice(257, 262)
_PROGRAMS = (
    *(b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
    b"L\x00\x00\x00\x01\x14\x02\x00",
)
_UNIVERSAL = b"\xca\xfe\xba\xbe"
_MOST_ARCHITECTURES = 40
"""Java's classes begin like macOS's programs for many processors, and then with a version from 45 on."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"


def check_type(path: Path, content_type: str) -> None:
    """Refuse a file whose signature is not one of the declared type's; types of text have none."""
    head = head_of(path)
    if content_type in _EXTENSIONS and not _fits(path, head, content_type):
        raise _mismatch(content_type)


def check_hidden(path: Path, content_type: str) -> None:
    """Refuse a file of a binary type that another program would take for an archive, a page or a pdf."""
    head = head_of(path)
    if content_type != PDF and b"%PDF-" in head[:1024]:
        raise _polyglot("a pdf")
    if _MARKUP.search(head[:1024]):
        raise _polyglot("a web page")
    if _is_archive(path):
        raise _polyglot("a zip archive")


def head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def is_archive(head: bytes) -> bool:
    """Whether these first bytes begin an archive of a kind that is not looked into."""
    return head.startswith(_ARCHIVES) or head[_TAR] == b"ustar"


def is_program(head: bytes) -> bool:
    """Whether these first bytes begin a program for Windows, Linux or macOS, or a Windows shortcut."""
    if head[:2] == b"MZ" and len(head) >= 64:
        start = int.from_bytes(head[60:64], "little")
        return head[start : start + 4] == b"PE\0\0" or start > len(head)
    if head.startswith(_UNIVERSAL):
        return int.from_bytes(head[4:8], "big") < _MOST_ARCHITECTURES
    return head.startswith(_PROGRAMS)


def _fits(path: Path, head: bytes, content_type: str) -> bool:
    if content_type in _ISO_MEDIA:
        return head[4:8] == b"ftyp"
    if content_type == "audio/mpeg" and head[:1] == b"\xff" and head[1] & 0xE6 == 0xE2:
        # A frame of layer III without a tag before it, of any version and with or without a checksum.
        return True
    # Imported here: making its tables of signatures takes a while, and text needs none.
    import puremagic

    try:
        found = puremagic.magic_file(path)
    except (puremagic.PureError, ValueError):
        return False
    wanted = _EXTENSIONS[content_type]
    return any(match.extension in wanted for match in found)


def _is_archive(path: Path) -> bool:
    """Whether a zip's directory stands at the end: programs find it from there, whatever comes before."""
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def _mismatch(content_type: str) -> Unsafe:
    return Unsafe(
        Reason.TYPE_MISMATCH,
        f"The file was declared as {content_type}, but its content is of another kind. Upload it as what it is.",
    )


def _polyglot(what: str) -> Unsafe:
    return Unsafe(Reason.POLYGLOT, f"The file is {what} as well as what it was declared as. Export it anew.")
