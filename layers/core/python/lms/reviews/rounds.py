"""Allocating reviews by the schedule: to all when they begin, to who comes later, and in place of what was missed.

A look at an assignment is one transaction that also says when the next one is, so that of two looks at once one
begins anew and finds nothing left to do.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from bson import ObjectId

from lms import events, mongo
from lms.assignments import assignments, groups, reviewed
from lms.enrollment import learners
from lms.enrollment.dates import Learner
from lms.mongo import Document, Transaction
from lms.reviews import allocation, repository
from lms.rubrics import rubrics
from lms.submissions import reviewed as submissions
from lms.telemetry import logger

Review = Mapping[str, Any]

_SOON = timedelta(minutes=10)
_LATER = timedelta(days=1)
_LIVELY = timedelta(days=30)
"""How long after their beginning reviews are looked at often, for works that come late."""


class Class(NamedTuple):
    """Of an assignment: the last submission of each holder, whose own it is, who learns in the course now, and who
    of these has handed in."""

    works: Mapping[ObjectId, Document]
    authors: Mapping[ObjectId, set[ObjectId]]
    learning: Mapping[ObjectId, Document]

    @property
    def reviewers(self) -> set[ObjectId]:
        return {_id for work in self.works.values() for _id in work["member_ids"] if _id in self.learning}


def look(now: datetime, limit: int) -> int:
    """Look at the assignments whose reviews wait for it; how many these were. One that fails does not hold up
    others."""
    waiting = reviewed.waiting(now, limit)
    for row in waiting:
        try:
            mongo.transaction(partial(_look, row=row, now=now))
        except Exception:
            logger.exception("reviews were not allocated", assignment_id=str(row["_id"]))
    return len(waiting)


def _look(tx: Transaction, row: Mapping[str, Any], now: datetime) -> None:
    assignment = assignments.of(row["_id"], tx)
    reviewed.look_again(tx, assignment["_id"], _looked_at(tx, assignment, now))


def _looked_at(tx: Transaction, assignment: Document, now: datetime) -> datetime | None:
    """When to look again."""
    if not (assignment["published"] and assignment["peer_reviews"]):
        return None
    before = repository.of_assignment(tx, assignment["_id"])
    if assignment["deleted_at"]:
        _miss(tx, [each for each in before if each["state"] == "open"])
        return None
    if not before and now < reviewed.begins_at(assignment):
        return reviewed.begins_at(assignment)
    known = _class(tx, assignment, before)
    standing = _without_missed(tx, before, known, now)
    return _next_look(assignment, [*standing, *_added(tx, assignment, known, standing, now)], now)


def _class(tx: Transaction, assignment: Document, before: Sequence[Review]) -> Class:
    works = submissions.latest(tx, assignment["_id"])
    members = groups.members(tx, assignment)
    authors = {_id: {*work["member_ids"], *members.get(_id, ())} for _id, work in works.items()}
    people = {each["reviewer_id"] for each in before}.union(*authors.values())
    enrolled = learners.active([assignment["course_id"]], people, tx)
    return Class(works, authors, {each["user_id"]: each for each in enrolled})


def _without_missed(tx: Transaction, before: Sequence[Review], known: Class, now: datetime) -> list[Review]:
    """The reviews; missed are those that are over and not done, and those of who no longer learns here."""
    missed = _miss(
        tx,
        [
            each
            for each in before
            if each["state"] == "open" and (each["due_at"] <= now or each["reviewer_id"] not in known.learning)
        ],
    )
    return [{**each, "state": "missed"} if each["_id"] in missed else each for each in before]


def _miss(tx: Transaction, reviews: Sequence[Review]) -> set[ObjectId]:
    """Their ids. They are no longer to be done."""
    ids = {each["_id"] for each in reviews}
    repository.miss(tx, ids)
    _tell(tx, "review.missed", reviews)
    return ids


def _added(
    tx: Transaction, assignment: Document, known: Class, standing: Sequence[Review], now: datetime
) -> list[Document]:
    pinned = _fallback_rubric(tx, assignment, known)

    def review(reviewer_id: ObjectId, holder_id: ObjectId, replaced: Review | None) -> Document:
        work = known.works[holder_id]
        days = assignment["peer_reviews"]["days"] + Learner.of(known.learning[reviewer_id]).extra_days
        along_rubric = assignment["peer_reviews"]["criteria"] == "rubric"
        return {
            "_id": ObjectId(),
            "assignment_id": assignment["_id"],
            "course_id": assignment["course_id"],
            "submission_id": replaced["submission_id"] if replaced else work["_id"],
            "holder_id": holder_id,
            "reviewer_id": reviewer_id,
            "due_at": now + timedelta(days=days),
            "state": "open",
            "replaces": replaced["_id"] if replaced else None,
            "rubric": (replaced["rubric"] if replaced else work["rubric"] or pinned) if along_rubric else None,
            "criteria": [],
            "comment": "",
            "done_at": None,
            "version": 1,
            "created_at": now,
            "deleted_at": None,
        }

    added = [review(*pair, None) for pair in _joining(assignment, known, standing)]
    added += [review(who, work, lost) for lost, who, work in _standing_in(known, [*standing, *added])]
    repository.add(tx, added)
    _tell(tx, "review.assigned", added)
    return added


def _fallback_rubric(tx: Transaction, assignment: Document, known: Class) -> Document | None:
    """For what was handed in before the assignment had a rubric."""
    if assignment["rubric_id"] is None or all(work["rubric"] for work in known.works.values()):
        return None
    latest = rubrics.latest(assignment["rubric_id"], tx)
    return {"id": latest["_id"], "version": latest["version"]}


def _joining(assignment: Document, known: Class, standing: Sequence[Review]) -> list[allocation.Pair]:
    """The works of who has left are reviewed no further."""
    return allocation.allocated(
        {work: authors for work, authors in known.authors.items() if not authors.isdisjoint(known.learning)},
        known.reviewers,
        _pairs(each for each in standing if each["replaces"] is None),
        _pairs(each for each in standing if each["replaces"]),
        assignment["peer_reviews"]["count"],
        str(assignment["_id"]),
    )


def _pairs(reviews: Iterator[Review]) -> list[allocation.Pair]:
    return [(each["reviewer_id"], each["holder_id"]) for each in reviews]


def _standing_in(known: Class, standing: Sequence[Review]) -> Iterator[tuple[Review, ObjectId, ObjectId]]:
    """Each review that is missed and not replaced, with who of those that have done all theirs takes its place."""
    replaced = {each["replaces"] for each in standing}
    given = Counter(each["reviewer_id"] for each in standing)
    unfinished = {each["reviewer_id"] for each in standing if each["state"] != "done"}
    ready = known.reviewers & given.keys() - unfinished
    pairs = {*_pairs(iter(standing))}
    for lost in standing:
        if lost["state"] != "missed" or lost["_id"] in replaced:
            continue
        holder_id = lost["holder_id"]
        barred = known.authors[holder_id] | {person for person, work in pairs if work == holder_id}
        if (found := allocation.stand_in(ready, barred, given, str(lost["_id"]))) is not None:
            ready.discard(found)
            pairs.add((found, holder_id))
            yield lost, found, holder_id


def _tell(tx: Transaction, type: str, reviews: Collection[Review]) -> None:
    names = ("assignment_id", "course_id", "submission_id", "reviewer_id")
    told = {each["_id"]: {name: each[name] for name in names} for each in reviews}
    events.record_each(tx, type, actor=None, data_of=told)


def _next_look(assignment: Document, reviews: Sequence[Review], now: datetime) -> datetime | None:
    """While something is open or works may still come; never again once the grades are released."""
    due: list[datetime] = [each["due_at"] for each in reviews if each["state"] == "open"]
    if assignment["released_at"] and not due:
        return None
    lively = due or now < reviewed.begins_at(assignment) + _LIVELY
    return min([now + (_SOON if lively else _LATER), *due])
