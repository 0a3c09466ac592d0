"""What an AI asks about a lesson, taken into the question bank: as the lesson's quiz, or as an editor chooses."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from bson import ObjectId
from pydantic import ValidationError

from lms import clock
from lms.courses import changes
from lms.courses.access import CourseAccess
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
    new = NewQuiz(title=lesson["title"], lesson_id=str(lesson["_id"]))
    made = {**_asking(new, lesson["course_id"], rows, now), "published": True}
    return made, [{**row, "used_in": [made["_id"]]} for row in rows]


def add(tx: Transaction, quiz_rows: Sequence[Document], question_rows: Sequence[Document]) -> None:
    repository.add_quizzes(tx, quiz_rows)
    repository.add_questions(tx, question_rows)


def evidence_about(course_id: ObjectId, lesson_id: ObjectId) -> list[str]:
    """The sentences of the lesson that the course's questions rest on."""
    return repository.evidence_about(course_id, lesson_id)


class Terms(NamedTuple):
    """Where accepted questions go: their pool and skills, and the title of a draft quiz that asks them, if any."""

    pool: str | None
    skills: list[str]
    quiz_title: str | None


def take_over(
    tx: Transaction, access: CourseAccess, proposed: Sequence[Mapping[str, Any]], terms: Terms, job_id: ObjectId
) -> tuple[list[ObjectId], ObjectId | None]:
    """Take questions that an AI proposed into the bank, as reviewed by the caller; their ids, and the quiz's.

    Raise 422 for what the bank cannot hold.
    """
    now = clock.now()
    reviewed = {"by": access.caller.id, "at": now}
    rows = [
        questions.document(
            Question.model_validate(
                {name: each[name] for name in ("prompt", "content")} | {"pool": terms.pool, "skills": terms.skills}
            ),
            access.course_id,
            now,
            lesson_id=each["lesson_id"],
            evidence=each["evidence"],
            difficulty=each["difficulty"],
            source=each["source"],
            origin=Origin.AI,
            reviewed=reviewed,
        )
        for each in proposed
    ]
    quiz_id = None
    if terms.quiz_title is not None:
        made = _asking(NewQuiz(title=terms.quiz_title), access.course_id, rows, now)
        quiz_id = made["_id"]
        rows = [{**row, "used_in": [quiz_id]} for row in rows]
        repository.add_quizzes(tx, [made])
        changes.record(tx, access, "create", "quiz", quiz_id, {"job_id": job_id})
    repository.add_questions(tx, rows)
    detail = {"count": len(rows), "job_id": job_id}
    changes.record(tx, access, "import", "question_bank", access.course_id, detail)
    return [row["_id"] for row in rows], quiz_id


def _asking(new: NewQuiz, course_id: ObjectId, rows: Sequence[Document], now: datetime) -> Document:
    items = [{"kind": "question", "question_id": row["_id"], "points": None} for row in rows]
    return {**quizzes.document(new, course_id, now), "items": items, "question_count": len(items)}


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
