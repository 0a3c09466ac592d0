"""The small library of original texts that ships with the project."""

import hashlib
from pathlib import Path

from bson import ObjectId

from lms.ai import repository
from lms.ai.models import Source
from lms.mongo import Document

_TEXTS = Path(__file__).with_name("library")


def seed() -> int:
    """Put the shipped texts into MongoDB, where deployed functions read them; return how many there are."""
    texts = [_document(path.read_text(encoding="utf-8")) for path in sorted(_TEXTS.glob("*.md"))]
    repository.replace_library(texts)
    return len(texts)


def _document(text: str) -> Document:
    title = text.partition("\n")[0].removeprefix("# ").strip()
    return {
        "_id": ObjectId(hashlib.sha256(text.encode()).digest()[:12]),
        "title": title,
        "text": text,
        "origin": "library",
    }


def texts() -> list[Source]:
    return [as_source(row) for row in repository.library_sources()]


def as_source(row: Document) -> Source:
    return Source(id=row["_id"], title=row["title"], text=row["text"])
