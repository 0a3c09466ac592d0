import random

from lms.similarity.fingerprints import CODE, TEXT, winnowed
from lms.similarity.tokens import GAP, Token

WORDS = [f"w{number}" for number in range(2_000)]


def tokens(values: list[str]) -> list[Token]:
    return [Token(value, place, place + 1) for place, value in enumerate(values)]


def hashes(values: list[str], kind: str = "text") -> set[int]:
    return {each.hash for each in winnowed(tokens(values), TEXT, kind)}


def test_every_shared_run_of_the_guaranteed_length_has_a_shared_fingerprint():
    chance = random.Random(1)
    for round_ in range(300):
        # Few different words in every other round: equal k-grams are the hard case.
        words = WORDS if round_ % 2 else WORDS[:3]
        shared = chance.choices(words, k=TEXT.guarantee)
        left, right = (
            chance.choices(words, k=chance.randrange(40)) + shared + chance.choices(words, k=chance.randrange(40))
            for _ in range(2)
        )
        assert hashes(left) & hashes(right)


def test_no_run_below_the_noise_threshold_has_one():
    chance = random.Random(2)
    for _ in range(100):
        shared = chance.choices(WORDS, k=TEXT.noise - 1)
        left, right = (
            [f"{side}{n}" for n in range(30)] + shared + [f"{side}{n}" for n in range(30)] for side in "ab"
        )
        assert not hashes(left) & hashes(right)


def test_few_of_the_hashes_are_kept():
    values = random.Random(3).choices(WORDS, k=10_000)
    kept = len(winnowed(tokens(values), CODE, "java"))
    assert kept < 10_000 * 2 / (CODE.window + 1) * 1.1


def test_a_fingerprint_names_its_place_and_none_stands_across_a_gap():
    values = [*WORDS[:20], GAP, *WORDS[20:40]]
    found = winnowed(tokens(values), TEXT, "text")
    assert found
    for each in found:
        assert GAP not in values[each.place : each.place + TEXT.noise]
        assert hashes(values[each.place : each.place + TEXT.noise]) == {each.hash}


def test_hashes_are_the_same_in_every_process_and_others_for_each_kind():
    values = ["to", "be", "or", "not", "to"]
    assert hashes(values) == {-2885172922820293941}
    assert not hashes(values) & hashes(values, "java")
