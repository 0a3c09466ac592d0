"""Saving answers: acknowledged only when they stand in the attempt and in the log, on a majority of the servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from lms import clock, mongo
from lms.attempts import asking, finishing, repository
from lms.attempts.answers import Save, Standing, content_hash, digest, last_seq, merged, superseded
from lms.attempts.responses import checked
from lms.courses.access import CourseAccess
from lms.errors import Conflict, Invalid, NotFound
from lms.mongo import Document, Transaction

if TYPE_CHECKING:
    from lms.attempts.models.saving import AnswersBody


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
            _keep_outdated(attempt, given)
            return receipt(attempt, given)
        written = _write(attempt, after, given)
        if written:
            return receipt(written, given)
        attempt = _again(attempt["_id"])


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
    asked = asking.questions([items[name] for name in answers])
    return {
        name: checked(asked[name].question.content, items[name]["order"], value, f"/answers/{name}")
        for name, value in answers.items()
    }


def _write(attempt: Mapping[str, Any], after: Standing, given: Save) -> Document | None:
    """Into the attempt and the log at once: what is in force always has its call in the log. None where another
    write came between."""

    def work(tx: Transaction) -> Document | None:
        place = attempt["_id"], attempt["version"]
        saved = repository.save_answers(tx, *place, clock.now(), after.in_force, after.said)
        if saved:
            repository.log(_row(saved, given), tx)
        return saved

    try:
        return mongo.transaction(work)
    except DuplicateKeyError:
        # The call in the log is another: had it said all this, nothing here would be new.
        raise _reused() from None


def _again(attempt_id: ObjectId) -> Document:
    """The attempt as another write left it. Raise 409 where that closed it, or its time is up: then it is handed in
    as it stands."""
    attempt = finishing.settled(repository.attempt(attempt_id))
    if attempt["status"] != "open":
        raise Conflict("The attempt is closed: what was saved before counts", code="ATTEMPT_CLOSED")
    return attempt


def _keep_outdated(attempt: Mapping[str, Any], given: Save) -> None:
    """A call that changes nothing: it came too late, or has come before and is in the log already."""
    row = _row(attempt, given)
    try:
        repository.log(row)
    except DuplicateKeyError:
        logged = repository.logged(attempt["_id"], given.client_id, given.seq)
        if logged is None or logged["hash"] != row["hash"]:
            raise _reused() from None


def _reused() -> Conflict:
    detail = "This client has saved other answers under this seq: each save takes a higher one"
    return Conflict(detail, code="SEQ_REUSED")


def _row(attempt: Mapping[str, Any], given: Save) -> Document:
    return {
        "_id": ObjectId(),
        "attempt_id": attempt["_id"],
        "client_id": given.client_id,
        "seq": given.seq,
        "arrival": attempt["version"],
        "at": clock.now(),
        "answers": given.answers,
        "hash": content_hash(given.answers),
    }
