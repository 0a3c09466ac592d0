"""PDF: pages of lines become headings, paragraphs, lists, tables and code, each with the page that it stands on."""

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Literal, NamedTuple

from lms.extraction.cleaning import clean
from lms.extraction.draft import Draft, Item, Row
from lms.extraction.extracted import Extracted, Unreadable
from lms.extraction.pdf_lines import HYPHEN, Line, lines

_MARGIN = 0.12
"""How much of a page at its top and at its bottom may hold a running head."""
_LEAST_WORDS_PER_PAGE = 3
_LONGEST_HEADING_WORDS = 20
_LONGEST_BOLD_HEADING_WORDS = 12
_MOST_LEVELS = 4
_AROUND = 12
"""How many lines before and after one show how wide its column is."""
_BULLET = re.compile(r"(?:[•◦‣·∙○●■□▪▫–—*-]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)])\s+(?=\S)")
_LEADERS = re.compile(r"(?:[.…·_]\s?){5,}[\dIVXLCivxlc]*\s*$")
"""What leads to the page in a table of contents, which repeats the headings."""
_ENDS = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")

Kind = Literal["heading", "item", "row", "code", "text"]


class _Layout(NamedTuple):
    """What the document's body is set in: its size, the step from line to line, and of each line how far to the
    right those around it reach; the sizes of headings, the largest first; and the words that there are."""

    size: float
    step: float
    right: dict[Line, float]
    headings: tuple[float, ...]
    words: frozenset[str]


def read(path: Path) -> Extracted:
    """Raise Unreadable where no text can be had."""
    pages = list(lines(path))
    body = [line for page in _without_running_heads(pages) for line in page if not _LEADERS.search(line.text)]
    draft = Draft()
    if body:
        _write(draft, body)
    found = draft.extracted(len(pages))
    if found.words < _LEAST_WORDS_PER_PAGE * len(pages):
        raise Unreadable("NO_TEXT")
    return found


def _without_running_heads(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """Without what stands at the same height of three pages or more (of all where there are two), numbers apart."""
    seen: dict[tuple[str, int], set[int]] = defaultdict(set)
    for page in pages:
        for line in page:
            if _in_margin(line):
                seen[_running(line)].add(line.page)
    least = min(3, max(2, len(pages)))
    return [
        [line for line in page if not (_in_margin(line) and len(seen[_running(line)]) >= least)] for page in pages
    ]


def _in_margin(line: Line) -> bool:
    return not _MARGIN < line.y / line.page_height < 1 - _MARGIN


def _running(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text), round(line.y / 3)


def _write(draft: Draft, body: Sequence[Line]) -> None:
    layout = _layout(body)
    for kind, group in _groups(body, layout):
        draft.page = group[0].page
        if kind == "heading":
            draft.heading(_level(group[0], layout), _joined(group, layout))
        elif kind == "code":
            draft.code(_code(group))
        elif kind == "row":
            draft.table(Row(line.page, _cells(line)) for line in group)
        elif kind == "item":
            draft.items(_items(group, layout))
        else:
            draft.paragraph(_by_page(group, layout))


def _layout(body: Sequence[Line]) -> _Layout:
    sizes: Counter[float] = Counter()
    words: set[str] = set()
    for line in body:
        if not line.fixed:
            sizes[line.size] += len(line.text)
        words.update(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.text.casefold()))
    size = max(sizes, key=lambda each: (sizes[each], -each), default=body[0].size)
    set_in = [line for line in body if line.size == size]
    steps = Counter(
        round((b.y - a.y) * 2) / 2 for a, b in pairwise(set_in) if a.page == b.page and 0 < b.y - a.y < 3 * size
    )
    right = {
        line: max(other.right for other in set_in[max(0, at - _AROUND) : at + _AROUND] if _overlap(line, other))
        for at, line in enumerate(set_in)
    }
    larger = Counter(line.size for line in body if line.size >= size * 1.12 and not line.fixed)
    headings = tuple(sorted(larger, reverse=True))
    step = max(steps, key=lambda each: (steps[each], -each), default=size * 1.2)
    return _Layout(size, step, right, headings, frozenset(words))


def _overlap(one: Line, other: Line) -> bool:
    """Whether two lines may stand in the same column of a page."""
    common = min(one.right, other.right) - max(one.x, other.x)
    return one.page == other.page and common >= 0.5 * min(one.right - one.x, other.right - other.x)


def _groups(body: Sequence[Line], layout: _Layout) -> Iterator[tuple[Kind, list[Line]]]:
    """Lines that belong together, with what they are."""
    kinds = _kinds(body, layout)
    group: list[Line] = []
    kind: Kind = "text"
    for number, line in enumerate(body):
        last = group[-1] if group else None
        if last is not None and _continues(kind, group, line, kinds[number], layout):
            group.append(line)
            continue
        if last is not None:
            yield kind, group
        group, kind = [line], kinds[number]
    if group:
        yield kind, group


def _kinds(body: Sequence[Line], layout: _Layout) -> list[Kind]:
    kinds: list[Kind] = []
    rows = _rows(body)
    for number, line in enumerate(body):
        gap = line.y - body[number - 1].y if number and body[number - 1].page == line.page else float("inf")
        if line.fixed and not line.size >= layout.size * 1.2:
            kinds.append("code")
        elif number in rows:
            kinds.append("row")
        elif _is_heading(line, gap, layout):
            kinds.append("heading")
        elif _BULLET.match(clean(line.text)):
            kinds.append("item")
        else:
            kinds.append("text")
    return kinds


def _rows(body: Sequence[Line]) -> set[int]:
    """Lines of several cells, where each cell of that with fewer stands below or above one of the other's."""
    found: set[int] = set()
    for number, (one, other) in enumerate(pairwise(body)):
        if one.page == other.page and _has_cells(one) and _has_cells(other):
            if not (_is_row(one) or _is_row(other)):
                continue
            fewer, more = sorted((one.cells, other.cells), key=len)
            near = 0.6 * one.size
            if all(any(abs(a.x - b.x) < near or abs(a.right - b.right) < near for b in more) for a in fewer):
                found |= {number, number + 1}
    return found


def _has_cells(line: Line) -> bool:
    """A bullet that stands far from its text makes none."""
    return len(line.cells) > 2 or (len(line.cells) == 2 and not _BULLET.match(clean(line.text)))


def _is_row(line: Line) -> bool:
    """Whether it is no line of justified text: there all words are equally far from each other."""
    gaps = [b.x - a.right for a, b in pairwise(line.cells)]
    return len(line.text.split()) > len(line.cells) or max(gaps) - min(gaps) > 0.1 * max(gaps)


def _is_heading(line: Line, gap: float, layout: _Layout) -> bool:
    words = len(line.text.split())
    if not re.search(r"[^\W\d_]", line.text) or words > _LONGEST_HEADING_WORDS:
        return False
    if line.size in layout.headings:
        return not line.text.rstrip().endswith(HYPHEN)
    alone = gap > layout.step * 1.15
    short = words <= _LONGEST_BOLD_HEADING_WORDS and not re.search(r"[.,;:]$", line.text)
    return line.bold and line.size >= layout.size and alone and short


def _level(line: Line, layout: _Layout) -> int:
    if line.size in layout.headings:
        return min(_MOST_LEVELS, layout.headings.index(line.size) + 1)
    return min(_MOST_LEVELS, len(layout.headings)) + 1


def _continues(kind: Kind, group: Sequence[Line], line: Line, own: Kind, layout: _Layout) -> bool:
    last = group[-1]
    gap = line.y - last.y if line.page == last.page else None
    if kind == "heading":
        return own == "heading" and line.size == last.size and gap is not None and 0 <= gap < line.size * 1.35
    if kind in ("code", "row"):
        return own == kind and (gap is None or 0 <= gap < layout.step * 4)
    if kind == "item":
        if own == "item":
            return gap is None or 0 <= gap < layout.step * 2.5
        return own == "text" and _in_item(group, line, gap, layout)
    return own == "text" and _in_paragraph(group, line, gap, layout)


def _in_item(group: Sequence[Line], line: Line, gap: float | None, layout: _Layout) -> bool:
    """Whether the line goes on with the last item: it is indented under it, or its sentence is not over."""
    first = next(each for each in reversed(group) if _BULLET.match(clean(each.text)))
    if gap is None or gap < 0:
        return not _ENDS.search(group[-1].text) and line.text[:1].islower()
    return gap < layout.step * 1.3 and line.size == group[-1].size and line.x > first.x + line.size * 0.4


def _in_paragraph(group: Sequence[Line], line: Line, gap: float | None, layout: _Layout) -> bool:
    last = group[-1]
    if abs(line.size - last.size) > layout.size * 0.08:
        return False
    goes_on = last.text.endswith(HYPHEN) or not _ENDS.search(last.text)
    in_small = goes_on and line.text[:1].islower()
    if gap is None or gap < 0:
        # The next page or column: a paragraph goes on there where its sentence does, or its last line is full.
        return in_small or last.text.endswith(HYPHEN) or not _had_room(last, line, layout)
    step = min(group[1].y - group[0].y, layout.step * 1.6) if len(group) > 1 else layout.step
    if gap > max(step, line.size * 1.05) * 1.25:
        return False
    if line.x > last.x + line.size * 0.8 and (len(group) > 1 or _had_room(last, line, layout)):
        return in_small and len(group) > 1
    return in_small or not _had_room(last, line, layout)


def _had_room(line: Line, following: Line, layout: _Layout) -> bool:
    """Whether the first word of what follows would have fitted behind the line: then it ended a paragraph."""
    width = (line.right - line.x) / max(1, len(line.text))
    word = following.text.split(maxsplit=1)[0]
    return line.right + width * (len(word) + 2) < layout.right.get(line, line.right)


def _by_page(group: Sequence[Line], layout: _Layout) -> list[tuple[int | None, str]]:
    """A word that is parted between two pages stands on the second."""
    runs: list[tuple[int | None, str]] = []
    for page, found in groupby(group, key=lambda line: line.page):
        on_page = list(found)
        if runs and group[0].page != page and runs[-1][1].endswith(("-", HYPHEN)):
            before, cut = _parted(runs.pop())
            if before[1]:
                runs.append(before)
            on_page[0] = on_page[0]._replace(text=_mended(cut, on_page[0].text, layout.words))
        runs.append((page, _joined(on_page, layout)))
    return runs


def _parted(run: tuple[int | None, str]) -> tuple[tuple[int | None, str], str]:
    """A run without its last word, and that."""
    before, _, word = run[1].rpartition(" ")
    return (run[0], before), word[:-1]


def _joined(group: Sequence[Line], layout: _Layout) -> str:
    """The lines as one, words that were parted at their ends put together."""
    text = ""
    for line in group:
        if not text:
            text = line.text
        elif text.endswith((HYPHEN, "-", "\u2010")):
            text = _mended(text[:-1], line.text, layout.words)
        else:
            text = f"{text} {line.text}"
    return text.replace(HYPHEN, "-") if text.endswith(HYPHEN) else text.replace(HYPHEN, "")


def _mended(before: str, after: str, words: frozenset[str]) -> str:
    """A hyphen at a line's end belongs to the word where the document writes it so elsewhere, or where what
    follows is no continuation in small letters."""
    left = re.search(r"[^\W\d_]+$", before)
    right = re.match(r"[^\W\d_]+", after)
    if not left or not right:
        return f"{before}-{after}"
    whole, parted = (left[0] + right[0]).casefold(), f"{left[0]}-{right[0]}".casefold()
    if whole not in words and (parted in words or not right[0][:1].islower()):
        return f"{before}-{after}"
    return before + after


def _items(group: Sequence[Line], layout: _Layout) -> Iterator[Item]:
    items: list[list[Line]] = []
    for line in group:
        if _BULLET.match(clean(line.text)):
            items.append([line])
        else:
            items[-1].append(line)
    edges = sorted({round(item[0].x / 4) for item in items})
    for item in items:
        text = clean(_joined(item, layout))
        mark = _BULLET.match(text)
        assert mark is not None, "an item begins with its mark"
        number = re.match(r"\(?(\d{1,3})[.)]", text)
        depth = edges.index(round(item[0].x / 4))
        yield Item(item[0].page, depth, f"{number[1]}." if number else "-", text[mark.end() :])


def _cells(line: Line) -> list[str]:
    starts = [cell.start for cell in line.cells]
    return [line.text[a:b].strip() for a, b in zip([0, *starts[1:]], [*starts[1:], len(line.text)], strict=True)]


def _code(group: Sequence[Line]) -> Iterator[tuple[int, str]]:
    """Line by line and page, with the indentation that the lines' left edges show."""
    edge = min(line.x for line in group)
    width = statistics.median((line.right - line.x) / len(line.text) for line in group) or 1.0
    for line in group:
        yield line.page, " " * round((line.x - edge) / width) + line.text.replace(HYPHEN, "-")
