"""The engine under every job, with a small kind of its own: one outline, three lessons, an end."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId

from infra.local.stack import Stack
from lms import clock, mongo
from lms.ai.failures import ProviderUnavailable
from lms.audit import audit_log
from lms.caller import Caller
from lms.config import settings
from lms.courses.repository import courses
from lms.errors import NotFound
from lms.events import events
from lms.jobs import changes, dispatch, jobs, repository, starting, steps
from lms.jobs.failures import StepFailed
from lms.jobs.steps import Kind, Stage, Step
from lms.permissions import Role
from lms.spending import budgets
from lms.spending.budgets import BudgetExceeded
from lms.spending.models.budgets import BudgetsBody

LESSONS = ["lesson-1", "lesson-2", "lesson-3"]


class Trial:
    """Runs a job's due steps by hand, counting how often each was worked on."""

    def __init__(self, provider: str = "grounded") -> None:
        self.worked: Counter[str] = Counter()
        self.held: mongo.Document = {}
        self.troubles: dict[str, Callable[[], None]] = {}
        stages = [Stage("outline", ["outline"]), Stage("lessons", LESSONS), Stage("end", ["end"])]
        self.kind = Kind(stages=lambda job: stages, work=self._work)
        self.job_id: ObjectId = mongo.transaction(
            lambda tx: starting.start(
                tx, ObjectId(), "course_generation", first_step="outline", total=5, provider=provider
            )
        )["_id"]

    def _work(self, step: Step) -> tuple[Any, None]:
        name = step.name
        self.worked[name] += 1
        self.held = step.held
        self.troubles.get(name, lambda: None)()
        return {"made": name}, None

    def run(self, name: str) -> None:
        steps.run({"course_generation": self.kind}, self.job_id, name, lambda: 60.0)

    @property
    def job(self) -> mongo.Document:
        found = repository.job_by_id(self.job_id)
        assert found
        return found

    def states(self) -> dict[str, str]:
        return {row["name"]: row["state"] for row in repository.steps().find({"job_id": self.job_id})}


@pytest.fixture
def trial(ground: Stack) -> Iterator[Trial]:
    yield Trial()
    clock.shift(0)


def raising(error: Exception) -> Callable[[], None]:
    def trouble() -> None:
        raise error

    return trouble


def test_stages_open_one_after_the_other_and_the_job_closes_once(trial: Trial):
    assert trial.states() == {"outline": "pending"}
    trial.run("outline")
    assert trial.states() == {"outline": "done"} | dict.fromkeys(LESSONS, "pending")
    for name in reversed(LESSONS):
        trial.run(name)
    assert trial.job["status"] == "running"
    trial.run("end")
    assert (trial.job["status"], trial.job["progress"]["done"]) == ("succeeded", 5)


def test_a_message_that_comes_again_does_nothing(trial: Trial):
    for name in ("outline", "outline", *LESSONS, *LESSONS, "end", "outline", "end"):
        trial.run(name)
    assert set(trial.worked.values()) == {1}
    assert trial.job["progress"]["done"] == 5


def test_lessons_that_end_at_the_same_instant_open_the_next_stage_once(trial: Trial):
    trial.run("outline")
    together = threading.Barrier(3)
    trial.troubles = dict.fromkeys(LESSONS, lambda: together.wait())
    workers = [threading.Thread(target=trial.run, args=[name]) for name in LESSONS]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert trial.states() == {"outline": "done"} | dict.fromkeys(LESSONS, "done") | {"end": "pending"}
    assert trial.job["progress"]["done"] == 4


def test_a_lesson_that_cannot_succeed_fails_alone_and_only_it_is_retried(trial: Trial):
    trial.run("outline")
    trial.troubles["lesson-2"] = raising(StepFailed("CONTENT_REFUSED", "the model refused"))
    for name in LESSONS:
        trial.run(name)
    assert trial.states()["lesson-2"] == "failed"
    assert trial.states()["lesson-1"] == trial.states()["lesson-3"] == "done"
    job = trial.job
    assert job["status"] == "failed"
    assert job["error"] == {
        "code": "CONTENT_REFUSED",
        "detail": "lesson-2: the model refused",
        "steps": ["lesson-2"],
    }
    trial.troubles.clear()
    changes.retry(job["owner_id"], job)
    for name in (*LESSONS, "end"):
        trial.run(name)
    assert trial.job["status"] == "succeeded"
    assert trial.worked == {"outline": 1, "lesson-1": 1, "lesson-2": 2, "lesson-3": 1, "end": 1}


def test_the_job_waits_for_the_others_before_it_fails(trial: Trial):
    trial.run("outline")
    trial.troubles["lesson-1"] = raising(StepFailed("X", "y"))
    trial.run("lesson-1")
    assert trial.job["status"] == "running"


def test_an_error_is_tried_again_up_to_the_limit_and_then_told(trial: Trial):
    trial.troubles["outline"] = raising(ConnectionError("no route to secret-host:27017"))
    for _ in range(settings().ai_step_attempts):
        assert trial.job["status"] in ("queued", "running")
        with pytest.raises(ConnectionError):
            trial.run("outline")
    assert trial.job["status"] == "failed"
    assert trial.job["error"]["code"] == "STEP_GAVE_UP"
    assert "secret-host" not in str(trial.job["error"]), "what an error says is for the log"


def test_what_a_provider_says_is_told(trial: Trial):
    trial.troubles["outline"] = raising(ProviderUnavailable("Gemini is unavailable (503)."))
    for _ in range(settings().ai_step_attempts):
        with pytest.raises(ProviderUnavailable):
            trial.run("outline")
    assert "Gemini is unavailable (503)." in trial.job["error"]["detail"]


def test_a_provider_that_asks_for_time_gets_it(trial: Trial):
    trial.troubles["outline"] = raising(ProviderUnavailable("Later.", retry_after=600))
    with pytest.raises(ProviderUnavailable):
        trial.run("outline")
    due = repository.steps().find_one({"job_id": trial.job_id})["due_at"]
    assert (due - clock.now()).total_seconds() > 600
    assert steps.wait_seconds(1, ProviderUnavailable("x", retry_after=10**9)) == 43_200
    assert steps.wait_seconds(3, ConnectionError()) == settings().ai_retry_base_seconds * 4


def test_an_ended_job_and_its_steps_are_measured(trial: Trial, capsys: pytest.CaptureFixture[str]):
    from lms.metrics import metrics

    metrics.clear_metrics()
    for name in ("outline", *LESSONS, "end"):
        trial.run(name)
    metrics.flush_metrics()
    (line,) = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    measured = json.loads(line)
    assert measured["JobsSucceeded"] == [1.0]
    assert len(measured["StepSeconds"]) == 5


def test_retry_and_cancel_are_audited_and_told_in_the_log(trial: Trial):
    job = trial.job
    changes.cancel(job["owner_id"], job)
    changes.retry(job["owner_id"], trial.job)
    actions = [row["action"] for row in audit_log().find({"target_id": trial.job_id}).sort("_id")]
    assert actions == ["job.cancel", "job.retry"]
    types = [row["type"] for row in events().find({"subject_id": trial.job_id}).sort("_id")]
    assert types == ["job.started", "job.cancelled", "job.retried"]


@pytest.fixture
def _used_up(ground: Stack) -> Iterator[None]:
    yield
    budgets.change(ObjectId(), BudgetsBody(), None)


def test_a_job_that_would_ask_a_model_is_not_taken_up_on_a_budget_that_is_used_up(_used_up: None):
    trial = Trial("gemini")
    changes.cancel(trial.job["owner_id"], trial.job)
    nothing = {"users": {str(trial.job["owner_id"]): {"tokens": 0}}}
    budgets.change(ObjectId(), BudgetsBody.model_validate(nothing), None)
    with pytest.raises(BudgetExceeded):
        changes.retry(ObjectId(), trial.job)
    assert (trial.job["status"], trial.states()) == ("cancelled", {"outline": "cancelled"})


def test_what_a_model_has_written_is_put_together_whatever_is_left_of_the_budget(_used_up: None):
    trial = Trial("gemini")
    trial.troubles["end"] = raising(StepFailed("X", "y"))
    for name in ("outline", *LESSONS, "end"):
        trial.run(name)
    nothing = {"users": {str(trial.job["owner_id"]): {"tokens": 0}}}
    budgets.change(ObjectId(), BudgetsBody.model_validate(nothing), None)
    trial.troubles.clear()
    changes.retry(ObjectId(), trial.job)
    trial.run("end")
    assert trial.job["status"] == "succeeded"


def test_the_editors_of_its_course_see_a_job(trial: Trial):
    editor = Caller(ObjectId(), Role.STUDENT, ObjectId())
    course = {"_id": ObjectId(), "owner_id": editor.id, "staff": [], "status": "draft", "deleted_at": None}
    courses().insert_one(course)
    with pytest.raises(NotFound):
        jobs.visible_to(editor, str(trial.job_id))
    repository.jobs().update_one({"_id": trial.job_id}, {"$set": {"course_id": course["_id"]}})
    assert jobs.visible_to(editor, str(trial.job_id))["_id"] == trial.job_id
    with pytest.raises(NotFound):
        jobs.visible_to(Caller(ObjectId(), Role.INSTRUCTOR, ObjectId()), str(trial.job_id))


def test_a_dead_workers_claim_runs_out_and_its_late_result_is_void(trial: Trial):
    def second_worker_comes_by() -> None:
        trial.troubles.clear()
        trial.run("outline")
        assert trial.worked["outline"] == 1, "the claim holds"
        clock.shift(settings().ai_step_lease_seconds + 1)
        trial.run("outline")
        assert trial.worked["outline"] == 2, "the claim ran out"

    trial.troubles["outline"] = second_worker_comes_by
    trial.run("outline")
    assert trial.job["progress"]["done"] == 1
    assert trial.states()["outline"] == "done"


def test_a_worker_that_dies_every_time_fails_the_job(trial: Trial):
    repository.steps().update_one({"job_id": trial.job_id}, {"$set": {"attempts": settings().ai_step_attempts}})
    trial.run("outline")
    assert (trial.job["status"], trial.job["error"]["code"]) == ("failed", "STEP_DIED")
    assert trial.worked["outline"] == 0


def test_what_ends_after_the_cancel_is_not_kept(trial: Trial):
    def cancelled_meanwhile() -> None:
        changes.cancel(trial.job["owner_id"], trial.job)

    trial.troubles["outline"] = cancelled_meanwhile
    trial.run("outline")
    assert (trial.job["status"], trial.job["progress"]["done"]) == ("cancelled", 0)
    assert trial.states() == {"outline": "cancelled"}
    trial.run("outline")
    assert trial.worked["outline"] == 1, "a cancelled step is not claimed"


def test_the_sweep_finds_what_a_crash_left_and_nothing_else(trial: Trial):
    dispatch.sweep()
    assert dispatch.sweep() == 0
    clock.shift(16 * 60)
    assert dispatch.sweep() >= 1
    trial.run("outline")
    clock.shift(0)
    trial.run("lesson-1")
    assert not any(row["name"] == "lesson-1" for row in repository.overdue_steps(clock.now(), 1_000))


def claim(trial: Trial, name: str) -> mongo.Document:
    until = clock.now() + timedelta(seconds=settings().ai_step_lease_seconds)
    held = repository.claim_step(trial.job_id, name, ObjectId(), clock.now(), until)
    assert held
    return held


def cancelled_and_retried(trial: Trial) -> None:
    job = trial.job
    changes.cancel(job["owner_id"], job)
    changes.retry(job["owner_id"], trial.job)


@pytest.fixture
def budgeted(trial: Trial) -> Trial:
    repository.jobs().update_one({"_id": trial.job_id}, {"$set": {"budget_tokens": 1_000}})
    return trial


def test_the_budgets_shares_never_exceed_it_however_many_ask_at_once(budgeted: Trial):
    budgeted.run("outline")
    given: list[int | None] = []

    def ask(held: mongo.Document) -> None:
        given.append(repository.grant_allowance(held, alone=False))

    claims = [claim(budgeted, name) for name in LESSONS]
    askers = [threading.Thread(target=ask, args=[held]) for held in claims]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    shares = [share for share in given if share is not None]
    assert sum(shares) <= 1_000
    assert min(shares) >= 333, "and they are fair"
    repository.add_usage(None, budgeted.job_id, 900, 0, 0.1, prompts={})
    assert (repository.grant_allowance(claims[0], alone=False) or 0) <= 100


def test_a_step_that_runs_alone_gets_what_is_left(budgeted: Trial):
    assert repository.grant_allowance(claim(budgeted, "outline"), alone=True) == 1_000


def test_a_job_without_a_budget_has_no_shares(trial: Trial):
    assert repository.grant_allowance(claim(trial, "outline"), alone=True) is None


@pytest.mark.parametrize("end", [None, StepFailed("X", "y"), ConnectionError()])
def test_an_allowance_is_freed_with_its_claim(budgeted: Trial, end: Exception | None):
    def trouble() -> None:
        assert repository.grant_allowance(budgeted.held, alone=True) == 1_000
        if end:
            raise end

    budgeted.troubles["outline"] = trouble
    with suppress(ConnectionError):
        budgeted.run("outline")
    assert budgeted.job["allowances"] == []


def test_a_cancelled_workers_allowance_stands_while_it_may_still_spend_it(budgeted: Trial):
    """Cancelled and retried while a worker waits for its model: its share must not be given out twice."""

    def retried_meanwhile() -> None:
        share = repository.grant_allowance(budgeted.held, alone=False) or 0
        assert share == 333
        cancelled_and_retried(budgeted)
        new, *others = [claim(budgeted, name) for name in LESSONS]
        again = repository.grant_allowance(new, alone=False) or 0
        assert again == (1_000 - share) // 3
        assert share + again + sum(repository.grant_allowance(held, alone=False) or 0 for held in others) <= 1_000
        assert mongo.transaction(lambda tx: repository.finish_step(tx, new, "done"))
        assert budgeted.held["token"] in set_aside_for(budgeted), "the new worker may end before the old one"

    budgeted.run("outline")
    budgeted.troubles["lesson-1"] = retried_meanwhile
    budgeted.run("lesson-1")
    assert budgeted.held["token"] not in set_aside_for(budgeted)


def test_a_cancelled_worker_that_gives_its_step_back_frees_its_allowance(budgeted: Trial):
    held = claim(budgeted, "outline")
    repository.grant_allowance(held, alone=True)
    cancelled_and_retried(budgeted)
    assert set_aside_for(budgeted) == {held["token"]}
    repository.release_step(held, clock.now())
    assert set_aside_for(budgeted) == set()
    assert budgeted.states() == {"outline": "pending"}


def test_a_dead_workers_allowance_is_freed_when_its_lease_runs_out(budgeted: Trial):
    repository.grant_allowance(claim(budgeted, "outline"), alone=True)
    cancelled_and_retried(budgeted)
    assert repository.grant_allowance(claim(budgeted, "outline"), alone=True) == 0
    clock.shift(settings().ai_step_lease_seconds + 1)
    assert repository.grant_allowance(claim(budgeted, "outline"), alone=True) == 1_000


def set_aside_for(trial: Trial) -> set[ObjectId]:
    """The claims that hold an allowance."""
    return {allowance["claim"] for allowance in trial.job["allowances"]}
