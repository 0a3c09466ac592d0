"""A course's gradebook as it is read: its columns, and what the arithmetic takes of them.

Columns are the assignments, published or not, the quizzes that are published or placed by the settings, and those
entered by hand. What learners do not see yet counts nowhere. Nor does blind work before its release: a gradebook
has names, and a total that moves would tell whose work it was.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from bson import ObjectId
from pydantic_core import to_json

from lms.blind import pseudonyms
from lms.gradebook import settings
from lms.gradebook.arithmetic import Override, Result, course_grade
from lms.gradebook.categories import Category, Cell, Item
from lms.gradebook.letters import LETTERS, Scheme
from lms.gradebook.settings import WHOLE, Work
from lms.mongo import Document
from lms.rubrics.points import decimal

QUIZ_POINTS = 100
"""The result of a quiz is a percentage."""


@dataclass(frozen=True)
class Book:
    """``stored`` is the gradebook's document, empty before anything is set."""

    course: Mapping[str, Any]
    stored: Mapping[str, Any]
    assignments: Mapping[str, Document]
    quizzes: Mapping[str, Document]
    group_sets: Mapping[ObjectId, Mapping[str, Any]]

    @classmethod
    def of(cls, course: Mapping[str, Any], parts: Mapping[str, list[Document]]) -> "Book":
        return cls(
            course,
            next(iter(parts["gradebooks"]), {}),
            {str(row["_id"]): row for row in parts["assignments"]},
            {str(row["_id"]): row for row in parts["quizzes"]},
            {each["id"]: each for row in parts["group_sets"] for each in row["sets"]},
        )

    def to_learners(self) -> "Book":
        """Without what is not published."""
        assignments, quizzes = (
            {_id: row for _id, row in works.items() if row["published"]}
            for works in (self.assignments, self.quizzes)
        )
        return replace(self, assignments=assignments, quizzes=quizzes)

    @property
    def version(self) -> int:
        version: int = self.stored.get("version", 0)
        return version

    @property
    def frozen(self) -> Document | None:
        """``at``, ``by`` and ``why``."""
        frozen: Document | None = self.stored.get("frozen")
        return frozen

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        return settings.kept(self.stored)

    @cached_property
    def bands(self) -> list[Document]:
        default = [{"label": band.label, "least": float(band.least)} for band in LETTERS]
        return self.stored.get("bands") or default

    @cached_property
    def scheme(self) -> Scheme:
        return settings.scheme(self.bands)

    @cached_property
    def categories(self) -> list[Category]:
        return settings.categories(self.settings)

    @cached_property
    def columns(self) -> list[Document]:
        """As they are shown, in their order."""
        placed = {column["id"]: column for column in self.settings["columns"]}
        quizzes = {_id: row for _id, row in self.quizzes.items() if row["published"] or _id in placed}
        works = {
            **{_id: Work(row["title"], row["points"]) for _id, row in self.assignments.items()},
            **{_id: Work(row["title"], QUIZ_POINTS) for _id, row in quizzes.items()},
        }
        return [self._column(item, placed.get(item.id, {})) for item in settings.items(self.settings, works)]

    def _column(self, item: Item, placed: Mapping[str, Any]) -> Document:
        assignment = self.assignments.get(item.id)
        work = assignment or self.quizzes.get(item.id)
        return {
            "id": item.id,
            "kind": "assignment" if assignment else "quiz" if work else "manual",
            "title": item.title,
            "points": float(item.points),
            "category_id": item.category_id if self.settings["categories"] else None,
            "weight": float(item.weight),
            "extra_credit": item.extra_credit,
            "never_drop": placed.get("never_drop", False),
            "due_at": (work or placed).get("due_at"),
            "published": work["published"] if work else True,
            "blind": work is not None and pseudonyms.are_needed(work),
        }

    @cached_property
    def columns_version(self) -> str:
        return hashlib.sha256(to_json([self.columns, self.version])).hexdigest()[:16]

    @cached_property
    def named_items(self) -> list[Item]:
        """Those whose cells may be joined to names."""
        return [self._item(column) for column in self.columns if not column["blind"]]

    @cached_property
    def items(self) -> list[Item]:
        """Those that count."""
        return [self._item(each) for each in self.columns if each["published"] and not each["blind"]]

    def _item(self, column: Mapping[str, Any]) -> Item:
        return Item(
            column["id"],
            column["title"],
            decimal(column["points"]),
            column["category_id"] if self.settings["categories"] else WHOLE.id,
            decimal(column["weight"]),
            column["extra_credit"],
        )

    def grade(self, cells: Mapping[str, Cell], override: Override | None) -> Result:
        missing = self.settings["missing"]
        return course_grade(self.categories, self.items, cells, self.scheme, missing=missing, override=override)
