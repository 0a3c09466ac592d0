"""Whether a model's grade and the independent one beside it agree, and whether a grade may be given unseen."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from lms.ai.grading_task import Grading, GradingCriterion
from lms.rubrics.points import decimal

Why = Literal[
    "off", "suggested", "speaks_to_a_machine", "not_read", "incomplete", "not_compared", "differs", "unsure",
    "too_low", "too_high", "sampled", "replaced", "grade_stands", "applied",
]  # fmt: skip


class Compared(NamedTuple):
    """``percent`` lies between the two, of the best points of the criterion; None where one of them has none."""

    criterion_id: str
    percent: Decimal | None


class Agreement(NamedTuple):
    compared: Sequence[Compared]

    def differs(self, margin_percent: float) -> bool:
        """Whether the two lie further apart than the margin in any criterion, and so a person is to be asked. Where
        they do not, their sums lie no further apart either."""
        margin = decimal(margin_percent)
        return any(each.percent is not None and each.percent > margin for each in self.compared)

    @property
    def complete(self) -> bool:
        return all(each.percent is not None for each in self.compared)


def agreement(model: Grading, independent: Grading, criteria: Sequence[GradingCriterion]) -> Agreement:
    one, other = ({each.criterion_id: each.points for each in grading.grades} for grading in (model, independent))
    return Agreement(
        [Compared(each.id, _apart(one.get(each.id), other.get(each.id), each.best.points)) for each in criteria]
    )


def _apart(one: float | None, other: float | None, best: float) -> Decimal | None:
    if one is None or other is None:
        return None
    return abs(decimal(one) - decimal(other)) * 100 / decimal(best)


class Terms(NamedTuple):
    """An assignment's ``ai_grading``, as lms.assignments.models.assignment.AiGrading says it."""

    mode: Literal["off", "suggest", "auto"]
    least_confidence: float | None
    lowest_percent: float | None
    highest_percent: float | None
    sample_share: float
    margin_percent: float


class Decision(NamedTuple):
    """``applies``: the grade is given as it is; else it is a suggestion. ``asks``: a person is to look at it."""

    applies: bool
    asks: bool
    why: Why


def decide(
    terms: Terms,
    grading: Grading,
    agreed: Agreement,
    *,
    worth: float,
    submission_id: str,
    to_a_machine: bool = False,
    unread: bool = False,
) -> Decision:
    """``worth``: the points that the rubric has, to which the percentages refer. ``to_a_machine``: the submission
    speaks to one. ``unread``: a part of it was not read. What is sampled waits for a person like what fails a
    condition."""
    if terms.mode != "auto":
        return Decision(applies=False, asks=terms.mode == "suggest", why=_WITHOUT_AUTO[terms.mode])
    why = _against(terms, grading, agreed, worth, {"speaks_to_a_machine": to_a_machine, "not_read": unread})
    if why is None and sampled(submission_id, terms.sample_share):
        why = "sampled"
    return Decision(applies=why is None, asks=why is not None, why=why or "applied")


_WITHOUT_AUTO: dict[str, Why] = {"off": "off", "suggest": "suggested"}


def _against(
    terms: Terms, grading: Grading, agreed: Agreement, worth: float, of_the_work: Mapping[Why, bool]
) -> Why | None:
    """The first condition that the grade fails; a bound that nobody set holds for nothing."""
    least, lowest, highest = terms.least_confidence, terms.lowest_percent, terms.highest_percent
    points = grading.points
    if points is None or not grading.grades or least is None or lowest is None or highest is None:
        return "incomplete"
    percent = decimal(points) * 100 / decimal(worth)
    conditions: list[tuple[bool, Why]] = [
        *((holds, why) for why, holds in of_the_work.items()),
        (agreed.differs(terms.margin_percent), "differs"),
        (not agreed.complete, "not_compared"),
        (grading.confidence < least, "unsure"),
        (percent < decimal(lowest), "too_low"),
        (percent > decimal(highest), "too_high"),
    ]
    return next((why for fails, why in conditions if fails), None)


def sampled(submission_id: str, share: float) -> bool:
    """Whether it is among the share that a person sees: the same at every call, and evenly over submissions."""
    drawn = int.from_bytes(hashlib.sha256(submission_id.encode()).digest()[:8], "big")
    return drawn < Decimal(str(share)) * 2**64
