"""What the files of Word and PowerPoint share: a ZIP archive of XML, whose elements go by their local names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, LargeZipFile, ZipFile

from lxml.etree import ErrorTypes, XMLSyntaxError

from lms.extraction.extracted import Unreadable

Element = Any
"""lxml's, which has no types."""

_MOST_XML_BYTES = 120_000_000
"""Unpacked: a tree of it takes some eight times as much memory."""
_OLE = b"\xd0\xcf\x11\xe0"
"""What begins a document that Office has encrypted: a container of another make, no ZIP archive."""


def require_readable(path: Path) -> None:
    """Raise Unreadable, ENCRYPTED, DAMAGED or TOO_LARGE, for what is not worth opening."""
    with path.open("rb") as file:
        if file.read(len(_OLE)) == _OLE:
            raise Unreadable("ENCRYPTED")
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
    except (BadZipFile, LargeZipFile, ValueError, OSError):
        raise Unreadable("DAMAGED") from None
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("ENCRYPTED")
    if sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))) > _MOST_XML_BYTES:
        raise Unreadable("TOO_LARGE")


def unreadable(error: Exception) -> Unreadable:
    """Why an archive that opens could not be read."""
    return Unreadable("TOO_LARGE" if is_starved(error) else "DAMAGED")


def is_starved(error: Exception) -> bool:
    """Whether there was no memory left to parse with."""
    return isinstance(error, XMLSyntaxError) and error.code == ErrorTypes.ERR_NO_MEMORY


def local(element: Element) -> str:
    """Its name without the namespace; "" for a comment or an instruction."""
    return _local(element.tag) if isinstance(element.tag, str) else ""


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def value(element: Element | None, name: str = "val") -> str | None:
    """Of an attribute by its local name, in whichever namespace."""
    if element is None:
        return None
    return next((str(each) for key, each in element.attrib.items() if _local(key) == name), None)


def child(element: Element | None, *path: str) -> Element | None:
    """The first child of that name, that one's of the next, and so on."""
    for name in path:
        if element is None:
            return None
        element = next((each for each in element if local(each) == name), None)
    return element


def below(element: Element, *, but: frozenset[str]) -> Iterator[Element]:
    """All elements below in their order, without those of these names and what is in them."""
    waiting = [*reversed(element)]
    while waiting:
        each = waiting.pop()
        if local(each) not in but:
            yield each
            waiting.extend(reversed(each))
