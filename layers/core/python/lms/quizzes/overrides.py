"""Other dates and limits for a cohort or a learner, kept on the quiz as ``lms.enrollment.dates`` reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import mongo
from lms.courses import changes
from lms.courses.access import CourseAccess
from lms.enrollment import dates, learners
from lms.errors import Invalid
from lms.mongo import Document, Transaction
from lms.quizzes import quizzes, repository

if TYPE_CHECKING:
    from lms.quizzes.models.overrides import Override, OverrideList

_WHOM = ("cohort_id", "user_id")


def replace(access: CourseAccess, given: OverrideList, expected: int | None) -> Document:
    """The quiz with its new overrides. Running attempts of those concerned follow.

    Raise 422 for one who stands twice or is not of the course, and for dates out of order with those that are
    inherited.
    """
    overrides = [_stored(override) for override in given.overrides]

    def work(tx: Transaction) -> Document:
        quiz = changes.current(repository.quiz(tx, access.resource["_id"]), expected)
        if errors := [*_repeated(overrides), *_unordered(quiz, overrides), *_strange(tx, quiz, overrides)]:
            raise Invalid(errors=errors)
        return quizzes.save(tx, access, quiz, {"overrides": overrides})

    return mongo.transaction(work)


def _stored(override: Override) -> Document:
    fields = override.model_dump(exclude_unset=True)
    return {name: ObjectId(value) if name in _WHOM else value for name, value in fields.items()}


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


def _strange(
    tx: Transaction, quiz: Mapping[str, Any], overrides: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, str]]:
    """For those that the course does not know. Overrides that stood before may stay: a cohort can be gone since."""
    new = [_whom(each) for each in overrides if each not in quiz["overrides"]]
    strangers = learners.strangers(
        tx,
        quiz["course_id"],
        user_ids=[_id for name, _id in new if name == "user_id"],
        cohort_ids=[_id for name, _id in new if name == "cohort_id"],
    )
    for index, override in enumerate(overrides):
        name, whom = _whom(override)
        if whom in strangers:
            yield {"pointer": f"/overrides/{index}/{name}", "message": "is not of this course"}


def _unordered(quiz: Mapping[str, Any], overrides: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    inherited = {name: quiz[name] for name in dates.FIELDS}
    for index, override in enumerate(overrides):
        yield from quizzes.unordered({**inherited, **override}, f"/overrides/{index}")
