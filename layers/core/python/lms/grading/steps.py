"""How submissions are graded, one a step: by the provider, beside a model by the independent grader too; what they
say is kept as a suggestion, and given as the grade where the assignment lets it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bson import ObjectId

from lms import clock, events
from lms.ai import agreement
from lms.ai.agreement import Agreement, Compared, Terms, decide
from lms.ai.grading_task import CriterionGrade, Grading, GradingTask
from lms.ai.grounded import grading as independent
from lms.ai.metering import provider_of
from lms.ai.submission_reading import speaks_to_a_machine
from lms.assignments import assignments
from lms.config import settings
from lms.courses import readings
from lms.grades import by_machine
from lms.grading import precedents, reading, repository, runs, suggestions
from lms.grading.reading import ALL, Read
from lms.jobs.failures import StepFailed
from lms.jobs.models import Usage
from lms.jobs.steps import Finish, Kind, Stage, Step
from lms.mongo import Document, Transaction
from lms.rubrics import rubrics
from lms.rubrics.points import total
from lms.submissions import compared

_SUGGESTED = "suggested"

Submission = Mapping[str, Any]


class _Made(NamedTuple):
    """``beside``: what the independent grader says where a model has made the ``grading``."""

    task: GradingTask
    grading: Grading
    beside: Grading | None
    provenance: Document

    @property
    def agreed(self) -> Agreement:
        if self.beside is None:
            return Agreement([Compared(each.id, None) for each in self.task.criteria])
        return agreement.agreement(self.grading, self.beside, self.task.criteria)


def _stages(job: Document) -> Iterator[Stage]:
    yield Stage(runs.STAGE, [runs.step_of(_id) for _id in job["submission_ids"]])
    if job["left"] is not None:
        yield Stage(runs.TALLY, [runs.TALLY])


def _work(step: Step) -> tuple[Any, Finish]:
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
    made = _made(step, assignment, submission, read)
    return _SUGGESTED, _kept(step.job, submission, read, made)


def _made(step: Step, assignment: Document, submission: Submission, read: Read) -> _Made:
    pin = submission["rubric"]
    rubric = rubrics.pinned(None, pin["id"], pin["version"]) if pin else None
    task = reading.task(assignment, rubric, readings.language(submission["course_id"]), read.text)
    graded = precedents.of(assignment, task, but=submission["_id"])
    provider = step.job["provider"]
    if provider == "grounded":
        return _Made(task, independent.grade(task, graded), None, _provenance(provider, None, {}, []))
    used: list[Usage] = []
    ai = provider_of(step, told=used.append)
    grading = ai.grade(task)
    provenance = _provenance(provider, settings().gemini_model, ai.prompts, used)
    return _Made(task, grading, independent.grade(task, graded), provenance)


def _provenance(provider: str, model: str | None, prompts: Mapping[str, str], used: Sequence[Usage]) -> Document:
    tokens = {
        "input": sum(each.input_tokens for each in used),
        "output": sum(each.output_tokens for each in used),
    }
    return {"provider": provider, "model": model, "prompts": dict(prompts), "tokens": tokens}


def _kept(job: Document, submission: Submission, read: Read, made: _Made) -> Finish:
    def keep(tx: Transaction) -> Document:
        suggestion = _suggestion(job, submission, read, made)
        assignment = assignments.of(submission["assignment_id"], tx)
        decision = decide(
            Terms(**assignment["ai_grading"]),
            made.grading,
            made.agreed,
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


def _tell(tx: Transaction, suggestion: Mapping[str, Any]) -> None:
    told = {name: suggestion[name] for name in ("assignment_id", "course_id", "submission_id")}
    applied = suggestion["decision"]["applies"]
    events.record(tx, "suggestion.made", actor=None, subject=suggestion["_id"], applied=applied, **told)


def _suggestion(job: Document, submission: Submission, read: Read, made: _Made) -> Document:
    named = {name: submission[name] for name in ("assignment_id", "course_id", "holder_id", "rubric")}
    return {
        "_id": ObjectId(),
        "submission_id": submission["_id"],
        **named,
        **_grades(made.grading, read),
        "worth": total(each.best.points for each in made.task.criteria),
        "independent": _grades(made.beside, read) if made.beside else None,
        "apart": [
            {"criterion_id": _id(each.criterion_id), "percent": _float(each.percent)}
            for each in made.agreed.compared
        ],
        "unread": read.unread,
        **made.provenance,
        "job_id": job["_id"],
        "created_at": clock.now(),
    }


def _grades(grading: Grading, read: Read) -> Document:
    return {
        "criteria": [_criterion(each, read) for each in grading.grades],
        "points": grading.points,
        "confidence": grading.confidence,
    }


def _criterion(grade: CriterionGrade, read: Read) -> Document:
    whole = grade.criterion_id == ALL
    return {
        "criterion_id": _id(grade.criterion_id),
        "level_id": ObjectId(grade.level_id) if grade.level_id and not whole else None,
        "points": grade.points,
        "evidence": read.place(grade.evidence),
        "feedback": grade.feedback,
        "confidence": grade.confidence,
    }


def _id(criterion_id: str) -> ObjectId | None:
    return None if criterion_id == ALL else ObjectId(criterion_id)


def _float(percent: Any) -> float | None:
    return None if percent is None else round(float(percent), 4)


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
        suggestions.part(suggestion, "given"),
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
