"""The circuit that all workers share through DynamoDB."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from lms.ai.failures import ProviderUnavailable
from tests.core.ai.gemini.desk import Desk, request


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class Circuit:
    """The table, with Powertools' default attribute names, and a model that no other test shares counters with."""

    def __init__(self, endpoint: str) -> None:
        self.table = f"circuits-{uuid4().hex}"
        self.model = f"gemini-{uuid4().hex}"
        self._dynamodb: Any = boto3.resource("dynamodb", endpoint_url=endpoint)
        self._rows = self._dynamodb.create_table(
            TableName=self.table,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    @property
    def state(self) -> str | None:
        row = self._rows.get_item(Key={"id": f"gemini/{self.model}"}).get("Item")
        return row["state"] if row else None

    def open_since(self, seconds_ago: int) -> None:
        """As another worker has left it."""
        row = {"state": "OPEN", "failure_count": 5, "opened_at": int(time.time()) - seconds_ago}
        self._rows.put_item(Item={"id": f"gemini/{self.model}", **row})


@pytest.fixture
def circuit(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Circuit:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return Circuit(endpoint)


def test_it_opens_after_five_outages_in_a_row_and_then_nothing_is_asked(desk: Desk, circuit: Circuit):
    gemini = desk.gemini(model=circuit.model, circuit_table=circuit.table)
    desk.server.fail("unavailable", count=None)
    with pytest.raises(ProviderUnavailable, match="unavailable"):
        gemini.outline(request(), [])
    assert (len(desk.server.calls), circuit.state) == (5, "OPEN")
    with pytest.raises(ProviderUnavailable, match="left alone") as failure:
        gemini.outline(request(), [])
    assert len(desk.server.calls) == 5
    assert failure.value.retry_after is not None and 0 < failure.value.retry_after <= 30


def test_it_is_open_for_workers_that_saw_no_failure(desk: Desk, circuit: Circuit):
    circuit.open_since(seconds_ago=10)
    with pytest.raises(ProviderUnavailable) as failure:
        desk.gemini(model=circuit.model, circuit_table=circuit.table).outline(request(), [])
    assert desk.server.calls == []
    assert failure.value.retry_after is not None and 15 <= failure.value.retry_after <= 20


def test_after_the_recovery_time_one_good_answer_closes_it(desk: Desk, circuit: Circuit):
    circuit.open_since(seconds_ago=31)
    desk.gemini(model=circuit.model, circuit_table=circuit.table).outline(request(), [])
    assert circuit.state == "CLOSED"


def test_after_the_recovery_time_one_bad_answer_keeps_it_open(desk: Desk, circuit: Circuit):
    circuit.open_since(seconds_ago=31)
    desk.server.fail("internal_error", count=None)
    with pytest.raises(ProviderUnavailable):
        desk.gemini(model=circuit.model, circuit_table=circuit.table).outline(request(), [])
    assert (len(desk.server.calls), circuit.state) == (1, "OPEN")


@pytest.mark.parametrize("kind", ["rate_limited", "malformed_json"])
def test_an_answering_gemini_does_not_open_it(desk: Desk, circuit: Circuit, kind: str):
    desk.server.fail(kind, count=None)
    gemini = desk.gemini(model=circuit.model, circuit_table=circuit.table)
    for _ in range(2):
        with pytest.raises(Exception, match="Gemini"):
            gemini.outline(request(), [])
    assert len(desk.server.calls) >= 6
    assert circuit.state is None


def test_a_table_that_is_away_stops_no_call(desk: Desk, circuit: Circuit, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")
    desk.gemini(model=circuit.model, circuit_table=circuit.table).outline(request(), [])
    assert len(desk.server.calls) == 1
