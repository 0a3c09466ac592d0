"""A lesson's blocks: as they are stored, with the HTML made from them, and as an edit replaces them."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms import markdown
from lms.courses.models import BlockDraft, Origin
from lms.errors import Invalid
from lms.mongo import Document

_MOST_HTML_BYTES = 2_000_000


def block(
    kind: str,
    text: str,
    language: str | None,
    *,
    origin: Origin,
    source: Document | None = None,
    id: str | None = None,
) -> Document:
    return {
        "id": id or str(ObjectId()),
        "kind": kind,
        "text": text,
        "language": language,
        "html": _html(kind, text, language),
        "source": source,
        "origin": origin,
    }


def _html(kind: str, text: str, language: str | None) -> str:
    return markdown.code_html(text, language) if kind == "code" else markdown.html(text)


def shown(lesson: Mapping[str, Any]) -> list[Document]:
    """The blocks with HTML of the present make, rendered again where an older one made it."""
    if lesson["html_version"] == markdown.VERSION:
        stored: list[Document] = lesson["blocks"]
        return stored
    return [{**each, "html": _html(each["kind"], each["text"], each["language"])} for each in lesson["blocks"]]


def replaced(present: Sequence[Document], drafts: Sequence[BlockDraft]) -> list[Document]:
    """The blocks that ``drafts`` ask for. One that is left as it was keeps its source and origin; what a person
    wrote or changed is that person's.

    Raise 422 for an id that is no block's, or that stands twice.
    """
    blocks = {each["id"]: each for each in present}
    result = [_replaced(draft, index, blocks) for index, draft in enumerate(drafts)]
    if sum(len(each["html"].encode()) for each in result) > _MOST_HTML_BYTES:
        raise Invalid(errors=[{"pointer": "/blocks", "message": "grow too large as HTML"}])
    return result


def _replaced(draft: BlockDraft, index: int, blocks: dict[str, Document]) -> Document:
    if draft.id is None:
        return block(draft.kind, draft.text, draft.language, origin=Origin.PERSON)
    old = blocks.pop(draft.id, None)
    if old is None:
        message = "names no block of this lesson, or one that stands here twice"
        raise Invalid(errors=[{"pointer": f"/blocks/{index}/id", "message": message}])
    if (old["kind"], old["text"], old["language"]) == (draft.kind, draft.text, draft.language):
        return old
    return block(draft.kind, draft.text, draft.language, origin=Origin.PERSON, id=draft.id)
