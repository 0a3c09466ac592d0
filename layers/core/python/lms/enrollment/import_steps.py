"""How a list is brought in: some hundred rows at a time, each time in one transaction."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from bson import ObjectId

from lms.enrollment import repository
from lms.enrollment.appointment import appoint
from lms.enrollment.enrollment import enroll_all
from lms.enrollment.imports import step_name
from lms.enrollment.states import EnrollmentSource
from lms.errors import Invalid
from lms.jobs.failures import StepFailed
from lms.jobs.steps import Finish, Kind, Stage, Step
from lms.mongo import Document, Transaction
from lms.permissions import CourseRole


def _stages(job: Document) -> Iterator[Stage]:
    """One after the other: who stands earlier in the file has the earlier seat."""
    return (Stage("rows", [step_name(number)]) for number in range(1, job["progress"]["total"] + 1))


def _work(step: Step) -> tuple[Any, Finish]:
    def bring_in(tx: Transaction) -> Document:
        job = step.job
        rows = repository.import_chunk(tx, job["_id"], step.name)
        try:
            _enroll(tx, job["course_id"], job["owner_id"], [row for row in rows if row["outcome"] is None])
        except Invalid as invalid:
            raise StepFailed("COHORT_GONE", "A cohort of the list was removed meanwhile") from invalid
        repository.save_import_chunk(tx, job["_id"], step.name, rows)
        counts = Counter((job["result"] or {}).get("counts")) + Counter(row["outcome"] for row in rows)
        report = f"/courses/{job['course_id']}/enrollments/import/{job['_id']}"
        return {"result": {"course_id": job["course_id"], "counts": dict(counts), "report": report}}

    return None, bring_in


def _enroll(tx: Transaction, course_id: ObjectId, by: ObjectId, rows: Sequence[Document]) -> None:
    """Enroll or appoint them, and write down what became of each."""
    learners = {row["user_id"]: row for row in rows if row["role"] == CourseRole.LEARNER}
    cohort_of = {user_id: row["cohort_id"] for user_id, row in learners.items()}
    entered = enroll_all(tx, course_id, cohort_of, by=by, source=EnrollmentSource.IMPORT) if cohort_of else {}
    for user_id, enrollment in entered.items():
        learners[user_id]["outcome"] = _outcome(enrollment)
    for row in rows:
        if row["user_id"] not in learners:
            appoint(tx, course_id, row["user_id"], CourseRole(row["role"]), by=by)
            row["outcome"] = "enrolled"


def _outcome(enrollment: Document | None) -> str:
    if enrollment is None:
        return "full"
    if enrollment["status"] == "waiting":
        return "waiting"
    return "enrolled" if enrollment["fresh"] else "already"


KIND = Kind(stages=_stages, work=_work)
