"""A text as it is written down: Markdown, with a place for each change of the page or the heading."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lms.extraction.cleaning import clean, line
from lms.extraction.extracted import MOST_BYTES, Extracted, Place, Unreadable, extracted

_MARK = re.compile(r"(?=#{1,6}\s|>|\||```|~~~|(?:[-=_*]\s*){3,}$)")
_LONGEST_HEADING = 300


class Item(NamedTuple):
    """Of a list: ``depth`` from 0, and the mark that it has in Markdown."""

    page: int | None
    depth: int
    mark: str
    text: str


class Row(NamedTuple):
    """Of a table."""

    page: int | None
    cells: Sequence[str]


class Draft:
    """``page`` is where the writing stands; the parts that are added stand on it."""

    def __init__(self) -> None:
        self.page: int | None = None
        self._heading: str | None = None
        self._parts: list[str] = []
        self._length = 0
        self._bytes = 0
        self._places: list[Place] = []

    def heading(self, level: int, text: str) -> None:
        title = line(text)
        if not title:
            return
        if len(title) > _LONGEST_HEADING:
            self.paragraph([(self.page, title)])
            return
        self._heading = title
        self._block([(self.page, f"{'#' * min(6, max(1, level))} {title}")])

    def text(self, text: str) -> None:
        """A paragraph on the present page."""
        self.paragraph([(self.page, text)])

    def paragraph(self, runs: Sequence[tuple[int | None, str]]) -> None:
        """Runs of text by page: one where the paragraph stands on one page. A space is put between them."""
        cleaned = [(page, line(text)) for page, text in runs]
        cleaned = [(page, text) for page, text in cleaned if text]
        if cleaned:
            page, first = cleaned[0]
            self._block([(page, _MARK.sub(r"\\", first, count=1) if _MARK.match(first) else first), *cleaned[1:]])

    def items(self, items: Iterable[Item]) -> None:
        self._block(
            [
                (item.page, f"{'  ' * min(item.depth, 6)}{item.mark} {text}")
                for item in items
                if (text := line(item.text))
            ],
            between="\n",
        )

    def table(self, rows: Iterable[Row]) -> None:
        """A table whose first row is its head; rows may be of different lengths."""
        cells = [(row.page, [line(cell).replace("|", r"\|") for cell in row.cells]) for row in rows]
        cells = [(page, row) for page, row in cells if any(row)]
        width = max((len(row) for _, row in cells), default=0)
        if width == 1:
            for page, [cell] in cells:
                self.paragraph([(page, cell)])
            return
        shown = [(page, f"| {' | '.join([*row, *[''] * (width - len(row))])} |") for page, row in cells]
        if shown:
            page, head = shown[0]
            self._block([(page, f"{head}\n|{' --- |' * width}"), *shown[1:]], between="\n")

    def code(self, lines: Iterable[tuple[int | None, str]]) -> None:
        """Lines by page; each may hold line breaks."""
        body = [(page, clean(text)) for page, text in lines]
        while body and not body[0][1].strip():
            body = body[1:]
        while body and not body[-1][1].strip():
            body = body[:-1]
        if body:
            longest = max((len(found) for _, text in body for found in re.findall("`{3,}", text)), default=2)
            fence = "`" * (longest + 1)
            self._block([(body[0][0], fence), *body, (body[-1][0], fence)], between="\n")

    def _block(self, runs: Sequence[tuple[int | None, str]], between: str = " ") -> None:
        if runs and self._parts:
            self._write("\n\n")
        for number, (page, text) in enumerate(runs):
            if number:
                self._write(between)
            self.page = page
            self._mark()
            self._write(text)

    def _mark(self) -> None:
        """Note where the writing stands, if that is elsewhere than before."""
        here = Place(self._length, self.page, self._heading)
        if not self._places or self._places[-1][1:] != here[1:]:
            self._places.append(here)

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        self._bytes += len(text.encode())
        if self._bytes > MOST_BYTES:
            raise Unreadable("TOO_MUCH_TEXT")

    def extracted(self, pages: int | None = None) -> Extracted:
        """As ``extracted.extracted``."""
        return extracted("".join(self._parts), self._places, pages)
