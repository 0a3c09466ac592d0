"""What is measured of an answer against references, by hand."""

import math

import pytest

from lms.intelligence import features, wording
from lms.intelligence.features import NAMES
from lms.intelligence.wording import opposed, worded

ANSWER = "Bulb B is not in a closed path here today."
REFERENCE = "Bulb A is in an open path 2."
QUESTION = "Why is bulb A out?"
LEAVES = "Leaves hold chlorophyll."


def measured(answer: str, *references: str, question: str = QUESTION) -> dict[str, float]:
    return dict(zip(NAMES, features.measured(answer, references, question), strict=True))


def test_words_are_counted_as_a_person_counts_them():
    # The answer says bulb, b, closed, path, here, today; the reference bulb, open, path, 2; the question bulb.
    expected = {
        "covered": 2 / 4,
        "precise": 2 / 6,
        "overlap": 4 / 10,
        "covered_new": 1 / 3,
        "precise_new": 1 / 5,
        "pairs": 0,
        "negation_differs": 1,
        "opposites": 1,
        "named_covered": 0,
        "named_extra": 1,
        "named_missing": 2,
        "length": math.log(11 / 9),
        "from_question": 1 / 6,
        "words": 10,
        "content_words": 6,
        "new_words": 5,
        "negations": 1,
        "named": 1,
        "references": 1,
        "unknowing": 0,
    }
    found = measured(ANSWER, REFERENCE)
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_nothing_is_far_from_itself():
    found = measured(LEAVES, LEAVES)
    for name in ("meaning", "covered", "characters", "pairs", "aligned_covered", "least_precise", "mean_covered"):
        assert found[name] == pytest.approx(1, abs=1e-5), name
    assert (found["length"], found["opposites"], found["named_covered"]) == (0, 0, 1)


def test_what_is_said_besides_costs_precision_and_covers_no_less():
    found = measured(f"{LEAVES} The battery is empty and bulb B is old.", LEAVES)
    for kind in ("aligned", "least", "mean"):
        assert found[f"{kind}_covered"] > found[f"{kind}_precise"] + 0.2
    assert 0 < found["characters"] < 1 == found["pairs"]


def test_rare_words_weigh_more():
    lacking = measured("Leaves hold something.", LEAVES)
    assert lacking["aligned_covered"] < lacking["mean_covered"] - 0.05


def test_of_several_references_the_nearest_counts_and_the_best_and_mean_of_all():
    references = [REFERENCE, LEAVES, "The path of bulb B is not closed."]
    each = [measured(ANSWER, reference) for reference in references]
    found = measured(ANSWER, *references)
    nearest = max(each, key=lambda one: one["meaning"])
    for name in features.OF_A_REFERENCE:
        assert found[name] == nearest[name]
        values = [one[name] for one in each]
        assert found.get(f"best_{name}", max(values)) == max(values)
    for name in ("meaning", "overlap", "covered_new", "aligned_covered", "negation_differs", "opposites"):
        assert found[f"mean_{name}"] == pytest.approx(sum(one[name] for one in each) / 3)
    assert found["references"] == 3
    twice = measured(ANSWER, *references, *references[::-1])
    assert twice == found


def test_who_does_not_know_says_so():
    assert measured("I dunno", LEAVES)["unknowing"] and measured("No idea.", LEAVES)["unknowing"]
    assert not measured("Knowledge.", LEAVES)["unknowing"]


def test_endings_plurals_and_small_words_make_no_difference():
    for text in ("The circuits separated completely, then stopping.", "a circuit, separating; complete stops"):
        assert worded(text).content == ("circuit", "separat", "complet", "stop")


@pytest.mark.parametrize(
    ("text", "negations", "named"),
    [
        ("It is not lit and never was.", 2, set()),
        ("It isn't lit; we don't know.", 2, set()),
        ("It isn’t.", 1, set()),
        ("I see bulb B between 2 and c.", 0, {"b", "2", "c"}),
        ("A gap.", 0, {"a"}),
    ],
)
def test_negations_and_names_of_things(text: str, negations: int, named: set[str]):
    found = worded(text)
    assert (found.negations, found.named) == (negations, named)
    assert not wording.NEGATIONS & set(found.content)


@pytest.mark.parametrize(
    ("answer", "reference", "count"),
    [
        ("It is open.", "It is closed.", 1),
        ("It is closed.", "It is open.", 1),
        ("It is open.", "It is closed, not open.", 0),
        ("It is open and cold.", "It is closed and hot.", 2),
        ("It is open.", "It is open.", 0),
    ],
)
def test_opposites_both_ways(answer: str, reference: str, count: int):
    assert opposed(worded(answer), worded(reference)) == count
