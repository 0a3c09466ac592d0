"""What waits for a grader, over all the courses in which they give grades: the longest waiting first."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId

from lms.appeals import waiting as appeals
from lms.assignments import assignments
from lms.attempts import waiting as attempts
from lms.auth import people
from lms.blind import pseudonyms
from lms.caller import Caller
from lms.courses import mine
from lms.cursors import decode_cursor, not_a_cursor
from lms.enrollment import learners, visible
from lms.enrollment.visible import After, Scope
from lms.fields import rfc3339
from lms.grading import suggestions
from lms.mongo import Document
from lms.quizzes import named as quizzes
from lms.submissions import waiting as submissions

_FEWEST = 100
"""To look through at once, where some of what waits is nobody's any more."""

Rows = Sequence[Mapping[str, Any]]


def page(who: Caller, cursor: str | None, limit: int) -> list[Document]:
    """At most ``limit`` rows from behind ``cursor`` on. What is of learners who have left the course, or of deleted
    work, waits no more."""
    accesses = mine.taught(who, "grade.give")
    after, found = _after(cursor), list[Document]()
    if not accesses:
        return []
    scope, courses = visible.scope(accesses), {access.course_id: access.course for access in accesses}
    most = limit
    while len(found) < limit:
        rows = _oldest(scope, after, most)
        found += _kept(scope, rows)
        if len(rows) < most:
            break
        after, most = (rows[-1]["since"], rows[-1]["_id"]), max(limit, _FEWEST)
    return list(_shown(found[:limit], courses))


def place(row: Mapping[str, Any]) -> list[str]:
    """A row's, for the cursor."""
    return [rfc3339(row["since"]), str(row["place"])]


def _after(cursor: str | None) -> After | None:
    match decode_cursor(cursor):
        case None:
            return None
        case [str(since), str(_id)] if ObjectId.is_valid(_id):
            try:
                return datetime.fromisoformat(since.replace("Z", "+00:00")), ObjectId(_id)
            except ValueError:
                raise not_a_cursor() from None
    raise not_a_cursor()


def _oldest(scope: Scope, after: After | None, limit: int) -> list[Document]:
    """Of all kinds together."""
    rows = [
        *({**row, "kind": "submission"} for row in submissions.oldest(scope, after, limit)),
        *({**row, "kind": "attempt"} for row in attempts.oldest(scope, after, limit)),
        *({**row, "kind": "appeal"} for row in appeals.oldest(scope, after, limit)),
    ]
    return sorted(rows, key=lambda row: (row["since"], row["_id"]))[:limit]


def _kept(scope: Scope, rows: Rows) -> Iterator[Document]:
    """Those of learners whom the caller sees and who learn there now, with the ``work`` that they are of."""
    if not rows:
        return
    enrolled = learners.active(
        list({row["course_id"] for row in rows}), {_id for row in rows for _id in row["people"]}
    )
    learning = {(each["course_id"], each["user_id"]) for each in enrolled}
    works = _works(rows)
    for row in rows:
        course_id, work = row["course_id"], works[_work_id(row)]
        theirs = [_id for _id in row["people"] if (course_id, _id) in learning and scope.shows(course_id, _id)]
        if theirs and not work["deleted_at"]:
            yield {**row, "people": theirs, "work": work}


def _works(rows: Rows) -> dict[ObjectId, Document]:
    assigned = {row["assignment_id"] for row in rows if "assignment_id" in row}
    asked = {row["quiz_id"] for row in rows if "quiz_id" in row}
    return {
        **(assignments.titles(assigned) if assigned else {}),
        **(quizzes.titles(asked) if asked else {}),
    }


def _work_id(row: Mapping[str, Any]) -> ObjectId:
    _id: ObjectId = row.get("assignment_id") or row["quiz_id"]
    return _id


def _shown(rows: Rows, courses: Mapping[ObjectId, Document]) -> Iterator[Document]:
    """Under pseudonyms where grading is blind, else with names."""
    blind = pseudonyms.needed_in({row["work"]["_id"]: row["work"] for row in rows}.values())
    known = [_id for row in rows if row["work"]["_id"] not in blind for _id in row["people"]]
    names = people.names(known) if known else {}
    asked = _asked([row["_id"] for row in rows if row["kind"] == "submission"])
    for row in rows:
        work, named = row["work"], blind.get(row["work"]["_id"])
        suggestion_id = asked.get(row["_id"])
        yield {
            "place": row["_id"],
            "kind": "suggestion" if suggestion_id else row["kind"],
            "since": row["since"],
            "course_id": row["course_id"],
            "course_title": courses[row["course_id"]]["title"],
            "assignment": None if "quiz_id" in row else work,
            "quiz": work if "quiz_id" in row else None,
            "submission_id": row["_id"] if row["kind"] == "submission" else row.get("submission_id"),
            "suggestion_id": suggestion_id,
            "attempt_id": row["_id"] if row["kind"] == "attempt" else None,
            "appeal_id": row["_id"] if row["kind"] == "appeal" else None,
            "wants": row.get("wants"),
            "blind": named is not None,
            "learners": [
                {"user_id": named.of(_id) if named else _id, "name": names.get(_id)} for _id in row["people"]
            ],
        }


def _asked(submission_ids: Collection[ObjectId]) -> dict[ObjectId, ObjectId]:
    """By submission, the suggestion because of which a person is asked."""
    found = suggestions.latest(submission_ids) if submission_ids else {}
    return {_id: each["_id"] for _id, each in found.items() if each["decision"]["asks"]}
