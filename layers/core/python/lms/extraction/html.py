"""HTML: what a reader of the page reads, without its navigation, forms and scripts."""

import re
from collections.abc import Iterator

from lxml import etree

from lms.extraction.draft import Draft, Item, Row
from lms.extraction.extracted import Extracted, Unreadable
from lms.extraction.office import Element, is_starved, local
from lms.extraction.plain import decoded

_UNSEEN = frozenset(
    "script style template noscript nav aside footer form button select svg math iframe object head dialog".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    """address article blockquote body caption center dd details div dl dt fieldset figcaption figure header hgroup
    hr li main ol p section summary table tbody td th thead tr ul""".split()
)
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{2,40})""", re.IGNORECASE)


def read(data: bytes) -> Extracted:
    """Raise Unreadable where no text can be had."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(_decoded(data).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if is_starved(error):
            raise Unreadable("TOO_LARGE") from None
        root = None
    if any("depth" in error.message for error in parser.error_log):
        raise Unreadable("DAMAGED")
    if root is None:
        raise Unreadable("NO_TEXT")
    reader = _Reader()
    reader.read(_main(root))
    return reader.draft.extracted()


def _decoded(data: bytes) -> str:
    """What declares itself to be UTF-16 in letters of one byte is not."""
    found = _DECLARED.search(data[:4_096])
    declared = found[1].decode("ascii") if found else None
    return decoded(data, None if declared and declared.lower().startswith("utf-16") else declared)


def _main(root: Element) -> Element:
    """The element that the page marks as its content, where most of its text is."""
    found = list(root.iter("main", "article"))
    if not found:
        return root
    largest = max(found, key=_length)
    return largest if _length(largest) > 0.5 * _length(root) else root


def _length(element: Element) -> int:
    return sum(len(text) for text in element.itertext())


class _Reader:
    """Collects text until a block begins or ends, and writes it down as what it stands in."""

    def __init__(self) -> None:
        self.draft = Draft()
        self._text: list[str] = []
        self._items: list[Item] = []
        self._lists: list[str] = []
        self._mark: str | None = None

    def read(self, root: Element) -> None:
        walker = etree.iterwalk(root, events=("start", "end"))
        left_out: Element | None = None
        for event, element in walker:
            name = local(element)
            if event == "start":
                if name in _UNSEEN or _is_hidden(element) or self._as_a_whole(element, name):
                    left_out = element
                    walker.skip_subtree()
                else:
                    self._begin(element, name)
            else:
                if element is not left_out:
                    self._end(name)
                if element is not root:
                    self._text.append(element.tail or "")
        self._flush()
        self._end_list()

    def _as_a_whole(self, element: Element, name: str) -> bool:
        """Whether it is a listing or a table of data, which are written down at once."""
        if name != "pre" and not (name == "table" and _is_data(element)):
            return False
        self._flush()
        self._end_list()
        if name == "pre":
            self.draft.code([(None, "".join(element.itertext()).strip("\n"))])
        else:
            self.draft.table(_rows(element))
        return True

    def _begin(self, element: Element, name: str) -> None:
        if name in _HEADINGS or name in _BLOCKS:
            self._flush()
        if name in ("ul", "ol"):
            self._lists.append("-" if name == "ul" else "1.")
        elif name == "li":
            self._mark = self._lists[-1] if self._lists else "-"
        elif name == "br":
            self._text.append("\n")
        self._text.append(element.text or "")

    def _end(self, name: str) -> None:
        if name in _HEADINGS:
            self._end_list()
            self.draft.heading(_HEADINGS[name], self._taken())
        elif name in _BLOCKS:
            self._flush()
        if name in ("ul", "ol") and self._lists:
            self._lists.pop()
            if not self._lists:
                self._end_list()

    def _taken(self) -> str:
        text = "".join(self._text)
        self._text = []
        return text

    def _flush(self) -> None:
        text = self._taken()
        if not text.strip():
            return
        if not self._lists and self._mark is None:
            self._end_list()
            self.draft.text(text)
        elif self._mark is None and self._items:
            last = self._items[-1]
            self._items[-1] = last._replace(text=f"{last.text} {text}")
        else:
            self._items.append(Item(None, max(0, len(self._lists) - 1), self._mark or "-", text))
            self._mark = None

    def _end_list(self) -> None:
        self.draft.items(self._items)
        self._items = []


def _is_hidden(element: Element) -> bool:
    style = re.sub(r"\s", "", element.get("style", "")).lower()
    hidden = "hidden" in element.attrib or element.get("aria-hidden") == "true"
    return hidden or "display:none" in style or element.get("role") in ("navigation", "search", "banner")


def _is_data(table: Element) -> bool:
    """Whether its cells hold no more than lines of text: else it lays out the page."""
    blocks = ("table", "pre", "ul", "ol", *_HEADINGS)
    return all(next(cell.iter(*blocks), None) is None for cell in table.iter("td", "th"))


def _rows(table: Element) -> Iterator[Row]:
    for row in table.iter("tr"):
        yield Row(None, ["".join(cell.itertext()) for cell in row if local(cell) in ("td", "th")])
