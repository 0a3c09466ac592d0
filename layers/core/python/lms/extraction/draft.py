"""A text as it is written down: Markdown, with a place for each change of the page or the heading."""

import re
from collections.abc import Iterable, Sequence

from lms.extraction.cleaning import clean, line
from lms.extraction.extracted import MOST_BYTES, Extracted, Place, Unreadable

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_MARK = re.compile(r"(?=#{1,6}\s|>|\||```|~~~|(?:[-=_*]\s*){3,}$)")
_LONGEST_HEADING = 300


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

    def items(self, items: Iterable[tuple[int, str, str]]) -> None:
        """A list: of each item its depth from 0, its mark, and its text."""
        rows = [f"{'  ' * min(depth, 6)}{mark} {text}" for depth, mark, raw in items if (text := line(raw))]
        if rows:
            self._block([(self.page, "\n".join(rows))])

    def table(self, rows: Iterable[Sequence[str]]) -> None:
        """A table whose first row is its head; rows may be of different lengths."""
        cells = [[line(cell).replace("|", r"\|") for cell in row] for row in rows]
        cells = [row for row in cells if any(row)]
        if not cells:
            return
        width = max(len(row) for row in cells)
        if width == 1:
            for [cell] in cells:
                self.text(cell)
            return
        shown = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in cells]
        self._block([(self.page, "\n".join([shown[0], f"|{' --- |' * width}", *shown[1:]]))])

    def code(self, text: str) -> None:
        body = clean(text.expandtabs(4)).strip("\n")
        if body.strip():
            longest = max((len(found) for found in re.findall("`{3,}", body)), default=2)
            fence = "`" * (longest + 1)
            self._block([(self.page, f"{fence}\n{body}\n{fence}")])

    def _block(self, runs: Sequence[tuple[int | None, str]]) -> None:
        if self._parts:
            self._write("\n\n")
        for number, (page, text) in enumerate(runs):
            if number:
                self._write(" ")
            self.page = page
            self.mark()
            self._write(text)

    def mark(self) -> None:
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
        """Raise Unreadable, NO_TEXT, where nothing was written."""
        text = "".join(self._parts)
        words = count_words(text)
        if not words:
            raise Unreadable("NO_TEXT")
        return Extracted(text, tuple(self._places), pages, words)


def count_words(text: str) -> int:
    """Of scripts that are written without spaces two characters count as a word."""
    spaced = _UNSPACED.sub(" ", text)
    return sum(1 for _ in _WORD.finditer(spaced)) + (len(text) - len(_UNSPACED.sub("", text)) + 1) // 2
