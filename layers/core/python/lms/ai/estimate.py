"""What a task may take before it runs: tokens, US dollars, and what is left of the budgets.

It is an estimate. Input: the prompts as they would be sent, at four bytes a token, which is what English prose
takes. Output: the lengths that the tasks ask for. What a model thinks, and calls that are made again, come on top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from bson import ObjectId

from lms import clock
from lms.ai.providers import configured
from lms.config import settings
from lms.courses import access
from lms.errors import Invalid
from lms.mongo import Document
from lms.spending import report, tasks
from lms.spending.scopes import Payer

if TYPE_CHECKING:
    from pydantic import BaseModel

    from lms.caller import Caller

BASIS = (
    "input: the prompts as they would be sent, at 4 bytes a token",
    "output: the length that the task asks for",
    "what the model thinks and calls that are made again come on top",
)


class Call(NamedTuple):
    """A call that the task makes."""

    input_tokens: int
    output_tokens: int


def of(who: Caller, task: str, request: Any) -> Document:
    """Raise as the task itself would: 404 or 403 for a course, 422 for what it cannot work on."""
    payer, calls = _TASKS[task](who, request)
    name = configured()
    made = list(calls()) if name == "gemini" else []
    given, written = (sum(getattr(call, field) for call in made) for field in Call._fields)
    return {
        "task": task,
        "provider": name,
        "model": settings().gemini_model if name == "gemini" else None,
        "calls": len(made),
        "input_tokens": given,
        "output_tokens": written,
        "cost_usd": sum(map(_cost, made)),
        "basis": list(BASIS) if name == "gemini" else ["the grounded provider asks no model"],
        "left": report.left_to(payer),
    }


def _cost(call: Call) -> float:
    from lms.ai.gemini.pricing import cost_usd

    return cost_usd(settings().gemini_model, *call, clock.now().date()) or 0.0


Planned = tuple[Payer, Callable[[], Iterator[Call]]]


def _course(who: Caller, request: Any) -> Planned:
    from lms.ai import generation

    sources = generation.sources_for(request, who)

    def calls() -> Iterator[Call]:
        from lms.ai.gemini import sizes

        return (Call(*each) for each in sizes.of_course(request, sources))

    return Payer(who.id), calls


def _enhancement(who: Caller, request: Any) -> Planned:
    from lms.ai import enhancement

    found = access.enter_lesson(who, ObjectId(request.lesson_id), "course.edit", load="summary")
    parts = enhancement.parts(found.resource, request)
    texts = {block["id"]: block["text"] for block in found.resource["blocks"]}

    def calls() -> Iterator[Call]:
        from lms.ai.gemini import sizes

        return (
            Call(*sizes.of_enhancement(request.action, [texts[_id] for _id in block_ids])) for block_ids in parts
        )

    return Payer(who.id, found.course_id), calls


def _quiz(who: Caller, request: Any) -> Planned:
    from lms.ai import quiz_generation

    found = access.enter(who, ObjectId(request.course_id), "question.edit", load="summary")
    asked = quiz_generation.lessons(found, request)

    def calls() -> Iterator[Call]:
        from lms.ai.gemini import sizes

        for lesson, count in asked:
            yield Call(*sizes.of_questions(count, [block["text"] for block in lesson["blocks"]]))

    return Payer(who.id, found.course_id), calls


def _performance(who: Caller, request: Any) -> Planned:
    from lms.ai import performance

    performance.require_language(request.language)
    found = access.enter(who, ObjectId(request.course_id), "performance.analyze", load="outline", progress=True)
    performance.subject(found, ObjectId(request.user_id) if request.user_id else None)

    def calls() -> Iterator[Call]:
        from lms.ai.gemini import sizes

        yield Call(*sizes.of_narrative(request.language))

    return Payer(who.id, found.course_id), calls


def _question(who: Caller, request: Any) -> Planned:
    found = access.enter(who, ObjectId(request.course_id), "course.ask")

    def calls() -> Iterator[Call]:
        from lms.ai.gemini import sizes

        yield Call(*sizes.of_answer(request.question))

    return Payer(who.id, found.course_id), calls


def _grading(who: Caller, request: Any) -> Planned:
    from lms.assignments.access import enter_assignment
    from lms.grading import reading, runs
    from lms.submissions import compared
    from lms.submissions.access import enter_submission

    if request.submission_id:
        found = enter_submission(who, ObjectId(request.submission_id), "grade.give")
        asked = runs.of_submission(found)
    else:
        found = enter_assignment(who, ObjectId(request.assignment_id), "grade.give")
        asked = runs.of_assignment(found)

    def calls() -> Iterator[Call]:
        from lms.ai.gemini import sizes

        task = reading.latest_task(asked.assignment)
        texts = compared.sizes([asked.assignment["_id"]])
        for submission_id in asked.submission_ids:
            yield Call(*sizes.of_grade(task, texts.get(submission_id, 0)))

    return Payer(who.id, found.course_id), calls


_TASKS: Mapping[str, Callable[[Caller, Any], Planned]] = {
    "generate_course": _course,
    "enhance_content": _enhancement,
    "generate_quiz": _quiz,
    "analyze_performance": _performance,
    "grade": _grading,
    tasks.ASK: _question,
}


def parsed(model: type[BaseModel], request: Mapping[str, Any]) -> Any:
    """The request as the task's own endpoint takes it. Raise 422 with the places."""
    from pydantic import ValidationError

    try:
        return model.model_validate(request)
    except ValidationError as error:
        rows = error.errors(include_input=False, include_url=False, include_context=False)
        raise Invalid(errors=[{"pointer": _pointer(row["loc"]), "message": row["msg"]} for row in rows]) from None


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in ("request", *location))
