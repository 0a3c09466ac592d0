"""A PDF's pages as lines: what stands on each, where, and in what size and face of type."""

import ctypes
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from lms.extraction.extracted import MOST_BYTES, MOST_PAGES, Unreadable

HYPHEN = "\x02"
"""At the end of a line: what PDFium puts for a hyphen that parts a word."""

_HYPHENS = {0x02, 0xAD, 0xFFFE}
_GENERATED_BREAKS = {0x0A, 0x0D}
_FIXED_PITCH = 1
_BOLD = ("bold", "black", "heavy", "demi")
_BOLD_WEIGHT = 600
_MONOSPACED = ("mono", "courier", "consol", "menlo", "cmtt", "typewriter", "code")
_CELL_GAP = 0.9
"""In ems: a wider gap parts the cells of a table."""


class Cell(NamedTuple):
    """A part of a line from ``x`` to ``right``, which is its text from ``start`` on."""

    x: float
    right: float
    start: int


class Line(NamedTuple):
    """``y`` is the baseline's distance from the page's top, in points, as are all lengths; ``cells`` are where the
    text's parts stand that are far from each other."""

    page: int
    text: str
    x: float
    right: float
    y: float
    size: float
    bold: bool
    fixed: bool
    cells: tuple[Cell, ...]
    page_height: float


class _Glyph(NamedTuple):
    number: int
    code: int
    left: float
    right: float
    y: float


def lines(path: Path) -> Iterator[list[Line]]:
    """Page by page. Raise Unreadable: ENCRYPTED, DAMAGED, TOO_MANY_PAGES, TOO_MUCH_TEXT."""
    try:
        document = pypdfium2.PdfDocument(path)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        code = "ENCRYPTED" if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD else "DAMAGED"
        raise Unreadable(code) from None
    if count > MOST_PAGES:
        raise Unreadable("TOO_MANY_PAGES")
    left = MOST_BYTES
    for number in range(count):
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            yield []
            continue
        found = _in_rows(list(_lines(page, number + 1, left)))
        left -= sum(len(line.text) for line in found)
        page.close()
        yield found


def _lines(page: object, number: int, left: int) -> Iterator[Line]:
    height = pdfium.FPDF_GetPageHeightF(page)
    reading = pdfium.FPDFText_LoadPage(page)
    try:
        count = pdfium.FPDFText_CountChars(reading)
        if count > left:
            raise Unreadable("TOO_MUCH_TEXT")
        for run in _runs(reading, count):
            if line := _line(reading, run, number, height):
                yield line
    finally:
        pdfium.FPDFText_ClosePage(reading)


def _runs(reading: object, count: int) -> Iterator[list[_Glyph]]:
    """The glyphs between the line breaks that PDFium has found."""
    run: list[_Glyph] = []
    x, y = ctypes.c_double(), ctypes.c_double()
    box = [ctypes.c_double() for _ in range(4)]
    unicode, origin, extent = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetCharOrigin, pdfium.FPDFText_GetCharBox
    for index in range(count):
        code = unicode(reading, index)
        if code in _GENERATED_BREAKS:
            if run:
                yield run
            run = []
            continue
        origin(reading, index, x, y)
        extent(reading, index, *box)
        run.append(_Glyph(index, code, min(box[0].value, x.value), box[1].value, y.value))
        if code in _HYPHENS:
            yield run
            run = []
    if run:
        yield run


def _line(reading: object, run: list[_Glyph], page: int, height: float) -> Line | None:
    while run and run[-1].code == 0x20:
        run.pop()
    while run and run[0].code == 0x20:
        run.pop(0)
    inked = [glyph for glyph in run if glyph.code != 0x20]
    if not inked:
        return None
    samples = [_type_of(reading, glyph.number) for glyph in (inked[0], inked[len(inked) // 2], inked[-1])]
    size = sorted(sample.size for sample in samples)[1]
    text, cells = _text(run, size)
    if any(sample.angle for sample in samples):
        return None
    return Line(
        page,
        text,
        min(glyph.left for glyph in inked),
        max(glyph.right for glyph in inked),
        height - inked[0].y,
        round(size * 2) / 2,
        all(sample.bold for sample in samples),
        all(sample.fixed for sample in samples),
        tuple(cells),
        height,
    )


def _text(run: list[_Glyph], size: float) -> tuple[str, list[Cell]]:
    """The run's text and its cells."""
    text: list[str] = []
    cells: list[Cell] = []
    length, end = 0, -math.inf
    for glyph in run:
        if glyph.code != 0x20:
            if glyph.left - end > _CELL_GAP * size:
                cells.append(Cell(glyph.left, glyph.right, length))
            end = max(end, glyph.right)
            cells[-1] = cells[-1]._replace(right=end)
        char = HYPHEN if glyph.code in _HYPHENS else chr(glyph.code) if glyph.code <= 0x10FFFF else ""
        text.append(char)
        length += len(char)
    return "".join(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace"), cells


class _Type(NamedTuple):
    size: float
    bold: bool
    fixed: bool
    angle: bool


def _type_of(reading: object, index: int) -> _Type:
    matrix = pdfium.FS_MATRIX()
    stretch = 1.0
    if pdfium.FPDFText_GetMatrix(reading, index, matrix):
        stretch = math.hypot(matrix.c, matrix.d) or 1.0
    flags = ctypes.c_int()
    name = ctypes.create_string_buffer(200)
    pdfium.FPDFText_GetFontInfo(reading, index, name, 200, flags)
    face = name.value.decode("utf-8", "replace").casefold()
    angle = pdfium.FPDFText_GetCharAngle(reading, index) % math.tau
    return _Type(
        pdfium.FPDFText_GetFontSize(reading, index) * stretch,
        any(each in face for each in _BOLD) or pdfium.FPDFText_GetFontWeight(reading, index) >= _BOLD_WEIGHT,
        bool(flags.value & _FIXED_PITCH) or any(each in face for each in _MONOSPACED),
        min(angle, math.tau - angle) > 0.1,
    )


def _in_rows(found: list[Line]) -> list[Line]:
    """Rows of a table that PDFium has taken apart are put together."""
    joined: list[Line] = []
    for line in found:
        last = joined[-1] if joined else None
        if last and last.y == line.y and line.x - last.right > _CELL_GAP * line.size:
            offset = len(last.text) + 1
            cells = (*last.cells, *(cell._replace(start=cell.start + offset) for cell in line.cells))
            joined[-1] = last._replace(text=f"{last.text} {line.text}", right=line.right, cells=cells)
        else:
            joined.append(line)
    return joined
