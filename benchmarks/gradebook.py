"""A page of 100 of 1,000 learners × 60 columns of a gradebook, against its bare MongoDB calls plus JSON of the same
answer. Goal: at most 3×: beside what is read, a page is six thousand cells, weighed and summed as exact fractions.

The columns are 50 assignments and 10 quizzes in four weighted categories, two of which drop the lowest. Each
learner has a grade in five of six assignments and a result in all quizzes.
"""

import base64
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bson import ObjectId

from benchmarks.rows import interleaved, row, title
from benchmarks.school import LambdaContext, School
from benchmarks.warm import timed

GOAL = 3.0
_LEARNERS, _ASSIGNMENTS, _QUIZZES, _PAGE = 1_000, 50, 10, 100
_ROUNDS = 7


def run(school: School) -> None:
    from assessments import gradebook, gradebook_export, gradebook_freeze

    from lms.courses import repository as courses
    from lms.gradebook import repository

    owner = ObjectId(school.user_id)
    columns = _ASSIGNMENTS + _QUIZZES
    title(f"A gradebook of {_LEARNERS} learners × {columns} columns, per call", ["handler", "bare", "ratio"])
    course_id, assignment_ids, quiz_ids = _seed(owner)
    path = f"/courses/{course_id}/gradebook"
    event = school.event("GET", path)
    answer = _answer(gradebook.lambda_handler(event, LambdaContext()))
    assert len(answer["items"]) == _PAGE and len(answer["columns"]) == columns

    def bare_page() -> None:
        courses.entered(course_id, owner, courses.MEMBERSHIP, progress=False)
        found = repository.opened(course_id, {"status": "active"}, None, _PAGE + 1, None)["enrollments"]
        user_ids = [each["user_id"] for each in found]
        repository.entered(course_id, user_ids, assignment_ids, quiz_ids, [], None, None)
        json.dumps(answer)

    page = timed(gradebook.lambda_handler, event)
    row(f"GET …/gradebook?limit={_PAGE}", *interleaved(page, timed(bare_page), _ROUNDS), goal=GOAL)

    whole = school.event("GET", f"{path}/export")
    text = base64.b64decode(gradebook_export.lambda_handler(whole, LambdaContext())["body"])
    assert text.count(b"\n") == _LEARNERS + 1

    print(f"GET …/gradebook/export: {_seconds(gradebook_export.lambda_handler, whole):.1f} s, once")
    frozen = school.event("POST", f"{path}/freeze", {})
    print(f"POST …/gradebook/freeze: {_seconds(gradebook_freeze.lambda_handler, frozen):.1f} s, once")


def _seconds(handler: Callable[..., dict[str, Any]], event: dict[str, Any]) -> float:
    began = time.perf_counter()
    answer = handler(event, LambdaContext())
    assert answer["statusCode"] == 200, answer
    return time.perf_counter() - began


def _answer(answer: dict[str, Any]) -> Any:
    assert answer["statusCode"] == 200, answer
    return json.loads(answer["body"])


def _seed(owner: ObjectId) -> tuple[ObjectId, list[ObjectId], list[ObjectId]]:
    """The ids of a published course, of its assignments and its quizzes."""
    from lms import mongo

    rng, now, database = Random(5), datetime.now(UTC), mongo.database()
    course_id = ObjectId()
    assignment_ids = [ObjectId() for _ in range(_ASSIGNMENTS)]
    quiz_ids = [ObjectId() for _ in range(_QUIZZES)]
    people = [ObjectId() for _ in range(_LEARNERS)]
    database.courses.insert_one(_course(course_id, owner, now))
    work = {"course_id": course_id, "published": True, "deleted_at": None, "overrides": [], "late_policy": None}
    dates = {"opens_at": None, "due_at": now - timedelta(days=1), "closes_at": None, "attempts": None}
    alone = {"group_set_id": None, "blind": False, "released_at": None, "points": 20.0}
    database.assignments.insert_many(
        [{**work, **dates, **alone, "_id": _id, "title": f"A {_id}"} for _id in assignment_ids]
    )
    policies = {"time_limit_minutes": None, "feedback_release": "now"}
    database.quizzes.insert_many(
        [{**work, **dates, **policies, "_id": _id, "title": f"Q {_id}"} for _id in quiz_ids]
    )
    database.gradebooks.insert_one({"_id": course_id, "version": 1, **_settings(assignment_ids, quiz_ids)})
    seat = {"course_id": course_id, "status": "active", "enrolled_at": now, "cohort_id": None, "history": []}
    database.enrollments.insert_many([{**seat, "_id": ObjectId(), "user_id": _id} for _id in people])
    account = {"name": "Bench", "role": "student", "created_at": now}
    database.users.insert_many([{**account, "_id": _id, "email": f"{_id}@example.org"} for _id in people])
    grade = {
        "course_id": course_id,
        "penalty": 0.0,
        "late_seconds": 0,
        "excused": False,
        "released_at": now,
        "version": 1,
    }
    for place, assignment_id in enumerate(assignment_ids):
        graded = [_id for number, _id in enumerate(people) if (number + place) % 6]
        points = {_id: rng.randrange(0, 81) / 4 for _id in graded}
        rows = [
            {**grade, "_id": ObjectId(), "assignment_id": assignment_id, "user_id": _id, "raw": each, "score": each}
            for _id, each in points.items()
        ]
        database.grades.insert_many(rows)
    for quiz_id in quiz_ids:
        result = {"course_id": course_id, "quiz_id": quiz_id, "graded_attempts": 1}
        shares = [f"{rng.randrange(0, 101)}/100" for _ in people]
        rows = [
            {**result, "_id": ObjectId(), "user_id": _id, "share": share}
            for _id, share in zip(people, shares, strict=True)
        ]
        database.quiz_results.insert_many(rows)
    return course_id, assignment_ids, quiz_ids


def _settings(assignment_ids: list[ObjectId], quiz_ids: list[ObjectId]) -> dict[str, Any]:
    rules = {"basis": "points", "drop_highest": 0, "extra_credit": False, "missing": None}
    categories = [
        {**rules, "id": str(place), "name": f"C {place}", "weight": 10.0 + place, "drop_lowest": 2 * (place % 2)}
        for place in range(4)
    ]
    rest = {"weight": 1.0, "extra_credit": False, "never_drop": False}
    of_kind = [("assignment", _id) for _id in assignment_ids] + [("quiz", _id) for _id in quiz_ids]
    columns = [
        {**rest, "kind": kind, "id": str(_id), "category_id": str(place % 4)}
        for place, (kind, _id) in enumerate(of_kind)
    ]
    return {"missing": "zero", "categories": categories, "columns": columns}


def _course(course_id: ObjectId, owner: ObjectId, now: datetime) -> dict[str, Any]:
    return {
        "_id": course_id,
        "title": "Bench",
        "title_key": "bench",
        "audience": "everyone",
        "difficulty": "beginner",
        "description": "",
        "tags": [],
        "skills": [],
        "language": "en",
        "owner_id": owner,
        "staff": [{"user_id": owner, "role": "owner"}],
        "status": "published",
        "time_zone": "UTC",
        "modules": [],
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "deleted_at": None,
    }
