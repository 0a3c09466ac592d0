"""Blocks and key terms that an AI proposed, on their way into the lesson."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lms.ai.proposals import decisions
from lms.courses import taking_over
from lms.courses.taking_over import Piece
from lms.errors import Invalid
from lms.mongo import Document, Transaction

if TYPE_CHECKING:
    from lms.ai.proposals.models.application import Application
    from lms.courses.access import CourseAccess

_OF_QUESTIONS = ("pool", "skills", "quiz_title")


class Lesson:
    """The lesson that was worked on, whose next version has what is taken over."""

    def __init__(
        self, tx: Transaction, access: CourseAccess, job: Document, wish: Application, expected: int | None
    ) -> None:
        """Raise 404 where it is gone, 412 where it is not at the ``expected`` version, 422 for a wish that goes
        with questions."""
        if errors := [
            {"pointer": f"/{name}", "message": "goes with questions alone"}
            for name in _OF_QUESTIONS
            if getattr(wish, name) is not None
        ]:
            raise Invalid(errors=errors)
        self._tx, self._access, self._job_id = tx, access, job["_id"]
        self._lesson = taking_over.lesson_to_change(tx, access, job["lesson_id"], expected)
        self._blocks = {each["id"]: each for each in self._lesson["blocks"]}
        self._terms = {each["term"].casefold(): each["definition"] for each in self._lesson["key_terms"]}

    def outdated(self, row: Document) -> str | None:
        if "term" in row:
            defined = self._terms.get(row["term"].casefold())
            return None if defined == row["before"] else "changed" if defined else "deleted"
        place = row["block_id"] or row["after_id"]
        if place is not None and place not in self._blocks:
            return "deleted"
        if row["block_id"] and (self._blocks[row["block_id"]].get(row["field"]) or "") != row["before"]:
            return "changed"
        return None

    def take(self, rows: Sequence[Document]) -> None:
        """Raise 409 LESSON_FULL."""
        pieces = [
            Piece(row["block_id"], row["after_id"], {row["field"]: row["after"]}, row["source"])
            for row in rows
            if "field" in row
        ]
        terms = [{name: row[name] for name in ("term", "definition", "source")} for row in rows if "term" in row]
        version = taking_over.take_over(self._tx, self._access, self._lesson, pieces, terms, self._job_id)
        decisions.decide(rows, "accepted", self._access.caller.id, lesson_version=version)
