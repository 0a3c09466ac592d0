"""Saves on their way into what they change and into the log of calls, both at once: in force is only what the log
holds. Which save counts, ``lms.attempts.answers`` says.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from lms import clock, mongo
from lms.attempts.answers import Save, Standing, merged
from lms.errors import Conflict
from lms.mongo import Document, Transaction


class Log(NamedTuple):
    """Of calls, each once by its ``owner`` (the field with the id of what it changes), client and seq. ``digest``
    is of what a call says."""

    owner: str
    add: Callable[[Document, Transaction | None], None]
    found: Callable[[ObjectId, str, int], Document | None]
    digest: Callable[[Mapping[str, Any]], str]


Write = Callable[[Transaction, Document, Standing], Document | None]
"""Puts what is in force now into what stood; None where another write came between."""


def save(
    log: Log, state: Document, given: Save, *, write: Write, again: Callable[[Document], Document]
) -> Document:
    """What the save changes, as it stands now. Repeated and reordered calls converge. ``again`` reads the state
    after another's write, or raises where no more may be saved.

    Raise 409 SEQ_REUSED where this client sent something else under this seq.
    """
    while True:
        standing = Standing.of(state)
        after = merged(standing, given, clock.now())
        if after.said == standing.said:
            _keep_outdated(log, state, given)
            return state
        if written := _written(log, state, after, given, write):
            return written
        state = again(state)


def _written(log: Log, state: Document, after: Standing, given: Save, write: Write) -> Document | None:
    def work(tx: Transaction) -> Document | None:
        saved = write(tx, state, after)
        if saved:
            log.add(_row(log, saved, given), tx)
        return saved

    try:
        return mongo.transaction(work)
    except DuplicateKeyError:
        if state["version"] == 0:
            return None
        # The call in the log is another: had it said all this, nothing here would be new.
        raise _reused() from None


def _keep_outdated(log: Log, state: Mapping[str, Any], given: Save) -> None:
    """A call that changes nothing: it came too late, or has come before and is in the log already."""
    row = _row(log, state, given)
    try:
        log.add(row, None)
    except DuplicateKeyError:
        logged = log.found(state["_id"], given.client_id, given.seq)
        if logged is None or logged["hash"] != row["hash"]:
            raise _reused() from None


def _reused() -> Conflict:
    detail = "This client has saved something else under this seq: each save takes a higher one"
    return Conflict(detail, code="SEQ_REUSED")


def _row(log: Log, state: Mapping[str, Any], given: Save) -> Document:
    return {
        "_id": ObjectId(),
        log.owner: state["_id"],
        "client_id": given.client_id,
        "seq": given.seq,
        "arrival": state["version"],
        "at": clock.now(),
        "answers": given.answers,
        "hash": log.digest(given.answers),
    }
