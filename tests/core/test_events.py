import threading

import pytest
from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from infra.local.stack import Stack
from lms import events, mongo


@pytest.fixture(autouse=True)
def _empty_log(ground: Stack):
    events.events().delete_many({})
    events.counters().delete_many({})


def record(count: int = 1, type: str = "thing.happened") -> None:
    def write(tx: mongo.Transaction) -> None:
        for _ in range(count):
            events.record(tx, type, actor=None, subject=ObjectId())
        tx.follow_ups.clear()  # no nudge: these tests call the relay themselves

    mongo.transaction(write)


def sequence() -> list[int]:
    return [row["seq"] for row in events.events().find({"seq": {"$exists": True}}).sort("seq")]


def test_the_relay_numbers_events_from_one_without_gaps():
    record(3)
    assert events.relay() == 3
    record(2)
    assert events.relay() == 2
    assert events.relay() == 0
    assert sequence() == [1, 2, 3, 4, 5]
    assert events.events().count_documents({"pending": True}) == 0


def test_an_event_of_a_rolled_back_transaction_never_was():
    def write(tx: mongo.Transaction) -> None:
        events.record(tx, "thing.happened", actor=None, subject=ObjectId())
        raise DuplicateKeyError("refused")

    with pytest.raises(DuplicateKeyError):
        mongo.transaction(write)
    assert events.relay() == 0


def test_a_transaction_that_commits_late_gets_a_later_number_although_its_id_is_earlier():
    with mongo.client().start_session() as session:
        session.start_transaction()
        late = mongo.Transaction(session)
        events.record(late, "thing.late", actor=None, subject=ObjectId())
        record(2)
        assert events.relay() == 2
        session.commit_transaction()
    assert events.relay() == 1
    rows = list(events.events().find().sort("seq"))
    assert [row["type"] for row in rows] == ["thing.happened", "thing.happened", "thing.late"]
    assert rows[2]["_id"] < rows[0]["_id"]


def test_relays_that_run_at_once_number_each_event_once():
    record(400)

    def drain() -> None:
        while events.relay(limit=25):
            pass

    relays = [threading.Thread(target=drain) for _ in range(8)]
    for relay in relays:
        relay.start()
    for relay in relays:
        relay.join()
    assert sequence() == list(range(1, 401))


def test_what_was_committed_is_nudged_once_and_survives_a_queue_that_is_away(ground: Stack):
    nudges: list[str] = []

    def write(tx: mongo.Transaction) -> None:
        events.record(tx, "a.b", actor=None, subject=ObjectId())
        events.record(tx, "a.c", actor=None, subject=ObjectId())
        assert tx.follow_ups == [events.nudge]
        tx.follow_ups = [lambda: nudges.append("sent"), lambda: 1 / 0]

    mongo.transaction(write)
    assert nudges == ["sent"]
    assert events.relay() == 2
