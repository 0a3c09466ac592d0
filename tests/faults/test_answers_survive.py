"""What was acknowledged while mongod is killed and started again stands: once in the log, and in force by the rule.

Learners work in two tabs each. Some answers are lost on their way, besides those that never come. A tab without an
answer sends the same again, as a client does; now and then a person closes it instead, so that nobody ever knows
what became of its last save. ACKNOWLEDGED_SAVES and MONGOD_KILLS set the length.
"""

import itertools
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pymongo
import pytest
from bson import ObjectId
from pymongo.database import Database

from infra.local.stack import Stack
from lms.attempts.answers import Save, Standing, digest, merged
from tests.conftest import FAST, http_api
from tests.following import eventually
from tests.killed_mongod import (
    AWAY_SECONDS,
    CLOSES_TAB,
    LOSES_ANSWER,
    PATIENCE_SECONDS,
    PAUSE_SECONDS,
    Tally,
    all_at_once,
    answered,
    ended,
    kill_along,
    kill_and_restart,
)
from tests.people import Person
from tests.taught import Taught, asked, taught

SAVES = int(os.environ.get("ACKNOWLEDGED_SAVES", "300"))
KILLS = int(os.environ.get("MONGOD_KILLS", "1"))
LEARNERS, TABS = 6, 2
NOW = datetime(2030, 1, 1, tzinfo=UTC)
ITEMS = "123456"
QUESTION = {"prompt": "Which?", "content": {"kind": "short_text", "answers": [{"text": "right*"}]}}


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("fragile"), environ={}, environment=FAST) as running:
        yield running


@pytest.fixture(scope="module")
def course(fragile: Stack) -> Taught:
    api = http_api(fragile)
    return taught(api, api.person("instructor"), [QUESTION] * len(ITEMS))


@pytest.fixture
def database(fragile: Stack) -> Iterator[Database[dict[str, Any]]]:
    with pymongo.MongoClient[dict[str, Any]](fragile.database_uri) as client:
        yield client[fragile.database_name]


@dataclass
class Sent:
    """A save, with what became of it as far as its client knows."""

    client_id: str
    seq: int
    answers: dict[str, str]
    tries: int = 0
    receipt: dict[str, Any] | None = None
    refused: str = ""

    @property
    def key(self) -> tuple[str, int]:
        return self.client_id, self.seq

    @property
    def body(self) -> dict[str, Any]:
        return {"client_id": self.client_id, "seq": self.seq, "answers": self.answers}


@dataclass
class Sitting:
    learner: Person
    attempt_id: str
    sent: list[Sent] = field(default_factory=list)

    def of(self, kind: Callable[[Sent], bool]) -> dict[tuple[str, int], Sent]:
        return {each.key: each for each in self.sent if kind(each)}


def begun(course: Taught, count: int) -> list[Sitting]:
    learners = [course.learner() for _ in range(count)]
    return [Sitting(each, asked(each, "POST", f"{course.quiz}/attempts", {}, 201)["id"]) for each in learners]


def tab(sitting: Sitting, chance: random.Random, tally: Tally, goes_on: Callable[[], bool]) -> None:
    """Saves until told to stop, or until the attempt is closed."""
    numbers = itertools.count(1)
    client, seq = f"{chance.getrandbits(40):x}", 0
    while goes_on():
        seq += 1
        value = chance.choice(["right", "wrong"])
        items = chance.sample(ITEMS, chance.randint(1, 3))
        save = Sent(client, seq, {item: f"{value} {client} {next(numbers)}" for item in items})
        sitting.sent.append(save)
        if not delivered(sitting, save, chance):
            tally.add("closed tabs")
            client, seq = f"{chance.getrandbits(40):x}", 0
        elif save.refused:
            return
        else:
            tally.add("acknowledged")


def delivered(sitting: Sitting, save: Sent, chance: random.Random) -> bool:
    """Whether there was an answer before the person closed the tab."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        save.tries += 1
        answer = answered(lambda: sitting.learner.put(f"/attempts/{sitting.attempt_id}/answers", save.body))
        if answer and answer.status == 200 and chance.random() < LOSES_ANSWER:
            answer = None
        if answer and answer.status == 200:
            save.receipt = answer.json
            return True
        if answer and answer.status == 409:
            save.refused = answer.json["code"]
            return True
        assert answer is None or (answer.status, answer.json["code"]) == (503, "UNAVAILABLE"), answer.text
        if chance.random() < CLOSES_TAB:
            return False
        time.sleep(PAUSE_SECONDS)
    raise AssertionError("no answer came")


def log_of(database: Database[dict[str, Any]], sitting: Sitting) -> list[dict[str, Any]]:
    found = database.answers.find({"attempt_id": ObjectId(sitting.attempt_id)})
    return list(found.sort([("arrival", 1), ("_id", 1)]))


def check_log(sitting: Sitting, log: list[dict[str, Any]]) -> None:
    """Each acknowledged save is there once, as it was sent; of the others none twice, and no refused one."""
    rows = Counter((row["client_id"], row["seq"]) for row in log)
    acknowledged = sitting.of(lambda each: each.receipt is not None)
    unknown = sitting.of(lambda each: each.receipt is None and not each.refused)
    assert not acknowledged.keys() - rows.keys(), "lost"
    assert not [key for key, count in rows.items() if count > 1], "doubled"
    assert not rows.keys() - acknowledged.keys() - unknown.keys(), "never sent, or refused"
    sent = acknowledged | unknown
    assert all(row["answers"] == sent[row["client_id"], row["seq"]].answers for row in log)


def check_state(sitting: Sitting, log: list[dict[str, Any]]) -> Standing:
    """What the learner reads is what the rule makes of the log, and each receipt told of such a state."""
    standing, hashes = Standing({}, {}), []
    for row in log:
        standing = merged(standing, Save(row["client_id"], row["seq"], row["answers"]), NOW)
        hashes.append(digest(standing))
    seen = asked(sitting.learner, "GET", f"/attempts/{sitting.attempt_id}")
    assert seen["hash"] == digest(standing)
    assert seen["clients"] == {client: max(said.values()) for client, said in standing.said.items()}
    for item in seen["items"]:
        given, expected = item["answer"], standing.in_force.get(item["id"])
        assert (given is None) == (expected is None)
        if given and expected:
            assert all(given[name] == expected[name] for name in ("value", "client_id", "seq"))
    places = {(row["client_id"], row["seq"]): place for place, row in enumerate(log)}
    for save in sitting.sent:
        if save.receipt:
            assert save.receipt["hash"] in hashes[places[save.key] :], "a receipt for a state that never was"
            assert save.receipt["last_seq"] == save.seq
    return standing


def check_named(sitting: Sitting, log: list[dict[str, Any]], standing: Standing) -> None:
    """What another tab put out of force, a receipt has named; but for receipts that came to nobody at once."""
    named = {
        (row["item_id"], row["client_id"], row["seq"])
        for save in sitting.sent
        for row in (save.receipt or {"superseded": []})["superseded"]
    }
    at_once = {each.key for each in sitting.sent if each.receipt and each.tries == 1}
    last: dict[str, dict[str, Any]] = {}
    for row in log:
        for item in row["answers"]:
            before = last.get(item)
            if before and before["client_id"] != row["client_id"] and (row["client_id"], row["seq"]) in at_once:
                assert (item, before["client_id"], before["seq"]) in named, "put out of force unseen"
            last[item] = row
    assert {item: row["seq"] for item, row in last.items()} == {
        item: entry["seq"] for item, entry in standing.in_force.items()
    }


def test_no_acknowledged_save_is_lost(
    fragile: Stack, course: Taught, database: Database[dict[str, Any]], capsys: pytest.CaptureFixture[str]
):
    sittings = begun(course, LEARNERS)
    tally = Tally()

    def tab_of(sitting: Sitting, number: int) -> Callable[[], None]:
        return lambda: tab(sitting, random.Random(number), tally, lambda: tally["acknowledged"] < SAVES)

    tabs = [tab_of(sitting, number) for number, sitting in enumerate(sittings * TABS)]
    threads, failures = all_at_once(tabs)
    kill_along(fragile, tally, SAVES, KILLS)
    ended(threads, failures)

    stands = retried = unknown = 0
    for sitting in sittings:
        log = log_of(database, sitting)
        check_log(sitting, log)
        check_named(sitting, log, check_state(sitting, log))
        lost_track = sitting.of(lambda each: each.receipt is None)
        stands += sum((row["client_id"], row["seq"]) in lost_track for row in log)
        unknown += len(lost_track)
        retried += len(sitting.of(lambda each: each.receipt is not None and each.tries > 1))
    assert tally["acknowledged"] >= SAVES
    assert unknown == tally["closed tabs"]
    with capsys.disabled():
        print(
            f"\n{tally['acknowledged']} saves acknowledged over {KILLS} kills, {retried} of them after being sent "
            f"again; of {unknown} without an answer {stands} stand"
        )


def test_each_attempt_has_one_result(fragile: Stack, course: Taught, database: Database[dict[str, Any]]):
    sittings = begun(course, LEARNERS)
    tally = Tally()
    handed_in = threading.Event()
    scores: dict[str, list[dict[str, Any]]] = {sitting.attempt_id: [] for sitting in sittings}

    def save_on(sitting: Sitting, number: int) -> Callable[[], None]:
        return lambda: tab(sitting, random.Random(number), tally, lambda: not handed_in.is_set())

    def submit(sitting: Sitting) -> Callable[[], None]:
        def until_answered() -> None:
            tally.wait_for("acknowledged", 4 * LEARNERS)
            tally.add("submits")
            path = f"/attempts/{sitting.attempt_id}/submit"
            answer = eventually(
                lambda: (got := answered(lambda: sitting.learner.post(path))) and got.status == 200 and got,
                seconds=PATIENCE_SECONDS,
            )
            scores[sitting.attempt_id].append(answer.json["score"])

        return until_answered

    tabs = [save_on(sitting, number) for number, sitting in enumerate(sittings)]
    threads, failures = all_at_once(tabs + [submit(sitting) for sitting in sittings] * 2)
    tally.wait_for("submits", 2)
    kill_and_restart(fragile, AWAY_SECONDS[0])
    for each in threads[len(tabs) :]:
        each.join()
    handed_in.set()
    ended(threads, failures)

    for sitting in sittings:
        log = log_of(database, sitting)
        check_log(sitting, log)
        standing = check_state(sitting, log)
        first, second = scores[sitting.attempt_id]
        assert first == second
        check_result(course, database, sitting, standing, first)


def check_result(
    course: Taught,
    database: Database[dict[str, Any]],
    sitting: Sitting,
    standing: Standing,
    score: dict[str, Any],
) -> None:
    """One result, of the answers in force; the learner's score, events and progress agree with it."""
    right = sum(entry["value"].startswith("right") for entry in standing.in_force.values())
    percent = round(100 * right / len(ITEMS), 6)
    passed = percent >= 50
    assert (score["raw"], score["percent"], score["passed"]) == (right, percent, passed)
    attempt, learner = ObjectId(sitting.attempt_id), ObjectId(sitting.learner.id)
    assert database.attempts.count_documents({"user_id": learner}) == 1
    [kept] = database.quiz_results.find({"user_id": learner})
    assert (kept["percent"], kept["passed"], kept["graded_attempts"]) == (percent, passed, 1)
    events = Counter(event["type"] for event in database.events.find({"subject_id": attempt}))
    assert events == {"attempt.started": 1, "attempt.submitted": 1}
    progress = asked(sitting.learner, "GET", f"{course.path}/progress")
    assert (progress["percent"], progress["completed_count"]) == ((50, 1) if passed else (0, 0))
    completed = {"type": "lesson.completed", "actor_id": learner}
    assert database.events.count_documents(completed) == passed
