"""Tickets, connections and what is said over them, in-process: API Gateway's events into the real handlers."""

import base64
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jsonschema
import pytest
from bson import ObjectId

from infra.local.process import free_port
from infra.local.stack import Stack
from lms import clock
from lms.gateway import asyncapi
from lms.notifications import connections, table
from tests.conftest import LambdaContext
from tests.management_api import ManagementApi, serve
from tests.people import Api, Person

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@pytest.fixture
def clients(ground: Stack) -> Iterator[ManagementApi]:
    with serve(ground.ws_port) as api:
        yield api


@pytest.fixture
def moved_clock() -> Iterator[Callable[[float], None]]:
    yield clock.shift
    clock.shift(0)


def event(connection_id: str, **more: Any) -> dict[str, Any]:
    return {"requestContext": {"connectionId": connection_id}, "isBase64Encoded": False, **more}


def ticket_of(person: Person) -> str:
    answer = person.post("/notifications/ticket")
    assert answer.status == 201, answer.text
    ticket: str = answer.json["ticket"]
    return ticket


def connect(ticket: str | None) -> tuple[int, str]:
    """(status, connection id)"""
    from notifications.connect import lambda_handler

    connection_id = uuid4().hex
    query = {} if ticket is None else {"queryStringParameters": {"ticket": ticket}}
    return lambda_handler(event(connection_id, **query), LambdaContext())["statusCode"], connection_id


def connected(person: Person) -> str:
    status, connection_id = connect(ticket_of(person))
    assert status == 200
    return connection_id


def disconnect(connection_id: str) -> None:
    from notifications.disconnect import lambda_handler

    lambda_handler(event(connection_id), LambdaContext())


def say(clients: ManagementApi, connection_id: str, message: Any) -> dict[str, Any]:
    """The one answer; it keeps to the contract."""
    from notifications.message import lambda_handler

    before = len(clients.posted[connection_id])
    if isinstance(message, bytes):
        sent = event(connection_id, body=base64.b64encode(message).decode()) | {"isBase64Encoded": True}
    else:
        sent = event(connection_id, body=message if isinstance(message, str) else json.dumps(message))
    assert lambda_handler(sent, LambdaContext())["statusCode"] == 200
    [answer] = clients.posted[connection_id][before:]
    require_contract(answer)
    return answer


def require_contract(message: dict[str, Any]) -> None:
    document = asyncapi.document()
    declared = {each["name"]: each["payload"] for each in document["components"]["messages"].values()}
    jsonschema.validate(message, {**declared[message["type"]], "components": document["components"]})


def generating(person: Person) -> str:
    answer = person.post(
        "/ai/generate-course",
        {"topic": "Machine Learning", "audience": "all", "difficulty": "beginner", "lesson_count": 3},
    )
    assert answer.status == 202, answer.text
    job_id: str = answer.json["job_id"]
    return job_id


def followers(topic: str) -> list[str]:
    return [row["sk"] for row in table.partition(connections.of_topic(topic))]


def test_a_ticket_tells_where_to_connect_and_for_how_long(api: Api, ground: Stack) -> None:
    answer = api.person().post("/notifications/ticket", headers={"Idempotency-Key": "k"})

    assert answer.status == 201
    assert set(answer.json) == {"ticket", "expires_in", "url"} and answer.json["expires_in"] == 60
    url = urlsplit(answer.json["url"])
    assert f"{url.scheme}://{url.netloc}" == ground.ws_url
    assert parse_qs(url.query) == {"ticket": [answer.json["ticket"]]}
    assert answer.headers["cache-control"] == "no-store"


def test_a_ticket_is_a_secret_that_no_idempotency_key_replays(api: Api) -> None:
    person = api.person()
    first, second = (person.post("/notifications/ticket", headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json["ticket"] != second.json["ticket"]


def test_a_ticket_needs_a_caller(api: Api) -> None:
    assert api.anonymous.post("/notifications/ticket").status == 401


def test_who_asks_for_tickets_without_end_is_told_to_wait(api: Api) -> None:
    person = api.person()
    first = person.post("/notifications/ticket")
    assert first.status == 201
    # The slower this machine is, the more come in again meanwhile.
    answers = (person.post("/notifications/ticket") for _ in range(600))
    refused = next(answer for answer in answers if answer.status == 429)
    assert int(refused.headers["retry-after"]) >= 1


def test_a_ticket_opens_one_connection(api: Api) -> None:
    ticket = ticket_of(api.person())
    assert connect(ticket)[0] == 200
    assert connect(ticket)[0] == 401


def test_of_many_who_bring_one_ticket_at_once_one_gets_in(api: Api) -> None:
    ticket = ticket_of(api.person())
    with ThreadPoolExecutor(8) as pool:
        statuses = [status for status, _ in pool.map(lambda _: connect(ticket), range(8))]
    assert sorted(statuses) == [200] + [401] * 7


@pytest.mark.parametrize("ticket", [None, "", "unknown", "ü\x00\udc80", "x" * 10_000])
def test_without_a_ticket_there_is_no_connection(api: Api, ticket: str | None) -> None:
    status, connection_id = connect(ticket)
    assert status == 401 and connections.find(connection_id) is None


def test_a_ticket_ends_after_sixty_seconds(api: Api, moved_clock: Callable[[float], None]) -> None:
    early, late = ticket_of(api.person()), ticket_of(api.person())
    moved_clock(57)
    assert connect(early)[0] == 200
    moved_clock(61)
    assert connect(late)[0] == 401


def test_an_eleventh_connection_ends_the_oldest(
    api: Api, clients: ManagementApi, moved_clock: Callable[[float], None]
) -> None:
    person = api.person()
    opened = []
    for second in range(connections.MOST_PER_PERSON + 1):
        moved_clock(second)
        opened.append(connected(person))

    assert clients.closed == opened[:1]
    assert connections.find(opened[0]) is None
    open_now = {row["sk"] for row in table.partition(connections.of_person(person.id))}
    assert open_now == set(opened[1:])


def test_a_connection_that_ends_leaves_no_row(api: Api, clients: ManagementApi) -> None:
    person = api.person()
    connection_id = connected(person)
    topic = f"job:{generating(person)}"
    assert say(clients, connection_id, {"action": "subscribe", "topic": topic})["type"] == "job.progress"
    assert followers(topic) == [connection_id]

    disconnect(connection_id)
    disconnect(connection_id)

    assert followers(topic) == []
    assert list(table.partition(connections.of_person(person.id))) == []
    assert connections.find(connection_id) is None


def test_a_ping_is_answered(api: Api, clients: ManagementApi) -> None:
    answer = say(clients, connected(api.person()), {"action": "ping"})
    assert (answer["type"], answer["data"], answer["cursor"]) == ("pong", {}, None)


def test_following_ones_own_job_shows_it_at_once(api: Api, clients: ManagementApi) -> None:
    person = api.person()
    job_id = generating(person)

    answer = say(clients, connected(person), {"action": "subscribe", "topic": f"job:{job_id}", "since": "1"})

    assert answer["type"] == "job.progress"
    assert answer["data"] == person.get(f"/jobs/{job_id}").json
    assert answer["cursor"] == "1"


def test_a_follower_hears_of_changes_until_unsubscribing(api: Api, clients: ManagementApi) -> None:
    owner, admin = api.person(), api.person("admin")
    job_id, connection_id = generating(owner), connected(admin)
    topic = f"job:{job_id}"
    say(clients, connection_id, {"action": "subscribe", "topic": topic})

    assert owner.post(f"/jobs/{job_id}/cancel").status == 200

    told = clients.posted[connection_id][-1]
    require_contract(told)
    assert (told["type"], told["data"]["status"]) == ("job.finished", "cancelled")
    assert int(told["cursor"]) > 1

    answer = say(clients, connection_id, {"action": "unsubscribe", "topic": topic})
    assert (answer["type"], answer["data"]) == ("unsubscribed", {"topic": topic})
    count = len(clients.posted[connection_id])
    assert owner.post(f"/jobs/{job_id}/retry").status == 200
    assert len(clients.posted[connection_id]) == count


def test_who_follows_a_job_that_has_ended_hears_how(api: Api, clients: ManagementApi) -> None:
    person = api.person()
    job_id = generating(person)
    person.post(f"/jobs/{job_id}/cancel")

    answer = say(clients, connected(person), {"action": "subscribe", "topic": f"job:{job_id}"})

    assert (answer["type"], answer["data"]["status"]) == ("job.finished", "cancelled")


def test_a_job_of_somebody_else_is_not_to_be_known(api: Api, clients: ManagementApi) -> None:
    topic = f"job:{generating(api.person())}"
    connection_id = connected(api.person())

    answer = say(clients, connection_id, {"action": "subscribe", "topic": topic})

    assert (answer["type"], answer["data"]["code"]) == ("error", "NOT_FOUND")
    assert followers(topic) == []
    unknown = say(clients, connection_id, {"action": "subscribe", "topic": f"job:{ObjectId()}"})
    assert unknown["data"] == answer["data"]


def test_a_course_is_followed_by_who_may_read_it(api: Api, clients: ManagementApi) -> None:
    owner, other = api.person(), api.person()
    course = owner.post("/courses", {"title": "Draft", "audience": "all", "difficulty": "beginner"})
    topic = f"course:{course.json['id']}"

    answer = say(clients, connected(owner), {"action": "subscribe", "topic": topic})
    refused = say(clients, connected(other), {"action": "subscribe", "topic": topic})

    assert (answer["type"], answer["data"]) == ("subscribed", {"topic": topic})
    assert refused["data"]["code"] == "NOT_FOUND"


def test_a_connection_follows_fifty_topics(api: Api, clients: ManagementApi) -> None:
    person = api.person()
    connection_id = connected(person)
    connection = connections.find(connection_id)
    assert connection
    topics = [f"course:{ObjectId()}" for _ in range(connections.MOST_TOPICS)]
    for topic in topics:
        connections.follow(connection, topic)
    job_topic = f"job:{generating(person)}"

    refused = say(clients, connection_id, {"action": "subscribe", "topic": job_topic})
    assert refused["data"]["code"] == "TOO_MANY_TOPICS"
    assert followers(job_topic) == []

    connections.follow(connection, topics[0])
    say(clients, connection_id, {"action": "unsubscribe", "topic": topics[0]})
    assert say(clients, connection_id, {"action": "subscribe", "topic": job_topic})["type"] == "job.progress"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("", "MALFORMED_MESSAGE"),
        ("{", "MALFORMED_MESSAGE"),
        ("[" * 100_000, "MALFORMED_MESSAGE"),
        ('{"action":"ping","n":' + "9" * 5_000 + "}", "MALFORMED_MESSAGE"),
        ('{"action":"\\ud800"}', "MALFORMED_MESSAGE"),
        ("\udc80", "MALFORMED_MESSAGE"),
        (b"\xff\xfe", "MALFORMED_MESSAGE"),
        ([], "INVALID"),
        ([{"action": "ping"}], "INVALID"),
        (None, "INVALID"),
        ("1", "INVALID"),
        ({}, "UNKNOWN_ACTION"),
        ({"action": None}, "UNKNOWN_ACTION"),
        ({"action": {"$gt": ""}}, "UNKNOWN_ACTION"),
        ({"action": "dance"}, "UNKNOWN_ACTION"),
        ({"action": "ping", "extra": 1}, "INVALID"),
        ({"action": "subscribe"}, "INVALID"),
        ({"action": "subscribe", "topic": 1}, "INVALID"),
        ({"action": "subscribe", "topic": "job:"}, "INVALID"),
        ({"action": "subscribe", "topic": "user:" + "0" * 24}, "INVALID"),
        ({"action": "subscribe", "topic": "job:" + "0" * 24 + "\n"}, "INVALID"),
        ({"action": "subscribe", "topic": "job:" + "0" * 23 + "\x00"}, "INVALID"),
        ({"action": "subscribe", "topic": "job:" + "0" * 24}, "NOT_FOUND"),
        ({"action": "subscribe", "topic": "course:" + "0" * 24}, "NOT_FOUND"),
        ({"action": "ping", "pad": "x" * 131_072}, "TOO_LARGE"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_done_is_refused_over_the_connection(
    api: Api, clients: ManagementApi, message: Any, code: str
) -> None:
    connection_id = connected(api.person())
    answer = say(clients, connection_id, message)
    assert (answer["type"], answer["data"]["code"]) == ("error", code)
    assert set(clients.posted) == {connection_id}
    assert say(clients, connection_id, {"action": "ping"})["type"] == "pong"


def test_an_unknown_connection_is_told_to_connect_again(api: Api, clients: ManagementApi) -> None:
    answer = say(clients, "unknown", {"action": "subscribe", "topic": "job:" + "0" * 24})
    assert answer["data"]["code"] == "CONNECTION_UNKNOWN"


def test_a_table_that_is_away_is_an_answer_not_an_exception(
    api: Api, clients: ManagementApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = api.person()
    connection_id = connected(person)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{free_port()}")
    table.dynamodb.cache_clear()
    try:
        answer = say(clients, connection_id, {"action": "subscribe", "topic": "job:" + "0" * 24})
        assert answer["data"]["code"] == "UNAVAILABLE"
        assert person.post("/notifications/ticket").status == 503
    finally:
        monkeypatch.undo()
        table.dynamodb.cache_clear()
