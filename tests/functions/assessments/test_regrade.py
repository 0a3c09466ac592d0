"""Regrading a question: who changes from what to what, all at once or not at all."""

import threading
from typing import Any

import pymongo
import pytest
from bson import ObjectId
from pymongo.errors import PyMongoError

from lms.errors import DomainError
from lms.mongo import Document
from tests.functions.assessments.sitting import ESSAY, SHORT, SINGLE, TRUE_FALSE, Sitting, sitting
from tests.functions.courses.authored import audits_of, events_of
from tests.people import Answer, Api, Person
from tests.questions import EACH_KIND

NOW_ROME = {"kind": "short_text", "answers": [{"text": "Rome"}]}


@pytest.fixture
def quiz(api: Api) -> Sitting:
    """Two questions, 2 points and 1; the second is to be regraded."""
    return sitting(api, passing_percent=60)


def regrade(quiz: Sitting, action: str, dry_run: bool = False, index: int = 1, **body: Any) -> Answer:
    query = "?dry_run=true" if dry_run else ""
    return quiz.owner.post(f"/questions/{quiz.questions[index]}/regrade{query}", {"action": action, **body})


def regraded(quiz: Sitting, action: str, index: int = 1, **body: Any) -> dict[str, Any]:
    """The report, which the dry run has told before."""
    told = regrade(quiz, action, dry_run=True, index=index, **body)
    assert told.status == 200, told.text
    answer = regrade(quiz, action, index=index, **body)
    assert answer.status == 200, answer.text
    assert answer.json == told.json
    return answer.json


def percents(report: dict[str, Any]) -> dict[str, tuple[float | None, float | None]]:
    return {row["user_id"]: (row["from"]["percent"], row["to"]["percent"]) for row in report["changes"]}


def stored(attempt: dict[str, Any]) -> Document:
    from lms.attempts.repository import attempts

    found = attempts().find_one({"_id": ObjectId(attempt["id"])})
    assert found
    return found


def takers(quiz: Sitting, *capitals: str) -> list[tuple[Person, dict[str, Any]]]:
    """Learners who all know that water is wet, each with another capital of France."""
    people = [quiz.another_learner() for _ in capitals]
    return [
        (person, quiz.taken({"1": True, "2": capital}, person))
        for person, capital in zip(people, capitals, strict=True)
    ]


def everything(quiz: Sitting) -> list[list[Document]]:
    """All that a regrade may touch."""
    from lms.attempts import repository
    from lms.audit import audit_log
    from lms.events import events
    from lms.progress.repository import course_progress
    from lms.quizzes.repository import question_versions, questions

    course = {"course_id": ObjectId(quiz.course_id)}
    question = ObjectId(quiz.questions[1])
    return [
        list(collection().find(wanted).sort("_id", 1))
        for collection, wanted in (
            (repository.attempts, course),
            (repository.results, course),
            (repository.regrades, course),
            (course_progress, course),
            (questions, course),
            (question_versions, course),
            (audit_log, {"target_id": question}),
            (events, {"$or": [{"subject_id": question}, {"type": "attempt.regraded"}]}),
        )
    ]


def test_a_new_key_changes_who_gave_one_of_the_two(quiz: Sitting):
    (paris, first), (rome, second), (_, third) = takers(quiz, "Paris", "Rome", "London")
    report = regraded(quiz, "new_key", content=NOW_ROME)
    assert percents(report) == {paris.id: (100, 66.666667), rome.id: (66.666667, 100)}
    assert report["unchanged"] == 1
    assert [row["attempt_id"] for row in report["changes"]] == [first["id"], second["id"]]
    assert report["changed"] == 2
    assert report["changes"][1]["to"] == {"score": 3, "percent": 100, "passed": True}
    assert (quiz.result(paris)["percent"], quiz.result(rome)["percent"]) == (66.666667, 100)
    [row] = stored(second)["history"]
    assert (row["action"], row["by"]) == ("regraded", ObjectId(quiz.owner.id))
    assert (row["from"]["score"], row["to"]["score"]) == (2, 3)
    assert stored(third)["history"] == []
    assert [event["type"] for event in events_of(second["id"])][-1] == "attempt.regraded"
    assert "attempt.regraded" not in [event["type"] for event in events_of(third["id"])]
    told = next(each for each in events_of(quiz.questions[1]) if each["type"] == "question.regraded")
    assert (told["data"]["regrade"], told["data"]["changed"], told["data"]["unchanged"]) == ("new_key", 2, 1)
    assert "question.regraded" in audits_of(quiz.questions[1])


def test_the_key_that_counts_is_the_one_that_is_shown(quiz: Sitting):
    [(rome, taken)] = takers(quiz, "Rome")
    regraded(quiz, "new_key", content=NOW_ROME)
    seen = rome.get(f"/attempts/{taken['id']}").json["items"][1]
    assert (seen["question"]["key"], seen["question"]["fraction"], seen["result"]["fraction"]) == ("Rome", 1, 1)
    assert quiz.owner.get(f"/questions/{quiz.questions[1]}").json["version"] == 2
    assert quiz.taken({"2": "Rome"})["items"][1]["result"]["fraction"] == 1


def test_both_keys_give_each_the_better(quiz: Sitting):
    (paris, _), (rome, _), _ = takers(quiz, "Paris", "Rome", "London")
    report = regraded(quiz, "accept_both", content=NOW_ROME)
    assert percents(report) == {rome.id: (66.666667, 100)}
    assert quiz.result(paris)["percent"] == 100


def test_full_credit(quiz: Sitting):
    _, (london, _) = takers(quiz, "Paris", "London")
    assert percents(regraded(quiz, "full_credit")) == {london.id: (66.666667, 100)}
    assert quiz.result(london)["passed"] is True
    assert quiz.owner.get(f"/questions/{quiz.questions[1]}").json["version"] == 1


def test_a_dropped_question_leaves_what_is_possible(quiz: Sitting):
    (paris, _), (london, second) = takers(quiz, "Paris", "London")
    report = regraded(quiz, "drop", index=0)
    assert percents(report) == {paris.id: (100, 100), london.id: (66.666667, 0)}
    score = london.get(f"/attempts/{second['id']}").json["score"]
    assert (score["possible"], score["score"], score["passed"]) == (1, 0, False)
    assert london.get(f"/attempts/{second['id']}").json["items"][0]["result"]["dropped"] is True
    regraded(quiz, "drop", index=1)
    assert quiz.result(london)["percent"] == 100, "nothing is left to miss"
    regraded(quiz, "full_credit", index=0)
    assert london.get(f"/attempts/{second['id']}").json["score"]["possible"] == 2, "a later regrade decides anew"


@pytest.mark.parametrize(
    ("action", "index", "body"), [("new_key", 1, {"content": NOW_ROME}), ("drop", 1, {}), ("drop", 0, {})]
)
def test_never_lower(quiz: Sitting, action: str, index: int, body: dict[str, Any]):
    takers(quiz, "Paris", "Rome", "London")
    quiz.taken({"1": False, "2": "Paris"})
    report = regraded(quiz, action, index=index, never_lower=True, **body)
    assert report["changes"]
    assert all(before is None or after >= before for before, after in percents(report).values())
    assert regraded(quiz, action, index=index, **body)["changes"], "there was somebody to protect"


def test_progress_never_goes_back(api: Api):
    quiz = sitting(api, in_lesson=True, passing_percent=100)
    rule = {"completion": {"kind": "quiz_passed", "quiz_id": quiz.quiz_id}}
    assert quiz.owner.patch(f"/courses/{quiz.course_id}/lessons/{quiz.lesson_id}", rule).status == 200
    (paris, _), (rome, _) = takers(quiz, "Paris", "Rome")
    regraded(quiz, "new_key", content=NOW_ROME)
    progress = f"/courses/{quiz.course_id}/progress"
    assert [person.get(progress).json["percent"] for person in (paris, rome)] == [50, 50]
    assert [quiz.result(person)["passed"] for person in (paris, rome)] == [False, True]


def test_the_same_again_changes_nothing(quiz: Sitting):
    takers(quiz, "Paris", "Rome")
    quiz.start()
    for action, body in (
        ("new_key", {"content": NOW_ROME}),
        ("accept_both", {"content": SHORT["content"]}),
        ("full_credit", {}),
        ("drop", {}),
    ):
        regraded(quiz, action, **body)
        before = [each for each in everything(quiz)[1:]]
        handed_in = [stored({"id": row["_id"]}) for row in everything(quiz)[0] if row["status"] != "open"]
        assert regraded(quiz, action, **body)["changes"] == []
        assert everything(quiz)[1:] == before
        assert [stored({"id": row["_id"]}) for row in handed_in] == handed_in


def test_a_dry_run_writes_nothing(quiz: Sitting):
    takers(quiz, "Paris", "Rome")
    before = everything(quiz)
    assert regrade(quiz, "new_key", dry_run=True, content=NOW_ROME).json["changes"]
    assert regrade(quiz, "drop", dry_run=True).json["changes"]
    assert everything(quiz) == before


def test_points_that_a_grader_gave_stay(quiz: Sitting):
    [(rome, taken), _] = takers(quiz, "Rome", "Rome")
    etag = quiz.owner.get(f"/attempts/{taken['id']}").headers["etag"]
    grade = {"items": [{"item_id": "2", "points": 0.5}], "why": "Nearly right"}
    assert quiz.owner.post(f"/attempts/{taken['id']}/grade", grade, headers={"If-Match": etag}).status == 200
    report = regraded(quiz, "new_key", content=NOW_ROME)
    assert (len(report["changes"]), report["unchanged"], report["graded_by_hand"]) == (1, 1, 1)
    assert rome.get(f"/attempts/{taken['id']}").json["score"]["score"] == 2.5
    assert len(regraded(quiz, "drop")["changes"]) == 2


def test_a_running_attempt_is_scored_as_corrected_and_keeps_its_version(quiz: Sitting):
    attempt = quiz.start()
    quiz.save(attempt["id"], {"1": True, "2": "Rome"})
    assert regraded(quiz, "new_key", content=NOW_ROME)["changes"] == []
    assert stored(attempt)["items"][1]["version"] == 1
    done = quiz.submit(attempt["id"])
    assert done["score"]["percent"] == 100
    assert done["items"][1]["question"]["key"] == "Rome"


def test_regrades_build_on_each_other_and_again_after_a_reopening(quiz: Sitting):
    (london, taken), _ = takers(quiz, "London", "Rome")
    regraded(quiz, "accept_both", content=NOW_ROME)
    regraded(quiz, "accept_both", content={"kind": "short_text", "answers": [{"text": "London"}]})
    before = stored(taken)
    assert before["score"]["percent"] == 100
    assert quiz.owner.post(f"/attempts/{taken['id']}/reopen", {}).status == 200
    quiz.submit(taken["id"], london)
    assert stored(taken)["results"] == before["results"]


def test_an_attempt_with_an_essay_waits_on(api: Api):
    quiz = sitting(api, TRUE_FALSE, ESSAY)
    quiz.taken({"1": False, "2": "Because."})
    report = regraded(quiz, "full_credit", index=0)
    assert percents(report) == {quiz.learner.id: (None, None)}
    refused = regrade(quiz, "new_key", content=ESSAY["content"])
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/action")
    assert percents(regraded(quiz, "full_credit")) == {quiz.learner.id: (None, 100)}


def test_a_version_that_offered_something_else_follows_no_key(api: Api):
    quiz = sitting(api, SINGLE)
    path = f"/questions/{quiz.questions[0]}"
    four = quiz.start()["items"][0]["question"]["options"][0]["id"]
    quiz.taken({"1": four})
    content = quiz.owner.get(path).json["content"]
    content["options"][2]["text"] = "7"
    assert quiz.owner.patch(path, {"content": content}).status == 200
    for option, weight in zip(content["options"], (0, 1, 0), strict=True):
        option["weight"] = weight
    report = regraded(quiz, "new_key", index=0, content=content)
    assert (report["changes"], report["unchanged"], report["other_versions"]) == ([], 1, 1)


def test_a_question_of_several_quizzes_is_regraded_in_all(quiz: Sitting):
    path = f"/courses/{quiz.course_id}/quizzes"
    other = quiz.owner.post(path, {"title": "Another", "passing_percent": 50}).json["id"]
    items = {"items": [{"kind": "question", "question_id": quiz.questions[1], "points": 4}]}
    assert quiz.owner.put(f"/quizzes/{other}/items", items).status == 200
    assert quiz.owner.patch(f"/quizzes/{other}", {"published": True}).status == 200
    first = quiz.taken({"1": True, "2": "Rome"})
    attempt = quiz.learner.post(f"/quizzes/{other}/attempts", {}).json["id"]
    quiz.save(attempt, {"1": "Rome"})
    quiz.submit(attempt)
    report = regraded(quiz, "new_key", content=NOW_ROME)
    found = {row["attempt_id"]: (row["to"]["score"], row["to"]["percent"]) for row in report["changes"]}
    assert found == {first["id"]: (3, 100), attempt: (4, 100)}


def test_of_several_attempts_the_policy_counts(api: Api):
    quiz = sitting(api, score_policy="average")
    quiz.taken({"1": True, "2": "Rome"})
    quiz.taken({"1": True, "2": "Paris"})
    regraded(quiz, "accept_both", content=NOW_ROME)
    assert (quiz.result()["percent"], quiz.result()["graded_attempts"]) == (100, 2)


@pytest.mark.parametrize("kind", [kind for kind in EACH_KIND if kind != "essay"])
def test_another_key_of_each_kind_makes_what_was_given_right(api: Api, kind: str):
    """The whole right answer of the corrected key, given before it was corrected."""
    question = EACH_KIND[kind].model_dump(mode="json")
    quiz = sitting(api, question, shuffle_options=True)
    path = f"/questions/{quiz.questions[0]}"
    wrong, right = quiz.owner.get(path).json["content"], quiz.owner.get(path).json["content"]
    swap(wrong)
    assert quiz.owner.patch(path, {"content": wrong}).status == 200
    attempt = quiz.start()
    value = answer_to(attempt["items"][0]["question"], right)
    quiz.save(attempt["id"], {"1": value})
    before = quiz.submit(attempt["id"])
    assert before["score"]["percent"] < 100
    regraded(quiz, "new_key", index=0, content=right)
    after = quiz.learner.get(f"/attempts/{attempt['id']}").json
    item = after["items"][0]
    assert (after["score"]["percent"], item["question"]["fraction"]) == (100, 1)
    assert item["answer"]["value"] == value, "shown ids mean what they meant"
    for part in ("options", "prompts", "answers", "items", "gaps"):
        assert item["question"][part] == before["items"][0]["question"][part]


def swap(content: dict[str, Any]) -> None:
    """Make something else right."""
    match content["kind"]:
        case "single" | "multiple":
            for option, weight in zip(content["options"], (0, 0, 1, 0), strict=False):
                option["weight"] = weight
        case "true_false":
            content["answer"] = not content["answer"]
        case "numeric" | "short_text":
            content["answers"] = [{"value": -1}] if content["kind"] == "numeric" else [{"text": "else"}]
        case "matching":
            first, second = content["pairs"][:2]
            first["answer"], second["answer"] = second["answer"], first["answer"]
        case "ordering":
            content["items"].reverse()
        case "cloze":
            content["gaps"][0]["answers"] = [{"text": "else"}]


def answer_to(shown: dict[str, Any], key: dict[str, Any]) -> Any:
    """What is wholly right by this key, as a client sends it."""

    def named(entries: list[dict[str, Any]], text: str, field: str = "html") -> str:
        return next(entry["id"] for entry in entries if text in entry[field])

    match key["kind"]:
        case "single":
            return named(shown["options"], key["options"][0]["text"])
        case "multiple":
            right = [option["text"] for option in key["options"] if option["weight"] > 0]
            return [named(shown["options"], text) for text in right]
        case "true_false":
            return key["answer"]
        case "numeric":
            return 9876.5
        case "short_text":
            return "SECRETS"
        case "matching":
            return {
                prompt["id"]: named(shown["answers"], pair["answer"], "text")
                for prompt, pair in zip(shown["prompts"], key["pairs"], strict=True)
            }
        case "ordering":
            return [named(shown["items"], item["text"]) for item in key["items"]]
        case _:
            texts = shown["gaps"]
            return {
                texts[0]["id"]: "SECRET",
                texts[1]["id"]: 9876.5,
                texts[2]["id"]: named(texts[2]["options"], "text of y"),
            }


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "true_false", "answer": True},
        {"kind": "single", "options": [{"text": "4", "weight": 1}, {"text": "5"}]},
        "another text",
        "another sequence",
        "one less",
    ],
)
def test_a_key_may_change_nothing_but_what_is_right(api: Api, content: Any):
    quiz = sitting(api, SINGLE)
    now = quiz.owner.get(f"/questions/{quiz.questions[0]}").json["content"]
    match content:
        case "another text":
            now["options"][2]["text"] = "7"
        case "another sequence":
            now["options"].reverse()
        case "one less":
            now["options"].pop()
        case other:
            now = other
    for dry_run in (True, False):
        refused = regrade(quiz, "new_key", dry_run=dry_run, index=0, content=now)
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/content")


@pytest.mark.parametrize(
    "body",
    [
        {"action": "new_key"},
        {"action": "drop", "content": NOW_ROME},
        {"action": "forgive"},
        {"action": "drop", "never_lower": "yes"},
        {"action": "new_key", "content": {"kind": "short_text", "answers": []}},
    ],
)
def test_bodies_that_cannot_be(quiz: Sitting, body: dict[str, Any]):
    assert quiz.owner.post(f"/questions/{quiz.questions[1]}/regrade", body).status == 422


def test_a_stale_version_is_refused(quiz: Sitting):
    path = f"/questions/{quiz.questions[1]}"
    etag = quiz.owner.get(path).headers["etag"]
    assert quiz.owner.patch(path, {"title": "Changed"}).status == 200
    refused = quiz.owner.post(f"{path}/regrade", {"action": "drop"}, headers={"If-Match": etag})
    assert refused.status == 412


def test_only_editors_regrade(quiz: Sitting):
    path, body = f"/questions/{quiz.questions[1]}/regrade", {"action": "drop"}
    assert quiz.learner.post(path, body).status == 403


def apply(quiz: Sitting, **body: Any) -> Document:
    """By the rule, so that threads and deadlines of a test's own may stand around it."""
    from lms.attempts import regrading
    from lms.attempts.models.regrading import RegradeBody
    from lms.caller import Caller
    from lms.courses.access import enter_through
    from lms.permissions import Role
    from lms.quizzes.repository import questions

    who = Caller(ObjectId(quiz.owner.id), Role.STUDENT, ObjectId())
    access = enter_through(questions, who, ObjectId(quiz.questions[1]), "question.edit")
    return regrading.regrade(access, RegradeBody.model_validate(body), None, dry_run=False)


def test_a_deadline_at_any_place_leaves_all_or_nothing(quiz: Sitting):
    takers(quiz, "Paris", "Rome", "London")
    before = everything(quiz)
    failures, milliseconds = 0, 1.0
    while True:
        try:
            with pymongo.timeout(milliseconds / 1_000):
                report = apply(quiz, action="new_key", content=NOW_ROME)
            break
        except PyMongoError:
            failures += 1
            if everything(quiz)[2]:
                report = {"changes": [1, 2]}
                break
            assert everything(quiz) == before
            milliseconds *= 1.2
    assert failures > 3, "it was stopped on its way"
    assert len(report["changes"]) == 2
    after = everything(quiz)
    assert [row["score"]["percent"] for row in after[0]] == [66.666667, 100, 66.666667]
    assert (len(after[2]), len(after[5]), len(after[7])) == (1, len(before[5]) + 1, len(before[7]) + 4)


def test_who_hands_in_while_a_regrade_runs_is_scored_by_it(quiz: Sitting):
    """Submissions and starts all around it: by whatever key each was scored first, in the end all have the new."""
    from lms.attempts import repository, saving, starting
    from lms.attempts.models.saving import AnswersBody
    from lms.caller import Caller
    from lms.courses.access import enter_through
    from lms.permissions import Role
    from lms.quizzes.repository import quizzes

    people = [quiz.another_learner() for _ in range(12)]
    for person in people[:8]:
        attempt = quiz.start(person)["id"]
        assert quiz.save(attempt, {"1": True, "2": "Rome"}, who=person).status == 200
    errors: list[BaseException] = []
    barrier = threading.Barrier(len(people) + 1)

    def hand_in(person: Person) -> None:
        who = Caller(ObjectId(person.id), Role.STUDENT, ObjectId())
        access = enter_through(quizzes, who, ObjectId(quiz.quiz_id), "attempt.take", load="outline", progress=True)
        barrier.wait()
        attempt, fresh = starting.start(access, None)
        mine = enter_through(repository.attempts, who, attempt["_id"], "attempt.take")
        if fresh:
            saving.save(mine, AnswersBody(client_id="tab", seq=1, answers={"2": "Rome"}))
        saving.submit(mine)

    def correct() -> None:
        barrier.wait()
        apply(quiz, action="new_key", content=NOW_ROME)

    def guarded(work: Any, *arguments: Any) -> None:
        try:
            work(*arguments)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(hand_in, person)) for person in people]
    threads.append(threading.Thread(target=guarded, args=(correct,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    rows = everything(quiz)[0]
    assert len(rows) == len(people)
    for row in rows:
        result = row["results"][1]
        given = row["answers"].get("2", {}).get("value")
        assert (row["status"], result["fraction"]) == ("graded", float(given == "Rome"))


def test_a_report_counts_all_and_shows_ten_thousand():
    from lms.attempts.regrading import Outcome

    scores = [{"score": points, "percent": points, "passed": None} for points in (0.0, 1.0)]
    attempt = {"_id": ObjectId(), "quiz_id": ObjectId(), "user_id": ObjectId(), "number": 1, "score": scores[0]}
    report = Outcome(altered=[(attempt, [], {"score": scores[1]})] * 10_001, seen=10_002).report()
    assert (len(report["changes"]), report["changed"], report["unchanged"]) == (10_000, 10_001, 1)


def test_who_looks_again_late_leaves_a_later_regrade_in_force(quiz: Sitting):
    from lms.attempts import regrading

    takers(quiz, "London", "Paris")
    regraded(quiz, "full_credit")
    regraded(quiz, "drop")
    attempts, _, regrades, *_ = everything(quiz)
    first = min(regrades, key=lambda row: row["number"])
    regrading._look_again(first, None)
    assert everything(quiz)[0] == attempts
    assert all(row["results"][1]["dropped"] for row in attempts)


def test_two_regrades_at_once_have_an_order(quiz: Sitting):
    takers(quiz, "London", "Paris")
    outcomes: list[Any] = []

    def run(body: dict[str, Any]) -> None:
        try:
            outcomes.append(apply(quiz, **body))
        except DomainError as error:
            outcomes.append(error.status)

    bodies = [{"action": "drop"}, {"action": "full_credit"}] * 3
    threads = [threading.Thread(target=run, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == len(bodies) and all(isinstance(each, dict) for each in outcomes)
    attempts, _, regrades, *_ = everything(quiz)
    last = max(regrades, key=lambda row: row["number"])
    assert sorted(row["number"] for row in regrades) == list(range(1, len(regrades) + 1))
    dropped = {bool(row["results"][1].get("dropped")) for row in attempts}
    assert dropped == {last["action"] == "drop"}
