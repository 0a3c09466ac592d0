"""Plain text and HTML as Markdown that shows the same."""

import re

_LONGEST = 100_000
"""Far above what a question may hold: longer texts are refused there and not worth a conversion."""

_BLOCKS = (
    "address article aside blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main "
    "menu nav ol optgroup option p param section summary table tbody td tfoot th thead title tr track ul"
)
_BLOCK_NAMES = "|".join(_BLOCKS.split())
_STARTS_A_BLOCK = re.compile(rf"</?(?:{_BLOCK_NAMES})(?:\s|/?>|$)", re.IGNORECASE)
_HOLDS_A_BLOCK = re.compile(rf"</?(?:{_BLOCK_NAMES}|pre|script|style|textarea)\b", re.IGNORECASE)
_TAG = re.compile(
    r"""(<!--(?:(?!--).)*-->|</[A-Za-z][A-Za-z0-9-]*\s?>|<[A-Za-z][A-Za-z0-9-]*"""
    r"""(?:\s[A-Za-z_:][\w:.-]*(?:\s?=\s?(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*\s?/?>)"""
)
_NOT_SHOWN = re.compile(
    r"<(script|style|iframe|object|embed|video|audio|svg|math|form|input|button|select|textarea|canvas|applet)\b",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[\\`*\[]|(?<![^\W_])_|_(?![^\W_])")
_ENTITY = re.compile(r"&(?=#?\w{1,40};)")
_TAG_OPENS = re.compile(r"<(?=\S)")
_TAG_IN_HTML = re.compile(r"<[A-Za-z/!?]")
_LINE_START = re.compile(r"^(?:(\d{1,9})(?=[.)](?:\s|$))|(?=#{1,6}(?:\s|$)|>|[-+](?:\s|$)|~~~|[-=|:][-=|: \t]*$))")
_BLANK_LINES = re.compile(r"\n((?:[ \t]*\n)+)")


def from_plain(text: str) -> str:
    """Text without any markup: every line stays a line."""
    before, *lines = [_escape_line(line) for line in text.replace("\r\n", "\n").strip().split("\n")]
    joined = [before]
    for line in lines:
        joined.append(("\\\n" if before and line else "\n") + line)
        before = line
    return "".join(joined)


def _escape_line(line: str) -> str:
    text = line.strip(" \t")
    indent = "&nbsp;" * len(line[: len(line) - len(line.lstrip(" \t"))].expandtabs(4)) if text else ""
    return indent + _escape_start(_TAG_OPENS.sub(r"\\<", _ENTITY.sub(r"\\&", _escape_marks(text))))


def _escape_marks(text: str) -> str:
    return _MARKS.sub(r"\\\g<0>", text)


def _escape_start(text: str) -> str:
    """What opens a heading, list, quotation, table or rule does so only where a line begins."""
    return _LINE_START.sub(r"\1\\", text, count=1)


def from_html(text: str) -> str:
    """HTML: words with tags among them as a paragraph, anything with blocks as one raw block."""
    if len(text) > _LONGEST:
        return text
    text = text.replace("\r\n", "\n").strip()
    if _HOLDS_A_BLOCK.search(text):
        return _raw_block(text)
    parts = _TAG.split(" ".join(text.split()))
    if any(_TAG_IN_HTML.search(words) for words in parts[::2]):
        return _raw_block(text)
    parts[::2] = [_escape_marks(words).replace("<", "&lt;") for words in parts[::2]]
    return _escape_start(parts[0]) + "".join(parts[1:])


def _raw_block(text: str) -> str:
    """CommonMark leaves a block of HTML alone up to the first blank line."""
    text = _BLANK_LINES.sub(lambda blank: "\n" + "&#10;" * blank[1].count("\n"), text)
    return text if _STARTS_A_BLOCK.match(text) else f"<div>{text}</div>"


def from_auto(text: str) -> str:
    """Moodle's auto-format: HTML in which a line's end is one."""
    text = text.replace("\r\n", "\n").strip()
    return from_html(text if _HOLDS_A_BLOCK.search(text) else text.replace("\n", "<br>\n"))


def not_shown(html: str) -> list[str]:
    """What a page of ours leaves out: one note for each kind of element."""
    tags = dict.fromkeys(found[1].lower() for found in _NOT_SHOWN.finditer(html))
    return [f"<{tag}> in a text is kept, but not shown" for tag in tags] + (
        ["an image written into a text as data: is kept, but not shown"] if 'src="data:' in html else []
    )
