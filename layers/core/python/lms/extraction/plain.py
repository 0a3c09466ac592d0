"""Plain text and Markdown: as written, in whatever encoding."""

import re

from lms.extraction.cleaning import clean
from lms.extraction.extracted import Extracted, Place, extracted

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:[\w-]+:.*\n|[ \t#-].*\n|\n)*?(?:---|\.\.\.)[ \t]*\n")
_HEADING = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,})|^ {0,3}#{1,6}[ \t]+(?P<title>\S.*?)[ \t#]*$"
    r"|^ {0,3}(?P<under>\S.*)\n {0,3}(?:=+|-{2,})[ \t]*$",
    re.MULTILINE,
)


def decoded(data: bytes, declared: str | None = None) -> str:
    """By the byte-order mark, else as ``declared``, else as UTF-8, else in what the bytes look like."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    for encoding in filter(None, (declared, "utf-8")):
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeError):
            continue
    # Imported here: its tables are large, and most files are UTF-8.
    import charset_normalizer

    best = charset_normalizer.from_bytes(data[:1_000_000]).best()
    return data.decode(best.encoding if best else "cp1252", "replace")


def markdown(data: bytes) -> Extracted:
    return _extracted(_FRONT_MATTER.sub("", clean(decoded(data)), count=1))


def text(data: bytes) -> Extracted:
    return _extracted(clean(decoded(data)))


def _extracted(text: str) -> Extracted:
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE).strip("\n")
    return extracted(text, _places(text), None)


def _places(text: str) -> list[Place]:
    """By headings, those in code left out."""
    places = [Place(0, None, None)]
    at = 0
    while found := _HEADING.search(text, at):
        at = found.end()
        if fence := found["fence"]:
            close = re.compile(rf"^ {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*$", re.MULTILINE).search(text, at)
            at = close.end() if close else len(text)
        else:
            places.append(Place(found.start(), None, (found["title"] or found["under"]).strip()))
    return places[1:] if len(places) > 1 and places[1].start == 0 else places
