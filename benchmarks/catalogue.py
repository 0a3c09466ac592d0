"""The catalogue's first page among 1,000 and among 100,000 courses, against its bare query plus JSON of the same
answer. Goal: at most 1.5×; and among 100,000 at most 1.5× of what it takes among 1,000.

What is searched for is found in 20 courses, however many there are.
"""

import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId

from benchmarks.rows import interleaved, round_trips, row, title
from benchmarks.school import LambdaContext, School
from benchmarks.warm import timed

GOAL = 1.5
_SIZES = (1_000, 100_000)
_BATCH = 2_000
_PATTERNS = 1_000
_ROUNDS = 31
_RARE, _FOUND = "lute", 20
_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)


def run(school: School) -> None:
    from courses import courses

    from lms import mongo
    from lms.courses import repository

    reader, newest, by_score = ObjectId(school.user_id), ("created_at", -1), ("score", -1)
    measured: dict[str, list[float]] = {}
    seeded = 0
    for size in _SIZES:
        _seed(mongo.database().courses, seeded, size)
        seeded = size
        title(f"The catalogue of {size:,} courses, per call", ["handler", "bare", "ratio"])

        def bare_newest() -> Any:
            return repository.visible_courses(reader, {}, newest, None, 21)

        def bare_search() -> Any:
            return repository.found_courses(reader, {}, f'"{_RARE}"', by_score, None, 21)

        for path, query in (("/courses", bare_newest), (f"/courses?q={_RARE}", bare_search)):
            event = school.event("GET", path)
            answer = courses.lambda_handler(event, LambdaContext())
            assert answer["statusCode"] == 200 and len(json.loads(answer["body"])["items"]) == 20, answer
            ours, bare = interleaved(
                timed(courses.lambda_handler, event), timed(_bare(query, reader, answer["body"])), _ROUNDS
            )
            trips = round_trips(lambda event=event: courses.lambda_handler(event, LambdaContext()))
            row(f"GET {path}{trips}", ours, bare, goal=GOAL)
            measured.setdefault(path, []).append(ours)
    title("From 1,000 to 100,000 courses", ["100,000", "1,000", "ratio"])
    for path, (few, many) in measured.items():
        row(f"GET {path}", many, few, goal=GOAL)


def _bare(query: Callable[[], Any], reader: ObjectId, body: str) -> Callable[[], None]:
    """The courses, in which of them the reader learns, and the JSON."""
    from lms.enrollment import learners

    answer = json.loads(body)

    def call() -> None:
        learners.in_courses(reader, [course["_id"] for course in query()])
        json.dumps(answer)

    return call


def _seed(courses: Any, first: int, last: int) -> None:
    """Courses of small outlines, a fifth of them drafts. The indexes come afterwards: by rows they cost minutes."""
    from lms import mongo

    start = time.perf_counter()
    chance = random.Random(first)
    patterns = [_course(chance) for _ in range(_PATTERNS)]
    courses.drop_indexes()
    for batch in range(first, last, _BATCH):
        numbers = range(batch, min(batch + _BATCH, last))
        rows = [_numbered(number, patterns[number % _PATTERNS]) for number in numbers]
        courses.insert_many(rows, ordered=False)
    mongo.create_indexes()
    print(f"\n({last - first:,} courses made in {time.perf_counter() - start:.0f} s)")


def _numbered(number: int, pattern: dict[str, Any]) -> dict[str, Any]:
    made_at, name = _BEGAN + timedelta(minutes=number), f"Course {number} on {pattern['title']}"
    found = number < _FOUND
    return {
        **pattern,
        "_id": ObjectId(),
        "title": name,
        "title_key": name.casefold(),
        "description": f"{pattern['description']} {_RARE if found else ''}",
        "status": "published" if found or number % 5 else "draft",
        "published_at": made_at,
        "created_at": made_at,
        "updated_at": made_at,
    }


def _course(chance: random.Random) -> dict[str, Any]:
    words, owner_id = [f"word{int(chance.expovariate(0.002))}" for _ in range(12)], ObjectId()
    return {
        "title": f"{words[0]} and {words[1]}",
        "audience": "everyone",
        "difficulty": chance.choice(["beginner", "intermediate", "advanced"]),
        "description": " ".join(words),
        "tags": words[2:4],
        "skills": words[4:6],
        "language": "en",
        "time_zone": "UTC",
        "owner_id": owner_id,
        "staff": [{"user_id": owner_id, "role": "owner"}],
        "modules": [{"_id": ObjectId(), "title": "M", "lessons": [_lesson(each) for each in words[:4]]}],
        "version": 1,
        "deleted_at": None,
    }


def _lesson(name: str) -> dict[str, Any]:
    return {
        "_id": ObjectId(),
        "title": name,
        "minutes": 10,
        "objectives": ["Know what it is about"],
        "block_count": 5,
        "question_count": 5,
        "quiz_id": None,
        "release": None,
        "completion": {"kind": "viewed"},
    }
