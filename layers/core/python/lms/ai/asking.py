"""The course's tutor: answers a member's question from the lessons that are open to them, or says that they do not.

Nothing of a question or an answer is kept, and neither is logged.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Sequence

from lms import rate_limits
from lms.ai.failures import BudgetUsedUp, ContentRefused, ProviderFailure
from lms.ai.grounded import answering
from lms.ai.grounded.language import language_of
from lms.ai.grounded.words import words
from lms.ai.metering import metered
from lms.ai.providers import configured
from lms.ai.tutoring import AnswerSentence, Passage
from lms.attempts import ongoing
from lms.courses import searching
from lms.courses.access import CourseAccess
from lms.errors import Unavailable
from lms.mongo import Document
from lms.progress import gate
from lms.spending import budgets, tasks
from lms.spending.scopes import Payer

_MOST_PASSAGES = {"gemini": 8, "grounded": 40}
"""A model reads each; without one, the more there are, the better it shows which words are rare."""
_ANSWER_WITHIN = 21.0
"""Seconds that a model has, all its calls together: nobody waits longer, and the gateway not much."""

# Text indexes know words with spaces between them.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def ask(access: CourseAccess, question: str, remaining_seconds: Callable[[], float]) -> Document:
    """Whether it was ``answered``, and the sentences with what they cite. ``access`` has the outline and the
    caller's progress.

    Raise 409 QUIZ_OPEN while the caller has a quiz open in the course, 429 for too many questions or
    BUDGET_EXCEEDED, 503 where the model is away.
    """
    ongoing.require_none(access)
    rate_limits.take(rate_limits.ASK_BY_PERSON, str(access.caller.id))
    name = configured()
    passages = _passages(access, question, _MOST_PASSAGES[name])
    sentences = _answer(access, question, passages, name, remaining_seconds) if passages else []
    return {
        "answered": bool(sentences),
        "reason": None if sentences else "NOT_IN_COURSE",
        "sentences": [_shown(sentence) for sentence in sentences],
        "provider": name,
    }


def _passages(access: CourseAccess, question: str, most: int) -> list[Passage]:
    """The best in the lessons that are open to the caller."""
    rows = [row for module in access.course["modules"] for row in module["lessons"]]
    open_ids = [row["_id"] for row in rows if not gate.is_locked(access, row["release"])]
    wanted = answering.search_words(question)
    if not open_ids or not wanted:
        return []
    if _UNSPACED.search(question):
        lessons = searching.lessons_of(access.course_id, open_ids)
    else:
        lessons = searching.lessons_with(access.course_id, open_ids, wanted)
    return answering.best_passages(question, lessons, most)


def _answer(
    access: CourseAccess,
    question: str,
    passages: Sequence[Passage],
    name: str,
    remaining_seconds: Callable[[], float],
) -> list[AnswerSentence]:
    payer = Payer(access.caller.id, access.course_id)
    if name == "gemini":
        budgets.require_left(payer)
    language = language_of(words(question)) or language_of(words(" ".join(each.text for each in passages))) or "en"
    ai = metered(name, payer, tasks.ASK, _within(_ANSWER_WITHIN, remaining_seconds))
    try:
        sentences = ai.answer(question, passages, language)
    except BudgetUsedUp as failure:
        raise failure.exceeded from failure
    except ContentRefused:
        return []
    except ProviderFailure as failure:
        wait = math.ceil(failure.retry_after or 5)
        raise Unavailable("The tutor cannot answer at this moment; ask again", retry_after=wait) from failure
    if name == "gemini":
        # The seconds that a model takes suffice to begin a quiz.
        ongoing.require_none(access)
    return sentences


def _within(seconds: float, remaining_seconds: Callable[[], float]) -> Callable[[], float]:
    end = time.monotonic() + seconds
    return lambda: min(remaining_seconds(), end - time.monotonic())


def _shown(sentence: AnswerSentence) -> Document:
    return {
        "text": sentence.text,
        "citations": [
            {
                "lesson_id": citation.passage.lesson_id,
                "lesson_title": citation.passage.lesson_title,
                "block_id": citation.passage.block_id,
                "quote": citation.quote,
            }
            for citation in sentence.citations
        ],
    }
