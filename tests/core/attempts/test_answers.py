"""Which answers are in force, held against the rule computed from the whole history of arrivals."""

import itertools
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from lms.attempts.answers import Save, Standing, digest, last_seq, merged, superseded

NOW = datetime(2030, 1, 1, tzinfo=UTC)
NOTHING = Standing({}, {})


def after(arrivals: Sequence[Save]) -> Standing:
    standing = NOTHING
    for save in arrivals:
        standing = merged(standing, save, NOW)
    return standing


def values(standing: Standing) -> dict[str, Any]:
    return {item: entry["value"] for item, entry in standing.in_force.items()}


def by_the_rule(arrivals: Sequence[Save]) -> dict[str, Any]:
    """Each client's candidate is its highest seq; of the candidates the one that arrived last, its first time."""
    found: dict[str, Any] = {}
    for item in {item for save in arrivals for item in save.answers}:
        candidates: dict[str, tuple[int, int, Any]] = {}
        for place, save in enumerate(arrivals):
            if item in save.answers:
                known = candidates.get(save.client_id)
                if known is None or save.seq > known[0]:
                    candidates[save.client_id] = (save.seq, place, save.answers[item])
        found[item] = max(candidates.values(), key=lambda each: each[1])[2]
    return found


def test_within_a_client_the_highest_seq_wins_whenever_it_comes():
    saves = [Save("a", seq, {"1": f"v{seq}"}) for seq in (1, 2, 3)]
    for order in itertools.permutations(saves):
        assert values(after(order)) == {"1": "v3"}


def test_a_late_call_brings_what_no_later_one_said():
    standing = after([Save("a", 2, {"1": "new"}), Save("a", 1, {"1": "old", "2": "only here"})])
    assert values(standing) == {"1": "new", "2": "only here"}


def test_between_clients_the_last_to_arrive_wins_and_its_receipt_names_the_other():
    first, second = Save("a", 7, {"1": "x"}), Save("b", 1, {"1": "y"})
    standing = after([first, second])
    assert values(standing) == {"1": "y"}
    by = {"client_id": "b", "seq": 1}
    assert superseded(standing, second) == [{"item_id": "1", "client_id": "a", "seq": 7, "by": by}]
    assert superseded(standing, first) == [{"item_id": "1", "client_id": "a", "seq": 7, "by": by}]


def test_a_repeated_call_changes_nothing_and_is_told_the_same():
    first, second = Save("a", 1, {"1": "x"}), Save("b", 1, {"1": "y"})
    standing = after([first, second])
    again = merged(merged(standing, second, NOW), first, NOW)
    assert again == standing
    assert superseded(again, second) == superseded(standing, second) != []


def test_what_a_lost_receipt_named_is_named_by_the_next_one_too():
    later = Save("b", 2, {"1": "z"})
    standing = after([Save("a", 1, {"1": "x"}), Save("b", 1, {"1": "y"}), later])
    assert [row["client_id"] for row in superseded(standing, later)] == ["a"]


def test_the_same_answer_from_another_client_puts_nothing_out_of_force():
    second = Save("b", 1, {"1": "x"})
    standing = after([Save("a", 1, {"1": "x"}), second])
    assert superseded(standing, second) == []


def test_an_outdated_call_is_named_with_what_stands():
    late = Save("a", 1, {"1": "old"})
    standing = after([Save("a", 2, {"1": "new"}), late])
    assert superseded(standing, late) == [
        {"item_id": "1", "client_id": "a", "seq": 1, "by": {"client_id": "a", "seq": 2}}
    ]
    assert last_seq(standing, "a") == 2


def test_clearing_is_an_answer_too():
    assert values(after([Save("a", 1, {"1": "x"}), Save("a", 2, {"1": None})])) == {"1": None}


@pytest.mark.parametrize("seed", range(200))
def test_any_order_of_arrival_with_repetitions_gives_what_the_rule_says(seed: int):
    chance = random.Random(seed)
    saves = [
        Save(client, seq, {item: f"{client}{seq}{item}" for item in "123" if chance.random() < 0.6})
        for client in "abc"[: chance.randint(1, 3)]
        for seq in range(1, chance.randint(2, 6))
    ]
    arrivals = saves + chance.choices(saves, k=len(saves))
    chance.shuffle(arrivals)
    standing = NOTHING
    acknowledged: dict[tuple[str, str, int], Any] = {}
    named: set[tuple[str, str, int]] = set()
    for save in arrivals:
        standing = merged(standing, save, NOW)
        acknowledged |= {(item, save.client_id, save.seq): value for item, value in save.answers.items()}
        named |= {(row["item_id"], row["client_id"], row["seq"]) for row in superseded(standing, save)}
    assert values(standing) == by_the_rule(arrivals)
    for item, client, seq in acknowledged.keys() - named:
        winner = standing.in_force[item]
        outdated_by_itself = standing.said[client][item] > seq
        assert (winner["client_id"], winner["seq"]) == (client, seq) or outdated_by_itself, "vanished unseen"


def test_the_digest_is_of_the_answers_not_of_their_history():
    one = after([Save("a", 1, {"1": {"p": "x", "q": "y"}, "2": "z"})])
    other = after([Save("b", 3, {"2": "z"}), Save("b", 4, {"1": {"q": "y", "p": "x"}})])
    assert digest(one) == digest(other)
    assert digest(one) != digest(after([Save("a", 1, {"1": {"p": "x"}, "2": "z"})]))
