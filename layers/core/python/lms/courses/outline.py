"""The outline: a course's modules and the order of the lessons in them. It lives in the course alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from bson import ObjectId
from pydantic_core import to_json

from lms import clock, mongo
from lms.courses import changes, repository, requirements
from lms.courses.access import CourseAccess
from lms.courses.limits import MOST_LESSONS, MOST_MODULES
from lms.errors import Conflict, Invalid, NotFound
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole
from lms.progress import gate, release
from lms.progress.reasons import Reason
from lms.progress.release import Learner

if TYPE_CHECKING:
    from lms.courses.models.outline import ModuleChange, NewModule, OutlineOrder

Modules = list[Document]
T = TypeVar("T")

MOST_BYTES = 1_000_000
"""As JSON, which every reader of the course loads whole; Lambda's answer holds six times as much."""


def shown(access: CourseAccess, course: Mapping[str, Any]) -> Document:
    """The outline as the caller sees it: titles for everyone, lessons locked for those who are not members, and for
    learners as each lesson's rule has it. That changes with time, and so has no version."""
    if access.role is CourseRole.LEARNER:
        learner = gate.learner(access, course)
        return {"modules": _with_locks(course, lambda row: _lock(row, learner))}
    if access.may("lesson.read"):
        return {"modules": course["modules"], "version": course["version"]}
    closed = {"locked": True, "reason": Reason.MEMBERS_ONLY, "detail": "Enrol in the course first"}
    return {"modules": _with_locks(course, lambda row: closed), "version": course["version"]}


def _with_locks(course: Mapping[str, Any], lock: Callable[[Document], Document]) -> Modules:
    return [
        {**module, "lessons": [{**row, **lock(row)} for row in module["lessons"]]} for module in course["modules"]
    ]


def _lock(row: Document, learner: Learner) -> Document:
    lock = release.lock(row["release"], learner)
    return {"locked": True, "reason": lock.reason, "detail": lock.detail, "opens_at": lock.opens_at} if lock else {}


def as_it_stands(tx: Transaction, course_id: ObjectId) -> Document | None:
    """The course with its outline; None where it is deleted."""
    return repository.course(course_id, repository.OUTLINE, tx)


def edit(
    tx: Transaction, course_id: ObjectId, expected: int | None, change: Callable[[Modules], T]
) -> tuple[int, T]:
    """Let ``change`` work on the modules in place, and save them: the course's new version, and what it returned.

    The transaction's snapshot makes this safe: where another writer comes between, all of it runs again.
    """
    course = changes.current(repository.course(course_id, repository.OUTLINE, tx), expected)
    result = change(course["modules"])
    repository.change_course(tx, course_id, course["version"], {"modules": course["modules"]}, clock.now())
    return course["version"] + 1, result


def reorder(access: CourseAccess, order: OutlineOrder, expected: int | None) -> Document:
    """Raise 422 OUTLINE_MISMATCH unless ``order`` names exactly what is there."""

    def arrange(modules: Modules) -> Modules:
        modules[:] = _arranged(modules, order)
        return modules

    def work(tx: Transaction) -> Document:
        version, modules = edit(tx, access.course_id, expected, arrange)
        changes.record(tx, access, "update", "outline", access.course_id)
        return {"modules": modules, "version": version}

    return shown(access, mongo.transaction(work))


def _arranged(modules: Modules, order: OutlineOrder) -> Modules:
    module_of = {str(module["_id"]): module for module in modules}
    lesson_of = {str(lesson["_id"]): lesson for module in modules for lesson in module["lessons"]}
    _require_same(
        named=[
            *(("module", module.id) for module in order.modules),
            *(("lesson", lesson.id) for module in order.modules for lesson in module.lessons),
        ],
        present=[*(("module", _id) for _id in module_of), *(("lesson", _id) for _id in lesson_of)],
    )
    return [
        {**module_of[module.id], "lessons": [lesson_of[lesson.id] for lesson in module.lessons]}
        for module in order.modules
    ]


def _require_same(named: Sequence[tuple[str, str]], present: Sequence[tuple[str, str]]) -> None:
    counted = Counter(named)
    missing, unknown = set(present) - set(named), set(named) - set(present)
    repeated = {each for each, count in counted.items() if count > 1}
    if missing or unknown or repeated:
        raise Invalid(
            "Name each module and each lesson of the course exactly once",
            code="OUTLINE_MISMATCH",
            missing=_rows(missing),
            unknown=_rows(unknown),
            repeated=_rows(repeated),
        )


def _rows(entries: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"kind": kind, "id": _id} for kind, _id in sorted(entries)]


def add_module(tx: Transaction, access: CourseAccess, new: NewModule) -> Document:
    module: Document = {"_id": ObjectId(), "title": new.title, "lessons": []}

    def append(modules: Modules) -> None:
        if len(modules) >= MOST_MODULES:
            raise Conflict(f"A course has at most {MOST_MODULES} modules", code="TOO_MANY_MODULES")
        modules.append(module)

    version, _ = edit(tx, access.course_id, None, append)
    changes.record(tx, access, "create", "module", module["_id"])
    return {**module, "version": version}


def change_module(
    access: CourseAccess, module_id: ObjectId, change: ModuleChange, expected: int | None
) -> Document:
    def rename(modules: Modules) -> Document:
        module = _module(modules, module_id)
        module.update(change.fields)
        return module

    def work(tx: Transaction) -> Document:
        version, module = edit(tx, access.course_id, expected, rename)
        changes.record(tx, access, "update", "module", module_id)
        return {**module, "version": version}

    return mongo.transaction(work)


def delete_module(access: CourseAccess, module_id: ObjectId, expected: int | None) -> None:
    """Raise 409 MODULE_NOT_EMPTY while it has lessons."""

    def remove(modules: Modules) -> None:
        module = _module(modules, module_id)
        if module["lessons"]:
            raise Conflict("Move or delete the module's lessons first", code="MODULE_NOT_EMPTY")
        modules.remove(module)

    def work(tx: Transaction) -> None:
        edit(tx, access.course_id, expected, remove)
        changes.record(tx, access, "delete", "module", module_id)

    mongo.transaction(work)


def _module(modules: Modules, module_id: ObjectId) -> Document:
    for module in modules:
        if module["_id"] == module_id:
            return module
    raise NotFound()


def row(lesson: Mapping[str, Any], question_count: int) -> Document:
    """A lesson as the outline holds it."""
    return {
        "_id": lesson["_id"],
        "title": lesson["title"],
        "minutes": lesson["minutes"],
        "objectives": lesson["objectives"],
        "block_count": len(lesson["blocks"]),
        "question_count": question_count,
        "release": lesson["release"],
        "completion": lesson["completion"],
        "quiz_id": lesson["quiz_id"],
    }


def add_lesson(tx: Transaction, course_id: ObjectId, module_id: ObjectId, lesson: Mapping[str, Any]) -> None:
    """Put a new lesson at the end of a module."""

    def append(modules: Modules) -> None:
        for module in modules:
            if module["_id"] == module_id:
                module["lessons"].append(row(lesson, question_count=0))
                _require_room(modules)
                requirements.require_sound(tx, course_id, modules, lesson)
                return
        raise Invalid(errors=[{"pointer": "/module_id", "message": "names no module of this course"}])

    edit(tx, course_id, None, append)


def put_back(tx: Transaction, course_id: ObjectId, lesson: Mapping[str, Any], place: Mapping[str, Any]) -> None:
    """Put a lesson at the end of the module that it was removed from, or of the last one where that is gone."""

    def append(modules: Modules) -> None:
        if not modules:
            raise Conflict("The course has no module to put the lesson into", code="NO_MODULE")
        module = next((each for each in modules if each["_id"] == place["module_id"]), modules[-1])
        module["lessons"].append(row(lesson, place["question_count"]))
        _require_room(modules)
        requirements.require_sound(tx, course_id, modules, lesson)

    edit(tx, course_id, None, append)


def update_lesson(tx: Transaction, course_id: ObjectId, lesson: Mapping[str, Any]) -> None:
    """Bring a lesson's row up to date."""

    def update(modules: Modules) -> None:
        for each in (each for module in modules for each in module["lessons"] if each["_id"] == lesson["_id"]):
            each.update(row(lesson, each["question_count"]))
        _require_room(modules)
        requirements.require_sound(tx, course_id, modules, lesson)

    edit(tx, course_id, None, update)


def _require_room(modules: Modules) -> None:
    if sum(len(module["lessons"]) for module in modules) > MOST_LESSONS:
        raise Conflict(f"A course has at most {MOST_LESSONS} lessons", code="TOO_MANY_LESSONS")
    if len(to_json(modules, fallback=str)) > MOST_BYTES:
        detail = f"The titles and objectives of a course's lessons hold at most {MOST_BYTES} bytes together"
        raise Conflict(detail, code="OUTLINE_TOO_LARGE")


def remove_lesson(tx: Transaction, course_id: ObjectId, lesson_id: ObjectId) -> Document:
    """Return what ``put_back`` needs as the place."""

    def remove(modules: Modules) -> Document:
        requirements.require_unneeded(modules, lesson_id)
        for module in modules:
            for each in module["lessons"]:
                if each["_id"] == lesson_id:
                    module["lessons"].remove(each)
                    return {"module_id": module["_id"], "question_count": each["question_count"]}
        raise NotFound()

    _, place = edit(tx, course_id, None, remove)
    return place
