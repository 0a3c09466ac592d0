"""How right a response is: a pure function of the question and the response.

Rules that are somebody's: sums of weights never fall below nothing, as in Moodle's multiple choice
(``qtype_multichoice_multi_question::grade_response``); a millionth from all or nothing is all or nothing
(``question_state::graded_state_for_fraction``); orders by position and by neighbour are Moodle's *absolute
position* and *relative to the next item, excluding last* (``qtype_ordering``); in matching each pair counts alike,
as in Moodle (``qtype_match``). Otherwise than in Moodle, the best of the fitting answers counts, not the first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from lms.attempts import wildcards
from lms.attempts.quantities import quantity
from lms.attempts.responses import Response, Typed, answered
from lms.quizzes.texts import texts

if TYPE_CHECKING:
    from lms.quizzes.contents import (
        Choice,
        Cloze,
        Content,
        Gap,
        Matching,
        Multiple,
        NumericAnswer,
        Ordering,
        Question,
        TextAnswer,
        Unit,
    )

UNANSWERED = "unanswered"
OTHER = "other"
"""Typed, and none of the answers."""

_CLOSE_TO_ALL = 1e-6
_ROUNDING = 1e-14

Verdict = Literal["right", "partly", "wrong"]


class Result(NamedTuple):
    """``fraction`` of the question's points, 0 to 1; None where a person must say it. ``parts``: the fraction of
    each pair or gap. ``chosen``: the paths of the options and answers that the response met (as in
    ``lms.quizzes.texts``), or UNANSWERED, or OTHER. ``feedback``: the paths of the texts that apply, the most
    specific first."""

    fraction: float | None
    parts: dict[str, float] = {}
    chosen: tuple[str, ...] = ()
    feedback: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        return None if self.fraction is None else verdict(self.fraction)


def verdict(fraction: float) -> Verdict:
    if fraction > 1 - _CLOSE_TO_ALL:
        return "right"
    return "wrong" if fraction < _CLOSE_TO_ALL else "partly"


def score(question: Question, response: Response | None) -> Result:
    """Score a response that ``responses.checked`` gave. Ids that this version of the question does not know earn
    nothing, so that a response can be scored again under another key. An essay without words is worth nothing; any
    other needs a person."""
    content = question.content
    if content.kind == "essay" and answered(response):
        return Result(None, feedback=_present(question, ["feedback/general"]))
    earned = _earned(content, response) if answered(response) else _Earned(0.0, (UNANSWERED,))
    overall = {"right": "correct", "partly": "partly", "wrong": "incorrect"}[verdict(earned.fraction)]
    specific = [f"{path}/feedback" for path in earned.chosen]
    feedback = _present(question, [*specific, f"feedback/{overall}", "feedback/general"])
    return Result(earned.fraction, earned.parts, earned.chosen, feedback)


class _Earned(NamedTuple):
    fraction: float
    chosen: tuple[str, ...] = ()
    parts: dict[str, float] = {}


def _earned(content: Content, response: Response | None) -> _Earned:
    match content.kind:
        case "single" if isinstance(response, str):
            return _option(content.options, response)
        case "multiple" if isinstance(response, list):
            return _options(content, response)
        case "true_false" if isinstance(response, bool):
            return _Earned(float(response == content.answer), ("true" if response else "false",))
        case "numeric" if isinstance(response, str | int | float):
            return _number(content.answers, content.units, response)
        case "short_text" if isinstance(response, str):
            return _text(content.answers, content.case_sensitive, response)
        case "matching" if isinstance(response, dict):
            return _pairs(content, response)
        case "ordering" if isinstance(response, list):
            return _Earned(_order(content, response))
        case "cloze" if isinstance(response, dict):
            return _gaps(content, response)
        case _:
            return _Earned(0.0, (OTHER,))


def _clamped(fraction: float) -> float:
    return min(1.0, max(0.0, fraction))


def _option(options: Sequence[Choice], chosen: Typed) -> _Earned:
    for option in options:
        if option.id == chosen:
            return _Earned(_clamped(option.weight), (f"options/{option.id}",))
    return _Earned(0.0, (OTHER,))


def _options(content: Multiple, chosen: Sequence[str]) -> _Earned:
    """Weights count in relation to all that there is to earn, so that three thirds of 33.33 percent are all."""
    right = {option.id for option in content.options if option.weight > 0}
    picked = [option for option in content.options if option.id in chosen]
    paths = tuple(f"options/{option.id}" for option in picked) or (OTHER,)
    if content.all_or_nothing:
        return _Earned(float(set(chosen) == right), paths)
    most = math.fsum(option.weight for option in content.options if option.weight > 0)
    return _Earned(_clamped(math.fsum(option.weight for option in picked) / most), paths)


def _best(answers: Sequence[NumericAnswer | TextAnswer], fits: Callable[[int], bool]) -> _Earned:
    fitting = [index for index in range(len(answers)) if fits(index)]
    if not fitting:
        return _Earned(0.0, (OTHER,))
    best = max(fitting, key=lambda index: answers[index].weight)
    return _Earned(_clamped(answers[best].weight), (f"answers/{best}",))


def _number(answers: Sequence[NumericAnswer], units: Sequence[Unit], given: Typed) -> _Earned:
    value = quantity(given, units) if isinstance(given, str) else float(given)
    return _best(answers, lambda index: value is not None and _within(answers[index], value))


def _within(answer: NumericAnswer, value: float) -> bool:
    """Both ends are within. As in Moodle (``qtype_numerical_answer::get_tolerance_interval``) a tiny share is
    added, since 0.4 is not within 0.3 ± 0.1 in binary numbers; here of the key's size, so that next to a very small
    key not every small number is right."""
    size = abs(answer.value)
    tolerance = answer.tolerance * size if answer.relative else answer.tolerance
    return abs(value - answer.value) <= tolerance + _ROUNDING * max(size, tolerance)


def _text(answers: Sequence[TextAnswer], case_sensitive: bool, given: str) -> _Earned:
    def fits(index: int) -> bool:
        return wildcards.matches(answers[index].text, given, case_sensitive=case_sensitive)

    return _best(answers, fits)


def _pairs(content: Matching, matched: dict[str, Typed]) -> _Earned:
    """By the answers' text: prompts with the same answer may be given each other's."""
    parts = {pair.id: float(matched.get(pair.id) == pair.answer) for pair in content.pairs}
    return _Earned(math.fsum(parts.values()) / len(parts), parts=parts)


def _order(content: Ordering, ranked: Sequence[str]) -> float:
    """By the items' text: nobody can tell items with the same text apart."""
    texts = {item.id: item.text for item in content.items}
    right = list(texts.values())
    given = [texts.get(each) for each in ranked]
    match content.grading:
        case "exact":
            return float(given == right)
        case "positions":
            return sum(one == other for one, other in zip(given, right, strict=False)) / len(right)
        case "neighbours":
            kept = Counter(pairwise(given)) & Counter(pairwise(right))
            return kept.total() / (len(right) - 1)


def _gaps(content: Cloze, filled: dict[str, Typed]) -> _Earned:
    earned = {gap.id: _gap(gap, filled.get(gap.id)) for gap in content.gaps}
    points = math.fsum(earned[gap.id].fraction * gap.share for gap in content.gaps)
    return _Earned(
        points / sum(gap.share for gap in content.gaps),
        tuple(f"gaps/{id}/{path}" for id, part in earned.items() for path in part.chosen),
        {id: part.fraction for id, part in earned.items()},
    )


def _gap(gap: Gap, given: Typed | None) -> _Earned:
    if not answered(given):
        return _Earned(0.0, (UNANSWERED,))
    assert given is not None
    if gap.kind == "single":
        return _option(gap.options, given)
    if gap.kind == "numeric":
        return _number(gap.answers, (), given)
    return _text(gap.answers, gap.case_sensitive, str(given))


def _present(question: Question, paths: Sequence[str]) -> tuple[str, ...]:
    written = texts(question)
    return tuple(path for path in paths if path in written)
