"""What cites a text that is no longer current, brought up to date: what stands word for word in the text's new
edition too is cited from there, and all else is marked as changed.

Each lesson is a transaction, with its questions, and one that is done is not found again: a crash loses nothing,
and doing it twice does nothing. What a transaction that began before the text was superseded writes can be found
only after it has ended: so a text is looked at until it has been superseded for longer than one can take.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from bson import ObjectId

from lms import clock, mongo
from lms.ai import repository, sources
from lms.courses import citations as in_lessons
from lms.courses.citations import Revise
from lms.mongo import Document, Transaction
from lms.quizzes import citations as in_questions

_LONGEST_TRANSACTION = timedelta(minutes=2)
"""MongoDB ends one after a minute."""
_LEAST_SECONDS = 15.0
_BATCH = 20
_MOST_OCCURRENCES = 100


def settle(source_id: ObjectId, seconds_left: Callable[[], float]) -> bool:
    """Whether nothing is left to do. Where time runs out, the rest is sent on as a message of its own."""
    old = repository.source(source_id)
    if old is None or not old.get("superseded"):
        return True
    revise = _revision(old)
    for following, bring in ((in_lessons.following, _bring_lesson), (in_questions.following, _bring_question)):
        while found := following(source_id, _BATCH):
            for each in found:
                if seconds_left() < _LEAST_SECONDS:
                    sources.send([source_id])
                    return False
                mongo.transaction(partial(bring, each, source_id, revise))
    if successor := old["superseded"]["by"]:
        # It may itself have been superseded since.
        sources.follow(None, [successor])
    return repository.settled(old, clock.now() - _LONGEST_TRANSACTION)


def sweep(limit: int) -> int:
    """Send a message for each text that is due; return how many those were."""
    due = repository.due_sources(limit)
    sources.send(due)
    return len(due)


def _bring_lesson(lesson_id: ObjectId, source_id: ObjectId, revise: Revise, tx: Transaction) -> None:
    """With its questions, so that what it shows changes once."""
    in_questions.revise_of_lesson(tx, lesson_id, source_id, revise)
    in_lessons.revise(tx, lesson_id, source_id, revise)


def _bring_question(question_id: ObjectId, source_id: ObjectId, revise: Revise, tx: Transaction) -> None:
    question = in_questions.revise(tx, question_id, source_id, revise)
    if question["lesson_id"]:
        in_lessons.show_questions(tx, question["lesson_id"])


def _revision(old: Mapping[str, Any]) -> Revise:
    """How a citation of the text becomes one of its new edition, or one that says that its source has changed."""
    by = old["superseded"]["by"]
    new = repository.source(by) if by else None

    def revise(citation: Document) -> Document:
        found = _place(old["text"], new["text"], citation["start"], citation["end"]) if new else None
        if new is None or found is None:
            return {**citation, "follows": None, "changed": True}
        return sources.citation(new, *found)

    return revise


def _place(old: str, new: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the cited words stand in the new edition, however they are parted into lines and paragraphs there; of
    several places the one that is as far into the text."""
    cited = old[start:end].split()
    if not cited:
        return None
    before = r"(?<!\w)" if cited[0][0].isalnum() else ""
    after = r"(?!\w)" if cited[-1][-1].isalnum() else ""
    found = re.finditer(before + r"\s+".join(map(re.escape, cited)) + after, new)
    places = [match.span() for match, _ in zip(found, range(_MOST_OCCURRENCES), strict=False)]
    expected = start * len(new) / len(old)
    return min(places, key=lambda place: abs(place[0] - expected), default=None)
