"""The small library of original texts that ships with the project."""

import hashlib
from pathlib import Path

from bson import ObjectId

from lms import clock
from lms.ai import repository
from lms.ai.grounded.ranking import Entry
from lms.ai.models import Source
from lms.mongo import Document

_TEXTS = Path(__file__).with_name("library")


def seed() -> int:
    """Put the shipped texts and their indexes into MongoDB, where deployed functions read them; return how many."""
    texts = [_document(path.read_text(encoding="utf-8")) for path in sorted(_TEXTS.glob("*.md"))]
    repository.replace_library(texts, clock.now())
    return len(texts)


def _document(text: str) -> Document:
    from lms.ai.grounded.relevance import index_of

    _id = ObjectId(hashlib.sha256(text.encode()).digest()[:12])
    source = Source(id=str(_id), title=text.partition("\n")[0].removeprefix("# ").strip(), text=text)
    return {
        "_id": _id,
        "title": source.title,
        "text": text,
        "origin": "library",
        "index": index_of(source),
    }


def texts() -> list[Entry]:
    return [_entry(row) for row in repository.library_sources()]


def _entry(row: Document) -> Entry:
    source, index = as_source(row), row.get("index")
    if index is None or "lessons" not in index:
        # A deployment seeds last: its functions may come before its index, or before the index that they know.
        from lms.ai.grounded.relevance import index_of

        index = index_of(source)
    return Entry(source, index)


def as_source(row: Document) -> Source:
    return Source(id=row["_id"], title=row["title"], text=row["text"])
