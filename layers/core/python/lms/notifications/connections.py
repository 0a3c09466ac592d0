"""Open connections: whose they are and which topics they follow.

Three kinds of rows, each with the connection's id as its sort key: ``user#<id>`` and ``topic#<topic>`` lead to
connections, and ``connection#<id>`` leads back, so that a connection that ends takes all its rows along.
"""

from datetime import timedelta

from bson import ObjectId

from lms import clock
from lms.caller import Caller
from lms.errors import Conflict
from lms.fields import rfc3339
from lms.notifications import table
from lms.notifications.table import Row
from lms.permissions import Role

LIFETIME = timedelta(hours=2)
"""API Gateway ends every connection after two hours."""

MOST_PER_PERSON = 10
MOST_TOPICS = 50


def of_person(user_id: object) -> str:
    """The partition that holds a person's connections."""
    return f"user#{user_id}"


def of_topic(topic: str) -> str:
    """The partition that holds a topic's subscribers."""
    return f"topic#{topic}"


def attributes(who: Caller) -> dict[str, str]:
    """How a row says whose it is."""
    return {"user_id": str(who.id), "role": who.role.value, "session_id": str(who.session_id)}


def person(row: Row) -> Caller:
    """Whose the row is."""
    return Caller(ObjectId(row["user_id"]), Role(row["role"]), ObjectId(row["session_id"]))


def open(connection_id: str, who: Caller) -> list[str]:
    """Register a connection; return the person's oldest ones that have to go for it."""
    now = clock.now()
    row = {**attributes(who), "opened_at": rfc3339(now)}
    table.put(_back(connection_id), connection_id, now + LIFETIME, **row)
    table.put(of_person(who.id), connection_id, now + LIFETIME, **row)
    rows = sorted(table.partition(of_person(who.id)), key=lambda row: str(row["opened_at"]))
    return [row["sk"] for row in rows[:-MOST_PER_PERSON]]


def find(connection_id: str) -> Row | None:
    """The open connection, None where it is not known or has ended."""
    return table.get(_back(connection_id), connection_id)


def close(connection_id: str) -> None:
    """Remove every row of the connection; closing a closed one changes nothing."""
    row = table.take(_back(connection_id), connection_id)
    if row is None:
        return
    table.take(of_person(row["user_id"]), connection_id)
    for topic in row.get("topics", ()):
        table.take(of_topic(topic), connection_id)


def forget(row: Row) -> None:
    """Remove a row that leads to a connection that is gone, and all that the connection still has."""
    table.take(row["pk"], row["sk"])
    close(row["sk"])


def follow(connection: Row, topic: str) -> None:
    """Raise Conflict TOO_MANY_TOPICS beyond 50."""
    if not table.add_to_set(connection["pk"], connection["sk"], "topics", topic, most=MOST_TOPICS):
        raise Conflict(f"A connection follows at most {MOST_TOPICS} topics", code="TOO_MANY_TOPICS")
    table.put(
        of_topic(topic),
        connection["sk"],
        clock.now() + LIFETIME,
        user_id=connection["user_id"],
        opened_at=connection["opened_at"],
    )


def unfollow(connection: Row, topic: str) -> None:
    table.take(of_topic(topic), connection["sk"])
    table.remove_from_set(connection["pk"], connection["sk"], "topics", topic)


def _back(connection_id: str) -> str:
    return f"connection#{connection_id}"
