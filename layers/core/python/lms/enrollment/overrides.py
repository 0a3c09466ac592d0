"""Other dates and limits for a cohort or a learner, kept on a piece of work as ``enrollment.dates`` reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms.enrollment import dates, learners
from lms.errors import Invalid
from lms.mongo import Document, Transaction

if TYPE_CHECKING:
    from pydantic import BaseModel

_WHOM = ("cohort_id", "user_id")


def stored(overrides: Iterable[BaseModel]) -> list[Document]:
    """What they say, without what they leave out."""
    rows = [override.model_dump(exclude_unset=True) for override in overrides]
    return [{name: ObjectId(value) if name in _WHOM else value for name, value in row.items()} for row in rows]


def require_sound(tx: Transaction, work: Mapping[str, Any], overrides: Sequence[Mapping[str, Any]]) -> None:
    """Raise 422 for one who stands twice or is not of the work's course, and for dates out of order with those that
    are inherited."""
    if errors := [*_repeated(overrides), *unordered(work, overrides), *_strange(tx, work, overrides)]:
        raise Invalid(errors=errors)


def _repeated(overrides: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    seen = set()
    for index, override in enumerate(overrides):
        name, whom = _whom(override)
        if whom in seen:
            yield {"pointer": f"/overrides/{index}/{name}", "message": "has an override already"}
        seen.add(whom)


def _whom(override: Mapping[str, Any]) -> tuple[str, ObjectId]:
    name = next(name for name in _WHOM if name in override)
    return name, override[name]


def unordered(work: Mapping[str, Any], overrides: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """An error for each date that an override brings out of order with what it inherits."""
    inherited = {name: work[name] for name in dates.FIELDS if name in work}
    for index, override in enumerate(overrides):
        yield from dates.unordered({**inherited, **override}, f"/overrides/{index}")


def _strange(
    tx: Transaction, work: Mapping[str, Any], overrides: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, str]]:
    """For those that the course does not know. Overrides that stood before may stay: a cohort can be gone since."""
    new = [_whom(each) for each in overrides if each not in work["overrides"]]
    strangers = learners.strangers(
        tx,
        work["course_id"],
        user_ids=[_id for name, _id in new if name == "user_id"],
        cohort_ids=[_id for name, _id in new if name == "cohort_id"],
    )
    for index, override in enumerate(overrides):
        name, whom = _whom(override)
        if whom in strangers:
            yield {"pointer": f"/overrides/{index}/{name}", "message": "is not of this course"}
