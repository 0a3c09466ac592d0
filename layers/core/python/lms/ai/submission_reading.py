"""What a reader sees of a submission, where that stands in it, and what of it speaks to a machine instead.

A sentence of the assignment's own matter is kept whatever it sounds like: a motor that will not run is no command
to run. That it sounds so is still worth a person's look: ``speaks_to_a_machine``.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from lms.ai.grading_task import Evidence, GradingTask
from lms.ai.grounded.text import Range
from lms.ai.instructions import instructs, passages
from lms.ai.invisible import visible
from lms.intelligence.wording import worded

_OF_THE_MATTER = 1 / 3
"""A sentence with this share of its content words in the assignment or its reference answers is no mere order."""

_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")
_END = re.compile(r"(?<=[.!?])\s+")
_BLANK_LINE = re.compile(r"\n\s*\n")


class Shown(NamedTuple):
    """What is seen of a text; ``places`` has each character's place in the text as it is stored."""

    text: str
    places: list[int]

    def evidence(self, start: int, end: int) -> Evidence:
        return Evidence(start=self.places[start], end=self.places[end - 1] + 1)


@lru_cache(maxsize=2)
def shown(text: str) -> Shown:
    seen = visible(text)
    places, at = [], 0
    for char in seen:
        at = text.index(char, at) + 1
        places.append(at - 1)
    return Shown(seen, places)


def question(task: GradingTask) -> str:
    return f"{task.title}\n{task.instructions}"


def matter(task: GradingTask) -> set[str]:
    """The content words of what is asked and of the answers to it."""
    return {word for each in (question(task), *task.references) for word in worded(each).content}


def speaks_to_a_machine(text: str) -> bool:
    """Whether it holds a sentence that does, or what no reader sees."""
    return visible(text) != text or bool(passages(text))


def own_parts(task: GradingTask) -> list[Range]:
    """Paragraphs, or parts of them, in what is seen, in which no order stands and nothing that one orders."""
    text = shown(task.text).text
    parts, at = [], 0
    for start, end in [*_ordered(text, matter(task)), (len(text), len(text))]:
        parts += [found.span() for found in _PARAGRAPH.finditer(text, at, start)]
        at = end
    return [(start, end) for start, end in parts if any(map(str.isalnum, text[start:end]))]


def own_words(task: GradingTask) -> str:
    text = shown(task.text).text
    return "\n".join(text[start:end].strip() for start, end in own_parts(task))


def _ordered(text: str, about: set[str]) -> Iterator[Range]:
    """The places of orders, of the single word before one, and of what follows one in its paragraph."""
    places = passages(text)
    said = [text[slice(*place)] for place in places]
    orders = [_order_in(each) for each in said]
    dropped, last = False, 0
    for n, (start, end) in enumerate(places):
        # A shout goes with the order behind it.
        of = n + 1 if orders[n] is None and len(said[n].split()) == 1 and n + 1 < len(said) else n
        if (begin := orders[of]) is not None:
            follows = dropped and not _parted(text[last:start])
            dropped = follows or not _is_about(said[of][begin:], about)
        if dropped:
            yield start + (orders[n] or 0), end
        last = end


def _order_in(said: str) -> int | None:
    """Where in it an order begins: what passes for one sentence may be two, where the second has no capital."""
    if not instructs(said):
        return None
    starts = [0, *(found.end() for found in _END.finditer(said))]
    parts = zip(starts, [*starts[1:], len(said)], strict=True)
    return next((start for start, end in parts if instructs(said[start:end])), 0)


def _parted(between: str) -> bool:
    return bool(between.strip() or _BLANK_LINE.search(between))


def _is_about(said: str, about: set[str]) -> bool:
    content = worded(said).content
    return sum(word in about for word in content) >= _OF_THE_MATTER * max(1, len(content))
