"""What an AI asks about a lesson, taken into the question bank as the lesson's quiz."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from lms.courses.states import Origin
from lms.errors import Invalid
from lms.mongo import Document, Transaction
from lms.quizzes import questions, quizzes, repository
from lms.quizzes.contents import Question
from lms.quizzes.fields import GAP
from lms.quizzes.lesson_quiz import BLANK, PARTED_BRACES
from lms.quizzes.models.quiz import NewQuiz
from lms.telemetry import logger

if TYPE_CHECKING:
    from lms.ai import models as ai

Asked = tuple["ai.Question", Document | None]
"""A question and the place in a source text that it comes from."""


def quiz(lesson: Mapping[str, Any], asked: Iterable[Asked], now: datetime) -> tuple[Document, list[Document]]:
    """The lesson's quiz and its questions, but for what the bank cannot hold: a text that is far too long, say."""
    rows = [row for each, source in asked if (row := _row(lesson, each, source, now))]
    items = [{"kind": "question", "question_id": row["_id"], "points": None} for row in rows]
    new = NewQuiz(title=lesson["title"], lesson_id=str(lesson["_id"]))
    made = {
        **quizzes.document(new, lesson["course_id"], now),
        "items": items,
        "question_count": len(items),
        "published": True,
    }
    return made, [{**row, "used_in": [made["_id"]]} for row in rows]


def add(tx: Transaction, quiz_rows: Sequence[Document], question_rows: Sequence[Document]) -> None:
    repository.add_quizzes(tx, quiz_rows)
    repository.add_questions(tx, question_rows)


def _row(
    lesson: Mapping[str, Any], asked: "ai.Question", source: Document | None, now: datetime
) -> Document | None:
    provenance = {
        "lesson_id": lesson["_id"],
        "evidence": asked.evidence,
        "source": source,
        "origin": Origin.AI,
    }
    try:
        return questions.document(question(asked), lesson["course_id"], now, **provenance)
    except (ValidationError, Invalid) as error:
        logger.warning("a generated question was left out", error=type(error).__name__)
        return None


def question(asked: "ai.Question") -> Question:
    """Raise ValidationError for what the bank cannot hold."""
    return Question.model_validate({"prompt": _prompt(asked), "content": _content(asked)})


def _prompt(asked: "ai.Question") -> str:
    """What stands in braces by chance is no gap: an invisible word joiner keeps it from being one."""
    if asked.kind != "cloze":
        return asked.prompt
    text = GAP.sub(lambda found: found[0].replace("{{", PARTED_BRACES), asked.prompt)
    return text.replace(BLANK, "{{answer}}", 1)


def _content(asked: "ai.Question") -> dict[str, Any]:
    match asked.kind:
        case "single":
            options = [
                {"text": text, "weight": float(index == asked.answer)} for index, text in enumerate(asked.options)
            ]
            return {"kind": "single", "options": options}
        case "true_false":
            return {"kind": "true_false", "answer": asked.answer}
        case "cloze":
            gap = {"id": "answer", "kind": "short_text", "answers": [_literally(asked.answer)]}
            return {"kind": "cloze", "gaps": [gap]}
        case "short_text":
            return {"kind": "short_text", "answers": [_literally(asked.answer)]}


def _literally(text: str) -> dict[str, str]:
    """An asterisk that is no wildcard."""
    return {"text": text.replace("*", r"\*")}
