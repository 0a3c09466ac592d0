"""Word: headings by their styles, lists, tables and code; pages as Word last laid them out, where it says so."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from lxml.etree import XMLSyntaxError

from lms.extraction.draft import Draft, Item, Row
from lms.extraction.extracted import Extracted
from lms.extraction.office import Element, below, child, local, require_readable, unreadable, value

_UNSEEN = frozenset("del moveFrom instrText delText delInstrText Fallback rPr pPr txbxContent".split())
"""What was deleted, what fields are made from, what stands twice, and what stands in boxes of its own."""
_NOT_READ = frozenset("sectPr del moveFrom Fallback".split())
"""Among the paragraphs: what was deleted, and boxes as older programs draw them, which stand here twice."""
_CODE = ("code", "preformatted", "listing", "verbatim")
_MONOSPACED = ("courier", "consolas", "mono", "menlo")
_BREAK = "lastRenderedPageBreak"
_DEEPEST_STYLE = 20


class _Style(NamedTuple):
    """``level`` of a heading from 1, 0 for the title, None for what is no heading; ``list_id`` names a list."""

    level: int | None = None
    is_code: bool = False
    list_id: str | None = None


def read(path: Path) -> Extracted:
    """Raise Unreadable where no text can be had."""
    require_readable(path)
    try:
        document = Document(str(path))
    except (PackageNotFoundError, KeyError, ValueError, XMLSyntaxError) as error:
        raise unreadable(error) from None
    try:
        numbering = document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element  # type: ignore[attr-defined]
    except KeyError:
        numbering = None
    body = document.element.body
    reader = _Reader(_styles(document.styles.element), _Lists(numbering), body)
    for element in below(body, but=_NOT_READ):
        reader.read(element)
    return reader.extracted()


class _Reader:
    """Writes down what it reads. Items and lines of code are held until their list or listing is over."""

    def __init__(self, styles: dict[str, _Style], lists: "_Lists", body: Element) -> None:
        self._styles = styles
        self._lists = lists
        self._page = 1 if any(local(each) == _BREAK for each in body.iter()) else None
        used = {value(each) for each in body.iter() if local(each) == "pStyle"}
        has_title = any(style.level == 0 for name, style in styles.items() if name in used)
        self._shift = 1 if has_title else 0
        self._draft = Draft()
        self._items: list[Item] = []
        self._code: list[tuple[int | None, str]] = []
        self._table: Element | None = None

    def read(self, element: Element) -> None:
        """A paragraph or a table; what stands in a table is read with it."""
        if local(element) not in ("p", "tbl") or any(each is self._table for each in element.iterancestors()):
            return
        if local(element) == "tbl":
            self._table = element
            self._flush()
            self._draft.table(self._rows(element))
        else:
            self._paragraph(element)

    def _rows(self, table: Element) -> Iterator[Row]:
        """A table within a cell is read as that cell's text. Where a page ends in several cells of a row, it is one
        page's end; a row stands on the page where it begins."""
        for row in _own(table, "tr"):
            cells = [
                [part for each in cell.iter("{*}p") for part in (*_text(each), " ")] for cell in _own(row, "tc")
            ]
            ends = max((cell.count(None) for cell in cells), default=0)
            moved = any(next((part for part in cell if part is None or part.strip()), "") is None for cell in cells)
            page = (self._page or 1) + 1 if moved else self._page
            if ends:
                self._page = (self._page or 1) + ends
            yield Row(page, ["".join(part or "" for part in cell) for cell in cells])

    def _paragraph(self, element: Element) -> None:
        runs = self._runs(element)
        page, text = runs[0][0], "".join(part for _, part in runs)
        if not text.strip():
            return
        properties = child(element, "pPr")
        style = self._styles.get(value(child(properties, "pStyle")) or "", _Style())
        list_id = value(child(properties, "numPr", "numId")) or style.list_id
        if style.level is not None:
            self._flush()
            self._draft.page = page
            self._draft.heading(style.level + self._shift if style.level else 1, text)
        elif style.is_code or _is_monospaced(element):
            self._flush_items()
            self._code.append((page, text))
        elif list_id in self._lists.depths:
            self._flush_code()
            depth = value(child(properties, "numPr", "ilvl")) or "0"
            mark = self._lists.mark(list_id, depth)
            self._items.append(Item(page, int(depth) if depth.isdigit() else 0, mark, text))
        else:
            self._flush()
            self._draft.paragraph(runs)

    def _runs(self, element: Element) -> list[tuple[int | None, str]]:
        """The paragraph's text by page."""
        runs: list[tuple[int | None, str]] = [(self._page, "")]
        for part in _text(element):
            if part is None:
                self._page = (self._page or 1) + 1
                runs.append((self._page, ""))
            else:
                runs[-1] = (runs[-1][0], runs[-1][1] + part)
        return [run for run in runs if run[1].strip()] or runs[-1:]

    def _flush(self) -> None:
        """Write down what was held."""
        self._flush_items()
        self._flush_code()

    def _flush_items(self) -> None:
        self._draft.items(self._items)
        self._items = []

    def _flush_code(self) -> None:
        self._draft.code(self._code)
        self._code = []

    def extracted(self) -> Extracted:
        self._flush()
        return self._draft.extracted(self._page)


class _Lists:
    """Which lists there are, and which of their levels are numbered."""

    def __init__(self, numbering: Element | None) -> None:
        formats: dict[str | None, dict[str, str]] = {}
        self.depths: dict[str | None, dict[str, str]] = {}
        for element in numbering if numbering is not None else ():
            if local(element) == "abstractNum":
                formats[value(element, "abstractNumId")] = {
                    value(level, "ilvl") or "0": value(child(level, "numFmt")) or "bullet"
                    for level in element
                    if local(level) == "lvl"
                }
            elif local(element) == "num":
                self.depths[value(element, "numId")] = formats.get(value(child(element, "abstractNumId")), {})

    def mark(self, list_id: str | None, depth: str) -> str:
        return "-" if self.depths[list_id].get(depth, "bullet") in ("bullet", "none") else "1."


def _styles(element: Element) -> dict[str, _Style]:
    """By id, each with what it takes over from the style that it is based on."""
    rows = {value(each, "styleId") or "": each for each in element if local(each) == "style"}

    def style(style_id: str, deep: int = 0) -> _Style:
        row = rows.get(style_id)
        if row is None or deep > _DEEPEST_STYLE:
            return _Style()
        base = style(value(child(row, "basedOn")) or "", deep + 1)
        name = (value(child(row, "name")) or "").casefold()
        level = value(child(row, "pPr", "outlineLvl"))
        return _Style(
            _level_of(name, level) if level or name.startswith(("heading", "title")) else base.level,
            base.is_code or any(each in name for each in _CODE),
            value(child(row, "pPr", "numPr", "numId")) or base.list_id,
        )

    return {style_id: style(style_id) for style_id in rows}


def _level_of(name: str, outline_level: str | None) -> int | None:
    """Word keeps the English names of its own styles in every language."""
    if name == "title":
        return 0
    if outline_level and outline_level.isdigit():
        return int(outline_level) + 1 if int(outline_level) < 9 else None
    number = name.removeprefix("heading").strip()
    return int(number) if number.isdigit() else None


def _is_monospaced(paragraph: Element) -> bool:
    faces = [
        (value(child(run, "rPr", "rFonts"), "ascii") or "").casefold()
        for run in paragraph
        if local(run) == "r" and child(run, "t") is not None
    ]
    return bool(faces) and all(any(each in face for each in _MONOSPACED) for face in faces)


def _text(paragraph: Element) -> Iterator[str | None]:
    """The pieces of the paragraph's text, None where a page ends. Boxes in it are paragraphs of their own."""
    for element in below(paragraph, but=_UNSEEN):
        match local(element):
            case "t":
                yield element.text or ""
            case "tab":
                yield " "
            case "br" | "cr":
                yield "\n"
            case "noBreakHyphen":
                yield "-"
            case "lastRenderedPageBreak":
                yield None


def _own(element: Element, name: str) -> Iterator[Element]:
    """A table's rows or a row's cells, also those in content controls, without those of tables within."""
    for each in element.iter(f"{{*}}{name}"):
        if next(each.iterancestors(f"{{*}}{local(element)}")) is element:
            yield each
