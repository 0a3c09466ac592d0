"""Questions that an AI proposed, on their way into the course's question bank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lms.ai.proposals import decisions
from lms.ai.proposals.standing import stands_in
from lms.courses import readings
from lms.mongo import Document, Transaction
from lms.quizzes import generated

if TYPE_CHECKING:
    from lms.ai.proposals.models.application import Application
    from lms.courses.access import CourseAccess


class Bank:
    """The bank, as far as it is asked about the lessons of the ``chosen`` questions."""

    def __init__(
        self, tx: Transaction, access: CourseAccess, job: Document, chosen: Sequence[Document], wish: Application
    ) -> None:
        self._tx, self._access, self._job_id = tx, access, job["_id"]
        self._lessons = readings.rows(access, [*{row["lesson_id"] for row in chosen}], tx)
        skills = job["request"]["skills"] if wish.skills is None else wish.skills
        self._terms = generated.Terms(wish.pool, skills, wish.quiz_title)

    def outdated(self, row: Document) -> str | None:
        lesson = self._lessons.get(row["lesson_id"])
        if lesson is None:
            return "deleted"
        holds = any(stands_in(row["evidence"], each["text"]) for each in lesson["blocks"])
        return None if holds else "changed"

    def take(self, rows: Sequence[Document]) -> None:
        """Raise 422 for what the bank cannot hold."""
        ids, quiz_id = generated.take_over(self._tx, self._access, rows, self._terms, self._job_id)
        for row, question_id in zip(rows, ids, strict=True):
            decisions.decide([row], "accepted", self._access.caller.id, question_id=question_id, quiz_id=quiz_id)
