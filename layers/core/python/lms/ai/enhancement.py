"""Asking for work on a lesson's text. What its steps do stands in ``enhancement_steps``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lms.ai.providers import configured
from lms.errors import Invalid
from lms.jobs import starting

if TYPE_CHECKING:
    from lms.ai.proposals.models.enhancement import EnhancementRequest
    from lms.courses.access import CourseAccess
    from lms.mongo import Document, Transaction

STAGE = "blocks"
PART = "part-"
"""The name of a step that asks the provider, before its number."""

_NEED_A_MODEL = {"translate", "alt_text"}
_OF_THE_WHOLE = {"summary", "key_terms"}
_PART_BYTES = 12_000
_PART_IMAGES = 4


def prepared(access: CourseAccess, request: EnhancementRequest) -> list[list[str]]:
    """As ``parts``. Raise 422 BUDGET_TOO_SMALL too, where the budget would not even pay for asking."""
    found = parts(access.resource, request)
    if request.budget_tokens is not None and configured() == "gemini":
        _require_affordable(access, request, found)
    return found


def parts(lesson: Mapping[str, Any], request: EnhancementRequest) -> list[list[str]]:
    """The ids of the blocks that each step works on.

    Raise 422: NEEDS_MODEL for what the grounded provider cannot do, NOTHING_TO_ENHANCE where the lesson has no
    block for it, and with the place for an id that names no block, or one of the wrong kind.
    """
    if configured() == "grounded" and request.action in _NEED_A_MODEL:
        said = "Translations" if request.action == "translate" else "Descriptions of images"
        detail = f"{said} need a model, and none is configured here: set a Gemini API key."
        raise Invalid(detail, code="NEEDS_MODEL")
    kind = "image" if request.action == "alt_text" else "markdown"
    if request.block_ids is not None:
        blocks = _named(lesson, request.block_ids, kind)
    else:
        blocks = [each for each in lesson["blocks"] if each["kind"] == kind and not _described(each)]
    if not blocks:
        wanted = "image that is still to be described" if kind == "image" else "text"
        raise Invalid(f"The lesson holds no {wanted}.", code="NOTHING_TO_ENHANCE")
    if request.action in _OF_THE_WHOLE:
        return [[each["id"] for each in blocks]]
    return list(_divided(blocks))


def about(course: Mapping[str, Any]) -> Document:
    """What a provider is told of the course."""
    return {name: course[name] for name in ("audience", "difficulty", "language")}


def _require_affordable(access: CourseAccess, request: EnhancementRequest, parts: Sequence[Sequence[str]]) -> None:
    # Imported here, so that stages without Gemini do not pay for it.
    from lms.ai import lesson_material
    from lms.ai.gemini import checks
    from lms.ai.lesson_texts import Task

    assert request.budget_tokens is not None
    lesson = lesson_material.text_of(access.resource, about(access.course), access.resource["_id"])
    tasks = [
        Task(action=request.action, block_ids=list(part), level=request.level, language=request.language)
        for part in parts
    ]
    checks.check_enhancement(tasks, lesson, request.budget_tokens)


def start(
    tx: Transaction, access: CourseAccess, request: EnhancementRequest, parts: Sequence[Sequence[str]]
) -> Document:
    course, lesson = access.course, access.resource
    return starting.start(
        tx,
        access.caller.id,
        "content_enhancement",
        first_step=f"{PART}1",
        stage=STAGE,
        total=len(parts) + 1,
        course_id=access.course_id,
        lesson_id=lesson["_id"],
        lesson_version=lesson["version"],
        request=request.model_dump(mode="json"),
        about=about(course),
        parts=parts,
        provider=configured(),
        budget_tokens=request.budget_tokens,
    )


def _named(lesson: Mapping[str, Any], block_ids: Sequence[str], kind: str) -> list[Document]:
    """In the lesson's order."""
    kind_of = {each["id"]: each["kind"] for each in lesson["blocks"]}
    errors = [
        {"pointer": f"/block_ids/{index}", "message": message}
        for index, _id in enumerate(block_ids)
        if (message := _mismatch(kind_of.get(_id), kind))
    ]
    if errors:
        raise Invalid(errors=errors)
    return [each for each in lesson["blocks"] if each["id"] in block_ids]


def _mismatch(found: str | None, kind: str) -> str | None:
    if found is None:
        return "names no block of this lesson"
    return None if found == kind else f"names a block of the kind {found}; this action is for {kind}"


def _described(block: Mapping[str, Any]) -> bool:
    return bool(block["kind"] == "image" and (block.get("alt") or block.get("decorative")))


def _divided(blocks: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    part, size = list[str](), 0
    for each in blocks:
        weight = _PART_BYTES // _PART_IMAGES if each["kind"] == "image" else len(each["text"].encode())
        if part and size + weight > _PART_BYTES:
            yield part
            part, size = [], 0
        part.append(each["id"])
        size += weight
    yield part
