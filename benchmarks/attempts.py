"""Beginning an attempt at a quiz of 20 questions and saving an answer, against their bare MongoDB calls (and the
nudge to the relay of events) plus JSON of the same answer. Goal: at most 1.5×.

Each start is another learner's; each save is a tab's next one, in an attempt where all else is answered.
"""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId

from benchmarks.rows import interleaved, round_trips, row, title
from benchmarks.school import LambdaContext, School

GOAL = 1.5
_QUESTIONS = 20
_LEARNERS = 400
_CALLS = 10
_ROUNDS = 15

Call = Callable[[], object]


def run(school: School) -> None:
    from assessments import answers, attempts

    from lms import events, mongo
    from lms.attempts import repository
    from lms.courses import repository as courses
    from lms.quizzes import repository as quizzes

    course_id, quiz_id = _quiz(school)
    learners = _enrolled(course_id)
    title(f"A quiz of {_QUESTIONS} questions, per call", ["handler", "bare", "ratio"])

    def started(learner: ObjectId) -> Any:
        event = _by(learner, school.event("POST", f"/quizzes/{quiz_id}/attempts", {}))
        return _answer(attempts.lambda_handler(event, LambdaContext()))

    example = started(next(learners))
    attempt = repository.attempt(ObjectId(example["id"]))
    assert attempt is not None
    told = {name: attempt[name] for name in ("course_id", "quiz_id", "number")}

    def starting() -> Call:
        event = _by(next(learners), school.event("POST", f"/quizzes/{quiz_id}/attempts", {}))
        return lambda: attempts.lambda_handler(event, LambdaContext())

    def bare_start() -> Call:
        learner = next(learners)
        new = {**attempt, "_id": ObjectId(), "user_id": learner}

        def begin(tx: mongo.Transaction) -> None:
            repository.add(tx, new)
            events.record(tx, "attempt.started", actor=learner, subject=new["_id"], **told)

        def call() -> None:
            courses.entered_through(quizzes.quizzes, quiz_id, learner, courses.OUTLINE, progress=True)
            repository.numbers_and_open(quiz_id, learner)
            quizzes.questions_by_id([item["question_id"] for item in attempt["items"]])
            mongo.transaction(begin)
            json.dumps(example)

        return call

    name = f"POST …/attempts{round_trips(starting())}"
    row(name, *interleaved(_timed(starting), _timed(bare_start), _ROUNDS), goal=GOAL)

    learner = next(learners)
    ours, numbers = started(learner)["id"], itertools.count(2)
    path = f"/attempts/{ours}/answers"
    given = {str(number): f"Answer {number}" for number in range(1, _QUESTIONS + 1)}

    def save(seq: int, answered: dict[str, str]) -> Call:
        body = {"client_id": "tab", "seq": seq, "answers": answered}
        event = _by(learner, school.event("PUT", path, body))
        return lambda: answers.lambda_handler(event, LambdaContext())

    def saving() -> Call:
        seq = next(numbers)
        return save(seq, {"1": f"Answer {seq}"})

    save(1, given)()
    receipt = _answer(saving()())
    other = repository.attempt(ObjectId(ours)) or {}
    mongo.database().attempts.insert_one(other := {**other, "_id": ObjectId(), "user_id": next(learners)})
    versions = itertools.count(other["version"])

    def bare_save() -> Call:
        version = next(versions)
        logged = {"attempt_id": other["_id"], "client_id": "tab", "seq": version, "arrival": version}
        logged |= {"_id": ObjectId(), "at": datetime.now(UTC), "answers": {"1": "Answer"}, "hash": "0" * 64}

        def write(tx: mongo.Transaction) -> None:
            kept = other["answers"], other["said"]
            saved = repository.save_answers(tx, other["_id"], version, datetime.now(UTC), *kept)
            assert saved
            repository.log(logged, tx)

        def call() -> None:
            courses.entered_through(
                repository.attempts, other["_id"], other["user_id"], courses.MEMBERSHIP, progress=False
            )
            mongo.transaction(write)
            json.dumps(receipt)

        return call

    row(
        f"PUT …/answers{round_trips(saving())}", *interleaved(_timed(saving), _timed(bare_save), _ROUNDS), goal=GOAL
    )


def _timed(prepare: Callable[[], Call]) -> Callable[[], float]:
    """Seconds per call, of calls that are made ready before; none can be made twice."""

    def measure() -> float:
        calls = [prepare() for _ in range(_CALLS)]
        start = time.perf_counter()
        for call in calls:
            call()
        return (time.perf_counter() - start) / _CALLS

    return measure


def _answer(answer: Any) -> Any:
    assert answer["statusCode"] < 300, answer
    return json.loads(answer["body"])


def _by(person_id: ObjectId, event: dict[str, Any]) -> dict[str, Any]:
    event["requestContext"]["authorizer"]["lambda"]["sub"] = str(person_id)
    return event


def _quiz(school: School) -> tuple[ObjectId, ObjectId]:
    """The ids of a published course of the instructor's and of its quiz."""
    from lms import mongo

    draft = {"title": "Bench", "audience": "a", "difficulty": "beginner"}
    course_id = school.call("POST", "/courses", draft)["id"]
    course = f"/courses/{course_id}"
    question = {"prompt": "Which?", "content": {"kind": "short_text", "answers": [{"text": "this"}]}}
    ids = [school.call("POST", f"{course}/questions", question)["id"] for _ in range(_QUESTIONS)]
    quiz_id = school.call("POST", f"{course}/quizzes", {"title": "Check", "shuffle_questions": True})["id"]
    items = [{"kind": "question", "question_id": each} for each in ids]
    school.call("PUT", f"/quizzes/{quiz_id}/items", {"items": items})
    school.call("PATCH", f"/quizzes/{quiz_id}", {"published": True})
    mongo.database().courses.update_one({"_id": ObjectId(course_id)}, {"$set": {"status": "published"}})
    return ObjectId(course_id), ObjectId(quiz_id)


def _enrolled(course_id: ObjectId) -> Iterator[ObjectId]:
    """Learners of the course, who have done nothing yet."""
    from lms import mongo

    now, learners = datetime.now(UTC), [ObjectId() for _ in range(_LEARNERS)]
    seat = {
        "course_id": course_id,
        "role": "learner",
        "status": "active",
        "cohort_id": None,
        "accommodations": {"time_factor": 1.0, "extra_days": 0},
        "source": "staff",
        "enrolled_at": now,
        "history": [],
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    rows = [{**seat, "_id": ObjectId(), "user_id": learner} for learner in learners]
    mongo.database().enrollments.insert_many(rows)
    return iter(learners)
