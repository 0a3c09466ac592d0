"""Pushing over WebSockets: who is reached, what is forgotten, and that no failure comes through."""

import time
from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

import pytest
from bson import ObjectId

from infra.local.process import free_port
from infra.local.stack import Stack
from lms import clock, realtime
from lms.caller import Caller
from lms.notifications import connections, table
from lms.permissions import Role
from tests.management_api import ManagementApi, serve

LONG_OPEN = 60
"""Seconds after which a connection that is gone is not one that is still opening."""


@pytest.fixture
def clients(ground: Stack) -> Iterator[ManagementApi]:
    with serve(ground.ws_port) as api:
        yield api


@pytest.fixture(autouse=True)
def real_time() -> Iterator[None]:
    yield
    clock.shift(0)


def connect(user_id: ObjectId, *topics: str) -> str:
    connection_id = uuid4().hex
    connections.open(connection_id, Caller(user_id, Role.STUDENT, ObjectId()))
    connection = connections.find(connection_id)
    assert connection
    for topic in topics:
        connections.follow(connection, topic)
    return connection_id


def test_a_push_reaches_every_connection_of_the_person_and_nobody_else(clients: ManagementApi) -> None:
    someone = ObjectId()
    first, second, other = connect(someone), connect(someone), connect(ObjectId())

    realtime.push(someone, "job.progress", {"done": 3}, cursor="7")

    assert set(clients.posted) == {first, second} and other not in clients.posted
    [message] = clients.posted[first]
    assert {**message, "at": None} == {"type": "job.progress", "at": None, "cursor": "7", "data": {"done": 3}}
    assert message["at"].endswith("Z") and datetime.fromisoformat(message["at"]) <= clock.now()


def test_a_topic_reaches_its_followers(clients: ManagementApi) -> None:
    topic = f"course:{ObjectId()}"
    follower, other = connect(ObjectId(), topic), connect(ObjectId(), f"course:{ObjectId()}")

    realtime.publish(topic, "message.created", {})

    assert follower in clients.posted and other not in clients.posted


def test_an_announcement_reaches_each_connection_once(clients: ManagementApi) -> None:
    owner, topic = ObjectId(), f"job:{ObjectId()}"
    following, idle, admin = connect(owner, topic), connect(owner), connect(ObjectId(), topic)

    realtime.announce([owner], topic, "job.progress", {"done": 1})

    assert {name: len(messages) for name, messages in clients.posted.items()} == {following: 1, idle: 1, admin: 1}


def test_a_connection_that_is_gone_loses_all_its_rows_and_the_others_are_reached(clients: ManagementApi) -> None:
    someone, topic = ObjectId(), f"job:{ObjectId()}"
    gone, open_one = connect(someone, topic), connect(someone)
    clients.gone.add(gone)
    clock.shift(LONG_OPEN)

    realtime.push(someone, "notification.created", {})

    assert open_one in clients.posted
    assert [row["sk"] for row in table.partition(connections.of_person(someone))] == [open_one]
    assert connections.find(gone) is None
    assert list(table.partition(connections.of_topic(topic))) == []


def test_a_connection_that_is_still_opening_is_not_forgotten(clients: ManagementApi) -> None:
    someone = ObjectId()
    opening = connect(someone)
    clients.gone.add(opening)

    realtime.push(someone, "notification.created", {})

    assert connections.find(opening)


def test_expired_rows_are_not_used_though_they_are_still_there(clients: ManagementApi) -> None:
    someone = ObjectId()
    connect(someone)
    clock.shift(connections.LIFETIME.total_seconds() + 1)

    realtime.push(someone, "notification.created", {})

    assert not clients.posted


def test_an_endpoint_that_hangs_holds_nobody_up_for_long(clients: ManagementApi) -> None:
    someone = ObjectId()
    for _ in range(connections.MOST_PER_PERSON):
        connect(someone)
    clients.let_go.clear()
    before = time.monotonic()

    realtime.push(someone, "notification.created", {})

    assert time.monotonic() - before < 5


def test_an_endpoint_that_is_away_is_survived(ground: Stack) -> None:
    someone = ObjectId()
    connection = connect(someone)

    realtime.push(someone, "notification.created", {})
    realtime.reply(connection, "pong", {})
    realtime.hang_up(connection)

    assert connections.find(connection) is None


def test_a_table_that_is_away_is_survived(ground: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{free_port()}")
    table.dynamodb.cache_clear()
    try:
        realtime.push(ObjectId(), "notification.created", {})
        realtime.hang_up("unknown")
    finally:
        table.dynamodb.cache_clear()


def test_data_that_is_no_json_is_survived(clients: ManagementApi) -> None:
    someone = ObjectId()
    connect(someone)

    realtime.push(someone, "notification.created", {"bad": object()})

    assert not clients.posted
