"""What a change of dates does to attempts: running ones end as the new dates say, and lateness is counted anew."""

from collections.abc import Iterable, Mapping
from typing import Any

from bson import ObjectId

from lms.attempts import repository, results, window
from lms.enrollment import learners
from lms.mongo import Document, Transaction
from lms.quizzes import policies


def moved(tx: Transaction, quiz: Mapping[str, Any], zone: str) -> None:
    """After a change of the quiz's dates, limits or overrides."""
    attempts = repository.dates_of(tx, quiz_id=quiz["_id"])
    enrollments = learners.enrolled(tx, quiz["course_id"], [each["user_id"] for each in attempts])
    _move(tx, zone, attempts, {quiz["_id"]: quiz}, enrollments)


def moved_for(tx: Transaction, enrollment: Mapping[str, Any], zone: str) -> None:
    """After a change of one learner's cohort or accommodations."""
    attempts = repository.dates_of(tx, course_id=enrollment["course_id"], user_id=enrollment["user_id"])
    quizzes = policies.dated(tx, {each["quiz_id"] for each in attempts}) if attempts else {}
    _move(tx, zone, attempts, quizzes, {enrollment["user_id"]: enrollment})


def _move(
    tx: Transaction,
    zone: str,
    attempts: Iterable[Document],
    quizzes: Mapping[ObjectId, Mapping[str, Any]],
    enrollments: Mapping[ObjectId, Mapping[str, Any]],
) -> None:
    for attempt in attempts:
        theirs = window.of(quizzes[attempt["quiz_id"]], enrollments[attempt["user_id"]], zone)
        dates = window.fields(theirs, attempt["started_at"], attempt["extension_minutes"])
        if any(attempt[name] != moment for name, moment in dates.items()):
            results.redate(tx, attempt["_id"], dates)
