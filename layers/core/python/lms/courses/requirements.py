"""What lessons require of each other: a rule names what the course has, and no lesson waits for itself."""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from bson import ObjectId

from lms.errors import Conflict, Invalid
from lms.mongo import Document, Transaction
from lms.quizzes import lesson_quiz

Rows = Mapping[ObjectId, Mapping[str, Any]]
Node = tuple[str, ObjectId]


def require_sound(
    tx: Transaction, course_id: ObjectId, modules: Sequence[Document], lesson: Mapping[str, Any]
) -> None:
    """Hold the rules of ``lesson``, whose row is among ``modules``, against the rest of the course.

    Raise 422 for a rule that names no lesson or quiz of the course, 422 RELEASE_CYCLE where the lesson would wait
    for itself by way of others.
    """
    if not any(_named(lesson)):
        return
    rows = _rows(modules)
    lesson_of = _lessons_of_quizzes(rows)
    known = {"lesson_id": rows.keys(), "quiz_id": lesson_of.keys() | _quizzes_of_no_lesson(tx, course_id, rows)}
    errors = [
        {"pointer": f"{pointer}/{field}", "message": f"names no {field.removesuffix('_id')} of this course"}
        for pointer, field, _id in _named(lesson)
        if _id not in known[field]
    ]
    if errors:
        raise Invalid(errors=errors)
    _require_no_circle(rows, lesson_of)


def require_unneeded(modules: Sequence[Document], lesson_id: ObjectId) -> None:
    """Raise 409 LESSON_REQUIRED, naming them, while other lessons wait for this one or for its quiz."""
    rows = _rows(modules)
    lesson_of = _lessons_of_quizzes(rows)
    waiting = [
        row
        for row in rows.values()
        if row["_id"] != lesson_id and any(lesson_id in (_id, lesson_of.get(_id)) for _, _, _id in _named(row))
    ]
    if waiting:
        detail = "Other lessons wait for this one: change their rules first"
        raise Conflict(detail, code="LESSON_REQUIRED", lessons=_shown(waiting))


def require_quiz_unneeded(modules: Sequence[Document], quiz_id: ObjectId) -> None:
    """Raise 409 QUIZ_REQUIRED, naming them, while lessons wait for this quiz."""
    waiting = [row for row in _rows(modules).values() if any(_id == quiz_id for _, _, _id in _named(row))]
    if waiting:
        detail = "Lessons wait for this quiz: change their rules first"
        raise Conflict(detail, code="QUIZ_REQUIRED", lessons=_shown(waiting))


def _rows(modules: Sequence[Document]) -> Rows:
    return {row["_id"]: row for module in modules for row in module["lessons"]}


def _named(lesson: Mapping[str, Any]) -> Iterator[tuple[str, str, ObjectId]]:
    """What the lesson's rules name: a pointer to the condition, the field that names, and the id."""
    release, completion = lesson["release"], lesson["completion"]
    for index, condition in enumerate(release["conditions"] if release else ()):
        for field in ("lesson_id", "quiz_id"):
            if field in condition:
                yield f"/release/conditions/{index}", field, condition[field]
    if "quiz_id" in completion:
        yield "/completion", "quiz_id", completion["quiz_id"]


def _lessons_of_quizzes(rows: Rows) -> dict[ObjectId, ObjectId]:
    return {row["quiz_id"]: _id for _id, row in rows.items() if row["quiz_id"]}


def _quizzes_of_no_lesson(tx: Transaction, course_id: ObjectId, rows: Rows) -> set[ObjectId]:
    """Those that rules name; the outline knows the others."""
    named = {_id for row in rows.values() for _, field, _id in _named(row) if field == "quiz_id"}
    elsewhere = named - _lessons_of_quizzes(rows).keys()
    return set(lesson_quiz.lessons_of(tx, course_id, elsewhere)) if elsewhere else set()


def _require_no_circle(rows: Rows, lesson_of: Mapping[ObjectId, ObjectId]) -> None:
    """A lesson opens after what its release names, is completed after it has opened, and a quiz is taken in its
    own lesson: an order of all these must exist."""
    order: TopologicalSorter[Node] = TopologicalSorter()
    for _id, row in rows.items():
        order.add(("completed", _id), ("open", _id))
        for pointer, field, named in _named(row):
            waits = "completed" if pointer == "/completion" else "open"
            place = lesson_of.get(named) if field == "quiz_id" else named
            if place is not None:
                order.add((waits, _id), ("completed" if field == "lesson_id" else "open", place))
    try:
        order.prepare()
    except CycleError as error:
        circle = dict.fromkeys(_id for _, _id in error.args[1])
        detail = "By these rules lessons would wait for each other, and none would ever open"
        raise Invalid(detail, code="RELEASE_CYCLE", lessons=_shown([rows[_id] for _id in circle])) from None


def _shown(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [{"id": str(row["_id"]), "title": row["title"]} for row in rows]
