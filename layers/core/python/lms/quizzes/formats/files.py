"""What a file of questions may be, and the one error that says where it is refused."""

import codecs
import re

from lms.errors import Invalid

MOST_BYTES = 5_000_000
MOST_ITEMS = 5_000

_CODE = "FILE_REFUSED"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a]")


def place(line: int, file: str = "") -> str:
    """Where something stands, as people say it."""
    return f"{file}, line {line}" if file else f"line {line}"


def refused(message: str, *, line: int = 0, column: int = 0, file: str = "") -> Invalid:
    """A 422 with the code FILE_REFUSED; ``line`` and ``column`` count from 1, 0 stands for none."""
    where = f"{place(line, file)}, column {column}: " if line else f"{file}: " if file else ""
    known = {name: value for name, value in (("file", file), ("line", line), ("column", column)) if value}
    return Invalid(
        where + message, code=_CODE, errors=[{"pointer": "", "message": where + message}], location=known
    )


def encoding_of(data: bytes, file: str = "") -> tuple[str, int]:
    """The encoding that the first bytes tell, and how many of them are the byte order mark."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise refused("UTF-32 is not read: save the file as UTF-8", line=1, column=1, file=file)
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8", 3
    if data.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2
    if data.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2
    if data.startswith(b"<\x00"):
        return "utf-16-le", 0
    if data.startswith(b"\x00<"):
        return "utf-16-be", 0
    return "utf-8", 0


def decode(data: bytes, file: str = "") -> str:
    """UTF-8 or UTF-16 text with its byte order mark left out."""
    encoding, mark = encoding_of(data, file)
    try:
        return data[mark:].decode(encoding)
    except UnicodeDecodeError as error:
        before = data[mark : mark + error.start].decode(encoding, "replace")
        line, column = position(before, len(before))
        name = encoding[:6].upper().rstrip("-")
        raise refused(
            f"these bytes are no {name} text: save the file as UTF-8", line=line, column=column, file=file
        ) from None


def position(text: str, index: int) -> tuple[int, int]:
    """Line and column, from 1."""
    start = text.rfind("\n", 0, index) + 1
    return text.count("\n", 0, index) + 1, index - start + 1


def refuse_control_characters(text: str, file: str = "") -> None:
    found = _CONTROL.search(text)
    if found:
        line, column = position(text, found.start())
        message = f"the control character U+{ord(found[0]):04X} cannot stand in a text"
        raise refused(message, line=line, column=column, file=file)
