"""Asking for questions about lessons that there are. What its steps do stands in ``quiz_generation_steps``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms.ai.enhancement import about
from lms.ai.providers import configured
from lms.courses import readings
from lms.errors import Invalid
from lms.jobs import starting
from lms.mongo import Document, Transaction

if TYPE_CHECKING:
    from lms.ai.proposals.models.quiz import QuizRequest
    from lms.courses.access import CourseAccess

STAGE = "questions"
LESSON = "questions-"
"""The name of a step that asks the provider, before its number."""

_SPARE = 1
"""Questions asked for beyond a lesson's share, for those that two lessons would both ask."""


Asked = Sequence[tuple[Document, int]]
"""Lessons with their texts, and how many questions are to be asked about each, by how much it says."""


def lessons(access: CourseAccess, request: QuizRequest) -> Asked:
    """Those that hold a text, in the request's order.

    Raise 422: with the place for an id that names no lesson of the course, NOTHING_TO_ASK where they hold no text,
    NEEDS_MODEL where the grounded provider would have to translate.
    """
    language = request.language or access.course["language"]
    if configured() == "grounded" and language.partition("-")[0] != access.course["language"].partition("-")[0]:
        detail = "Questions in another language than the lessons' need a model, and none is configured here."
        raise Invalid(detail, code="NEEDS_MODEL")
    found = readings.rows(access, [ObjectId(each) for each in request.lesson_ids])
    errors = [
        {"pointer": f"/lesson_ids/{index}", "message": "names no lesson of this course"}
        for index, _id in enumerate(request.lesson_ids)
        if ObjectId(_id) not in found
    ]
    if errors:
        raise Invalid(errors=errors)
    sizes = {_id: _size(lesson) for _id, lesson in found.items()}
    asked = [
        (found[_id], _share(request.count, sizes, _id)) for _id in map(ObjectId, request.lesson_ids) if sizes[_id]
    ]
    if not asked:
        raise Invalid("The lessons hold no text to ask about.", code="NOTHING_TO_ASK")
    return asked


def prepared(access: CourseAccess, request: QuizRequest) -> Asked:
    """As ``lessons``. Raise 422 BUDGET_TOO_SMALL too, where the budget would not even pay for asking."""
    asked = lessons(access, request)
    if request.budget_tokens is not None and configured() == "gemini":
        _require_affordable(access, request, asked)
    return asked


def _require_affordable(access: CourseAccess, request: QuizRequest, asked: Asked) -> None:
    # Imported here, so that stages without Gemini do not pay for it.
    from lms.ai.gemini import checks
    from lms.ai.lesson_texts import LessonText, QuestionTask, TextBlock

    assert request.budget_tokens is not None
    told = about(access.course)
    tasks = [
        (
            QuestionTask(
                count=count,
                kinds=list(request.kinds),
                difficulty=request.difficulty or told["difficulty"],
                language=request.language or told["language"],
            ),
            LessonText(
                id=str(lesson["_id"]),
                title=lesson["title"],
                blocks=[TextBlock(id="", kind=each["kind"], text=each["text"]) for each in lesson["blocks"]],
                **told,
            ),
        )
        for lesson, count in asked
    ]
    checks.check_questions(tasks, request.budget_tokens)


def start(tx: Transaction, access: CourseAccess, request: QuizRequest, asked: Asked) -> Document:
    course = access.course
    wanted = request.model_dump(mode="json")
    wanted["difficulty"] = wanted["difficulty"] or course["difficulty"]
    wanted["language"] = wanted["language"] or course["language"]
    return starting.start(
        tx,
        access.caller.id,
        "quiz_generation",
        first_step=f"{LESSON}1",
        stage=STAGE,
        total=len(asked) + 1,
        course_id=access.course_id,
        request=wanted,
        about=about(course),
        lessons=[
            {"lesson_id": lesson["_id"], "version": lesson["version"], "count": count} for lesson, count in asked
        ],
        provider=configured(),
        budget_tokens=request.budget_tokens,
    )


def _size(lesson: Mapping[str, Any]) -> int:
    return sum(len(each["text"]) for each in lesson["blocks"] if each["kind"] == "markdown")


def _share(count: int, sizes: Mapping[ObjectId, int], lesson_id: ObjectId) -> int:
    if len(sizes) == 1:
        return count
    return min(count, math.ceil(count * sizes[lesson_id] / sum(sizes.values())) + _SPARE)
