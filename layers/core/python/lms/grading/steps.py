"""How submissions are graded, one a step: by the provider, beside a model by the independent grader too; what they
say is kept as a suggestion, and given as the grade where the assignment lets it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bson import ObjectId

from lms import clock, events
from lms.ai.agreement import Terms, decide
from lms.ai.submission_reading import speaks_to_a_machine
from lms.assignments import assignments
from lms.courses import readings
from lms.grades import by_machine
from lms.grading import essay_steps, opinions, parts, precedents, reading, repository, runs
from lms.grading.opinions import Opinions
from lms.grading.reading import Read
from lms.jobs.failures import StepFailed
from lms.jobs.steps import Finish, Kind, Stage, Step
from lms.mongo import Document, Transaction
from lms.rubrics import rubrics
from lms.submissions import compared

_SUGGESTED = "suggested"

Submission = Mapping[str, Any]


def _stages(job: Document) -> Iterator[Stage]:
    if "attempt_id" in job:
        yield from essay_steps.stages(job)
        return
    yield Stage(runs.STAGE, [runs.step_of(_id) for _id in job["submission_ids"]])
    if job["left"] is not None:
        yield Stage(runs.TALLY, [runs.TALLY])


def _work(step: Step) -> tuple[Any, Finish]:
    if "attempt_id" in step.job:
        return None, essay_steps.work(step)
    if step.name == runs.TALLY:
        return None, _tally(step)
    [submission] = compared.with_texts([runs.submission_of(step.name)])
    assignment = assignments.of(submission["assignment_id"])
    if not runs.is_on(assignment):
        return "off", lambda tx: {"result": _result(step.job)}
    if runs.is_replaced(submission):
        return "replaced", lambda tx: {"result": _result(step.job)}
    read = reading.read(submission)
    if not read.text:
        raise StepFailed(
            "NOTHING_TO_READ",
            "Nothing of the submission can be read by a machine: it holds files without a text. Grade it yourself.",
        )
    said = _opinions(step, assignment, submission, read.text)
    return _SUGGESTED, _kept(step.job, submission, read, said)


def _opinions(step: Step, assignment: Document, submission: Submission, text: str) -> Opinions:
    pin = submission["rubric"]
    rubric = rubrics.pinned(None, pin["id"], pin["version"]) if pin else None
    task = reading.task(assignment, rubric, readings.language(submission["course_id"]), text)
    return opinions.of(step, task, precedents.of(assignment, task, submission))


def _kept(job: Document, submission: Submission, read: Read, said: Opinions) -> Finish:
    def keep(tx: Transaction) -> Document:
        suggestion = _suggestion(job, submission, read, said)
        assignment = assignments.of(submission["assignment_id"], tx)
        decision = decide(
            _terms(assignment),
            said.grading,
            said.agreed,
            worth=suggestion["worth"],
            submission_id=str(submission["_id"]),
            to_a_machine=speaks_to_a_machine(read.text),
            unread=bool(read.unread),
        )._asdict()
        if decision["applies"]:
            outcome = by_machine.give(tx, assignment, submission, _given(suggestion))
            applied = outcome == "applied"
            decision = {"applies": applied, "asks": not applied, "why": outcome}
        suggestion["decision"] = decision
        repository.add(tx, suggestion)
        _tell(tx, suggestion)
        return {"result": _result(job)}

    return keep


def _terms(assignment: Document) -> Terms:
    terms = Terms(**assignment["ai_grading"])
    return terms if runs.is_on(assignment) else terms._replace(mode="off")


def _tell(tx: Transaction, suggestion: Mapping[str, Any]) -> None:
    told = {name: suggestion[name] for name in ("assignment_id", "course_id", "submission_id")}
    applied = suggestion["decision"]["applies"]
    events.record(tx, "suggestion.made", actor=None, subject=suggestion["_id"], applied=applied, **told)


def _suggestion(job: Document, submission: Submission, read: Read, said: Opinions) -> Document:
    named = {name: submission[name] for name in ("assignment_id", "course_id", "holder_id", "rubric")}
    return {
        "_id": ObjectId(),
        "submission_id": submission["_id"],
        **named,
        **said.kept(read),
        "unread": read.unread,
        "job_id": job["_id"],
        "created_at": clock.now(),
    }


def _given(suggestion: Mapping[str, Any]) -> by_machine.Given:
    criteria = suggestion["criteria"]
    along = [
        {**{name: each[name] for name in ("criterion_id", "level_id", "points")}, "comment": each["feedback"]}
        for each in criteria
    ]
    return by_machine.Given(
        suggestion["points"],
        suggestion["worth"],
        suggestion["rubric"],
        along if suggestion["rubric"] else [],
        "" if suggestion["rubric"] else criteria[0]["feedback"],
        parts.part(suggestion, "given"),
    )


def _result(job: Document) -> Document:
    """Of one submission: where its suggestion stands."""
    if job["left"] is not None:
        return {"course_id": job["course_id"]}
    [submission_id] = job["submission_ids"]
    return {"course_id": job["course_id"], "report": f"/submissions/{submission_id}/ai-grade"}


def _tally(step: Step) -> Finish:
    outcomes = Counter(step.outputs(runs.PREFIX).values())
    counts = {"left": step.job["left"], **{name: outcomes[name] for name in (_SUGGESTED, "replaced", "off")}}
    return lambda tx: {"result": {"course_id": step.job["course_id"], "counts": counts}}


KIND = Kind(stages=_stages, work=_work)
