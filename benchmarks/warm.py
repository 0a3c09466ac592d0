"""Warm handlers against their bare MongoDB calls plus JSON of the same data. Goal: at most 1.5×."""

import json
import time
from collections.abc import Callable
from typing import Any

from benchmarks.rows import interleaved, row, title
from benchmarks.school import LambdaContext, School

GOAL = 1.5
_CALLS = 20
_ROUNDS = 101


def run(school: School) -> None:
    from bson import ObjectId
    from courses import course, lesson, outline

    from lms.courses import repository

    id, lesson_id, person_id = (ObjectId(each) for each in (school.course_id, school.lesson_id, school.user_id))

    def bare_course() -> None:
        json.dumps(repository.entered(id, person_id, repository.SUMMARY, progress=False), default=str)

    def bare_outline() -> None:
        json.dumps(repository.entered(id, person_id, repository.OUTLINE, progress=True), default=str)

    def bare_lesson() -> None:
        repository.entered(id, person_id, repository.MEMBERSHIP, progress=True)
        json.dumps(repository.lesson_with_quiz(id, lesson_id), default=str)

    title("Warm handler, per call", ["handler", "bare", "ratio"])
    path = f"/courses/{school.course_id}"
    for name, handler, target, floor in (
        ("GET /courses/{id}", course.lambda_handler, path, bare_course),
        ("GET /courses/{id}/outline", outline.lambda_handler, f"{path}/outline", bare_outline),
        (
            "GET …/lessons/{lesson_id}",
            lesson.lambda_handler,
            f"{path}/lessons/{school.lesson_id}",
            bare_lesson,
        ),
    ):
        event = school.event("GET", target)
        answer = handler(event, LambdaContext())
        assert answer["statusCode"] == 200, answer
        row(name, *interleaved(timed(handler, event), timed(floor), _ROUNDS), goal=GOAL)


def timed(function: Callable[..., Any], event: dict[str, Any] | None = None) -> Callable[[], float]:
    arguments = (event, LambdaContext()) if event else ()

    def measure() -> float:
        start = time.perf_counter()
        for _ in range(_CALLS):
            function(*arguments)
        return (time.perf_counter() - start) / _CALLS

    return measure
