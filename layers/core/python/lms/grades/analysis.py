"""What an assignment's grades show: how the scores lie, criterion by criterion, how long grading takes, who is late
or has handed nothing in, and how an AI's suggestions agree with people. Of the learners whom the caller sees."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bson import ObjectId

from lms import clock
from lms.assignments import dates, groups
from lms.courses.access import CourseAccess
from lms.enrollment import visible
from lms.grades import machine_agreement, repository
from lms.grades.distribution import distribution, quantile
from lms.mongo import Document
from lms.rubrics import rubrics
from lms.submissions import submissions as handed_in
from lms.submissions import waiting

_MOST_LEARNERS = 100_000

Rubrics = Mapping[tuple[ObjectId, int], Mapping[str, Any]]


def of(access: CourseAccess) -> Document:
    assignment = access.resource
    enrolled = {row["user_id"]: row for row in visible.learners(access, None, _MOST_LEARNERS)}
    learners = list(enrolled)
    sums = repository.sums(assignment["_id"], learners)
    late_seconds = handed_in.lateness(assignment["_id"], learners)
    graded = machine_agreement.graded(assignment["_id"], learners)
    pinned = rubrics.all_pinned([row["rubric"] for row in (*sums["criteria"], *graded)])
    nothing = {_id: row for _id, row in enrolled.items() if _id not in late_seconds}
    graded_without = repository.graded_among(assignment["_id"], nothing) if nothing else set()
    return {
        "assignment_id": assignment["_id"],
        "learners": len(learners),
        "scores": asdict(
            distribution(((row["score"], row["count"]) for row in sums["scores"]), assignment["points"])
        ),
        "criteria": list(_criteria(sums["criteria"], pinned)),
        "grading": _grading(assignment["_id"], learners),
        "late": sum(seconds > 0 for seconds in late_seconds.values()),
        "missing": _missing(
            access, {_id: row for _id, row in nothing.items() if _id not in graded_without}, enrolled
        ),
        "excused": sums["excused"],
        "agreement": machine_agreement.of(graded, pinned),
    }


def _criteria(rows: Iterable[Mapping[str, Any]], pinned: Rubrics) -> Iterator[Document]:
    """By criterion, over all versions of the rubric; titles and points as in the latest of them."""
    by_criterion: dict[ObjectId, list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: row["rubric"]["version"]):
        by_criterion.setdefault(row["criterion_id"], []).append(row)
    for criterion_id, theirs in by_criterion.items():
        versions = [_criterion(row, pinned) for row in theirs]
        levels = {level["id"]: level for version in versions for level in version["levels"]}
        counts = dict.fromkeys(levels, 0)
        count = sum(row["count"] for row in theirs)
        for row in theirs:
            if row["level_id"] in counts:
                counts[row["level_id"]] += row["count"]
        best = sum(
            row["count"]
            for row, version in zip(theirs, versions, strict=True)
            if row["level_id"] == max(version["levels"], key=lambda level: level["points"])["id"]
        )
        yield {
            "criterion_id": criterion_id,
            "title": versions[-1]["title"],
            "points": max(level["points"] for level in versions[-1]["levels"]),
            "count": count,
            "mean": round(sum(row["points"] for row in theirs) / count, 4),
            "best_share": round(best / count, 4),
            "levels": [
                {"level_id": _id, "title": level["title"], "points": level["points"], "count": counts[_id]}
                for _id, level in levels.items()
            ],
            "between": count - sum(counts.values()),
        }


def _criterion(row: Mapping[str, Any], pinned: Rubrics) -> Mapping[str, Any]:
    rubric = pinned[row["rubric"]["id"], row["rubric"]["version"]]
    found: Mapping[str, Any] = next(each for each in rubric["criteria"] if each["id"] == row["criterion_id"])
    return found


def _grading(assignment_id: ObjectId, learners: Sequence[ObjectId]) -> Document:
    """From each submission that was graded to the first grade that one of its learners got for it."""
    first = repository.first_graded(assignment_id, learners)
    submitted = handed_in.moments(list(first))
    took = sorted((at - submitted[_id]).total_seconds() for _id, at in first.items() if _id in submitted)
    count, oldest = waiting.in_assignment(assignment_id, learners)
    return {
        "count": len(took),
        "median_seconds": round(quantile(took, 0.5), 1) if took else None,
        "p90_seconds": round(quantile(took, 0.9), 1) if took else None,
        "waiting": count,
        "oldest_waiting_since": oldest,
    }


def _missing(
    access: CourseAccess, nothing: Mapping[ObjectId, Document], enrolled: Mapping[ObjectId, Document]
) -> int:
    """How many of those who have handed nothing in and have no grade are past their own due date, or the latest of
    their group."""
    now, zone, assignment = clock.now(), access.course["time_zone"], access.resource
    together = groups.members(None, assignment) if nothing else {}
    mates = {_id: [enrolled[each] for each in ids if each in enrolled] for ids in together.values() for _id in ids}
    due: Iterable[datetime | None] = (
        dates.of_group(assignment, mates.get(_id) or [row], zone).due_at for _id, row in nothing.items()
    )
    return sum(at is not None and at < now for at in due)
