"""A lesson as its sentences, and a block with some of them left out."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lms.ai.grounded.leaning import points_back
from lms.ai.grounded.material import Document, Unit, read
from lms.ai.grounded.text import Range
from lms.ai.lesson_texts import LessonText, TextBlock
from lms.ai.models import Source, Span

_MARK_ALONE = re.compile(r"(?:^|\n)[ \t]*(?:[-*+•]|\d{1,3}[.)])?[ \t]*$")
_MARKS_ALONE = re.compile(r"[^\w\n]*(?=\n\s*\n|\Z)")


@dataclass(frozen=True)
class Laid:
    """``document`` is the prose of all blocks; ``begins`` says where each block begins in it."""

    document: Document
    begins: dict[str, int]
    blocks: dict[str, TextBlock]

    def numbers(self, block: TextBlock) -> list[int]:
        """Of the document's units that stand in the block."""
        begin = self.begins[block.id]
        end = begin + len(block.text)
        return [n for n, unit in enumerate(self.document.units) if begin <= unit.sentence[0] < end]

    def units(self, numbers: Sequence[int]) -> list[Unit]:
        return [self.document.units[number] for number in numbers]

    def source_of(self, place: Range) -> Span | None:
        """Where a part of one block stands in the source; None where the block is not word for word its source."""
        start, end = place
        begin, _id = max((begin, _id) for _id, begin in self.begins.items() if begin <= start)
        source, text = self.blocks[_id].source, self.blocks[_id].text
        if source is None or source.end - source.start != len(text) or end > begin + len(text):
            return None
        moved = source.start - begin
        return Span(source_id=source.source_id, start=start + moved, end=end + moved)


def lay_out(lesson: LessonText) -> Laid:
    begins, text = dict[str, int](), ""
    prose = [block for block in lesson.blocks if block.kind == "markdown"]
    for block in prose:
        begins[block.id] = len(text)
        text += block.text + "\n\n"
    document = read(Source(id=lesson.id, title=lesson.title, text=text))
    return Laid(document, begins, {block.id: block for block in prose})


def only(laid: Laid, block: TextBlock, kept: Collection[int]) -> str:
    """The block's text with those of its sentences alone; code, headings and tables stay, orders to a machine go.

    A sentence that leans on one that is left out, as 'It is also' does, goes with it.
    """
    begin, text = laid.begins[block.id], block.text
    numbers = laid.numbers(block)
    staying = set[int]()
    for place, number in enumerate(numbers):
        sentence = laid.document.sentence(laid.document.units[number])
        if number in kept and (place == 0 or numbers[place - 1] in staying or not points_back(sentence)):
            staying.add(number)
    inside = range(begin, begin + len(block.text))
    gone = {laid.document.units[number].sentence for number in numbers if number not in staying}
    gone |= {_with_marks(block.text, begin, place) for place in laid.document.hidden if place[0] in inside}
    for start, end in sorted(gone, reverse=True):
        text = _cut(text, start - begin, end - begin)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _with_marks(text: str, begin: int, place: Range) -> Range:
    """An order with the marks behind it that end its paragraph, such as a comment's."""
    marks = _MARKS_ALONE.match(text, place[1] - begin)
    return (place[0], begin + marks.end()) if marks else place


def _cut(text: str, start: int, end: int) -> str:
    """Without what stands there, nor the mark of a list's item that it leaves empty."""
    before, after = text[:start], text[end:].lstrip(" \t")
    if after and not after.startswith("\n"):
        return before + after
    alone = _MARK_ALONE.search(before)
    return (before[: alone.start()] if alone else before.rstrip(" \t")) + after
