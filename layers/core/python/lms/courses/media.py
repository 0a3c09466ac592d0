"""Formulas, pictures, films, files and embedded pages of a lesson as HTML that is safe to show.

Each is built from escaped parts and then held to an allow-list of its own. A change to what is made here raises
``markdown.VERSION``, as HTML of an older make is told by that.

What lies in ``/files`` has no address that a browser could load without a token: ``data-file-id`` names it, and the
client fills the address in. A formula stands in ``<span class="math">`` as LaTeX for the client to set.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from lms import markdown
from lms.markdown import escaped

if TYPE_CHECKING:
    import nh3

Written = Mapping[str, Any]
"""A block as it was written: only the fields that it has."""

_ADDRESS = {"src", "data-file-id"}


@cache
def _cleaner() -> "nh3.Cleaner":
    import nh3

    return nh3.Cleaner(
        tags={"span", "img", "video", "track", "a", "iframe"},
        attributes={
            "span": {"class"},
            "img": {"alt", "loading", *_ADDRESS},
            "video": {"controls", "preload", *_ADDRESS},
            "track": {"kind", "srclang", "src"},
            "a": {"href", "download", "data-file-id"},
            "iframe": {"src", "title", "sandbox", "allow", "loading", "referrerpolicy"},
        },
        url_schemes={"https"},
        link_rel="noopener noreferrer nofollow",
    )


def html(block: Written) -> str:
    """The block's HTML. Its ``text`` follows as the caption, where it is not the matter itself."""
    element = _cleaner().clean(_MAKERS[block["kind"]](block))
    if block["kind"] == "math" or not block["text"]:
        return element
    return f"<figure>{element}<figcaption>{markdown.html(block['text'])}</figcaption></figure>"


def _math(block: Written) -> str:
    return f'<span class="math">{escaped(block["text"], quote=False)}</span>'


def _image(block: Written) -> str:
    alt = "" if block.get("decorative") else block.get("alt", "")
    return f"<img{_attributes(**_place(block, 'src'), alt=alt, loading='lazy')}>"


def _video(block: Written) -> str:
    tracks = "".join(
        f"<track{_attributes(kind='captions', srclang=each['language'], src=each['url'])}>"
        for each in block.get("captions", ())
    )
    return f'<video controls=""{_attributes(**_place(block, "src"), preload="metadata")}>{tracks}</video>'


def _file(block: Written) -> str:
    name = block.get("name") or block.get("url") or "file"
    return f"<a{_attributes(**_place(block, 'href'), download=name)}>{escaped(name)}</a>"


def _embed(block: Written) -> str:
    """The frame keeps the origin of its own host, which is never ours, so that it cannot lift its sandbox."""
    attributes = {
        "src": block["url"],
        "title": block.get("name") or block["url"],
        "sandbox": "allow-scripts allow-same-origin",
        "allow": "fullscreen",
        "loading": "lazy",
        # A player that is told no referrer refuses to play.
        "referrerpolicy": "strict-origin-when-cross-origin",
    }
    return f"<iframe{_attributes(**attributes)}></iframe>"


def _place(block: Written, attribute: str) -> dict[str, str]:
    return {attribute: block["url"]} if "url" in block else {"data-file-id": str(block["file_id"])}


def _attributes(**values: str) -> str:
    return "".join(f' {name}="{escaped(value)}"' for name, value in values.items())


_MAKERS: Mapping[str, Callable[[Written], str]] = {
    "math": _math,
    "image": _image,
    "video": _video,
    "file": _file,
    "embed": _embed,
}
