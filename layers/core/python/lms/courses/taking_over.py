"""What an AI proposes for a lesson, taken over piece by piece as the lesson's next version."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bson import ObjectId

from lms import clock, markdown
from lms.courses import blocks, changes, repository, versions
from lms.courses.access import CourseAccess
from lms.courses.states import Origin
from lms.errors import Conflict
from lms.mongo import Document, Transaction


class Piece(NamedTuple):
    """``fields`` for the block ``block_id``; for None a new one, behind the block ``after_id``, or first for None.

    ``source`` is a new block's; one that stands there keeps its own.
    """

    block_id: str | None
    after_id: str | None
    fields: Mapping[str, Any]
    source: Document | None


def lesson_to_change(tx: Transaction, access: CourseAccess, lesson_id: ObjectId, expected: int | None) -> Document:
    """Raise 404 where it is gone, 412 where it is not at the ``expected`` version."""
    return changes.current(repository.lesson(access.course_id, lesson_id, tx), expected)


def take_over(
    tx: Transaction,
    access: CourseAccess,
    lesson: Document,
    pieces: Sequence[Piece],
    terms: Sequence[Document],
    job_id: ObjectId,
) -> int:
    """The version that the lesson has then. ``terms`` take the place of those of the same name.

    The pieces count as reviewed by the caller. Raise 409 LESSON_FULL where the lesson has no room for them.
    """
    review = {"by": access.caller.id, "at": clock.now()}
    written = list(_written(blocks.shown(lesson), pieces, review))
    if not blocks.fit(written):
        raise Conflict("The lesson would grow larger than a lesson may be", code="LESSON_FULL")
    fields: Document = {"blocks": written, "html_version": markdown.VERSION} if pieces else {}
    if terms:
        named = {each["term"].casefold(): each for each in (*lesson["key_terms"], *terms)}
        fields["key_terms"] = list(named.values())
    changed = sorted(fields.keys() - {"html_version"})
    versions.save(tx, access, lesson, fields, versions.edit(access, changed))
    changes.record(tx, access, "update", "lesson", lesson["_id"], {"fields": changed, "job_id": job_id})
    return int(lesson["version"]) + 1


def _written(present: Sequence[Document], pieces: Sequence[Piece], review: Document) -> Iterator[Document]:
    changed = {piece.block_id: piece.fields for piece in pieces if piece.block_id}
    yield from _new(pieces, None, review)
    for each in present:
        fields = changed.get(each["id"])
        yield blocks.rewritten(each, fields, review) if fields else each
        yield from _new(pieces, each["id"], review)


def _new(pieces: Sequence[Piece], after_id: str | None, review: Document) -> Iterator[Document]:
    for piece in pieces:
        if piece.block_id is None and piece.after_id == after_id:
            made = blocks.block("markdown", piece.fields["text"], None, origin=Origin.AI, source=piece.source)
            yield {**made, "reviewed": review}
