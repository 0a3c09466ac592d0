"""What became of each item of a file: taken as it is, changed, or refused, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import ValidationError

from lms.quizzes.formats.files import MOST_ITEMS, refused

if TYPE_CHECKING:
    from lms.quizzes.contents import Question

_MOST_NOTES = 10
_LONGEST_NOTE = 200

Notes = list[str]
"""What an item loses or becomes. Whoever takes it over adds to them; none means that it stays as it was."""


class Row(NamedTuple):
    """``place`` is the line in the file (in a package: file and line); ``type`` is as the file names it.

    ``question_index`` is that of the question that came of the item; None where none did, and in what is written.
    """

    number: int
    place: str
    title: str
    type: str
    outcome: Literal["taken", "changed", "refused"]
    notes: list[str]
    question_index: int | None = None


class Refused(Exception):
    """Why one item cannot be taken over; the others still are."""


class Report:
    """One row per item, in the order of the file, and the questions that came of them."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.rows: list[Row] = []
        self._holders = 0

    def read(self, place: str, title: str, kind: str, make: Callable[[Notes], Mapping[str, Any]]) -> None:
        """Add the question whose fields ``make`` finds."""

        from lms.quizzes.contents import Question

        def take(notes: Notes) -> None:
            self.questions.append(Question.model_validate(make(notes)))

        self._require_room(len(self.rows) - self._holders, place, "items")
        self.add(place, title, kind, take)

    def add_holder(self, place: str, title: str, kind: str, *losses: str) -> None:
        """A row for what holds items, such as a category: there may be as many of them as of items."""
        self._require_room(self._holders, place, "categories or groups")
        self.add(place, title, kind, lambda notes: notes.extend(losses))
        self._holders += 1

    def _require_room(self, count: int, place: str, what: str) -> None:
        if count == MOST_ITEMS:
            raise refused(f"{place}: a file may hold at most {MOST_ITEMS:,} {what}")

    def add(self, place: str, title: str, kind: str, take: Callable[[Notes], None]) -> None:
        notes: Notes = []
        before = len(self.questions)
        outcome: Literal["taken", "changed", "refused"] | None = None
        try:
            take(notes)
        except Refused as reason:
            outcome, notes = "refused", [str(reason), *notes]
        except ValidationError as error:
            outcome, notes = "refused", [*_messages(error), *notes]
        self.rows.append(
            Row(
                number=len(self.rows) + 1,
                place=place,
                title=" ".join(title.split())[:200],
                type=kind[:100],
                outcome=outcome or ("changed" if notes else "taken"),
                notes=_bounded(notes),
                question_index=before if len(self.questions) > before else None,
            )
        )


def _messages(error: ValidationError) -> list[str]:
    """Without the values, which may be long, and without the kind that pydantic puts into the path."""
    return [
        f"{'.'.join(map(str, row['loc'][:1] + row['loc'][2:] if row['loc'][:1] == ('content',) else row['loc']))}"
        f": {row['msg']}".lstrip(": ")
        for row in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def _bounded(notes: Notes) -> list[str]:
    distinct = list(dict.fromkeys(note[:_LONGEST_NOTE] for note in notes))
    left = len(distinct) - _MOST_NOTES
    return distinct if left <= 0 else [*distinct[:_MOST_NOTES], f"and {left} more"]


def cut(text: str, longest: int, what: str, notes: Notes) -> str:
    """The beginning of a text that is too long, and a note of it."""
    text = text.strip()
    if len(text) > longest:
        notes.append(f"the {what} is cut to its first {longest} characters")
    return text[:longest]
