"""What a client says over its connection, and the answer to it."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from lms import mongo
from lms.courses import access
from lms.errors import DomainError, Invalid, TooLarge, Unauthenticated, Unavailable
from lms.jobs import jobs
from lms.notifications import connections
from lms.notifications.messages import LARGEST_BYTES, Ping, Subscribe, Unsubscribe, client_message
from lms.notifications.table import Row
from lms.telemetry import logger


@dataclass(frozen=True)
class Answer:
    """A message but for its envelope. ``cursor`` orders the messages of a topic."""

    type: str
    data: dict[str, Any]
    cursor: str | None = None


class NotJson(DomainError):
    code, title = "MALFORMED_MESSAGE", "The message is not valid JSON in UTF-8"


class UnknownAction(DomainError):
    code, title = "UNKNOWN_ACTION", "The action is one of ping, subscribe, unsubscribe"


def answer(connection_id: str, message: str | bytes) -> Answer:
    """Do what the message asks. Whatever it holds, the answer is a message, never an exception."""
    try:
        return _act(connection_id, _read(message))
    except DomainError as error:
        return _refusal(error)
    except Exception as error:
        logger.error("a message failed", exc_info=error)
        return _refusal(Unavailable("This failed on our side; try again"))


def _refusal(error: DomainError) -> Answer:
    return Answer("error", {"code": error.code, "detail": error.detail})


def _read(message: str | bytes) -> Ping | Subscribe | Unsubscribe:
    raw = message if isinstance(message, bytes) else message.encode(errors="surrogatepass")
    if len(raw) > LARGEST_BYTES:
        raise TooLarge(f"A message holds at most {LARGEST_BYTES // 1024} KB")
    try:
        return client_message.validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise NotJson() from None
        if first["type"].startswith("union_tag"):
            raise UnknownAction() from None
        place = "/".join(str(step) for step in first["loc"][1:])
        raise Invalid(f"{place}: {first['msg']}" if place else first["msg"]) from None


def _act(connection_id: str, request: Ping | Subscribe | Unsubscribe) -> Answer:
    if isinstance(request, Ping):
        return Answer("pong", {})
    connection = connections.find(connection_id)
    if connection is None:
        raise Unauthenticated("Connect again, with a new ticket", code="CONNECTION_UNKNOWN")
    if isinstance(request, Unsubscribe):
        connections.unfollow(connection, request.topic)
        return Answer("unsubscribed", {"topic": request.topic})
    return _subscribe(connection, request.topic)


def _subscribe(connection: Row, topic: str) -> Answer:
    """The state is read once the subscription stands: what happens in between is then in one or the other."""
    _state(connection, topic)
    connections.follow(connection, topic)
    return _state(connection, topic)


def _state(connection: Row, topic: str) -> Answer:
    """The topic as it stands. Raise NotFound where the person may not know of it."""
    who = connections.person(connection)
    kind, _, subject = topic.partition(":")
    if kind == "course":
        access.enter(who, mongo.object_id(subject), "course.read")
        return Answer("subscribed", {"topic": topic})
    job = jobs.visible_to(who, subject)
    type = "job.progress" if job["status"] in ("queued", "running") else "job.finished"
    return Answer(type, jobs.show(job), str(job["version"]))
