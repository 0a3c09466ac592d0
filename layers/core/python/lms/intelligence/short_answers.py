"""A score for a short answer in English without a language model, and how sure it is: a second opinion beside one.

Two models, by whether people have graded answers to the same question already; how they were trained and how often
they are right stands in short_answers.md. An order in an answer is no part of it, nor is what nobody sees.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from lms.ai.folding import fold
from lms.ai.instructions import instructs
from lms.ai.invisible import visible
from lms.intelligence import features, precedents
from lms.intelligence.boosting import Boosted
from lms.intelligence.precedents import Graded, Label
from lms.intelligence.wording import worded

LEAST_GRADED = 20
"""The model that learns from graded answers was trained on questions with at least 30 of them."""

_OF_THE_MATTER = 0.2
"""A sentence with this share of its content words in the question or the references is no mere order."""

_DECIMALS = 4
"""Processors differ in the last bits of a vector; what is measured is the same to so many places."""

_END = re.compile(r"(?<=[.!?;])\s+|\s*\n\s*")


@dataclass(frozen=True)
class Judgement:
    """``score``: how likely a person calls the answer correct, 0 to 1. ``confidence``: 0 where that is a toss-up, 1
    where it is certain. ``features``: what was measured, by name."""

    score: float
    confidence: float
    label: Label
    features: dict[str, float] = field(default_factory=dict)


def score(answer: str, references: Sequence[str], question: str, graded: Sequence[Graded] = ()) -> Judgement:
    """Holds the answer against the references, any of which is a full answer, and against ``graded`` answers to the
    same question where there are enough of both kinds."""
    said = own_words(answer, references, question)
    if not any(char.isalnum() for char in said):
        return Judgement(0.0, 1.0, "incorrect")
    if fold(said) in map(fold, references):
        return Judgement(1.0, 1.0, "correct")
    if not references:
        return Judgement(0.0, 0.0, "incorrect")
    measured = measure(said, references, question)
    model = "references"
    if len(graded) >= LEAST_GRADED and len({each.label == "correct" for each in graded}) == 2:
        model = "graded"
        measured |= _by_precedents(said, _known(tuple(graded), tuple(references), question))
    likely = _models()[model].probabilities(measured)
    label = max(precedents.LABELS, key=lambda each: likely[each])
    return Judgement(round(likely["correct"], _DECIMALS), _confidence(likely["correct"]), label, measured)


def own_words(answer: str, references: Sequence[str], question: str) -> str:
    """What a reader sees of it, without sentences that speak to a machine and not of the matter."""
    said = [sentence for sentence in _END.split(visible(answer)) if sentence.strip()]
    orders = {sentence for sentence in said if instructs(sentence)}
    if orders:
        # A motor that will not run is no command to run.
        matter = {word for each in (question, *references) for word in worded(each).content}
        orders = {each for each in orders if _share_in(matter, worded(each).content) < _OF_THE_MATTER}
    return " ".join(sentence for sentence in said if sentence not in orders)


def _share_in(matter: set[str], content: Sequence[str]) -> float:
    return sum(word in matter for word in content) / max(1, len(content))


def measure(said: str, references: Sequence[str], question: str) -> dict[str, float]:
    return _named(features.NAMES, features.measured(said, references, question))


class _Known(NamedTuple):
    answers: list[str]
    labels: list[Label]
    among: "features.Numbers"


# Many answers are held against the same graded ones.
@lru_cache(maxsize=4)
def _known(graded: tuple[Graded, ...], references: tuple[str, ...], question: str) -> _Known:
    answers = [own_words(each.answer, references, question) for each in graded]
    return _Known(answers, [each.label for each in graded], precedents.nearness(answers, answers))


def _by_precedents(said: str, known: _Known) -> dict[str, float]:
    near = precedents.nearness([said], known.answers)[:, 0]
    return _named(precedents.NAMES, precedents.measured(near, known.among, known.labels))


def _named(names: Sequence[str], numbers: "features.Numbers") -> dict[str, float]:
    return {name: round(float(number), _DECIMALS) for name, number in zip(names, numbers, strict=True)}


def _confidence(likely: float) -> float:
    return round(abs(2 * likely - 1), _DECIMALS)


@cache
def _models() -> dict[str, Boosted]:
    stored = json.loads(Path(__file__).with_name("short_answers.json").read_text(encoding="utf-8"))
    return {name: Boosted.of(model) for name, model in stored.items()}
