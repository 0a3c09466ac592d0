"""Lessons and their sources as a job's steps hand them to a provider."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms.ai import library, repository
from lms.ai.lesson_texts import LessonText, TextBlock
from lms.ai.models import KeyTerm, Source, Span
from lms.mongo import Document

_ANYBODYS = {"library", "retired", "request"}
"""Where a text comes from that every editor of the course may read: what somebody pasted was given for it."""


def text_of(lesson: Mapping[str, Any], about: Mapping[str, Any], lesson_id: ObjectId) -> LessonText:
    """``about`` holds the course's audience, difficulty and language."""
    blocks = [
        TextBlock(
            id=each["id"],
            kind=each["kind"],
            text=each["text"],
            alt=each.get("alt"),
            url=each.get("url"),
            file_id=str(each["file_id"]) if each.get("file_id") else None,
            source=span_of(each["source"]),
        )
        for each in lesson["blocks"]
    ]
    terms = [KeyTerm(term=each["term"], definition=each["definition"]) for each in lesson["key_terms"]]
    return LessonText(id=str(lesson_id), title=lesson["title"], blocks=blocks, key_terms=terms, **about)


def span_of(source: Mapping[str, Any] | None) -> Span | None:
    return Span(source_id=source["source_id"], start=source["start"], end=source["end"]) if source else None


def sources_of(lessons: Iterable[LessonText], reader_id: ObjectId) -> list[Document]:
    """The rows of the texts that the lessons cite, as far as the reader may see them: not others' files."""
    cited = {block.source.source_id for lesson in lessons for block in lesson.blocks if block.source}
    rows = repository.sources_by_id([ObjectId(each) for each in sorted(cited)]) if cited else []
    return [row for row in rows if row["text"] and (row["origin"] in _ANYBODYS or row.get("owner_id") == reader_id)]


def as_sources(rows: Sequence[Document]) -> list[Source]:
    return [library.as_source(row) for row in rows]
