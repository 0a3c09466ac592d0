"""What a run has found, for those who grade. It is evidence for a person, never a verdict."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bson import ObjectId

from lms.courses.access import CourseAccess
from lms.cursors import decode_cursor, not_a_cursor
from lms.enrollment import visible
from lms.errors import NotFound
from lms.mongo import Document
from lms.similarity import repository, runs
from lms.similarity.clusters import standings
from lms.similarity.repository import Place
from lms.similarity.sides import Side, Sides
from lms.submissions.access import may_see

_MOST_LEARNERS = 100_000


class Ranking:
    """Of an assignment's pairs: a page of ``rows``, and ``summary`` of all of them."""

    def __init__(self, access: CourseAccess, cursor: str | None, limit: int) -> None:
        after = _place(cursor)
        found = repository.summary(access.resource["_id"])
        finished = (found or {}).get("finished") or {"run_id": None, "cohort": [], "clusters": []}
        pairs = _pairs(access, finished["run_id"], after, limit)
        clusters, unread = finished["clusters"], finished.get("unread", [])
        shown = [*_sides(pairs), *(side for cluster in clusters for side in cluster), *unread]
        sides = Sides(access, access.resource["_id"], shown)
        standing = standings([pair["score"] for pair in pairs], finished["cohort"])
        self.rows = [
            {
                "_id": pair["_id"],
                "place": _key(pair),
                "percent": _percent(pair["score"]),
                "how": pair.get("how", "words"),
                **place._asdict(),
                "earlier": sides.shown(pair["left"]),
                "later": sides.shown(pair["right"]),
                "parts": [
                    _shares(part, "left", "right", "earlier_percent", "later_percent") for part in pair["parts"]
                ],
            }
            for pair, place in zip(pairs, standing, strict=True)
        ]
        self.summary = {
            "last_run": runs.last_of(found),
            "compared_at": finished.get("at"),
            "submissions": finished.get("submissions"),
            "unread": [
                {"submission": sides.shown(side), "files": side["files"]} for side in unread if sides.shows(side)
            ],
            "clusters": [
                {"members": [sides.shown(side) for side in cluster]}
                for cluster in clusters
                if any(map(sides.shows, cluster))
            ],
        }


def _pairs(access: CourseAccess, run_id: ObjectId | None, after: Place | None, limit: int) -> list[Document]:
    """Those of which the caller may see a side."""
    if run_id is None:
        return []
    wanted: Document = {}
    if visible.cohorts_seen(access) is not None:
        theirs = [row["user_id"] for row in visible.learners(access, None, _MOST_LEARNERS)]
        wanted = repository.pairs_of(access.course_id, theirs)
    return repository.pairs(run_id, wanted, after, limit, matches=False)


def of_submission(access: CourseAccess, cursor: str | None, limit: int) -> list[Document]:
    """What the submission has in common with others, by the last finished run of its assignment. Raise 404 for who
    may not see it."""
    submission, after = access.resource, _place(cursor)
    if not may_see(access, submission):
        raise NotFound()
    summary = repository.summary(submission["assignment_id"]) or {}
    if not summary.get("finished"):
        return []
    wanted = {"submission_ids": submission["_id"]}
    pairs = repository.pairs(summary["finished"]["run_id"], wanted, after, limit, matches=True)
    sides = Sides(access, submission["assignment_id"], _sides(pairs))
    return [_seen_from(submission["_id"], pair, sides) for pair in pairs]


def _seen_from(submission_id: ObjectId, pair: Mapping[str, Any], sides: Sides) -> Document:
    is_later = pair["right"]["submission_id"] == submission_id
    own, other = ("right", "left") if is_later else ("left", "right")
    return {
        "_id": pair["_id"],
        "place": _key(pair),
        "percent": _percent(pair["score"]),
        "how": pair.get("how", "words"),
        "is_later": is_later,
        "other": sides.shown(pair[other]),
        "parts": [
            {
                **_shares(part, own, other, "own_percent", "other_percent"),
                "matches": [
                    {"kind": match["kind"], "likeness": match["likeness"], "own": match[own], "other": match[other]}
                    for match in part["matches"]
                ],
            }
            for part in pair["parts"]
        ],
    }


def _sides(pairs: Sequence[Mapping[str, Any]]) -> Iterator[Side]:
    return (pair[name] for pair in pairs for name in ("left", "right"))


def _shares(part: Mapping[str, Any], one: str, other: str, of_one: str, of_other: str) -> Document:
    return {
        "part": part["part"],
        of_one: _percent(part[f"{one}_share"]),
        of_other: _percent(part[f"{other}_share"]),
        "in_order_percent": _percent(part["in_order"]),
    }


def _percent(share: float) -> float:
    return round(100 * share, 1)


def _key(pair: Mapping[str, Any]) -> list[Any]:
    return [pair["score"], str(pair["_id"])]


def _place(cursor: str | None) -> Place | None:
    match decode_cursor(cursor):
        case None:
            return None
        case [float() | int() as score, str(_id)] if ObjectId.is_valid(_id):
            return float(score), ObjectId(_id)
    raise not_a_cursor()
