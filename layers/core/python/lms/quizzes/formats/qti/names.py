"""Names that Canvas's files give to what both sides know, and how our texts stand in them."""

import re
from collections.abc import Iterable

FEEDBACK = {"general": "general_fb", "correct": "correct_fb", "incorrect": "general_incorrect_fb"}
SOURCES = "markdown"
"""The metadata field for the Markdown of an item's HTML texts, in their order: a JSON list."""

LONGEST_SOURCE = 20_000


def shown(source: str) -> str:
    """The HTML that Canvas gets."""
    from lms import markdown

    return markdown.html(source)


def shown_with_blanks(source: str, names: Iterable[str]) -> str:
    """The same for a text with gaps, which Canvas writes as ``[name]``."""
    literal = "|".join(map(re.escape, names))
    html = re.sub(rf"\[(?=(?:{literal})\])", "&#91;", shown(source))
    return re.sub(rf"\{{\{{({literal})\}}\}}", r"[\1]", html)
