"""XML as element nodes that know their place; a file with a document type, and with it entities, is refused."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from lms.quizzes.formats.files import decode, encoding_of, refused

_MOST_NODES = 250_000
_DEEPEST = 100

_DECLARED = re.compile(r"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})["']""", re.ASCII)
_READ_AS = {
    "utf-8": {"utf-8", "utf8", "us-ascii", "ascii"},
    "utf-16-le": {"utf-16", "utf-16le"},
    "utf-16-be": {"utf-16", "utf-16be"},
}
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE_ESCAPES = _ESCAPES | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


@dataclass(slots=True)
class Node:
    """``tag`` and the names of attributes come without a namespace's prefix, but for ``xml:``."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    content: "list[str | Node]" = field(default_factory=list)
    line: int = 0
    column: int = 0

    @property
    def children(self) -> "list[Node]":
        return [part for part in self.content if isinstance(part, Node)]

    @property
    def text(self) -> str:
        """Its own text, without that of its children."""
        return "".join(part for part in self.content if isinstance(part, str))

    @property
    def inner(self) -> str:
        """Its text, and its children as markup: for markup that a file does not escape."""
        return "".join(part if isinstance(part, str) else _markup(part) for part in self.content)

    def all(self, tag: str) -> "list[Node]":
        return [child for child in self.children if child.tag == tag]

    def first(self, tag: str) -> "Node | None":
        return next((child for child in self.children if child.tag == tag), None)

    def walk(self) -> "Iterator[Node]":
        """Itself and all below it, in the order of the file."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


def parse(data: bytes, file: str = "") -> Node:
    """The root element. Every error is `Invalid` with the code FILE_REFUSED and the place."""
    _require_declared_encoding(data, file)
    reader = _Reader(file)
    try:
        reader.parser.Parse(decode(data, file).encode(), True)
    except expat.ExpatError as error:
        message = f"is no well-formed XML: {expat.ErrorString(error.code)}"
        raise refused(message, line=error.lineno, column=error.offset + 1, file=file) from None
    return reader.root


def _require_declared_encoding(data: bytes, file: str) -> None:
    encoding, mark = encoding_of(data, file)
    declared = _DECLARED.match(data[mark : mark + 600].decode(encoding, "replace"))
    if declared and declared[1].lower() not in _READ_AS[encoding]:
        name = encoding[:6].upper().rstrip("-")
        message = f"declares the encoding {declared[1]}, but was read as {name}: save the file as UTF-8"
        raise refused(message, line=1, column=declared.start(1) + 1, file=file)


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.root = Node("")
        self.open: list[Node] = []
        self.nodes = 0
        self.parser = parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = self.doctype

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.nodes += 1
        if self.nodes > _MOST_NODES:
            raise self.refused(f"holds more than {_MOST_NODES:,} elements")
        if len(self.open) == _DEEPEST:
            raise self.refused(f"elements are nested more than {_DEEPEST} deep")
        place = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        node = Node(_local(tag), {_local(name): value for name, value in attributes.items()}, [], *place)
        if self.open:
            self.open[-1].content.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, tag: str) -> None:
        self.open.pop()

    def characters(self, text: str) -> None:
        self.open[-1].content.append(text)

    def doctype(self, *declared: object) -> None:
        raise self.refused("a document type (<!DOCTYPE …>) is not read, nor are entities that it declares")

    def refused(self, message: str) -> Exception:
        place = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        return refused(message, line=place[0], column=place[1], file=self.file)


def _local(name: str) -> str:
    return name if name.startswith("xml:") else name.rpartition(":")[2]


def element(tag: str, *content: Node | str, **attributes: str) -> Node:
    """A node to write; an underscore in an attribute's name stands for the colon of ``xml:``."""
    named = {name.replace("xml_", "xml:"): value for name, value in attributes.items()}
    return Node(tag, named, list(content))


def document(root: Node) -> bytes:
    """UTF-8, elements on lines of their own, texts as they are. What XML cannot hold is left out."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_lines(root, "")}'.encode()


def holds_unfit(node: Node) -> bool:
    """Whether a text has characters that XML cannot hold, e.g. U+0000."""
    return any(
        _UNFIT.search(text)
        for each in node.walk()
        for text in (*each.attributes.values(), *(part for part in each.content if isinstance(part, str)))
    )


def _lines(node: Node, indent: str) -> str:
    if not node.content or any(isinstance(part, str) for part in node.content):
        return f"{indent}{_markup(node)}\n"
    inner = "".join(_lines(child, indent + "  ") for child in node.children)
    return f"{indent}{_tag(node)}>\n{inner}{indent}</{node.tag}>\n"


def _markup(node: Node) -> str:
    if not node.content:
        return f"{_tag(node)}/>"
    inner = "".join(_escape(part, _ESCAPES) if isinstance(part, str) else _markup(part) for part in node.content)
    return f"{_tag(node)}>{inner}</{node.tag}>"


def _tag(node: Node) -> str:
    return f"<{node.tag}" + "".join(
        f' {name}="{_escape(value, _ATTRIBUTE_ESCAPES)}"' for name, value in node.attributes.items()
    )


def _escape(text: str, escapes: dict[int, str]) -> str:
    return _UNFIT.sub("", text).translate(escapes)
