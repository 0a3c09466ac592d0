"""SVG and HTML: pictures and pages without scripts, and without what would run or load others'."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

from lms.files.inspection import xml
from lms.files.inspection.texts import decoded
from lms.files.inspection.verdict import Reason, Unsafe

_CHUNK = 256 * 1024
LARGEST_PAGE = 20 * 1024 * 1024
_RUNNING = {"script", "iframe", "object", "embed", "applet", "frame", "frameset", "base", "handler"}
_FOREIGN = _RUNNING | {"foreignobject"}
_ADDRESSES = {"href", "src", "action", "formaction", "from", "to", "values", "data", "poster", "background"}
_SPACES = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028\u2029\ufeff]+")
_RUNS = re.compile(r"(?:javascript|vbscript|livescript):|data:(?!image/(?:png|jpe?g|gif|webp)[;,])", re.IGNORECASE)
_PICTURES = re.compile(r"#|data:image/(?:png|jpe?g|gif|webp)[;,]", re.IGNORECASE)
_STYLE_LOADS = re.compile(r"@import|expression\(|-moz-binding|url\((?![\"']?(?:#|data:image/))", re.IGNORECASE)
_RAW_SCRIPT = re.compile(r"<\s*/?\s*script[\s>/]", re.IGNORECASE)


def inspect_svg(path: Path) -> None:
    """An SVG picture (SVG 1.1 and 2). Links may lead elsewhere, but nothing may be loaded from there."""
    root = ""

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal root
        root = root or name
        if root != "svg":
            raise Unsafe(Reason.TYPE_MISMATCH, "The file was declared as an SVG picture, but holds other markup.")
        _check_element(name.lower(), attributes, _FOREIGN)
        for key, value in attributes.items():
            _check_loading(name.lower(), key.lower(), value)

    with path.open("rb") as file:
        xml.read(iter(lambda: file.read(_CHUNK), b""), start, _check_style)


def inspect_html(path: Path) -> None:
    """A page to be read: its text is wanted, so that whatever runs in it can be left out."""
    if path.stat().st_size > LARGEST_PAGE:
        raise Unsafe(Reason.TOO_COMPLEX, f"A page may have {LARGEST_PAGE // 1024**2} MB. Divide it.")
    text = decoded(path.read_bytes())
    # Beside the parser, since browsers read broken markup in ways of their own.
    if _RAW_SCRIPT.search(text):
        raise _script()
    _Page().feed(text)


class _Page(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        _check_element(tag, attributes, _RUNNING)
        if tag == "meta" and attributes.get("http-equiv", "").strip().lower() == "refresh":
            raise Unsafe(Reason.ACTIVE_CONTENT, "The page leads its reader to another one of itself.")


def _check_element(name: str, attributes: Mapping[str, str], banned: set[str]) -> None:
    if name in banned:
        raise _script() if name == "script" else _active(name)
    for key, value in attributes.items():
        key = key.lower()
        if key.startswith("on") or key == "srcdoc":
            raise _script()
        if key in _ADDRESSES and _RUNS.search(_SPACES.sub("", value)):
            raise _script()


def _check_loading(name: str, key: str, value: str) -> None:
    if key in ("href", "src") and name != "a" and not _PICTURES.match(value.strip()):
        raise _external()
    if key != "href":
        _check_style(value)


def _check_style(text: str) -> None:
    if _STYLE_LOADS.search(_SPACES.sub("", text)):
        raise _external()


def _script() -> Unsafe:
    return Unsafe(Reason.SCRIPT, "The file holds a script. Save it without scripts and upload it again.")


def _active(name: str) -> Unsafe:
    return Unsafe(Reason.ACTIVE_CONTENT, f"The file holds an element that may run or load others' content: {name}.")


def _external() -> Unsafe:
    return Unsafe(Reason.EXTERNAL_REFERENCE, "The picture loads something from elsewhere. Embed it.")
