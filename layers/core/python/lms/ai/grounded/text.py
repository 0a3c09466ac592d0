"""Reading Markdown or plain text: pieces and sentences, each with its place in the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from lms.ai.grounded.words import WORD, word_count

Range = tuple[int, int]
Kind = Literal["heading", "prose", "code", "other"]


@dataclass(frozen=True)
class Piece:
    """A part of a text between ``start`` and ``end``; a heading's text or a code block's language is its ``label``.

    A code block's range is what stands between its fences.
    """

    kind: Kind
    start: int
    end: int
    label: str = ""
    level: int = 0


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(?=\S)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_NOT_PROSE = re.compile(r"\s*(?:\||>|<[a-zA-Z!/]|!\[|\[[^\]]+\]:)")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+")


def pieces(text: str) -> list[Piece]:
    """The text's headings, paragraphs, code blocks and other parts, in order."""
    return list(_pieces(text))


def _pieces(text: str) -> Iterator[Piece]:
    lines = [(m.start(), m.group().rstrip("\r\n"), m.end()) for m in _LINE.finditer(text)]
    at, paragraph = 0, list[tuple[int, str]]()
    while at < len(lines):
        start, line, _ = lines[at]
        fence = _FENCE.match(line)
        if fence:
            yield from _paragraph(paragraph)
            paragraph = []
            at, piece = _code(lines, at, fence)
            if text[piece.start : piece.end].strip():
                yield piece
            continue
        heading = _HEADING.match(line)
        underline = _UNDERLINE.match(line) if len(paragraph) == 1 else None
        if heading:
            yield from _paragraph(paragraph)
            paragraph = []
            title = line[heading.end() :].rstrip().rstrip("#").rstrip()
            yield Piece("heading", start, start + len(line), title, len(heading.group(1)))
        elif underline:
            begin, title = paragraph.pop()
            level = 1 if "=" in underline.group(1) else 2
            yield Piece("heading", begin, start + len(line), title.strip(), level)
        elif not line.strip() or _RULE.match(line):
            yield from _paragraph(paragraph)
            paragraph = []
        else:
            paragraph.append((start, line))
        at += 1
    yield from _paragraph(paragraph)


def _paragraph(lines: list[tuple[int, str]]) -> Iterator[Piece]:
    if lines:
        start = lines[0][0] + len(lines[0][1]) - len(lines[0][1].lstrip())
        end = lines[-1][0] + len(lines[-1][1].rstrip())
        other = _NOT_PROSE.match(lines[0][1]) or not re.search(r"\w", "".join(line for _, line in lines))
        yield Piece("other" if other else "prose", start, end)


def _code(lines: list[tuple[int, str, int]], at: int, fence: re.Match[str]) -> tuple[int, Piece]:
    mark, language = fence.groups()
    first = close = at + 1
    while close < len(lines) and not re.fullmatch(rf" {{0,3}}{mark[0]}{{{len(mark)},}}[ \t]*", lines[close][1]):
        close += 1
    start = lines[first][0] if first < len(lines) else lines[at][2]
    last = lines[close - 1]
    return close + 1, Piece("code", start, max(start, last[0] + len(last[1])), language)


_CODE_SPAN = re.compile(r"(?<!`)(`++).+?(?<!`)\1(?!`)", re.DOTALL)
_STOP = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]*_]*+(?=\s|$)|[。！？]++[」』”’）]*+")
_ABBREVIATIONS = frozenset(
    """e.g i.e fig figs dr mr mrs ms prof vs cf al eq eqs sec ch chap vol approx ca resp incl viz st jr sr pp ed eds
    no nos art z.b d.h u.a s.o s.u bzw usw abb nr bd hr fr tab evtl ggf vgl p.ex c.-à-d m mme mlle
    p.ej pág núm sig ecc p.es bijv d.w.z o.a inc ltd co dept univ u.s u.k""".split()
)
_ENDS_SENTENCES_TOO = frozenset("no al co inc ltd ed usw ecc u.s u.k m art sig st".split())
_LONGEST_SENTENCE = 100
_CHOPPED = 60


def sentences(text: str, start: int, end: int) -> list[Range]:
    """Ranges of the sentences between ``start`` and ``end``; list items end sentences too, without their marks."""
    found = []
    for first, last in _items(text, start, end):
        for a, b in _split(text, first, last):
            found += _chop(text, a, b)
    return [(a, b) for a, b in found if re.search(r"\w", text[a:b])]


def _items(text: str, start: int, end: int) -> Iterator[Range]:
    begin = start
    for line in _LINE.finditer(text, start, end):
        item = _ITEM.match(text, line.start(), line.end())
        if item:
            yield begin, line.start()
            begin = item.end()
    yield begin, end


def _split(text: str, start: int, end: int) -> Iterator[Range]:
    masked = without_code(text[start:end])
    begin = 0
    for stop in _STOP.finditer(masked):
        if _ends(masked, begin, stop):
            yield _trim(text, start + begin, start + stop.end())
            begin = stop.end()
    yield _trim(text, start + begin, end)


def without_code(text: str) -> str:
    """The text with inline code blanked out by letters, so that marks inside count for nothing; same length."""
    return _CODE_SPAN.sub(lambda m: "`" + "X" * (len(m.group()) - 2) + "`", text)


def _ends(masked: str, begin: int, stop: re.Match[str]) -> bool:
    following = masked[stop.end() : stop.end() + 20].lstrip()
    if not stop.group().startswith(".") or stop.group().startswith(".."):
        return not following[:1].islower()
    before = masked[max(begin, stop.start() - 40) : stop.start()].split()
    word = before[-1].lstrip("(\"'“‘*_[`") if before else ""
    opening = following.lstrip("(\"'“‘*_[`")[:1]
    if following[:1].islower():
        return False
    if word.casefold() in _ABBREVIATIONS:
        return word.casefold() in _ENDS_SENTENCES_TOO and opening.isupper() and not word[:1].isupper()
    if re.match(r"\w\.", following) or (len(word) == 1 and re.fullmatch(r"\w\.", before[-2] if before[1:] else "")):
        return False
    if len(word) == 1 and word.isupper():
        initial = len(before) == 1 or before[-2][:1].isupper()
        return not (initial and opening.isupper())
    return not (word.isdigit() and len(before) == 1 and begin + len(word) + 2 >= stop.start())


def _trim(text: str, start: int, end: int) -> Range:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _chop(text: str, start: int, end: int) -> list[Range]:
    """A run without sentence marks is cut at line breaks, else after every so many words."""
    if word_count(text[start:end]) <= _LONGEST_SENTENCE:
        return [(start, end)]
    lines = [_trim(text, m.start(), m.end()) for m in _LINE.finditer(text, start, end)]
    if len(lines) > 1:
        return [piece for a, b in lines if a < b for piece in _chop(text, a, b)]
    words = list(WORD.finditer(text, start, end))
    cuts = [start, *(m.start() for m in words[_CHOPPED::_CHOPPED]), end]
    if len(words) <= _CHOPPED:
        cuts = [*range(start, end, 4 * _CHOPPED), end]
    return [_trim(text, a, b) for a, b in pairwise(cuts)]


_EMPHASIS = re.compile(
    r"(?P<code>`[^`]+`)|\*\*|(?<!\w)__(?=\w)|(?<=\w)__(?!\w)|(?<![\w*])\*(?=[\w(])|(?<=[\w.)])\*(?![\w*])"
)


def plain(text: str) -> str:
    """The text on one line, without emphasis marks; code keeps its marks."""
    return " ".join(_EMPHASIS.sub(lambda m: m.group("code") or "", text).split())
