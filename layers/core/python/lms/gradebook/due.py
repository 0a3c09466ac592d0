"""Which of a learner's work is overdue, by the learner's own dates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId

from lms.assignments import groups
from lms.attempts import window
from lms.gradebook.book import Book
from lms.mongo import Document

Enrollment = Mapping[str, Any]


def mates(book: Book, user_ids: Sequence[ObjectId]) -> set[ObjectId]:
    """Those with whom these learners hand in an assignment of the course."""
    theirs = set(user_ids)
    found = [group for each in _sets(book).values() for group in each["groups"]]
    return {_id for group in found if not theirs.isdisjoint(group["member_ids"]) for _id in group["member_ids"]}


def _sets(book: Book) -> dict[ObjectId, Mapping[str, Any]]:
    """The group sets that hand in an assignment."""
    used = {row["group_set_id"] for row in book.assignments.values()}
    return {_id: each for _id, each in book.group_sets.items() if _id in used}


class DueDates:
    """Of the learners of a page. Most of them have the same ones: these are computed once."""

    def __init__(self, book: Book, enrollments: Sequence[Document], now: datetime) -> None:
        """``enrollments`` are the mates' of all of them."""
        self._book = book
        self._now = now
        self._groups = _groups(book, {row["user_id"]: row for row in enrollments})
        self._known: dict[Any, bool] = {}
        works = {**book.assignments, **book.quizzes}
        self._own = {_id: {each.get("user_id") for each in work["overrides"]} for _id, work in works.items()}

    def have_passed(self, column: Mapping[str, Any], enrollment: Enrollment) -> bool:
        if column["kind"] == "manual":
            return self._is_past(column["due_at"])
        user_id, id = enrollment["user_id"], column["id"]
        mates = self._groups.get(user_id, {})
        work = self._book.assignments.get(id) or self._book.quizzes[id]
        if user_id in self._own[id] or work.get("group_set_id") in mates:
            return self._is_past(self._date(work, enrollment, mates))
        accommodations = enrollment.get("accommodations") or {}
        key = (id, enrollment.get("cohort_id"), *sorted(accommodations.items()))
        if key not in self._known:
            self._known[key] = self._is_past(self._date(work, enrollment, mates))
        return self._known[key]

    def _date(self, work: Mapping[str, Any], enrollment: Enrollment, mates: groups.Mates) -> datetime | None:
        zone = self._book.course["time_zone"]
        if "group_set_id" in work:
            return groups.window(work, enrollment, mates, zone).due_at
        return window.of(work, enrollment, zone).due_at

    def _is_past(self, due_at: datetime | None) -> bool:
        return due_at is not None and due_at < self._now


def _groups(book: Book, enrolled: Mapping[ObjectId, Document]) -> dict[ObjectId, dict[ObjectId, list[Document]]]:
    """By learner and group set, the enrollments of the learner's group."""
    found: dict[ObjectId, dict[ObjectId, list[Document]]] = {}
    for set_id, each in _sets(book).items():
        for group in each["groups"]:
            together = [enrolled[_id] for _id in group["member_ids"] if _id in enrolled]
            for row in together:
                found.setdefault(row["user_id"], {})[set_id] = together
    return found
