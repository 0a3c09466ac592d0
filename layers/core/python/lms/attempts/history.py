"""The history of an attempt's answers: each save that was acknowledged."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId
from bson.errors import InvalidId

from lms.attempts import asking, repository
from lms.attempts.access import require_theirs
from lms.attempts.responses import shown
from lms.courses.access import CourseAccess
from lms.cursors import decode_cursor, not_a_cursor
from lms.mongo import Document


def page(access: CourseAccess, cursor: str | None, limit: int) -> list[Document]:
    """The saves of the attempt in the order of arrival, their answers as the learner gave them."""
    attempt = access.resource
    require_theirs(access, attempt)
    items = {item["id"]: item for item in attempt["items"]}
    asked = asking.questions(attempt["items"])

    def answers(row: Mapping[str, Any]) -> Document:
        return {
            name: shown(asked[name].question.content, items[name]["order"], value)
            for name, value in row["answers"].items()
        }

    rows = repository.page_of_log(attempt["_id"], _after(decode_cursor(cursor)), limit)
    return [{**row, "answers": answers(row)} for row in rows]


def place(row: Mapping[str, Any]) -> list[Any]:
    return [row["arrival"], str(row["_id"])]


def _after(given: Any) -> tuple[int, ObjectId] | None:
    if given is None:
        return None
    try:
        arrival, _id = given
        return int(arrival), ObjectId(_id)
    except (TypeError, ValueError, InvalidId):
        raise not_a_cursor() from None
