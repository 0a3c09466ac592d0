"""Gaps in a text that is on its way from a file's notation to ours."""

import re
from collections.abc import Sequence

from lms.quizzes.fields import GAP


def marked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with a mark in the place of each gap that passes every conversion unharmed."""
    pieces, end = [], 0
    for number, (start, next_end) in enumerate(spans, 1):
        pieces += [text[end:start], f"\x02{number}\x03"]
        end = next_end
    return "".join([*pieces, text[end:]])


def named(text: str, names: Sequence[str]) -> str:
    """The marks as ``{{name}}``; what looked like such a gap before does no more."""
    text = GAP.sub(lambda literal: "{&#123;" + literal[0][2:], text)
    return re.sub("\x02(\\d+)\x03", lambda mark: f"{{{{{names[int(mark[1]) - 1]}}}}}", text)
