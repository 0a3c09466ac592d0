"""PDF (ISO 32000-2): whole, readable without a password, and without anything that acts or is carried along.

JavaScript is refused, and with it forms that calculate; so are actions that start programs, send data or open other
documents, attached files, and rich media. Links to the web and within the document stay.
"""

import mmap
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lms.files.inspection.verdict import Reason, Unsafe, broken

if TYPE_CHECKING:
    from pypdf import PdfReader

MOST_OBJECTS = 500_000
MOST_PAGES = 10_000
_END_WITHIN = 2048
_LEADING = b"\xef\xbb\xbf \t\r\n"
_ACTING = re.compile(rb"/(?:JavaScript|Launch)\b")
"""Looked for in the bytes too: an older state of the document, or a part that its directory leaves out."""
_SCRIPTS = {"/JavaScript", "/JS"}
_ACTIONS = {
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/GoToE",
    "/GoToR",
    "/Rendition",
    "/Movie",
    "/RichMediaExecute",
}
_MEDIA = {"/RichMedia", "/Movie", "/Screen", "/3D", "/Sound"}


def inspect(path: Path) -> None:
    _check_ends(path)
    # Imported here: most files are no pdf.
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        with path.open("rb") as file:
            reader = PdfReader(file, strict=False)
            if reader.is_encrypted:
                raise Unsafe(Reason.ENCRYPTED, "The pdf is protected. Save it without a password or restrictions.")
            _check_pages(reader)
            for value in _objects(reader):
                _check(value)
    except RecursionError as error:
        raise Unsafe(Reason.TOO_COMPLEX, "The pdf is nested too deep to be checked.") from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError) as error:
        raise broken("the pdf is damaged") from error


def _check_ends(path: Path) -> None:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if not data[:1024].lstrip(_LEADING).startswith(b"%PDF-"):
            raise Unsafe(Reason.TYPE_MISMATCH, "The file was declared as a pdf, but does not begin as one.")
        if data.rfind(b"%%EOF", max(0, len(data) - _END_WITHIN)) < 0:
            raise broken("the pdf has no end")
        if _ACTING.search(data):
            raise _acting()


def _check_pages(reader: "PdfReader") -> None:
    pages = len(reader.pages)
    if not pages:
        raise broken("the pdf has no pages")
    if pages > MOST_PAGES:
        raise Unsafe(Reason.TOO_COMPLEX, f"The pdf has more than {MOST_PAGES:,} pages. Divide it.")
    # The last one is what a cut or patched file lacks first.
    for index in {0, pages - 1}:
        reader.pages[index].get("/Contents")


def _objects(reader: "PdfReader") -> Iterator[Any]:
    """Every object that the document's directory names, and the trailer."""
    from pypdf.errors import PyPdfError
    from pypdf.generic import IndirectObject

    yield reader.trailer
    places = [(number, generation) for generation, rows in reader.xref.items() for number in rows]
    places += [(number, 0) for number in reader.xref_objStm]
    if len(places) > MOST_OBJECTS:
        raise Unsafe(Reason.TOO_COMPLEX, f"The pdf has more than {MOST_OBJECTS:,} objects. Print it to a new one.")
    for number, generation in places:
        try:
            yield IndirectObject(number, generation, reader).get_object()
        except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError):
            # Free or damaged: a reader shows nothing of it either.
            continue


def _check(value: Any) -> None:
    """Look through an object, and the ones written out within it."""
    from pypdf.generic import IndirectObject

    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, IndirectObject):
            continue
        if isinstance(each, dict):
            _check_dictionary(each)
            waiting.extend(dict.values(each))
        elif isinstance(each, list):
            waiting.extend(list.__iter__(each))


def _check_dictionary(found: dict[str, Any]) -> None:
    keys = set(dict.keys(found))
    kinds = {str(dict.get(found, key)) for key in ("/S", "/Subtype", "/Type")}
    if keys & _SCRIPTS or kinds & _SCRIPTS:
        raise _acting()
    if str(dict.get(found, "/S")) in _ACTIONS:
        raise _acting()
    if "/XFA" in keys:
        raise Unsafe(Reason.ACTIVE_CONTENT, "The pdf is a form of the XFA kind. Print it to a new pdf.")
    if "/EF" in keys or "/EmbeddedFile" in kinds:
        raise Unsafe(Reason.EMBEDDED_OBJECT, "The pdf carries other files. Upload these by themselves.")
    if dict.get(found, "/Type") == "/Annot" and str(dict.get(found, "/Subtype")) in _MEDIA:
        raise Unsafe(Reason.ACTIVE_CONTENT, "The pdf holds media that runs in it. Upload these by themselves.")


def _acting() -> Unsafe:
    return Unsafe(
        Reason.ACTIVE_CONTENT,
        "The pdf holds scripts or actions, as forms that calculate do. Print it to a new pdf and upload that.",
    )
