"""What lessons cite, and that a source has changed under them since a person looked."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms import events
from lms.courses import repository, versions
from lms.mongo import Document, Transaction

Revise = Callable[[Document], Document]


def following(source_id: ObjectId, limit: int) -> list[ObjectId]:
    """Lessons, of whichever course, with a citation that is kept in step with the source."""
    return repository.lessons_following(str(source_id), limit)


def revise(tx: Transaction, lesson_id: ObjectId, source_id: ObjectId, revise: Revise) -> None:
    """Put in the place of each such citation what ``revise`` makes of it: the lesson's next version."""
    lesson = repository.lesson_by_id(tx, lesson_id)
    fields = {name: [_revised(each, str(source_id), revise) for each in lesson[name]] for name in repository.CITING}
    _save(tx, lesson, fields, ["sources"])
    changed = sum(is_changed(each) for name in repository.CITING for each in fields[name])
    if changed:
        ids = {"course_id": lesson["course_id"], "source_id": source_id}
        events.record(tx, "lesson.source_changed", actor=None, subject=lesson_id, **ids, count=changed)


def show_questions(tx: Transaction, lesson_id: ObjectId) -> None:
    """Make the lesson's next version, since its questions say something else of their sources."""
    _save(tx, repository.lesson_by_id(tx, lesson_id), {}, ["quiz"])


def _save(tx: Transaction, lesson: Document, fields: Mapping[str, Any], changed: list[str]) -> None:
    edit = {"by": None, "changed": changed, "restored_from": None}
    versions.write(tx, lesson, fields, edit)


def _revised(citing: Document, source_id: str, revise: Revise) -> Document:
    source = citing["source"]
    return {**citing, "source": revise(source)} if source and source.get("follows") == source_id else citing


def is_changed(citing: Mapping[str, Any]) -> bool:
    return bool(citing["source"] and citing["source"].get("changed"))


def accepted(citing: Sequence[Document]) -> list[Document]:
    """The blocks or key terms, none marked any longer: a person has looked at them since their sources changed."""
    return [
        {**each, "source": {**each["source"], "changed": False}} if is_changed(each) else each for each in citing
    ]


def followed(fields: Mapping[str, Any]) -> set[str]:
    """The ids of the sources that a lesson's citations are kept in step with."""
    cited = [each["source"] for name in repository.CITING for each in fields[name] if each["source"]]
    return {source["follows"] for source in cited if source.get("follows")}
