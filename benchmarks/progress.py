"""A page of 100 of 1,000 learners × 100 lessons, and a learner's heartbeat, against their bare MongoDB calls plus
JSON of the same answer. Goal: at most 1.5×.

Each learner has begun all lessons and completed half of them.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId

from benchmarks.rows import interleaved, row, title
from benchmarks.school import LambdaContext, School
from benchmarks.warm import timed

GOAL = 1.5
_LEARNERS, _LESSONS, _PAGE = 1_000, 100, 100
_ROUNDS = 11


def run(school: School) -> None:
    from courses import learners_progress, lesson_progress

    from lms.courses import repository as courses
    from lms.enrollment import repository as enrollments
    from lms.progress import repository, tracking

    learner = ObjectId(school.user_id)
    title(f"{_LEARNERS} learners × {_LESSONS} lessons, per call", ["handler", "bare", "ratio"])

    course_id, _ = _seed(owner=learner, learner=ObjectId())
    path = f"/courses/{course_id}/learners/progress"
    event = school.event("GET", path) | {
        "rawQueryString": f"limit={_PAGE}",
        "queryStringParameters": {"limit": str(_PAGE)},
    }
    answer = _answer(learners_progress.lambda_handler(event, LambdaContext()))
    assert len(answer["items"]) == _PAGE and len(answer["columns"]) == _LESSONS

    def bare_page() -> None:
        courses.entered(course_id, learner, courses.OUTLINE, progress=False)
        rows = enrollments.page_of_enrollments(course_id, {"status": "active"}, None, _PAGE + 1)
        repository.states_and_names(course_id, [each["user_id"] for each in rows])
        json.dumps(answer)

    page = timed(learners_progress.lambda_handler, event)
    row(f"GET …/learners/progress?limit={_PAGE}", *interleaved(page, timed(bare_page), _ROUNDS), goal=GOAL)

    taken, lessons = _seed(owner=ObjectId(), learner=learner)
    beat = school.event("PUT", f"/courses/{taken}/lessons/{lessons[-1]}/progress", {"position": 1.5, "seconds": 30})
    answered = _answer(lesson_progress.lambda_handler(beat, LambdaContext()))

    def bare_beat() -> None:
        courses.entered(taken, learner, courses.OUTLINE, progress=True)
        repository.beat(
            taken,
            learner,
            lessons[-1],
            position=1.5,
            seconds=30,
            now=datetime.now(UTC),
            carried=tracking.CARRIED,
            slack=tracking.SLACK,
        )
        json.dumps(answered)

    heartbeat = timed(lesson_progress.lambda_handler, beat)
    row("PUT …/lessons/{lesson_id}/progress", *interleaved(heartbeat, timed(bare_beat), _ROUNDS), goal=GOAL)


def _answer(answer: dict[str, Any]) -> Any:
    assert answer["statusCode"] == 200, answer
    return json.loads(answer["body"])


def _seed(*, owner: ObjectId, learner: ObjectId) -> tuple[ObjectId, list[ObjectId]]:
    """The ids of a published course and of its lessons."""
    from lms import mongo

    now = datetime.now(UTC)
    course_id, lesson_ids = ObjectId(), [ObjectId() for _ in range(_LESSONS)]
    people = [learner, *(ObjectId() for _ in range(_LEARNERS - 1))]
    course = {
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
        "modules": [{"_id": ObjectId(), "title": "M", "lessons": [_lesson(_id) for _id in lesson_ids]}],
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "deleted_at": None,
    }
    seat = {"course_id": course_id, "status": "active", "enrolled_at": now, "cohort_id": None, "history": []}
    progress = {
        "course_id": course_id,
        "completed": {str(_id): now - timedelta(days=1) for _id in lesson_ids[: _LESSONS // 2]},
        "seconds": {str(_id): 600 for _id in lesson_ids},
        "active_at": now,
    }
    database = mongo.database()
    database.courses.insert_one(course)
    database.enrollments.insert_many([{**seat, "_id": ObjectId(), "user_id": _id} for _id in people])
    database.course_progress.insert_many([{**progress, "_id": ObjectId(), "user_id": _id} for _id in people])
    account = {"name": "Bench", "role": "student", "created_at": now}
    strangers = [{**account, "_id": _id, "email": f"{_id}@example.org"} for _id in people[1:]]
    database.users.insert_many(strangers)
    return course_id, lesson_ids


def _lesson(_id: ObjectId) -> dict[str, Any]:
    return {
        "_id": _id,
        "title": f"Lesson {_id}",
        "minutes": 10,
        "objectives": ["Know what it is about", "Do it"],
        "block_count": 5,
        "question_count": 5,
        "quiz_id": None,
        "release": None,
        "completion": {"kind": "viewed"},
    }
