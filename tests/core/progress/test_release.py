"""When a lesson opens to a learner: a table of rules against what the learner has done and what time it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import ObjectId

from lms.progress.reasons import Reason
from lms.progress.release import Learner, Lock, lock

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOOPS, LISTS, QUIZ = ObjectId(), ObjectId(), ObjectId()
TITLES = {LOOPS: "Loops", LISTS: "Lists"}


def learner(**fields: Any) -> Learner:
    course = {"starts_at": fields.pop("starts_at", None), "time_zone": fields.pop("time_zone", "UTC")}
    enrollment = {"enrolled_at": fields.pop("enrolled_at", NOW)}
    return Learner(course, enrollment, fields, NOW, TITLES)


def rule(*conditions: dict[str, Any], match: str = "all") -> dict[str, Any]:
    return {"match": match, "conditions": list(conditions)}


def date(hours: float) -> dict[str, Any]:
    return {"kind": "date", "at": NOW + timedelta(hours=hours)}


def days(count: int) -> dict[str, Any]:
    return {"kind": "days_after_enrollment", "days": count}


def completed(lesson_id: ObjectId) -> dict[str, Any]:
    return {"kind": "lesson_completed", "lesson_id": lesson_id}


def scored(percent: float) -> dict[str, Any]:
    return {"kind": "quiz_score", "quiz_id": QUIZ, "percent": percent}


DONE = {"completed": {str(LOOPS): NOW}}
SCORED = {"quiz_scores": {str(QUIZ): {"percent": 60.0, "passed": False}}}

OPEN: list[tuple[dict[str, Any] | None, dict[str, Any]]] = [
    (None, {}),
    (None, {"starts_at": NOW}),
    (rule(date(0)), {}),
    (rule(days(0)), {}),
    (rule(days(3)), {"enrolled_at": NOW - timedelta(days=3)}),
    (rule(completed(LOOPS)), DONE),
    (rule(scored(60)), SCORED),
    (rule(date(-1), completed(LOOPS), scored(60)), {**DONE, **SCORED}),
    (rule(date(1), completed(LOOPS), match="any"), DONE),
    (rule(date(1), scored(60), match="any"), SCORED),
]


@pytest.mark.parametrize(("release", "fields"), OPEN)
def test_open(release: dict[str, Any] | None, fields: dict[str, Any]):
    assert lock(release, learner(**fields)) is None


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


LOCKED: list[tuple[dict[str, Any] | None, dict[str, Any], Reason, datetime | None, str]] = [
    (
        None,
        {"starts_at": at(24)},
        Reason.COURSE_NOT_STARTED,
        at(24),
        "The course starts on 2 March 2026, 12:00 (UTC)",
    ),
    (rule(date(1)), {}, Reason.OPENS_LATER, at(1), "Opens on 1 March 2026, 13:00 (UTC)"),
    (rule(date(1), date(2)), {}, Reason.OPENS_LATER, at(2), "Opens on 1 March 2026, 14:00 (UTC)"),
    (rule(date(1), date(2), match="any"), {}, Reason.OPENS_LATER, at(1), "Opens on 1 March 2026, 13:00 (UTC)"),
    (rule(days(1)), {}, Reason.OPENS_LATER, at(24), "Opens on 2 March 2026, 12:00 (UTC)"),
    (rule(completed(LOOPS)), {}, Reason.LESSON_NOT_COMPLETED, None, "Complete “Loops”"),
    (rule(completed(LOOPS), completed(LISTS)), DONE, Reason.LESSON_NOT_COMPLETED, None, "Complete “Lists”"),
    (
        rule(completed(LOOPS), completed(LISTS), match="any"),
        {},
        Reason.LESSON_NOT_COMPLETED,
        None,
        "Complete “Loops” or complete “Lists”",
    ),
    (rule(completed(ObjectId())), {}, Reason.LESSON_NOT_COMPLETED, None, "Complete another lesson"),
    (rule(scored(60.5)), SCORED, Reason.SCORE_NOT_REACHED, None, "Score at least 60.5 % in the quiz"),
    (rule(scored(0)), {}, Reason.SCORE_NOT_REACHED, None, "Score at least 0 % in the quiz"),
    (
        rule(date(1), completed(LOOPS)),
        {},
        Reason.CONDITIONS_NOT_MET,
        None,
        "Wait until 1 March 2026, 13:00 (UTC) and complete “Loops”",
    ),
    (
        rule(completed(LOOPS), date(1), match="any"),
        {},
        Reason.CONDITIONS_NOT_MET,
        at(1),
        "Complete “Loops” or wait until 1 March 2026, 13:00 (UTC)",
    ),
    (
        rule(date(1)),
        {"time_zone": "Europe/Berlin"},
        Reason.OPENS_LATER,
        at(1),
        "Opens on 1 March 2026, 14:00 (Europe/Berlin)",
    ),
]


@pytest.mark.parametrize(("release", "fields", "reason", "opens_at", "detail"), LOCKED)
def test_locked(
    release: dict[str, Any] | None,
    fields: dict[str, Any],
    reason: Reason,
    opens_at: datetime | None,
    detail: str,
):
    found = require_lock(release, **fields)
    assert (found.reason, found.opens_at, found.detail) == (reason, opens_at, detail)


def require_lock(release: dict[str, Any] | None, **fields: Any) -> Lock:
    found = lock(release, learner(**fields))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("release", "opens_at"),
    [(rule(date(1)), at(24)), (rule(date(48)), at(48)), (rule(completed(LOOPS)), None)],
    ids=["its own date is earlier", "its own date is later", "more than time is missing"],
)
def test_before_the_course_starts_a_lessons_own_rule_still_counts(
    release: dict[str, Any], opens_at: datetime | None
):
    found = require_lock(release, starts_at=at(24))
    assert (found.reason, found.opens_at) == (Reason.COURSE_NOT_STARTED, opens_at)
    assert [each["kind"] for each in found.missing] == ["course_start", release["conditions"][0]["kind"]]
    assert found.missing[0]["at"] == at(24)


def test_what_is_missing_is_named_and_what_holds_is_not():
    found = require_lock(rule(date(-1), completed(LOOPS), scored(80)), **SCORED)
    assert found.missing == [{**completed(LOOPS), "title": "Loops"}, {**scored(80), "best": 60.0}]


def test_days_after_enrollment_keep_the_time_of_day_where_clocks_change():
    """Berlin goes from UTC+1 to UTC+2 on 29 March 2026."""
    enrolled = datetime(2026, 3, 28, 8, tzinfo=UTC)
    found = require_lock(rule(days(7)), enrolled_at=enrolled, time_zone="Europe/Berlin")
    assert found.opens_at == datetime(2026, 4, 4, 7, tzinfo=UTC)


def test_the_refusal_says_it_all_in_json():
    problem = require_lock(rule(scored(80), date(1), match="any"), **SCORED).refusal()
    assert (problem.status, problem.code) == (403, "LESSON_LOCKED")
    assert problem.detail == "Score at least 80 % in the quiz or wait until 1 March 2026, 13:00 (UTC)"
    assert problem.extra == {
        "reason": "CONDITIONS_NOT_MET",
        "opens_at": "2026-03-01T13:00:00.000Z",
        "missing": [
            {"kind": "quiz_score", "quiz_id": str(QUIZ), "percent": 80.0, "best": 60.0},
            {"kind": "date", "at": "2026-03-01T13:00:00.000Z"},
        ],
    }
