"""MongoDB: one client per process, collections with their indexes, transactions, deadlines."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, NamedTuple, TypeVar

import pymongo
from bson import ObjectId
from bson.codec_options import CodecOptions
from bson.errors import InvalidId
from pymongo import IndexModel, MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from lms.config import settings
from lms.errors import NotFound
from lms.telemetry import logger

Document = dict[str, Any]
T = TypeVar("T")

_MARGIN_SECONDS = 0.5
LONGEST_SECONDS = 8.0


@cache
def client() -> MongoClient[Document]:
    """Made at first use, so that a forked worker never inherits its parent's sockets."""
    return MongoClient(
        settings().mongodb_uri.get_secret_value(),
        maxPoolSize=4,
        w="majority",
        tz_aware=True,
        appname="lms",
        connectTimeoutMS=3_000,
        serverSelectionTimeoutMS=5_000,
    )


@cache
def database() -> Database[Document]:
    return client().get_database(
        settings().mongodb_database, codec_options=CodecOptions(tz_aware=True, document_class=dict)
    )


@cache
def _live(name: str) -> Collection[Document]:
    return database()[name]


class Declared(NamedTuple):
    """A collection as its repository declares it; call it for the live one.

    ``personal`` names the fields that hold personal data: erasing a person erases these.
    """

    name: str
    indexes: tuple[IndexModel, ...]
    personal: frozenset[str]

    def __call__(self) -> Collection[Document]:
        return _live(self.name)


declared: dict[str, Declared] = {}


def collection(name: str, *, indexes: Sequence[IndexModel] = (), personal: Sequence[str] = ()) -> Declared:
    declared[name] = Declared(name, tuple(indexes), frozenset(personal))
    return declared[name]


def create_indexes() -> None:
    """Bring every declared collection and its indexes into being; safe to repeat."""
    existing = set(database().list_collection_names())
    for each in declared.values():
        if each.name not in existing:
            database().create_collection(each.name)
        if each.indexes:
            each().create_indexes(list(each.indexes))


class Transaction:
    """A running transaction: pass ``session`` to every operation that belongs to it."""

    def __init__(self, session: ClientSession) -> None:
        self.session = session
        self.follow_ups: list[Callable[[], None]] = []

    def after_commit(self, follow_up: Callable[[], None]) -> None:
        """Run ``follow_up`` once the commit stands. Its failure is logged: a relay repeats what it missed."""
        if follow_up not in self.follow_ups:
            self.follow_ups.append(follow_up)


def transaction(work: Callable[[Transaction], T]) -> T:
    """Run ``work`` in a majority transaction, again from its start on a transient conflict."""

    def attempt(session: ClientSession) -> tuple[Transaction, T]:
        current = Transaction(session)
        return current, work(current)

    with client().start_session() as session:
        committed, result = session.with_transaction(
            attempt, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority")
        )
    for follow_up in committed.follow_ups:
        try:
            follow_up()
        except Exception:
            logger.exception("follow-up after commit failed")
    return result


def deadline(remaining_seconds: float, longest: float = LONGEST_SECONDS) -> AbstractContextManager[None]:
    """Bound all MongoDB waits of the block together, so that an answer still gets out before the function ends."""
    return pymongo.timeout(max(0.1, min(longest, remaining_seconds - _MARGIN_SECONDS)))


def is_outage(error: PyMongoError) -> bool:
    """Whether MongoDB was away or too slow, as against having refused an operation."""
    return error.timeout or isinstance(error, ConnectionFailure)


def object_id(text: str) -> ObjectId:
    """Raise NotFound for what cannot be an id: no such resource exists."""
    try:
        return ObjectId(text)
    except (InvalidId, TypeError):
        raise NotFound() from None
