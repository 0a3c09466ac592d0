"""The texts that courses are built from: kept from files, cited by place, succeeded by new editions, forgotten.

What is superseded or forgotten is marked ``due``: ``lms.ai.editions`` then brings what cites it up to date.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import clock, queues
from lms.ai import repository
from lms.config import settings
from lms.mongo import Document, Transaction

if TYPE_CHECKING:
    from lms.ai.models import Span
    from lms.extraction.extracted import Extracted


def keep(tx: Transaction, file: Mapping[str, Any], extracted: "Extracted") -> None:
    """Under the id that the file's ``text`` names. The text of the file that it replaces is superseded by it."""
    source_id = file["text"]["source_id"]
    repository.add_source(
        tx,
        {
            "_id": source_id,
            "title": file["name"],
            "text": extracted.text,
            "places": [place._asdict() for place in extracted.places],
            "origin": "file",
            "file_id": file["_id"],
            "owner_id": file["owner_id"],
            "created_at": clock.now(),
        },
    )
    if file["replaces"]:
        _supersede(tx, {"file_id": file["replaces"]}, source_id)


def forget(tx: Transaction, file_id: ObjectId) -> None:
    """Drop the text of a file that is deleted; what cites it is marked as changed. Idempotent."""
    gone = {"text": "", "places": [], "origin": "forgotten"}
    _supersede(tx, {"file_id": file_id, "origin": "file"}, None, **gone)


def _supersede(tx: Transaction, which: Mapping[str, Any], by: ObjectId | None, **fields: Any) -> None:
    if old := repository.supersede(tx, which, by, clock.now(), **fields):
        tx.after_commit(partial(send, [old]))


def of_files(file_ids: Sequence[ObjectId]) -> dict[ObjectId, str]:
    """The texts of those of the files that have one, by file."""
    return {row["file_id"]: row["text"] for row in repository.sources_of_files(file_ids) if row["text"]}


def lengths(file_ids: Sequence[ObjectId]) -> dict[ObjectId, int]:
    """How many bytes the texts of those of the files have that have one."""
    return {row["file_id"]: row["length"] for row in repository.lengths(file_ids)}


def send(source_ids: Sequence[ObjectId]) -> None:
    """Have what cites these brought up to date."""
    if source_ids:
        queues.send(settings().extraction_queue_url, [{"source_id": str(each)} for each in source_ids])


def follow(tx: Transaction | None, source_ids: Iterable[Any]) -> None:
    """Note that citations of these were written: where a text is no longer current, they are to be looked at."""
    wanted = [ObjectId(each) for each in source_ids]
    if wanted:
        repository.mark_due(tx, wanted)


def _place(row: Mapping[str, Any], start: int) -> Document:
    """The page and the heading that character ``start`` of a source's text stands on; None where it has none."""
    places: Sequence[Mapping[str, Any]] = row.get("places") or ()
    at = bisect_right(places, start, key=lambda each: each["start"]) - 1
    found = places[at] if at >= 0 else {}
    return {"page": found.get("page"), "heading": found.get("heading")}


def citation(row: Mapping[str, Any], start: int, end: int) -> Document:
    """What a course keeps of where a piece comes from. ``follows`` names the source while that is current."""
    first = _place(row, start)
    last_page = _place(row, max(start, end - 1))["page"]
    return {
        "source_id": str(row["_id"]),
        "follows": str(row["_id"]),
        "start": start,
        "end": end,
        "title": row["title"],
        "file_id": row.get("file_id"),
        **first,
        "last_page": last_page if last_page != first["page"] else None,
    }


def citing(rows: Iterable[Mapping[str, Any]]) -> "Callable[[Span], Document]":
    """How spans in these sources are cited."""
    row_of = {str(row["_id"]): row for row in rows}
    return lambda span: citation(row_of[span.source_id], span.start, span.end)
