"""What a grader says, held against the rubric: points of criteria, and what the assignment gives for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms.errors import Invalid
from lms.mongo import Document
from lms.rubrics import points

if TYPE_CHECKING:
    from lms.grades.models.criteria import GivenCriterion

Error = dict[str, str]


def of_points(given: float, possible: float) -> float:
    """Raise 422 for more than the assignment is worth."""
    if given > possible:
        raise Invalid(
            errors=[{"pointer": "/points", "message": f"is more than the assignment's {possible:g} points"}]
        )
    return given


def in_proportion(criteria: Sequence[Mapping[str, Any]], most: float, possible: float) -> float:
    """The criteria's points of at most ``most``, as points of the ``possible``; rounded once."""
    total = sum(points.decimal(each["points"]) for each in criteria)
    return points.rounded(total * points.decimal(possible) / points.decimal(most))


def criteria(given: Sequence[GivenCriterion], rubric: Mapping[str, Any]) -> list[Document]:
    """In the rubric's order, each with its points, and with its level where these are a level's.

    Raise 422 where a criterion is missing, comes twice or is not the rubric's, a level is not the criterion's,
    and for points that the criterion does not give. One that is ranged gives others than its named level's too.
    """
    known = {str(each["id"]): each for each in rubric["criteria"]}
    if errors := [*_misnamed(given, known), *_ungiven(given, known)]:
        raise Invalid(errors=errors)
    found = {each.criterion_id: _scored(each, known[each.criterion_id]) for each in given}
    return [found[_id] for _id in known]


def _misnamed(given: Sequence[GivenCriterion], known: Mapping[str, Any]) -> Iterator[Error]:
    left = dict.fromkeys(known)
    for index, each in enumerate(given):
        if each.criterion_id not in left:
            pointer = f"/criteria/{index}/criterion_id"
            yield {"pointer": pointer, "message": "is no criterion of the rubric, or one named before"}
        left.pop(each.criterion_id, None)
    for _id in left:
        yield {"pointer": "/criteria", "message": f"lack the criterion {_id}, {known[_id]['title']}"}


def _ungiven(given: Sequence[GivenCriterion], known: Mapping[str, Any]) -> Iterator[Error]:
    for index, each in enumerate(given):
        criterion = known.get(each.criterion_id)
        if criterion is None:
            continue
        level = _level(each, criterion)
        if each.level_id and level is None:
            yield {"pointer": f"/criteria/{index}/level_id", "message": "is no level of this criterion"}
        elif not _gives(criterion, level, each):
            yield {"pointer": f"/criteria/{index}/points", "message": "are not points that this criterion gives"}


def _level(given: GivenCriterion, criterion: Mapping[str, Any]) -> Document | None:
    """The level that is named, else the one with these points."""
    for level in criterion["levels"]:
        if str(level["id"]) == given.level_id or (given.level_id is None and level["points"] == given.points):
            found: Document = level
            return found
    return None


def _gives(criterion: Mapping[str, Any], level: Mapping[str, Any] | None, given: GivenCriterion) -> bool:
    if given.points is None or (level and level["points"] == given.points):
        return True
    worth = [each["points"] for each in criterion["levels"]]
    return bool(criterion["ranged"]) and min(worth) <= given.points <= max(worth)


def _scored(given: GivenCriterion, criterion: Mapping[str, Any]) -> Document:
    level = _level(given, criterion)
    worth = given.points if given.points is not None else level and level["points"]
    return {
        "criterion_id": ObjectId(given.criterion_id),
        "level_id": level["id"] if level else None,
        "points": worth,
        "comment": given.comment,
    }
