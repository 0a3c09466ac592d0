"""Text as written becomes HTML that is safe to show: CommonMark with tables, then held to an allow-list."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nh3
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore

VERSION = 1
"""Rises with every change to what this module makes, so that stored HTML of an older make is made anew."""

_MOST_TABLE_CELLS = 20_000
_MOST_REFERENCED_CHARACTERS = 1_000_000

_TEXT_TAGS = "p br hr h1 h2 h3 h4 h5 h6 blockquote ul ol li dl dt dd pre details summary"
_INLINE_TAGS = "a img code em strong b i s del ins sub sup kbd abbr mark q cite"
_TABLE_TAGS = "table caption thead tbody tr th td"

# Most answers of a question bank are words and numbers: the parser would say the same, fifty times slower.
_PLAIN = r"(?!\d{1,9}[.)])[A-Za-z0-9]+(?:[A-Za-z0-9 ,.;:?!()/%]*[A-Za-z0-9,.;:?!()/%])?"

_CODE_CLASS = r"language-[\w+#.-]{1,30}"
_ALIGNMENT = r"text-align:(left|center|right)"


def _attribute(tag: str, name: str, value: str) -> str | None:
    """What is left of an attribute that may stand only with certain values."""
    if name == "class":
        return value if re.fullmatch(_CODE_CLASS, value) else None
    if name == "style":
        return value if re.fullmatch(_ALIGNMENT, value) else None
    return value


# What renders is imported at the first rendering: a read shows what was rendered at the write and never needs it.


@cache
def _cleaner() -> "nh3.Cleaner":
    import nh3

    return nh3.Cleaner(
        tags=set(f"{_TEXT_TAGS} {_INLINE_TAGS} {_TABLE_TAGS}".split()),
        attributes={
            "a": {"href", "title"},
            "img": {"src", "alt", "title"},
            "ol": {"start"},
            "abbr": {"title"},
            "code": {"class"},
            "th": {"style", "colspan", "rowspan"},
            "td": {"style", "colspan", "rowspan"},
        },
        attribute_filter=_attribute,
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def html(text: str) -> str:
    """Markdown as safe HTML. Raw HTML in it is kept as far as the allow-list goes."""
    if re.fullmatch(_PLAIN, text):
        return f"<p>{text}</p>\n"
    return _cleaner().clean(_renderer(tables=_cells_at_most(text) <= _MOST_TABLE_CELLS).render(text))


def escaped(text: str, *, quote: bool = True) -> str:
    """The text with ``&``, ``<`` and ``>`` as entities; with ``quote`` quotation marks too."""
    from html import escape

    return escape(text, quote)


def code_html(text: str, language: str | None) -> str:
    """Program text as ``<pre><code>``; nothing in it is markup."""
    opening = f'<code class="language-{escaped(language)}">' if language else "<code>"
    return _cleaner().clean(f"<pre>{opening}{escaped(text, quote=False)}</code></pre>")


@cache
def _renderer(*, tables: bool) -> "MarkdownIt":
    from markdown_it import MarkdownIt

    renderer = MarkdownIt("commonmark")
    if tables:
        renderer.enable("table")
    renderer.core.ruler.after("block", "bound_references", _bound_references)
    return renderer


def _cells_at_most(text: str) -> int:
    """An upper bound: each short row of a table is filled up to the columns of its header."""
    lines = text.splitlines() or [""]
    return len(lines) * max(line.count("|") for line in lines)


def _bound_references(state: "StateCore") -> None:
    """Leave ``[label]: url`` definitions aside where their uses could multiply a small text into a huge page."""
    references = state.env.get("references", {})
    longest = max((len(each["href"]) + len(each["title"]) for each in references.values()), default=0)
    if longest * state.src.count("[") > _MOST_REFERENCED_CHARACTERS:
        references.clear()
