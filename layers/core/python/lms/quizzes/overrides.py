"""Putting the quiz's overrides: other dates and limits for a cohort or a learner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lms import mongo
from lms.courses import changes
from lms.courses.access import CourseAccess
from lms.enrollment import overrides
from lms.mongo import Document, Transaction
from lms.quizzes import quizzes, repository

if TYPE_CHECKING:
    from lms.quizzes.models.overrides import OverrideList


def replace(access: CourseAccess, given: OverrideList, expected: int | None) -> Document:
    """The quiz with its new overrides. Running attempts of those concerned follow.

    Raise 422 as ``lms.enrollment.overrides``.
    """
    stored = overrides.stored(given.overrides)

    def work(tx: Transaction) -> Document:
        quiz = changes.current(repository.quiz(tx, access.resource["_id"]), expected)
        overrides.require_sound(tx, quiz, stored)
        return quizzes.save(tx, access, quiz, {"overrides": stored})

    return mongo.transaction(work)
