"""How the essays of a quiz's attempt are graded, one a step. What is said is kept as a suggestion, and no more: a
quiz's essay is always graded by a person."""

from collections.abc import Iterator

from bson import ObjectId

from lms import clock, events
from lms.ai.agreement import Decision
from lms.ai.grading_task import GradingTask
from lms.attempts import essays
from lms.attempts.essays import Essay
from lms.courses import readings
from lms.grading import essay_runs, opinions, reading, repository
from lms.grading.reading import Part, Read
from lms.jobs.steps import Finish, Stage, Step
from lms.mongo import Document, Transaction
from lms.rubrics import rubrics


def stages(job: Document) -> Iterator[Stage]:
    yield Stage(essay_runs.STAGE, [essay_runs.step_of(item_id) for item_id in job["item_ids"]])


def work(step: Step) -> Finish:
    """An attempt that is open again by now, or was handed in anew, is left alone, as is one of a quiz that does not
    ask for AI any more."""
    job, item_id = step.job, essay_runs.item_of(step.name)
    result = {"course_id": job["course_id"], "report": f"/attempts/{job['attempt_id']}/ai-grade"}
    essay = _essay(job, item_id)
    if essay is None or not essay_runs.is_on(job["quiz_id"]):
        return lambda tx: {"result": result}
    read = Read(essay.text, [Part("text", None, 0, len(essay.text))], [])
    said = opinions.of(step, _task(essay, readings.language(job["course_id"])), {})
    decision = Decision(applies=False, asks=True, why="suggested")

    def keep(tx: Transaction) -> Document:
        if _essay(job, item_id, tx) is None:
            return {"result": result}
        suggestion = {
            "_id": ObjectId(),
            **{name: job[name] for name in ("course_id", "quiz_id", "attempt_id", "submitted_at")},
            "item_id": item_id,
            "rubric": essay.rubric,
            **said.kept(read),
            "decision": decision._asdict(),
            "unread": [],
            "job_id": job["_id"],
            "created_at": clock.now(),
        }
        repository.add_of_essay(tx, suggestion)
        told = {name: suggestion[name] for name in ("course_id", "quiz_id", "attempt_id", "item_id")}
        events.record(tx, "suggestion.made", actor=None, subject=suggestion["_id"], applied=False, **told)
        return {"result": result}

    return keep


def _essay(job: Document, item_id: str, tx: Transaction | None = None) -> Essay | None:
    """None where the attempt is not handed in as it was when the job began."""
    found = essays.handed_in(job["attempt_id"], job["submitted_at"], tx)
    return next((each for each in found if each.item_id == item_id), None)


def _task(essay: Essay, language: str) -> GradingTask:
    pin = essay.rubric
    rubric = rubrics.pinned(None, pin["id"], pin["version"]) if pin else None
    asked = {
        "title": essay.title or "Essay",
        "instructions": essay.prompt,
        "reference_answers": essay.references,
        "points": essay.points,
    }
    return reading.task(asked, rubric, language, essay.text)
