"""What a change of a learner's cohort or accommodations does to what they have handed in."""

from collections.abc import Mapping
from typing import Any

from lms.assignments import assignments
from lms.mongo import Transaction
from lms.submissions import lateness, repository


def moved_for(tx: Transaction, enrollment: Mapping[str, Any], zone: str) -> None:
    """After the change, which ``tx`` has written: its dates are counted anew, also for those in the same group."""
    submissions = repository.dates_of(tx, course_id=enrollment["course_id"], member_ids=enrollment["user_id"])
    ids = {each["assignment_id"] for each in submissions}
    lateness.recount(tx, submissions, {_id: assignments.of(_id, tx) for _id in ids}, zone)
