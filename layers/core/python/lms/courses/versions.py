"""A lesson's versions: each change keeps the one before, without the HTML, which can be made again."""

import re
from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from lms import clock, markdown
from lms.courses import blocks, changes, outline, repository
from lms.courses.access import CourseAccess
from lms.errors import NotFound
from lms.mongo import Document, Transaction

_CONTENT = ("title", "objectives", "skills", "minutes", "blocks", "key_terms")
"""What a restored version brings back. Rules for learners and the quiz stay as they are."""

_ROW = dict.fromkeys(("n", "at", "title", "edit"), 1)
_ROW_OF_LESSON = dict.fromkeys(("version", "updated_at", "title", "edit"), 1)


def number(text: str) -> int:
    """Raise NotFound for what cannot be a version's number."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise NotFound()
    return int(text)


def edit(access: CourseAccess, changed: list[str], restored_from: int | None = None) -> Document:
    """Who made a version and what they changed in the one before."""
    return {"by": access.caller.id, "changed": changed, "restored_from": restored_from}


def save(
    tx: Transaction, access: CourseAccess, lesson: Document, fields: Mapping[str, Any], edit: Document
) -> None:
    """Write the lesson's next version and keep the one that ``lesson`` is. Its row in the outline follows."""
    write(tx, lesson, fields, edit)
    changed = {**lesson, **fields}
    if changed["deleted_at"] is None and outline.row(changed, 0) != outline.row(lesson, 0):
        outline.update_lesson(tx, access.course_id, changed)


def write(tx: Transaction, lesson: Document, fields: Mapping[str, Any], edit: Document) -> None:
    """As ``save``, of what the outline does not show."""
    repository.change_lesson(tx, lesson["_id"], {**fields, "edit": edit}, clock.now())
    repository.keep_version(tx, _kept(lesson))


def _kept(lesson: Document) -> Document:
    written = [{name: value for name, value in block.items() if name != "html"} for block in lesson["blocks"]]
    return {
        "lesson_id": lesson["_id"],
        "n": lesson["version"],
        "at": lesson["updated_at"],
        "edit": lesson.get("edit"),
        **{name: lesson[name] for name in _CONTENT},
        "blocks": written,
    }


def content(tx: Transaction, lesson: Document, n: int) -> Document:
    """The fields that the lesson had in version ``n``. Raise 404 where there was none."""
    if n == lesson["version"]:
        return {}
    found = changes.current(repository.version(tx, lesson["_id"], n), None)
    return {
        **{name: found[name] for name in _CONTENT},
        "blocks": blocks.rendered(found["blocks"]),
        "html_version": markdown.VERSION,
    }


def of(access: CourseAccess, lesson_id: ObjectId, before: int | None, limit: int) -> list[Document]:
    """At most ``limit`` versions from behind ``before`` on, the newest first; the first is the lesson as it is.

    A deleted lesson's are listed too: any of them can be restored.
    """
    lesson = repository.lesson_even_deleted(access.course_id, lesson_id, fields=_ROW_OF_LESSON)
    present = changes.current(lesson, None)
    rows = repository.versions(lesson_id, before, _ROW, limit)
    if before is None:
        rows = [{**present, "n": present["version"], "at": present["updated_at"]}, *rows][:limit]
    return [{**row, **(row.get("edit") or {})} for row in rows]
