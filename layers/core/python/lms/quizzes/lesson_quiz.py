"""The quiz of a lesson, for the lesson: as it shows it to its editors, and as it takes it with it when it goes.

The simple form that a lesson shows holds the kinds of question that have one answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId

from lms.mongo import Document, Transaction
from lms.quizzes import repository

BLANK = "____"
"""The gap of a cloze question in the simple form, which is the AI's."""

PARTED_BRACES = "{\u2060{"
"""Braces that stand in a cloze question's text and open no gap."""


def hide(tx: Transaction, quiz_id: ObjectId, now: datetime) -> None:
    """Delete the quiz, as its lesson is. Its questions stay in the bank."""
    repository.delete_quiz(tx, quiz_id, now)
    repository.release_questions(tx, quiz_id)


def bring_back(tx: Transaction, quiz_id: ObjectId) -> None:
    """Undo ``hide``. Questions that were deleted since come back with the quiz that asks them."""
    items = repository.restore_quiz(tx, quiz_id)
    repository.bring_back_questions(tx, quiz_id, [item["question_id"] for item in items if "question_id" in item])


def lessons_of(
    tx: Transaction, course_id: ObjectId, quiz_ids: Iterable[ObjectId]
) -> dict[ObjectId, ObjectId | None]:
    """The lesson, if any, of each of the quizzes that the course has."""
    found = repository.quizzes_of(tx, course_id, list(quiz_ids), {"lesson_id": 1})
    return {quiz["_id"]: quiz["lesson_id"] for quiz in found}


def shown(quiz: Mapping[str, Any], questions: Sequence[Mapping[str, Any]]) -> Document:
    """The quiz with those of its fixed questions, given in any order, that the simple form can hold."""
    question_of = {question["_id"]: question for question in questions}
    fixed = [question_of[item["question_id"]] for item in quiz["items"] if item["kind"] == "question"]
    return {**quiz, "questions": [simple for question in fixed if (simple := _simple(question))]}


def _simple(question: Mapping[str, Any]) -> Document | None:
    content, prompt = question["content"], question["prompt"]
    match content["kind"]:
        case "single":
            weights = [option["weight"] for option in content["options"]]
            texts = [option["text"] for option in content["options"]]
            return _asked(question, "single", prompt, weights.index(1), options=texts)
        case "true_false":
            return _asked(question, "true_false", prompt, content["answer"])
        case "short_text":
            return _asked(question, "short_text", prompt, _text(content["answers"]))
        case "cloze" if len(content["gaps"]) == 1 and content["gaps"][0]["kind"] == "short_text":
            [gap] = content["gaps"]
            blank = prompt.replace(f"{{{{{gap['id']}}}}}", BLANK).replace(PARTED_BRACES, "{{")
            return _asked(question, "cloze", blank, _text(gap["answers"]))
    return None


def _asked(question: Mapping[str, Any], kind: str, prompt: str, answer: bool | int | str, **more: Any) -> Document:
    return {**question, "kind": kind, "prompt": prompt, "answer": answer, **more}


def _text(answers: Sequence[Mapping[str, Any]]) -> str:
    """The first answer that is wholly right, without the marks that keep its asterisks from being wildcards."""
    right: str = next(answer["text"] for answer in answers if answer["weight"] == 1)
    return right.replace(r"\*", "*")
