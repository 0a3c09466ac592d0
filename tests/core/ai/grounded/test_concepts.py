import random

import pytest

from lms.ai.grounded.concepts import concepts_of, display
from lms.ai.grounded.material import read, sections
from lms.ai.grounded.ordering import in_order
from lms.ai.models import Source
from tests.core.ai.grounded.texts import CELL, NETWORKS, ROME, given, library


def definitions(text: str) -> dict[str, str]:
    return {concept.term: concept.defined_as for concept in concepts_of(given(text))}


@pytest.mark.parametrize(
    ("text", "term", "definition"),
    [
        ("A **lever** is a bar that turns about a point.", "lever", "a bar that turns about a point"),
        ("The **scope** of a name is the region in which it works.", "scope", "the region in which it works"),
        ("One pass through the data is called an **epoch**.", "epoch", "One pass through the data"),
        ("It returns a **token**, which is a unit of text.", "token", "a unit of text"),
        ("A **float** is a number with a fraction, and its type is `float`.", "float", "a number with a fraction"),
        ("- **Router**: a device that forwards packets", "Router", "a device that forwards packets"),
        ("**Latency:** the time until an answer comes", "Latency", "the time until an answer comes"),
        ("Der **Kern** ist das Organell mit der Erbinformation.", "Kern", "das Organell mit der Erbinformation"),
        ("A capstan is a machine that winds rope on ships.", "capstan", "a machine that winds rope on ships"),
        ("Cato was the enemy of Caesar and defended the city.", "Cato", "the enemy of Caesar"),
    ],
)
def test_definitions(text: str, term: str, definition: str) -> None:
    assert definitions(text)[term] == definition


def test_two_definitions_in_one_sentence() -> None:
    found = definitions("**Oxidation** is the loss of electrons, and **reduction** is the gain of electrons.")
    assert found == {"Oxidation": "the loss of electrons", "reduction": "the gain of electrons"}


@pytest.mark.parametrize(
    "text",
    [
        "The variable `__name__` and `**kwargs**` are code.",
        "**Note:** this is not a term.",
        "**This whole sentence is bold, and so it is no term.**",
        "This is a sentence about nothing.",
        "The result is a number.",
        "A **principal component** is one of these directions.",
    ],
)
def test_what_is_no_definition(text: str) -> None:
    assert not any(definitions(text).values())


@pytest.mark.parametrize("source", [*library(), given(CELL), given(NETWORKS), given(ROME)], ids=lambda s: s.id)
def test_ranges_hold_the_term_and_its_definition(source: Source) -> None:
    for concept in concepts_of(source):
        start, end = read(source).units[concept.unit].sentence
        assert " ".join(source.text[slice(*concept.range)].split()) == concept.term
        assert start <= concept.marked[0] <= concept.range[0] < concept.range[1] <= concept.marked[1] <= end
        if concept.definition:
            assert start <= concept.definition[0] < concept.definition[1] <= end
            assert concept.stems not in [tuple(concept.defined_as.split())]


def test_names_keep_their_capital() -> None:
    text = "**Gini impurity** is a measure of mixture. **Pruning** is the removal of twigs. Some pruning helps."
    shown = [display(concept, upper=False) for concept in concepts_of(given(text))]
    assert shown == ["Gini impurity", "pruning"]


def titles(text: str) -> list[str]:
    return [segment.titles[0] for segment in in_order(sections(read(given(text))))]


def test_what_explains_a_term_comes_before_what_uses_it() -> None:
    text = """# Learning

## Training
**Training** is a search that follows the gradient of the loss. **Momentum** is a change of the gradient over time.

## Slopes
A **gradient** is a vector that points uphill. The gradient of a flat place is zero.

## Errors
A **loss** is a number that says how wrong a model is. A gradient is not a loss.
"""
    assert titles(text).index("Slopes") < titles(text).index("Training")
    assert titles(text).index("Errors") < titles(text).index("Training")


@pytest.mark.parametrize("source", library(), ids=lambda source: source.id)
def test_an_author_s_good_order_stays(source: Source) -> None:
    found = sections(read(source))
    assert in_order(found) == found


def broken_promises(titles: list[str], source: Source) -> int:
    """How often a section uses a term that a later one explains."""
    parts = {segment.titles[0]: segment for segment in sections(read(source))}
    home = {
        concept.stems: concept for concept in concepts_of(source) if concept.definition and len(concept.stems) > 1
    }
    broken = 0
    for stems, concept in home.items():
        place = next(n for n, t in enumerate(titles) if parts[t].first <= concept.unit < parts[t].last)
        for title in titles[:place]:
            joined = " ".join(" ".join(unit.stems) for unit in parts[title].units)
            broken += f" {' '.join(stems)} " in f" {joined} "
    return broken


@pytest.mark.parametrize("source", library(), ids=lambda source: source.id)
def test_a_shuffled_text_is_put_in_order(source: Source) -> None:
    head, *parts = source.text.split("\n## ")
    before = after = 0
    for seed in range(6):
        random.Random(seed).shuffle(parts)
        shuffled = "\n## ".join([head, *(part.rstrip() + "\n" for part in parts)])
        before += broken_promises([part.partition("\n")[0] for part in parts], source)
        after += broken_promises(titles(shuffled), source)
    assert after <= 0.6 * before


def test_circles_end() -> None:
    pairs = [("xenon", "yttrium"), ("yttrium", "zinc"), ("zinc", "xenon")]
    text = "\n\n".join(f"## Part {a}\n\nA **{a}** is a thing made of {b} alone." for a, b in pairs)
    assert sorted(titles(text)) == ["Part xenon", "Part yttrium", "Part zinc"]
