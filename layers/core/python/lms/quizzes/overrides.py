"""Other dates and limits for a cohort or a learner, kept on the quiz as ``lms.enrollment.dates`` reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import mongo
from lms.courses import changes
from lms.courses.access import CourseAccess
from lms.enrollment import dates
from lms.errors import Invalid
from lms.mongo import Document, Transaction
from lms.quizzes import quizzes, repository

if TYPE_CHECKING:
    from lms.quizzes.models.overrides import Override, OverrideList

_WHOM = ("cohort_id", "user_id")


def replace(access: CourseAccess, given: OverrideList, expected: int | None) -> Document:
    """The quiz with its new overrides. Running attempts of those concerned follow.

    Raise 422 for one who stands twice, or dates out of order with those that are inherited.
    """
    overrides = [_stored(override) for override in given.overrides]

    def work(tx: Transaction) -> Document:
        quiz = changes.current(repository.quiz(tx, access.resource["_id"]), expected)
        if errors := [*_repeated(overrides), *_unordered(quiz, overrides)]:
            raise Invalid(errors=errors)
        return quizzes.save(tx, access, quiz, {"overrides": overrides})

    return mongo.transaction(work)


def _stored(override: Override) -> Document:
    fields = override.model_dump(exclude_unset=True)
    return {name: ObjectId(value) if name in _WHOM else value for name, value in fields.items()}


def _repeated(overrides: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    seen = set()
    for index, override in enumerate(overrides):
        name = next(name for name in _WHOM if name in override)
        if override[name] in seen:
            yield {"pointer": f"/overrides/{index}/{name}", "message": "has an override already"}
        seen.add(override[name])


def _unordered(quiz: Mapping[str, Any], overrides: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    inherited = {name: quiz[name] for name in dates.FIELDS}
    for index, override in enumerate(overrides):
        yield from quizzes.unordered({**inherited, **override}, f"/overrides/{index}")
