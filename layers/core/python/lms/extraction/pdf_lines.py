"""A PDF's pages as lines: what stands on each, where, and in what size and face of type."""

import ctypes
import math
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from lms.extraction.extracted import MOST_BYTES, MOST_PAGES, Unreadable

HYPHEN = "\x02"
"""At the end of a line: what PDFium puts for a hyphen that parts a word."""

_SPACE = 0x20
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


class _Word(NamedTuple):
    """Characters ``first`` to ``last`` of a page, which are the line's text from ``start`` on."""

    first: int
    last: int
    start: int


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


def _runs(reading: object, count: int) -> Iterator[list[tuple[int, int]]]:
    """Index and code of the characters between the line breaks that PDFium has found."""
    run: list[tuple[int, int]] = []
    unicode = pdfium.FPDFText_GetUnicode
    for index in range(count):
        code = unicode(reading, index)
        if code not in _GENERATED_BREAKS:
            run.append((index, code))
        if run and (code in _GENERATED_BREAKS or code in _HYPHENS):
            yield run
            run = []
    if run:
        yield run


def _line(reading: object, run: list[tuple[int, int]], page: int, height: float) -> Line | None:
    text, words = _words(run)
    if not words:
        return None
    ends = (words[0].first, words[len(words) // 2].first, words[-1].last)
    samples = [_type_of(reading, index) for index in ends]
    if any(sample.angle for sample in samples):
        return None
    size = sorted(sample.size for sample in samples)[1]
    cells = _cells(reading, words, size)
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(reading, words[0].first, x, y)
    return Line(
        page,
        text,
        min(cell.x for cell in cells),
        max(cell.right for cell in cells),
        height - y.value,
        round(size * 2) / 2,
        all(sample.bold for sample in samples),
        all(sample.fixed for sample in samples),
        tuple(cells),
        height,
    )


def _words(run: list[tuple[int, int]]) -> tuple[str, list[_Word]]:
    """The run's text, without spaces around it, and where its words stand."""
    text = ""
    words: list[_Word] = []
    for is_space, found in groupby(run, key=lambda each: each[1] == _SPACE):
        if is_space:
            text += " " if text else ""
            continue
        part = list(found)
        words.append(_Word(part[0][0], part[-1][0], len(text)))
        text += "".join(HYPHEN if code in _HYPHENS else chr(code) for _, code in part if code <= 0x10FFFF)
    return text.rstrip().encode("utf-16", "surrogatepass").decode("utf-16", "replace"), words


def _cells(reading: object, words: list[_Word], size: float) -> list[Cell]:
    """Words that are no farther from each other than words are. Gaps are where spaces are, PDFium sees to that."""
    box = [ctypes.c_double() for _ in range(4)]
    cells: list[Cell] = []
    for word in words:
        pdfium.FPDFText_GetCharBox(reading, word.first, *box)
        left, right = box[0].value, box[1].value
        if word.last != word.first:
            pdfium.FPDFText_GetCharBox(reading, word.last, *box)
            right = box[1].value
        if cells and left - cells[-1].right <= _CELL_GAP * size:
            cells[-1] = cells[-1]._replace(right=max(cells[-1].right, right))
        else:
            cells.append(Cell(left, right, word.start))
    return cells


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
