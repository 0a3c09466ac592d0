"""From a course's first draft to a learner's graded quiz, over real HTTP."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from infra.local.stack import Stack
from tests.following import finished
from tests.people import Api, Person
from tests.questions import EACH_KIND
from tests.taught import Taught, asked, taught

KINDS = list(EACH_KIND)
MINUTES = 10


@pytest.fixture(scope="module")
def admin(stack: Stack, stack_api: Api) -> Person:
    person = stack_api.person()
    made = stack.invoke("AppointAdminFunction", {"email": person.email, "force": True})
    assert made["role"] == "admin"
    person.sign_in()
    return person


@pytest.fixture
def teacher(stack_api: Api, admin: Person) -> Person:
    person = stack_api.person()
    asked(admin, "PUT", f"/users/{person.id}/role", {"role": "instructor"})
    person.sign_in()
    return person


@pytest.fixture
def course(stack_api: Api, teacher: Person) -> Taught:
    """Its quiz asks one question of each kind, in their order."""
    questions = [question.model_dump(mode="json") for question in EACH_KIND.values()]
    return taught(stack_api, teacher, questions, time_limit_minutes=MINUTES, shuffle_options=True)


@pytest.fixture
def later(stack: Stack) -> Iterator[Callable[..., None]]:
    """Moves the stack's clock; these people sign in again, since their tokens may have run out."""
    moved = 0.0

    def move(minutes: float, *people: Person) -> None:
        nonlocal moved
        moved += minutes * 60
        stack.clock.advance(minutes * 60)
        for person in people:
            person.sign_in()

    yield move
    stack.clock.advance(-moved)


def right(question: Mapping[str, Any]) -> Any:
    """The answer that is wholly right, found by what a learner sees."""

    def shown(options: list[dict[str, Any]], text: str) -> str:
        [found] = [option["id"] for option in options if text in (option.get("html") or option["text"])]
        return str(found)

    match question["kind"]:
        case "single":
            return shown(question["options"], "text of a")
        case "multiple":
            return [shown(question["options"], f"text of {each}") for each in "ab"]
        case "true_false":
            return True
        case "numeric":
            return "9876,5"
        case "short_text":
            return "secretly"
        case "matching":
            texts = {each["id"]: each["html"] for each in question["prompts"]}
            return {
                _id: shown(question["answers"], "two" if "second" in text else "one") for _id, text in texts.items()
            }
        case "ordering":
            return [shown(question["items"], f"step {letter}") for letter in "lima"]
        case "cloze":
            given = {"short_text": lambda gap: "SECRET", "numeric": lambda gap: 9876.5}
            choice = {"single": lambda gap: shown(gap["options"], "text of y")}
            return {gap["id"]: (given | choice)[gap["kind"]](gap) for gap in question["gaps"]}
        case _:
            return "Leaves are green since they hold much chlorophyll and need light to live."


def start(person: Person, course: Taught, status: int = 201) -> dict[str, Any]:
    attempt: dict[str, Any] = asked(person, "POST", f"{course.quiz}/attempts", {}, status)
    return attempt


def save(person: Person, attempt_id: str, client_id: str, seq: int, answers: dict[str, Any]) -> dict[str, Any]:
    body = {"client_id": client_id, "seq": seq, "answers": answers}
    receipt: dict[str, Any] = asked(person, "PUT", f"/attempts/{attempt_id}/answers", body)
    return receipt


def test_a_learner_takes_a_quiz_of_every_kind_of_question(course: Taught):
    learner = course.learner()
    lesson = asked(learner, "GET", f"{course.path}/lessons/{course.lessons[0]}")
    assert (lesson["quiz"], "<em>green</em>" in lesson["blocks"][0]["html"]) == (None, True)
    [mine] = asked(learner, "GET", "/users/me/courses")["items"]
    assert (mine["id"], mine["percent"], mine["next_lesson"]["id"]) == (course.id, 0, course.lessons[0])

    answer = learner.post(f"{course.quiz}/attempts", {})
    assert (answer.status, "SECRET yes" in answer.text, '"key"' in answer.text) == (201, False, False)
    attempt = answer.json
    path = f"/attempts/{attempt['id']}"
    assert [item["question"]["kind"] for item in attempt["items"]] == KINDS
    agenda = asked(learner, "GET", "/users/me/agenda")["items"]
    assert [row["attempt_id"] for row in agenda if row["kind"] == "attempt_running"] == [attempt["id"]]

    # Two tabs, of which the second changes what the first had said about one question.
    good = {item["id"]: right(item["question"]) for item in attempt["items"]}
    first = save(learner, attempt["id"], "one", 1, {name: good[name] for name in "1234"} | {"3": False})
    assert (first["last_seq"], first["superseded"]) == (1, [])
    assert start(learner, course, status=200)["id"] == attempt["id"]
    second = save(learner, attempt["id"], "two", 1, {name: good[name] for name in "356789"})
    assert second["superseded"] == [
        {"item_id": "3", "client_id": "one", "seq": 1, "by": {"client_id": "two", "seq": 1}}
    ]
    assert save(learner, attempt["id"], "two", 1, {name: good[name] for name in "356789"}) == second

    [live] = asked(course.teacher, "GET", f"{course.quiz}/live")["attempts"]
    assert (live["user_id"], live["asked"], live["answered"]) == (learner.id, 9, 9)
    seen = asked(learner, "GET", path)
    assert (seen["clients"], seen["hash"]) == ({"one": 1, "two": 1}, second["hash"])
    assert {item["id"]: item["answer"]["value"] for item in seen["items"]} == good
    assert seen["released"] is False

    done = asked(learner, "POST", f"{path}/submit")
    assert (done["status"], done["released"], done["score"]["raw"], done["score"]["score"]) == (
        "submitted",
        True,
        8,
        None,
    ), "the essay waits for a person"
    assert {item["question"]["kind"]: item["result"]["fraction"] for item in done["items"]} == {
        kind: None if kind == "essay" else 1 for kind in KINDS
    }
    assert {item["id"]: item["question"]["key"] for item in done["items"]}["3"] is True
    assert "SECRET yes" in str(done["items"][0]["question"]["feedback"])
    assert progress(learner, course)["completed_count"] == 0

    version = course.teacher.get(path).headers["etag"]
    essay = {"items": [{"item_id": "9", "points": 1, "comment": "Well put."}]}
    assert course.teacher.post(f"{path}/grade", essay).status == 428
    graded = course.teacher.post(f"{path}/grade", essay, headers={"If-Match": version})
    assert (graded.status, graded.json["status"]) == (200, "graded"), graded.text
    result = asked(learner, "GET", path)
    assert (result["score"]["percent"], result["score"]["passed"]) == (100, True)
    assert result["items"][8]["result"]["comment"] == "Well put."

    seen = progress(learner, course)
    assert (seen["percent"], seen["lessons"][0]["status"], seen["completed_at"]) == (50, "completed", None)
    second_lesson = f"{course.path}/lessons/{course.lessons[1]}/progress"
    asked(learner, "PUT", second_lesson, {"completed": True})
    assert progress(learner, course)["completed_at"] is not None
    [mine] = asked(learner, "GET", "/users/me/courses")["items"]
    assert (mine["percent"], mine["next_lesson"]) == (100, None)
    row = asked(course.teacher, "GET", f"{course.path}/progress/{learner.id}")
    assert row["percent"] == 100


def progress(person: Person, course: Taught) -> dict[str, Any]:
    found: dict[str, Any] = asked(person, "GET", f"{course.path}/progress")
    return found


def test_the_server_hands_in_what_was_saved_and_gives_each_learner_their_own_time(
    stack: Stack, course: Taught, later: Callable[..., None]
):
    hurried, slow = course.learner(), course.learner()
    accommodations = {"accommodations": {"time_factor": 2.0}}
    asked(course.teacher, "PATCH", f"{course.path}/enrollments/{slow.id}", accommodations)
    attempts = {person.id: start(person, course) for person in (hurried, slow)}
    for person, minutes in ((hurried, MINUTES), (slow, 2 * MINUTES)):
        attempt = attempts[person.id]
        began, ends = (datetime.fromisoformat(attempt[name]) for name in ("started_at", "deadline_at"))
        assert ends - began == timedelta(minutes=minutes)
        save(person, attempt["id"], "tab", 1, {"3": True})

    def states() -> dict[str, tuple[str, str | None]]:
        """As the list has them, which closes nothing by being read."""
        rows = asked(course.teacher, "GET", f"{course.quiz}/attempts")["items"]
        return {row["user_id"]: (row["status"], row["submitted_by"]) for row in rows}

    later(MINUTES + 1)
    stack.schedules.fire("CloseAttemptsFunction")
    assert states() == {hurried.id: ("graded", "deadline"), slow.id: ("open", None)}
    attempt = attempts[hurried.id]
    late = {"client_id": "tab", "seq": 2, "answers": {"3": False}}
    refused = hurried.put(f"/attempts/{attempt['id']}/answers", late)
    assert (refused.status, refused.json["code"]) == (409, "ATTEMPT_CLOSED")
    seen = asked(hurried, "GET", f"/attempts/{attempt['id']}")
    assert (seen["submitted_at"], seen["score"]["raw"]) == (attempt["deadline_at"], 1)
    assert seen["items"][2]["answer"]["value"] is True

    save(slow, attempts[slow.id]["id"], "tab", 2, {"5": "secretly"})
    later(MINUTES, hurried, slow, course.teacher)
    stack.schedules.fire("CloseAttemptsFunction")
    assert states()[slow.id] == ("graded", "deadline")
    assert asked(slow, "GET", f"/attempts/{attempts[slow.id]['id']}")["score"]["raw"] == 2


def test_a_preview_keeps_nothing(course: Taught):
    preview = course.teacher.post(f"{course.quiz}/preview")
    assert preview.status == 200
    assert [item["question"]["kind"] for item in preview.json["items"]] == KINDS
    assert '"key"' not in preview.text
    assert asked(course.teacher, "GET", f"{course.quiz}/attempts")["items"] == []
    assert course.learner().post(f"{course.quiz}/preview").status == 403


def test_a_class_brought_by_a_list_is_graded_anew_when_a_key_was_wrong(stack_api: Api, teacher: Person):
    wrong = {"prompt": "Roots are green.", "content": {"kind": "true_false", "answer": True}}
    sound = {"prompt": "Leaves are green.", "content": {"kind": "true_false", "answer": True}}
    course = taught(stack_api, teacher, [wrong, sound], passing_percent=100)
    misled, knowing = stack_api.person(), stack_api.person()
    listed = {"csv": "\n".join(["email", misled.email, knowing.email, "nobody@example.org"])}
    job = asked(teacher, "POST", f"{course.path}/enrollments/import", listed, 202)["job_id"]
    assert finished(teacher, job)["status"] == "succeeded"
    report = asked(teacher, "GET", f"{course.path}/enrollments/import/{job}")["items"]
    assert [row["outcome"] for row in report] == ["enrolled", "enrolled", "unknown_account"]

    percents = {}
    for person, roots in ((misled, True), (knowing, False)):
        attempt = start(person, course)["id"]
        save(person, attempt, "tab", 1, {"1": roots, "2": True})
        percents[person.id] = asked(person, "POST", f"/attempts/{attempt}/submit")["score"]["percent"]
    assert percents == {misled.id: 100, knowing.id: 50}
    figures = asked(teacher, "GET", f"{course.quiz}/analysis")["items"]
    assert {each["question_id"]: (each["count"], each["difficulty"]) for each in figures} == dict(
        zip(course.questions, [(2, 0.5), (2, 1)], strict=True)
    )

    path = f"/questions/{course.questions[0]}/regrade"
    key = {"action": "new_key", "content": {"kind": "true_false", "answer": False}}
    told = asked(teacher, "POST", f"{path}?dry_run=true", key)
    changes = {row["user_id"]: (row["from"]["percent"], row["to"]["percent"]) for row in told["changes"]}
    assert changes == {misled.id: (100, 50), knowing.id: (50, 100)}
    assert progress(knowing, course)["percent"] == 0
    assert asked(teacher, "POST", path, key) == told
    assert progress(knowing, course)["percent"] == 50
    [attempt] = asked(knowing, "GET", f"{course.quiz}/attempts")["items"]
    assert (attempt["score"]["percent"], attempt["score"]["passed"]) == (100, True)
