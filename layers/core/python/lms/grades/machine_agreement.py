"""How the grades that people gave agree with what an AI had suggested for the same submission.

Who had the suggestion before them when they graded may have taken it over, which counts as agreement: such figures
say more of an AI than independent graders would. They show where it drifts from people, not how good it is. Grades
from before there was a suggestion are the better evidence, and counted as ``unseen``.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from bson import ObjectId

from lms.ai.calibration import Calibration, Pair, calibration, drift
from lms.grades import repository
from lms.grading import suggestions
from lms.mongo import Document

MOST_GRADES = 1_000
"""The last ones that were given."""

Rubrics = Mapping[tuple[ObjectId, int], Mapping[str, Any]]


class Rated(NamedTuple):
    criterion_id: ObjectId
    levels: int
    pair: Pair
    unseen: bool


def graded(assignment_id: ObjectId, user_ids: Sequence[ObjectId]) -> list[Document]:
    """Grades along a rubric that people gave these learners, the first one first; of a group's submission one."""
    rows = repository.by_rubric(assignment_id, user_ids, MOST_GRADES)
    return list({row["submission_id"]: row for row in reversed(rows)}.values())


def of(grades: Sequence[Mapping[str, Any]], rubrics: Rubrics) -> Document:
    """Of ``graded``: for each criterion, and for all together, and what is to be looked into, by the later half of
    the submissions beside the earlier one. Places of levels count from the lowest."""
    suggested = suggestions.criteria_of([row["submission_id"] for row in grades])
    rated = [list(_rated(row, suggested.get(row["submission_id"]), rubrics)) for row in grades]
    compared = [each for each in rated if each]
    half = len(compared) // 2
    return {
        **_agreement(list(chain(*compared))),
        "unseen": sum(each.unseen for each in chain(*compared)),
        "criteria": list(_by_criterion(compared, rubrics)),
        "drift": drift(*(_calibrated(list(chain(*part))) for part in (compared[:half], compared[half:]))),
    }


def _rated(
    grade: Mapping[str, Any],
    suggestion: Mapping[str, Any] | None,
    rubrics: Rubrics,
) -> Iterator[Rated]:
    """Where both are by the same version of the rubric, what both say something about."""
    if suggestion is None or suggestion["rubric"] != grade["rubric"]:
        return
    rubric = rubrics[grade["rubric"]["id"], grade["rubric"]["version"]]
    criteria = {each["id"]: each for each in rubric["criteria"]}
    said = {each["criterion_id"]: each["points"] for each in suggestion["criteria"]}
    for each in grade["criteria"]:
        points = said.get(each["criterion_id"])
        if points is not None:
            worth = sorted(level["points"] for level in criteria[each["criterion_id"]]["levels"])
            pair = _place(worth, each["points"]), _place(worth, points)
            yield Rated(each["criterion_id"], len(worth), pair, unseen=grade["ai"] is None)


def _place(worth: Sequence[float], points: float) -> int:
    """Of the level whose points are nearest, the lower of two."""
    return min(range(len(worth)), key=lambda place: (abs(worth[place] - points), place))


def _by_criterion(compared: Sequence[Sequence[Rated]], rubrics: Rubrics) -> Iterator[Document]:
    titles = {each["id"]: each["title"] for rubric in rubrics.values() for each in rubric["criteria"]}
    found: dict[ObjectId, list[Rated]] = {}
    for each in chain(*compared):
        found.setdefault(each.criterion_id, []).append(each)
    for criterion_id, rated in found.items():
        yield {"criterion_id": criterion_id, "title": titles[criterion_id], **_agreement(rated)}


def _agreement(rated: Sequence[Rated]) -> Document:
    return _calibrated(rated)._asdict()


def _calibrated(rated: Sequence[Rated]) -> Calibration:
    return calibration([each.pair for each in rated], max((each.levels for each in rated), default=1))
