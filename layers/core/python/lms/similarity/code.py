"""A program as tokens that renaming, other values, comments and layout do not change, each with its place.

The grammars are tree-sitter's, imported at first use: they are in the layer of the workers alone.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from lms.similarity.tokens import Token

if TYPE_CHECKING:
    from tree_sitter import Language, Node

LANGUAGES = ("python", "java", "javascript")
NAME, NUMBER, STRING = "name", "number", "string"

# Beyond this share of a program that its grammar does not understand, it is read without the grammar.
_MOST_ERRORS = 0.5
_LEFT_OUT = {
    *("comment", "line_comment", "block_comment", "html_comment", "hash_bang_line"),
    *("package_declaration", "import_declaration", "import_statement", "import_from_statement"),
    "future_import_statement",
}
_STRINGS = {"string", "string_literal", "character_literal", "template_string", "regex"}
_NUMBERS = re.compile(r"integer|float|number|\w+_(integer|floating_point)_literal")
_PYTHON_COMMENT, _C_COMMENT = r"#[^\n]*", r"//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)"
_PLAIN_STRING = (
    r'\b[rbfuRBFU]{0,2}(?:"""[\s\S]*?(?:"""|\Z)|\'\'\'[\s\S]*?(?:\'\'\'|\Z))|`(?:\\.|[^`\\])*`?'
    r'|"(?:\\.|[^"\\\n])*"?' + r"|'(?:\\.|[^'\\\n])*'?"
)
_PLAIN_NUMBER, _PLAIN_NAME = r"\d[\w.]*", r"[^\W\d]\w*"


@dataclass(frozen=True)
class Program:
    """``tokens`` with names, numbers and strings each as one kind; ``literals`` are the values as written: who
    renames and reorders often leaves them alone."""

    tokens: list[Token]
    literals: list[str]


def read(source: str, language: str | None) -> Program:
    """Without comments, docstrings and imports. Whatever it is, it has tokens: what no grammar understands is taken
    for a sequence of names, values and signs."""
    if language in LANGUAGES:
        tree = _tree(source, language)
        if _errors(tree) <= _MOST_ERRORS * max(1, tree.end_byte):
            return _parsed(source, tree)
    return _scanned(source, language)


@cache
def _grammar(language: str) -> "Language":
    from importlib import import_module

    from tree_sitter import Language

    return Language(import_module(f"tree_sitter_{language}").language())


def _tree(source: str, language: str) -> "Node":
    from tree_sitter import Parser

    return Parser(_grammar(language)).parse(source.encode("utf-8", "replace")).root_node


def _errors(root: "Node") -> int:
    """How many bytes stand where the grammar was lost."""
    if not root.has_error:
        return 0
    lost, waiting = 0, [root]
    while waiting:
        node = waiting.pop()
        if node.is_error:
            lost += node.end_byte - node.start_byte
        else:
            waiting += [child for child in node.children if child.has_error]
    return lost


def _parsed(source: str, root: "Node") -> Program:
    ends = None if source.isascii() else list(accumulate(len(char.encode("utf-8", "replace")) for char in source))

    def place(byte: int) -> int:
        return byte if ends is None else bisect_left(ends, byte + 1)

    tokens, literals = [], []
    for node in _leaves(root):
        start, end = place(node.start_byte), place(node.end_byte)
        value = _value(node.type)
        tokens.append(Token(value, start, end))
        if value in (NUMBER, STRING):
            literals.append(_literal(source[start:end]))
    return Program(tokens, literals)


def _leaves(root: "Node") -> "Iterator[Node]":
    """In the order of the source; a string is one, whatever it is made of."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in _LEFT_OUT or _is_docstring(node):
            continue
        if node.child_count and node.type not in _STRINGS:
            waiting += reversed(node.children)
        elif node.end_byte > node.start_byte:
            yield node


def _is_docstring(node: "Node") -> bool:
    """Or another string that is a statement by itself, which does nothing."""
    return node.type == "expression_statement" and [child.type for child in node.children] == ["string"]


def _value(kind: str) -> str:
    if kind.endswith("identifier") or kind.startswith("shorthand_property_identifier"):
        return NAME
    if kind in _STRINGS:
        return STRING
    return NUMBER if _NUMBERS.fullmatch(kind) else kind


def _literal(written: str) -> str:
    return " ".join(written.strip("\"'`").split()).casefold()


def _scanned(source: str, language: str | None) -> Program:
    """By the grammar's words and signs, or by those of all languages."""
    words, signs = _vocabulary(language if language in LANGUAGES else None)
    comment = {"python": _PYTHON_COMMENT, None: f"{_PYTHON_COMMENT}|{_C_COMMENT}"}.get(language, _C_COMMENT)
    pattern = (
        f"(?P<comment>{comment})|(?P<string>{_PLAIN_STRING})|(?P<number>{_PLAIN_NUMBER})"
        rf"|(?P<name>{_PLAIN_NAME})|(?P<sign>{signs}|[^\w\s])"
    )
    tokens, literals = [], []
    for found in re.finditer(pattern, source):
        kind, written = str(found.lastgroup), found.group()
        if kind == "comment":
            continue
        kept = kind == "sign" or written in words
        tokens.append(Token(written if kept else kind, *found.span()))
        if kind in (NUMBER, STRING):
            literals.append(_literal(written))
    return Program(tokens, literals)


@cache
def _vocabulary(language: str | None) -> tuple[frozenset[str], str]:
    """The language's own words, and a pattern of its signs, the longest first."""
    kinds: set[str] = set()
    for name in [language] if language else LANGUAGES:
        grammar = _grammar(name)
        kinds |= {
            str(grammar.node_kind_for_id(number))
            for number in range(grammar.node_kind_count)
            if not grammar.node_kind_is_named(number)
        }
    signs = sorted((kind for kind in kinds if re.fullmatch(r"[^\w\s\"'`]+", kind)), key=len, reverse=True)
    return frozenset(kind for kind in kinds if kind.isidentifier()), "|".join(map(re.escape, signs))
