"""The item analysis through its endpoint: against a computation from the raw data, whatever happened in between."""

import itertools
import threading
from random import Random
from typing import Any

import pytest
from bson import ObjectId

from lms.attempts.statistics import ItemScore, add, empty, item_figures, quiz_figures
from tests.core.attempts.test_statistics import LSAT6
from tests.functions.assessments.sitting import ESSAY, SHORT, SINGLE, TRUE_FALSE, Sitting, sitting
from tests.people import Api, Person


def analysis(quiz: Sitting) -> dict[str, Any]:
    answer = quiz.owner.get(f"{quiz.quiz}/analysis")
    assert answer.status == 200, answer.text
    return answer.json


def taken(quiz: Sitting, person: ObjectId, answers: dict[str, Any]) -> None:
    """An attempt by the rules alone: an account for each of many learners takes no part in this."""
    from lms import mongo
    from lms.attempts import repository, saving, starting
    from lms.attempts.models.saving import AnswersBody
    from lms.caller import Caller
    from lms.courses.access import enter_through
    from lms.enrollment.enrollment import enroll
    from lms.enrollment.states import EnrollmentSource
    from lms.permissions import Role
    from lms.quizzes.repository import quizzes

    course = ObjectId(quiz.course_id)
    mongo.transaction(lambda tx: enroll(tx, course, person, by=person, source=EnrollmentSource.OPEN))
    who = Caller(person, Role.STUDENT, ObjectId())
    access = enter_through(quizzes, who, ObjectId(quiz.quiz_id), "attempt.take", load="outline", progress=True)
    attempt, _ = starting.start(access, None)
    mine = enter_through(repository.attempts, who, attempt["_id"], "attempt.take")
    saving.save(mine, AnswersBody(client_id="tab", seq=1, answers=answers))
    saving.submit(mine)


def anew(quiz: Sitting) -> dict[str, Any]:
    """The same figures from the stored attempts: each learner's first that is graded."""
    from lms.attempts.repository import attempts

    found = empty()
    first: dict[ObjectId, Any] = {}
    wanted = {"quiz_id": ObjectId(quiz.quiz_id), "status": "graded"}
    for row in attempts().find(wanted).sort("number", -1):
        first[row["user_id"]] = row
    for row in first.values():
        scores = [
            ItemScore(str(item["question_id"]), result["fraction"], item["points"], tuple(result["chosen"]))
            for item, result in zip(row["items"], row["results"], strict=True)
            if not result.get("dropped")
        ]
        if scores:
            add(found, scores)
    form = max(found.forms.values(), key=lambda form: form["n"], default=None)
    return {
        **quiz_figures(found.quiz, form).model_dump(),
        "items": {key: item_figures(item).model_dump() for key, item in found.items.items()},
    }


def require_same(quiz: Sitting) -> dict[str, Any]:
    seen, expected = analysis(quiz), anew(quiz)
    items = {row["question_id"]: row for row in seen["items"]}
    assert items.keys() == expected["items"].keys()
    for key, figures in expected["items"].items():
        shown = {name: items[key][name] for name in figures}
        assert shown.pop("options") == [pytest.approx(each, abs=1e-9) for each in figures.pop("options")]
        assert shown == pytest.approx(figures, abs=1e-9)
    totals = {name: value for name, value in expected.items() if name != "items"}
    assert {name: seen[name] for name in totals} == pytest.approx(totals, abs=1e-9)
    return seen


def test_lsat6_through_the_endpoints(api: Api):
    """60 learners in the proportions of the published table, as they answer five questions."""
    quiz = sitting(api, *[{**TRUE_FALSE, "points": 1, "title": f"Item {n}"} for n in range(1, 6)])
    patterns = [pattern for pattern, count in LSAT6.items() for _ in range(count)]
    chosen = Random(6).sample(patterns, 60)
    for pattern in chosen:
        answers: dict[str, Any] = {str(n): digit == "1" for n, digit in enumerate(pattern, 1)}
        taken(quiz, ObjectId(), answers)
    seen = require_same(quiz)
    assert (seen["count"], seen["form_count"]) == (60, 60)
    assert [row["title"] for row in seen["items"]] == [f"Item {n}" for n in range(1, 6)]
    shares = [sum(pattern[n] == "1" for pattern in chosen) / 60 for n in range(5)]
    assert [row["difficulty"] for row in seen["items"]] == pytest.approx(shares)
    totals = [pattern.count("1") for pattern in chosen]
    assert seen["mean"] == pytest.approx(sum(totals) / 300)
    assert seen["alpha"] == pytest.approx(second_alpha(chosen))


def second_alpha(patterns: list[str]) -> float:
    from statistics import variance

    parts = sum(variance(int(pattern[n]) for pattern in patterns) for n in range(5))
    return 5 / 4 * (1 - parts / variance(pattern.count("1") for pattern in patterns))


def test_nobody_has_been_there_yet(api: Api):
    seen = analysis(sitting(api))
    assert (seen["count"], seen["items"]) == (0, [])
    assert {seen[name] for name in ("mean", "deviation", "alpha", "standard_error")} == {None}


def test_figures_that_are_not_defined_are_null(api: Api):
    quiz = sitting(api)
    quiz.taken({"1": True, "2": "Paris"})
    seen = analysis(quiz)
    assert (seen["mean"], seen["deviation"], seen["alpha"]) == (1, None, None)
    assert [row["item_total"] for row in seen["items"]] == [None, None]
    assert seen["items"][1]["html"] == "<p>Capital of France?</p>\n"


def test_the_first_graded_attempt_counts(api: Api):
    quiz = sitting(api, TRUE_FALSE, ESSAY)
    first = quiz.taken({"1": False, "2": "Because."})
    assert analysis(quiz)["count"] == 0
    quiz.taken({"1": True})
    assert require_same(quiz)["items"][0]["difficulty"] == 1
    etag = quiz.owner.get(f"/attempts/{first['id']}").headers["etag"]
    grade = {"items": [{"item_id": "2", "points": 5}]}
    assert quiz.owner.post(f"/attempts/{first['id']}/grade", grade, headers={"If-Match": etag}).status == 200
    seen = require_same(quiz)
    assert (seen["count"], seen["items"][0]["difficulty"], seen["items"][1]["difficulty"]) == (1, 0, 1)
    assert quiz.owner.post(f"/attempts/{first['id']}/reopen", {}).status == 200
    assert require_same(quiz)["items"][0]["difficulty"] == 1


def test_a_dropped_question_is_left_out(api: Api):
    quiz = sitting(api)
    quiz.taken({"1": True, "2": "Rome"})
    assert analysis(quiz)["mean"] == pytest.approx(2 / 3)
    for question, left in zip(quiz.questions[::-1], (1, 0), strict=True):
        assert quiz.owner.post(f"/questions/{question}/regrade", {"action": "drop"}).status == 200
        assert len(require_same(quiz)["items"]) == left


def test_learners_do_not_see_it(api: Api):
    quiz = sitting(api)
    assert quiz.learner.get(f"{quiz.quiz}/analysis").status == 403


def test_readers_at_once_count_nobody_twice(api: Api):
    from lms.attempts import analysis as rule
    from lms.quizzes.repository import quizzes

    quiz = sitting(api, SINGLE)
    for _ in range(10):
        taken(quiz, ObjectId(), {"1": "1"})
    stored = quizzes().find_one({"_id": ObjectId(quiz.quiz_id)})
    assert stored
    errors: list[BaseException] = []
    barrier = threading.Barrier(8)

    def read() -> None:
        barrier.wait()
        try:
            rule.take_in(stored)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert require_same(quiz)["count"] == 10


KEYS = [{"kind": "short_text", "answers": [{"text": text}]} for text in ("Paris", "Rome", "Lyon")]


@pytest.mark.parametrize("seed", range(4))
def test_counted_step_by_step_it_is_what_counting_anew_gives(api: Api, seed: int):
    """Random attempts, grades, regrades, reopenings and readings, in a random order."""
    rng = Random(seed)
    quiz = sitting(api, TRUE_FALSE, SHORT, ESSAY, late_policy={"percent": 10, "per": "hour"})
    people = [quiz.learner, *(quiz.another_learner() for _ in range(3))]
    done: list[tuple[str, Person]] = []
    seqs = itertools.count(1)

    def take() -> None:
        person = rng.choice(people)
        given = {"1": rng.random() < 0.5, "2": rng.choice(["Paris", "Rome", "Lyon", "Oslo"])}
        given |= rng.choice([{}, {"3": "Because."}])
        attempt = quiz.start(person)["id"]
        assert quiz.save(attempt, given, seq=next(seqs), who=person).status == 200
        quiz.submit(attempt, person)
        done.append((attempt, person))

    def grade() -> None:
        attempt, _ = rng.choice(done)
        seen = quiz.owner.get(f"/attempts/{attempt}")
        items = [{"item_id": "3", "points": rng.randint(0, 5)}, {"item_id": "2", "points": 0.5}][
            : rng.randint(1, 2)
        ]
        said = {"items": items, "why": "Seen anew"}
        quiz.owner.post(f"/attempts/{attempt}/grade", said, headers={"If-Match": seen.headers["etag"]})

    def regrade() -> None:
        action = rng.choice(["new_key", "accept_both", "full_credit", "drop"])
        content = {"content": rng.choice(KEYS)} if action in ("new_key", "accept_both") else {}
        body = {"action": action, "never_lower": rng.random() < 0.5, **content}
        question = quiz.questions[1] if content else rng.choice(quiz.questions)
        assert quiz.owner.post(f"/questions/{question}/regrade", body).status == 200

    def reopen() -> None:
        attempt, person = rng.choice(done)
        if quiz.owner.post(f"/attempts/{attempt}/reopen", {}).status == 200 and rng.random() < 0.7:
            quiz.submit(attempt, person)

    for _ in range(3):
        take()
    for step in rng.choices([take, grade, regrade, reopen], [3, 3, 2, 2], k=16):
        step()
        if rng.random() < 0.5:
            require_same(quiz)
    require_same(quiz)
