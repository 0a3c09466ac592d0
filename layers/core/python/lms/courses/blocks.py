"""A lesson's blocks: as they are stored, with the HTML made from them, and as an edit replaces them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import markdown
from lms.courses import media
from lms.courses.limits import MOST_BLOCKS, MOST_LESSON_BYTES
from lms.courses.states import Origin
from lms.errors import Invalid
from lms.mongo import Document

if TYPE_CHECKING:
    from lms.courses.models.lesson import BlockDraft

_MOST_HTML_BYTES = 2_000_000
_SAID_BY_THE_SERVER = {"id", "html", "source", "origin", "reviewed"}


def block(
    kind: str,
    text: str,
    language: str | None,
    *,
    origin: Origin,
    source: Document | None = None,
    id: str | None = None,
    **own: Any,
) -> Document:
    """``own`` are the fields that this kind has beside text and language; those without a value are left out."""
    written = {"kind": kind, "text": text, "language": language, **own}
    return {
        "id": id or str(ObjectId()),
        **written,
        "html": _html(written),
        "source": source,
        "origin": origin,
    }


def _html(written: Mapping[str, Any]) -> str:
    if written["kind"] == "markdown":
        return markdown.html(written["text"])
    if written["kind"] == "code":
        return markdown.code_html(written["text"], written["language"])
    return media.html(written)


def shown(lesson: Mapping[str, Any]) -> list[Document]:
    """The blocks with HTML of the present make, rendered again where an older one made it."""
    if lesson["html_version"] == markdown.VERSION:
        stored: list[Document] = lesson["blocks"]
        return stored
    return rendered(lesson["blocks"])


def rendered(blocks: Sequence[Document]) -> list[Document]:
    return [{**each, "html": _html(each)} for each in blocks]


def replaced(present: Sequence[Document], drafts: Sequence[BlockDraft]) -> list[Document]:
    """The blocks that ``drafts`` ask for. One that is left as it was keeps its source and origin; what a person
    wrote or changed is that person's.

    Raise 422 for an id that is no block's, or that stands twice.
    """
    blocks = {each["id"]: each for each in present}
    result = [_replaced(draft, index, blocks) for index, draft in enumerate(drafts)]
    if _html_bytes(result) > _MOST_HTML_BYTES:
        raise Invalid(errors=[{"pointer": "/blocks", "message": "grow too large as HTML"}])
    return result


def _html_bytes(blocks: Sequence[Document]) -> int:
    return sum(len(each["html"].encode()) for each in blocks)


def fit(blocks: Sequence[Document]) -> bool:
    """Whether a lesson holds as many as these."""
    written = sum(
        len(str(each.get(name) or "").encode()) for each in blocks for name in ("text", "url", "alt", "transcript")
    )
    return len(blocks) <= MOST_BLOCKS and written <= MOST_LESSON_BYTES and _html_bytes(blocks) <= _MOST_HTML_BYTES


def _replaced(draft: BlockDraft, index: int, blocks: dict[str, Document]) -> Document:
    written = _written(draft)
    if draft.id is None:
        return block(**written, origin=Origin.PERSON)
    old = blocks.pop(draft.id, None)
    if old is None:
        message = "names no block of this lesson, or one that stands here twice"
        raise Invalid(errors=[{"pointer": f"/blocks/{index}/id", "message": message}])
    if {name: value for name, value in old.items() if name not in _SAID_BY_THE_SERVER} == written:
        return old
    return block(**written, origin=Origin.PERSON, id=draft.id)


def rewritten(old: Document, fields: Mapping[str, Any], review: Document) -> Document:
    """The block with ``fields`` that an AI wrote and a person has looked at. It comes from where it came from."""
    kept = {name: value for name, value in old.items() if name not in _SAID_BY_THE_SERVER}
    written: Document = {**kept, **fields}
    made = block(**written, origin=Origin.AI, source=old["source"], id=old["id"])
    return {**made, "reviewed": review}


def _written(draft: BlockDraft) -> Document:
    """What the author wrote, as it is stored."""
    own = {name: value for name, value in draft.model_dump(include=set(draft.OWN)).items() if value}
    if "file_id" in own:
        own["file_id"] = ObjectId(own["file_id"])
    return {"kind": draft.kind, "text": draft.text, "language": draft.language, **own}


def reviewed(blocks: Sequence[Document], review: Document) -> list[Document]:
    """The blocks, each that an AI wrote marked with ``review`` unless somebody has looked at it before.

    A block that is written anew carries no review, whoever writes it.
    """
    return [
        {**each, "reviewed": review} if each["origin"] == Origin.AI and not each.get("reviewed") else each
        for each in blocks
    ]
