"""Who says the same in other words is found among who writes on the same subject."""

from datetime import timedelta

import numpy as np
import pytest
from bson import ObjectId

from infra.local.stack import Stack
from lms import clock
from lms.similarity.comparison import compare
from lms.similarity.documents import of_text

# A text, and the same in other words; all on one subject.
PAIRS = [
    (
        "Bees carry pollen from one flower to the next while they look for nectar. Without them, many fruit "
        "trees would not bear any apples or cherries. Farmers therefore rent hives when their orchards are in "
        "bloom.",
        "As they search blossoms for sweet juice, honeybees spread the plants' dust between them. A lot of "
        "orchard crops, cherries and apples among them, would fail if these insects were missing. That is why "
        "growers hire colonies during the flowering season.",
    ),
    (
        "In winter the colony forms a tight ball around its queen to keep warm. The insects on the outside "
        "slowly change places with those on the inside. They live on the honey that they stored in summer.",
        "When it gets cold, the whole hive huddles closely about the queen so that nobody freezes. Workers at "
        "the edge of the cluster gradually swap positions with those in the middle. Their food is honey that "
        "was put away during the warm months.",
    ),
    (
        "A scout that has found food tells the others about it by dancing on the comb. The angle of her dance "
        "shows the direction with respect to the sun. How long she waggles says how far away the flowers are.",
        "Bees who discover a rich source report it to their nest mates through a dance on the honeycomb. "
        "Which way to fly relative to the sun is given by the angle at which she dances. The duration of the "
        "waggle indicates the distance to the blossoms.",
    ),
    (
        "Pesticides weaken the memory of worker bees, so that many do not find the way home. A mite from Asia "
        "sucks the blood of the larvae and brings them diseases. Large fields of a single crop leave them "
        "hungry for most of the year.",
        "Chemicals sprayed against insects harm the memory of forager bees, and lots of them never return to "
        "the hive. An Asian parasite feeds on the blood of young bees and infects them with illnesses. Where "
        "only one plant is grown over wide areas, they find nothing to eat for many months.",
    ),
]
OTHERS = [
    "Keeping bees in the city has become popular in the last ten years. Many people put a hive on the roof of "
    "their house. Gardens and parks offer more kinds of flowers than most fields do.",
    "Honey has been used as a medicine since the time of the pharaohs. It contains little water, so that "
    "germs cannot grow in it. Doctors still put it on burns and wounds today.",
    "Beeswax was for centuries the best material for candles. Churches bought great amounts of it every year. "
    "Today it is found in creams, polish and the coating of sweets.",
    "Most species of bees live alone and make no honey at all. The female digs a tunnel in sandy ground and "
    "lays her eggs there. Each egg gets a small supply of food before she closes the nest.",
]


def kept(assignment_id: ObjectId, text: str, minutes: int) -> ObjectId:
    from lms.similarity import meanings

    submitted_at = clock.now() + timedelta(minutes=minutes)
    submission = {"_id": ObjectId(), "assignment_id": assignment_id, "holder_id": ObjectId()}
    meanings.add({**submission, "submitted_at": submitted_at}, meanings.vectors(of_text(text)))
    return submission["_id"]


def test_the_source_of_a_paraphrase_is_found_and_nothing_else(ground: Stack) -> None:
    from lms.similarity import meanings

    assignment_id = ObjectId()
    sources = [kept(assignment_id, source, number) for number, (source, _) in enumerate(PAIRS)]
    others = [kept(assignment_id, text, 10 + number) for number, text in enumerate(OTHERS)]
    copies = [kept(assignment_id, copy, 20 + number) for number, (_, copy) in enumerate(PAIRS)]
    found = meanings.near(assignment_id, [*sources, *others, *copies])
    assert [found[_id][0] for _id in copies] == sources
    assert [found[_id] for _id in [*sources, *others]] == [[]] * 8
    assert meanings.near(ObjectId(), copies) == {_id: [] for _id in copies}


def test_what_they_share_is_marked() -> None:
    from lms.intelligence.embeddings import embed

    for source, copy in PAIRS:
        found = compare(of_text(source), of_text(copy), embed=embed)
        assert found.matches and {match.kind for match in found.matches} == {"paraphrased"}
    for other in OTHERS:
        assert not compare(of_text(PAIRS[0][0]), of_text(other), embed=embed).matches


def test_no_fingerprint_would_have_found_them() -> None:
    for source, copy in PAIRS:
        left, right = ({each.hash for each in of_text(text).fingerprints()} for text in (source, copy))
        assert not left & right


def test_eight_bits_a_number_keep_the_cosines(ground: Stack) -> None:
    from lms.intelligence.embeddings import embed
    from lms.similarity import meanings

    text = " ".join(OTHERS)
    document = of_text(text)
    exact = embed([each.rstrip(".") for each in text.split(". ")])
    coarse = meanings._unit([{"vectors": meanings.vectors(document)}])
    assert coarse @ coarse.T == pytest.approx(np.array(exact @ exact.T), abs=0.01)
