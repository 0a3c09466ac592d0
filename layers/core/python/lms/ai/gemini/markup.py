"""What a model's Markdown may not hold: a source text that smuggles instructions could use it against readers."""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

_FORBIDDEN = {"html_block": "HTML", "html_inline": "HTML", "image": "an image", "link_open": "a link"}
_markdown = MarkdownIt("commonmark")


def forbidden(text: str) -> list[str]:
    """Names of what must not stand in it; HTML shown as code is fine."""
    return sorted({_FORBIDDEN[token.type] for token in _all(_markdown.parse(text)) if token.type in _FORBIDDEN})


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])
