"""Saving answers: acknowledged only when they stand in the attempt and in the log, on a majority of the servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lms import clock
from lms.attempts import answer_log, asking, finishing, repository
from lms.attempts.answer_log import Log
from lms.attempts.answers import Save, Standing, content_hash, digest, last_seq, superseded
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
    return receipt(answer_log.save(_LOG, attempt, given, write=_write, again=_again), given)


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


_LOG = Log("attempt_id", repository.log, repository.logged, content_hash)


def _write(tx: Transaction, attempt: Document, after: Standing) -> Document | None:
    place = attempt["_id"], attempt["version"]
    return repository.save_answers(tx, *place, clock.now(), after.in_force, after.said)


def _again(before: Document) -> Document:
    """The attempt as another write left it. Raise 409 where that closed it, or its time is up: then it is handed in
    as it stands."""
    attempt = finishing.settled(repository.attempt(before["_id"]))
    if attempt["status"] != "open":
        raise Conflict("The attempt is closed: what was saved before counts", code="ATTEMPT_CLOSED")
    return attempt
