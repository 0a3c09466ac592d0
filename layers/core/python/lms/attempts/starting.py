"""Beginning an attempt: what it asks, in which order and until when is fixed here, by the server."""

import hmac
import random

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from lms import clock, events, mongo, rate_limits
from lms.attempts import asking, finishing, repository, window
from lms.courses.access import CourseAccess
from lms.errors import Conflict, Forbidden, NotFound
from lms.mongo import Document, Transaction
from lms.progress import gate


def start(access: CourseAccess, access_code: str | None) -> tuple[Document, bool]:
    """The learner's open attempt, and whether it is a new one: however many tabs begin at once, there is one.

    Raise 409 QUIZ_NOT_OPEN, QUIZ_CLOSED or NO_ATTEMPTS_LEFT, 403 WRONG_ACCESS_CODE or LESSON_LOCKED.
    """
    quiz = access.resource
    if not quiz["published"]:
        raise NotFound()
    numbers, running = repository.numbers_and_open(quiz["_id"], access.caller.id)
    if running and finishing.settled(running)["status"] == "open":
        return running, False
    assert access.enrollment is not None, "only learners may start"
    theirs = window.of(quiz, access.enrollment, access.course["time_zone"])
    now = clock.now()
    window.require_open(theirs, now)
    if quiz["lesson_id"]:
        gate.require_open(access, quiz["lesson_id"])
    if theirs.attempts is not None and len(numbers) >= theirs.attempts:
        raise Conflict("All attempts are used", code="NO_ATTEMPTS_LEFT", attempts=theirs.attempts)
    _require_code(access, access_code)
    attempt: Document = {
        "_id": ObjectId(),
        "quiz_id": quiz["_id"],
        "quiz_version": quiz["version"],
        "course_id": access.course_id,
        "user_id": access.caller.id,
        "number": max(numbers, default=0) + 1,
        "status": "open",
        "started_at": now,
        "extension_minutes": 0,
        **window.fields(theirs, now, 0),
        "items": asking.drawn(access.course_id, quiz, random.SystemRandom()),
        "answers": {},
        "said": {},
        "saved_at": None,
        "submitted_at": None,
        "submitted_by": None,
        "results": [],
        "score": None,
        "history": [],
        "version": 1,
        "deleted_at": None,
    }
    try:
        mongo.transaction(lambda tx: _begin(tx, attempt))
    except DuplicateKeyError:
        _, running = repository.numbers_and_open(quiz["_id"], access.caller.id)
        if running is None:
            raise Conflict("Another attempt was begun and ended just now", code="ATTEMPT_RACE") from None
        return running, False
    return attempt, True


def _begin(tx: Transaction, attempt: Document) -> None:
    repository.add(tx, attempt)
    data = {name: attempt[name] for name in ("course_id", "quiz_id", "number")}
    events.record(tx, "attempt.started", actor=attempt["user_id"], subject=attempt["_id"], **data)


def _require_code(access: CourseAccess, given: str | None) -> None:
    expected = access.resource["access_code"]
    if expected is None:
        return
    rate_limits.take(rate_limits.ACCESS_CODE_BY_PERSON, f"{access.caller.id}:{access.resource['_id']}")
    if not hmac.compare_digest((given or "").strip().encode(), expected.encode()):
        raise Forbidden("The quiz asks for its access code", code="WRONG_ACCESS_CODE")
