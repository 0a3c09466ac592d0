"""The essays of an attempt, for those who suggest grades for them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bson import ObjectId

from lms.attempts import asking, repository
from lms.attempts.answers import Standing
from lms.mongo import Document, Transaction


class Essay(NamedTuple):
    """``prompt`` and ``references`` as they were when the attempt began, as is ``rubric``."""

    item_id: str
    title: str
    prompt: str
    references: Sequence[str]
    points: float
    rubric: Document | None
    text: str


def of(attempt: Mapping[str, Any]) -> Iterator[Essay]:
    """Those with an answer."""
    asked, in_force = asking.questions(attempt["items"]), Standing.of(attempt).in_force
    for item in attempt["items"]:
        question = asked[item["id"]].question
        said = in_force.get(item["id"], {}).get("value")
        if question.content.kind == "essay" and isinstance(said, str) and said.strip():
            yield Essay(
                item["id"],
                question.title,
                question.prompt,
                getattr(question.content, "references", []),
                item["points"],
                item.get("rubric"),
                said,
            )


def handed_in(attempt_id: ObjectId, submitted_at: datetime, tx: Transaction | None = None) -> list[Essay]:
    """None where the attempt is not the one that was handed in then: it is open again, or was handed in anew."""
    attempt = repository.attempt(attempt_id, tx)
    return list(of(attempt)) if attempt and attempt["submitted_at"] == submitted_at else []
