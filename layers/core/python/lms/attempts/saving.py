"""Saving answers: acknowledged only when they stand in the attempt and in the log, on a majority of the servers."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from lms import clock
from lms.attempts import finishing, repository, starting
from lms.attempts.answers import Save, Standing, content_hash, digest, last_seq, merged, superseded
from lms.attempts.models import AnswersBody
from lms.attempts.responses import checked
from lms.courses.access import CourseAccess
from lms.errors import Conflict, Invalid, NotFound
from lms.mongo import Document


def save(access: CourseAccess, body: AnswersBody) -> Document:
    """The receipt. Repeated and reordered calls converge; nothing that was acknowledged vanishes unseen.

    Raise 404 for another's attempt, 409 ATTEMPT_CLOSED, 409 SEQ_REUSED where this client sent something else under
    this seq, 422 for answers that their questions do not take.
    """
    attempt = own(access)
    given = Save(body.client_id, body.seq, _checked(attempt, body.answers))
    while True:
        standing = Standing.of(attempt)
        after = merged(standing, given, clock.now())
        if after.said == standing.said:
            _require_same(attempt, standing, given)
            saved = attempt
            break
        written = _write(attempt, after)
        if written:
            saved = written
            break
        attempt = _again(attempt["_id"])
    _log(saved, given)
    return receipt(saved, given)


def submit(access: CourseAccess) -> Document:
    """The learner's attempt, handed in. Raise 404 for another's."""
    return finishing.submit(own(access), access.caller.id)


def own(access: CourseAccess) -> Document:
    """The attempt, for its learner alone."""
    if access.resource["user_id"] != access.caller.id:
        raise NotFound()
    return access.resource


def receipt(attempt: Mapping[str, Any], given: Save) -> Document:
    standing = Standing.of(attempt)
    return {
        "last_seq": last_seq(standing, given.client_id),
        "saved_at": attempt["saved_at"],
        "hash": digest(standing),
        "superseded": superseded(standing, given),
        "deadline_at": attempt["deadline_at"],
    }


def _checked(attempt: Mapping[str, Any], answers: Mapping[str, Any]) -> Document:
    items = {item["id"]: item for item in attempt["items"]}
    if unknown := [name for name in answers if name not in items]:
        raise Invalid(
            errors=[{"pointer": f"/answers/{name[:50]}", "message": "is no item here"} for name in unknown]
        )
    asked = starting.asked([items[name] for name in answers])
    return {
        name: checked(asked[name].question.content, items[name]["order"], value, f"/answers/{name}")
        for name, value in answers.items()
    }


def _write(attempt: Mapping[str, Any], after: Standing) -> Document | None:
    return repository.save_answers(attempt["_id"], attempt["version"], clock.now(), after.in_force, after.said)


def _again(attempt_id: ObjectId) -> Document:
    """The attempt as another write left it. Raise 409 where that closed it, or its time is up: then it is handed in
    as it stands."""
    attempt = finishing.settled(repository.attempt(attempt_id))
    if attempt["status"] != "open":
        raise Conflict("The attempt is closed: what was saved before counts", code="ATTEMPT_CLOSED")
    return attempt


def _require_same(attempt: Mapping[str, Any], standing: Standing, given: Save) -> None:
    """What a client sends again, must be what it sent before."""
    logged = repository.logged(attempt["_id"], given.client_id, given.seq)
    if logged:
        same = logged["hash"] == content_hash(given.answers)
    else:
        mine = [standing.in_force[item] for item in given.answers]
        same = all(
            entry["value"] == given.answers[item]
            for item, entry in zip(given.answers, mine, strict=True)
            if (entry["client_id"], entry["seq"]) == (given.client_id, given.seq)
        )
    if not same:
        raise _reused()


def _reused() -> Conflict:
    detail = "This client has saved other answers under this seq: each save takes a higher one"
    return Conflict(detail, code="SEQ_REUSED")


def _log(attempt: Mapping[str, Any], given: Save) -> None:
    """Append the call to the log that keeps every answer. A repeated call finds its row there."""
    row = {
        "_id": ObjectId(),
        "attempt_id": attempt["_id"],
        "client_id": given.client_id,
        "seq": given.seq,
        "arrival": attempt["version"],
        "at": clock.now(),
        "answers": given.answers,
        "hash": content_hash(given.answers),
    }
    logged = repository.log(row)
    if logged and logged["hash"] != row["hash"]:
        raise _reused()
