"""Tables as CSV (RFC 4180), as spreadsheets read and write them."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from lms.errors import Invalid

_DELIMITERS = ",;\t"
_BEGINS_A_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_MARK = "\ufeff"
"""Without it, Excel takes UTF-8 for the system's own code page."""


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, CSV Injection): an apostrophe before what could be."""
    return f"'{text}" if _BEGINS_A_FORMULA.match(text) else text


def written(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Texts that are not the caller's own must be ``neutral``."""
    table = io.StringIO(newline="")
    table.write(_MARK)
    csv.writer(table, delimiter=delimiter).writerows(rows)
    return table.getvalue()


def read(text: str, most: int) -> list[tuple[int, list[str]]]:
    """The header and at least one row, each with its number as a spreadsheet counts, the first being 1. Commas,
    semicolons or tabs may stand between fields; empty rows are passed over. Raise 422 MALFORMED_CSV, TOO_MANY_ROWS
    (``most`` beside the header) or NO_ROWS."""
    text = text.removeprefix(_MARK)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        rows = [(number, fields) for number, fields in enumerate(reader, 1) if any(map(str.strip, fields))]
    except csv.Error as error:
        raise refused(f"line {reader.line_num}: {error}", "MALFORMED_CSV") from None
    if len(rows) < 2:
        raise refused("a header and at least one row are needed", "NO_ROWS")
    if len(rows) > most + 1:
        raise refused(f"holds more than {most} rows", "TOO_MANY_ROWS")
    return rows


def _delimiter(text: str) -> str:
    """The one that stands most often in the header, outside of quotes."""
    unquoted = re.sub(r'"[^"]*"', "", text.lstrip())
    return max(_DELIMITERS, key=re.split(r"[\r\n]", unquoted, maxsplit=1)[0].count)


def refused(message: str, code: str) -> Invalid:
    return Invalid("The list cannot be read", code=code, errors=[{"pointer": "/csv", "message": message}])
