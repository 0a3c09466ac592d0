"""What was handed in while mongod is killed and started again stands: once, as it was sent, by its receipt.

Some learners hand in alone and send the same again when no answer comes; others do so in pairs, both at once, with
an Idempotency-Key. Some answers are lost on their way, besides those that never come. Now and then a person gives
up instead, so that nobody ever knows what became of that submission. ACKNOWLEDGED_SUBMISSIONS and MONGOD_KILLS set
the length.
"""

import itertools
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pymongo
import pytest
from bson import ObjectId
from pymongo.database import Database

from infra.local.stack import Stack
from tests.conftest import FAST, http_api
from tests.killed_mongod import (
    CLOSES_TAB,
    LOSES_ANSWER,
    PATIENCE_SECONDS,
    PAUSE_SECONDS,
    Tally,
    all_at_once,
    answered,
    ended,
    kill_along,
)
from tests.people import Person
from tests.taught import Taught, asked, assignment, taught

SUBMISSIONS = int(os.environ.get("ACKNOWLEDGED_SUBMISSIONS", "150"))
KILLS = int(os.environ.get("MONGOD_KILLS", "1"))
AT_ONCE = 12
"""How many tabs send at a time, each for one learner after the other."""
LEARNERS = max(AT_ONCE, SUBMISSIONS // 100)
QUESTION = {"prompt": "Are leaves green?", "content": {"kind": "true_false", "answer": True}}


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    long = {**FAST, "ACCESS_TOKEN_MINUTES": "60"}
    with Stack(tmp_path_factory.mktemp("fragile"), environ={}, environment=long) as running:
        yield running


@pytest.fixture(scope="module")
def course(fragile: Stack) -> Taught:
    api = http_api(fragile)
    return taught(api, api.person("instructor"), [QUESTION])


@pytest.fixture
def database(fragile: Stack) -> Iterator[Database[dict[str, Any]]]:
    with pymongo.MongoClient[dict[str, Any]](fragile.database_uri) as client:
        yield client[fragile.database_name]


@dataclass
class HandIn:
    """What somebody sent, with what became of it as far as they know."""

    text: str
    key: str | None
    tries: int = 0
    receipt: dict[str, Any] | None = None
    refused: bool = False


@dataclass
class Writer:
    """A learner at an assignment; ``paired`` with another one, whose submissions are this one's too."""

    learner: Person
    path: str
    paired: bool
    sent: list[HandIn] = field(default_factory=list)


def writers(course: Taught) -> list[Writer]:
    """Members of a pair follow each other, so that two tabs come to them at the same time."""
    learners = [course.learner() for _ in range(LEARNERS)]
    pairs = list(zip(learners[: LEARNERS // 2 : 2], learners[1 : LEARNERS // 2 : 2], strict=False))
    groups = [{"name": f"{n}", "member_ids": [each.id for each in pair]} for n, pair in enumerate(pairs)]
    body = {"sets": [{"name": "Pairs", "groups": groups}]}
    group_set = asked(course.teacher, "PUT", f"{course.path}/groups", body)["sets"][0]["id"]
    together, alone = assignment(course, group_set_id=group_set), assignment(course)
    paired = [Writer(each, together, True) for pair in pairs for each in pair]
    return paired + [Writer(each, alone, False) for each in learners[len(paired) :]]


def tab(those: list[Writer], chance: random.Random, tally: Tally) -> None:
    """Hands in for one after the other, until there are enough."""
    for writer in itertools.cycle(those):
        if tally["acknowledged"] >= SUBMISSIONS:
            return
        text = f"Leaves {chance.getrandbits(64):x}"
        hand_in = HandIn(text, f"key-{text}" if writer.paired else None)
        writer.sent.append(hand_in)
        if not delivered(writer, hand_in, chance):
            tally.add("given up")
        elif not hand_in.refused:
            tally.add("acknowledged")


def delivered(writer: Writer, hand_in: HandIn, chance: random.Random) -> bool:
    """Whether there was an answer before the person gave up."""
    headers = {"Idempotency-Key": hand_in.key} if hand_in.key else {}
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        hand_in.tries += 1
        answer = answered(
            lambda: writer.learner.post(f"{writer.path}/submissions", {"text": hand_in.text}, headers=headers)
        )
        if answer and answer.status in (200, 201) and chance.random() < LOSES_ANSWER:
            answer = None
        if answer and answer.status in (200, 201):
            hand_in.receipt = answer.json
            return True
        if answer and answer.status == 409:
            assert writer.paired and answer.json["code"] == "SUBMITTED_MEANWHILE", answer.text
            hand_in.refused = True
            return True
        assert answer is None or (answer.status, answer.json["code"]) == (503, "UNAVAILABLE"), answer.text
        if chance.random() < CLOSES_TAB:
            return False
        time.sleep(PAUSE_SECONDS)
    raise AssertionError("no answer came")


def check_kept(database: Database[dict[str, Any]], everybody: list[Writer]) -> int:
    """Each that was acknowledged is there once, as its receipt says; of the others none twice, and none that was
    refused. Returns how many stand of those whose sender never knew."""
    kept = {row["text"]: row for row in database.submissions.find()}
    assert len(kept) == database.submissions.count_documents({}), "doubled"
    stands = 0
    for writer in everybody:
        for hand_in in writer.sent:
            row = kept.pop(hand_in.text, None)
            if hand_in.receipt is None:
                assert not (hand_in.refused and row), "refused, and kept all the same"
                stands += row is not None
                continue
            assert row, "lost"
            receipt = hand_in.receipt
            assert (receipt["id"], receipt["text"]) == (str(row["_id"]), hand_in.text)
            assert (receipt["hash"], receipt["attempt"]) == (row["hash"], row["attempt"])
            assert row["user_id"] == ObjectId(writer.learner.id)
    assert not kept, "never sent"
    return stands


def check_numbered(database: Database[dict[str, Any]]) -> None:
    """The attempts of each holder are counted without a gap."""
    rows = database.submissions.find().sort([("holder_id", 1), ("attempt", 1)])
    for _, theirs in itertools.groupby(rows, key=lambda row: (row["assignment_id"], row["holder_id"])):
        found = [row["attempt"] for row in theirs]
        assert found == list(range(1, len(found) + 1))


def check_told(database: Database[dict[str, Any]]) -> None:
    """The log of events tells of each once."""
    told = Counter(row["subject_id"] for row in database.events.find({"type": "submission.made"}))
    assert told == Counter(row["_id"] for row in database.submissions.find({}, {"_id": 1}))


def check_shown(everybody: list[Writer]) -> None:
    """The learner reads back what the receipt says."""
    for writer in everybody[:: max(1, len(everybody) // 20)]:
        for hand_in in writer.sent[-2:]:
            if hand_in.receipt:
                assert asked(writer.learner, "GET", f"/submissions/{hand_in.receipt['id']}") == hand_in.receipt


@pytest.mark.timeout(300 + SUBMISSIONS // 10)
def test_no_acknowledged_submission_is_lost_or_doubled(
    fragile: Stack, course: Taught, database: Database[dict[str, Any]], capsys: pytest.CaptureFixture[str]
):
    everybody = writers(course)
    tally = Tally()

    def work(number: int) -> Callable[[], None]:
        return lambda: tab(everybody[number::AT_ONCE], random.Random(number), tally)

    threads, failures = all_at_once([work(number) for number in range(AT_ONCE)])
    kill_along(fragile, tally, SUBMISSIONS, KILLS)
    ended(threads, failures)

    stands = check_kept(database, everybody)
    check_numbered(database)
    check_told(database)
    check_shown(everybody)
    retried = sum(each.tries > 1 and each.receipt is not None for one in everybody for each in one.sent)
    assert tally["acknowledged"] >= SUBMISSIONS
    with capsys.disabled():
        print(
            f"\n{tally['acknowledged']} submissions acknowledged over {KILLS} kills, {retried} of them after being "
            f"sent again; of {tally['given up']} without an answer {stands} stand"
        )
