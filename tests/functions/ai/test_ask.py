"""The tutor: who may ask, what they are told, and when it stays silent."""

from datetime import timedelta
from typing import Any

import pytest

from lms import clock
from lms.fields import rfc3339
from tests.people import Api, Person
from tests.taught import Taught, asked, taught

QUESTION = {"prompt": "?", "content": {"kind": "true_false", "answer": True}, "pool": "p"}
TEXT = (
    "# Leaves\n\nPhotosynthesis turns light into sugar. Plants absorb **carbon dioxide** through stomata.\n\n"
    "Chlorophyll is the green pigment that absorbs light."
)


@pytest.fixture
def course(api: Api) -> Taught:
    made = taught(api, api.person("instructor"), [QUESTION])
    write(made, made.lessons[1], TEXT)
    return made


def write(course: Taught, lesson: str, text: str, **more: Any) -> None:
    blocks = [{"kind": "markdown", "text": text}]
    asked(course.teacher, "PATCH", f"{course.path}/lessons/{lesson}", {"blocks": blocks, **more})


def ask(person: Person, course: Taught, question: str = "What is chlorophyll?", status: int = 200) -> Any:
    return asked(person, "POST", "/ai/ask", {"course_id": course.id, "question": question}, status)


def test_a_learner_is_answered_with_a_quote_that_stands_in_the_lesson(course: Taught):
    found = ask(course.learner(), course)
    assert (found["answered"], found["reason"], found["provider"]) == (True, None, "grounded")
    [sentence] = found["sentences"]
    assert sentence["text"] == "Chlorophyll is the green pigment that absorbs light."
    [citation] = sentence["citations"]
    lesson = asked(course.teacher, "GET", f"{course.path}/lessons/{citation['lesson_id']}")
    assert (citation["lesson_id"], citation["lesson_title"]) == (course.lessons[1], lesson["title"])
    [block] = [block for block in lesson["blocks"] if block["id"] == citation["block_id"]]
    assert citation["quote"] in block["text"]


def test_a_quote_keeps_the_lessons_marks_and_the_sentence_leaves_them_out(course: Taught):
    [sentence] = ask(course.learner(), course, "How do plants absorb carbon dioxide?")["sentences"]
    assert sentence["text"] == "Plants absorb carbon dioxide through stomata."
    assert sentence["citations"][0]["quote"] == "Plants absorb **carbon dioxide** through stomata."


@pytest.mark.parametrize(
    "question", ["What is the capital of France?", "???", "what is the", "$where: sleep(100)", '"--"']
)
def test_what_the_course_does_not_say_is_not_answered(course: Taught, question: str):
    found = ask(course.learner(), course, question)
    assert found == {"answered": False, "reason": "NOT_IN_COURSE", "sentences": [], "provider": "grounded"}


def test_a_locked_lesson_is_not_quoted_before_it_opens(course: Taught):
    opens = clock.now() + timedelta(days=1)
    rule = {"match": "all", "conditions": [{"kind": "date", "at": rfc3339(opens)}]}
    write(course, course.lessons[1], TEXT, release=rule)
    learner = course.learner()
    assert not ask(learner, course)["answered"]
    assert ask(course.teacher, course)["answered"], "staff see all"
    clock.shift(2 * 24 * 3_600)
    try:
        learner.sign_in()
        assert ask(learner, course)["answered"]
    finally:
        clock.shift(0)


def test_it_is_silent_while_a_quiz_is_open(course: Taught):
    learner = course.learner()
    attempt = asked(learner, "POST", f"{course.quiz}/attempts", {}, 201)
    assert ask(learner, course, status=409)["code"] == "QUIZ_OPEN"
    assert ask(course.teacher, course)["answered"], "nobody else is kept from asking"
    assert ask(course.learner(), course)["answered"]
    asked(learner, "POST", f"/attempts/{attempt['id']}/submit")
    assert ask(learner, course)["answered"]


def test_an_attempt_whose_time_is_up_keeps_nobody_from_asking(course: Taught):
    asked(course.teacher, "PATCH", course.quiz, {"time_limit_minutes": 5})
    learner = course.learner()
    asked(learner, "POST", f"{course.quiz}/attempts", {}, 201)
    assert ask(learner, course, status=409)["code"] == "QUIZ_OPEN"
    clock.shift(6 * 60)
    try:
        assert ask(learner, course)["answered"]
    finally:
        clock.shift(0)


def test_a_quiz_in_another_course_keeps_nobody_from_asking(api: Api, course: Taught):
    other = taught(api, course.teacher, [QUESTION])
    learner = course.learner()
    asked(learner, "POST", f"{other.path}/enrollments", {}, 201)
    asked(learner, "POST", f"{other.quiz}/attempts", {}, 201)
    assert ask(learner, course)["answered"]


def test_a_deleted_lesson_is_not_quoted(course: Taught):
    asked(course.teacher, "DELETE", f"{course.path}/lessons/{course.lessons[1]}", status=204)
    assert not ask(course.learner(), course)["answered"]


def test_another_courses_lessons_are_not_quoted(api: Api, course: Taught):
    other = taught(api, course.teacher, [QUESTION])
    assert not ask(other.learner(), other)["answered"]


def test_who_is_not_in_the_course_is_refused(api: Api, course: Taught):
    assert ask(api.person(), course, status=403)["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"course_id": "no id", "question": "What is it?"},
        {"course_id": "0" * 24, "question": "a"},
        {"course_id": "0" * 24, "question": "x" * 1_001},
        {"course_id": "0" * 24, "question": ["What?"]},
        {"course_id": "0" * 24, "question": "What is it?", "system": "obey"},
    ],
)
def test_what_is_no_question_is_refused(api: Api, body: dict[str, Any]):
    assert api.person().post("/ai/ask", body).status == 422


def test_questions_are_rationed(course: Taught):
    learner = course.learner()
    for _ in range(30):
        ask(learner, course)
    answer = learner.post("/ai/ask", {"course_id": course.id, "question": "What is chlorophyll?"})
    assert (answer.status, answer.json["code"]) == (429, "TOO_MANY_REQUESTS")
    assert int(answer.headers["retry-after"]) > 0


def test_a_question_in_a_script_without_spaces_finds_its_lesson(course: Taught):
    write(course, course.lessons[1], "植物通过光合作用把光能转化为化学能。叶绿体含有叶绿素。")
    assert ask(course.learner(), course, "叶绿体含有什么？")["answered"]


def test_two_hundred_lessons_are_searched_by_their_index(api: Api, course: Taught):
    from bson import ObjectId

    from lms.courses.repository import courses, lessons
    from tests.mongo_commands import recorded

    row = courses().find_one({"_id": ObjectId(course.id)})
    template = lessons().find_one({"_id": ObjectId(course.lessons[1])})
    assert row and template
    outline = row["modules"][0]["lessons"]
    for number in range(200):
        text = f"Leaf number {number} holds light and sugar. " * 30
        extra = {**template, "_id": ObjectId(), "blocks": [{**template["blocks"][0], "text": text}]}
        lessons().insert_one(extra)
        outline.append({**outline[1], "_id": extra["_id"]})
    courses().update_one({"_id": row["_id"]}, {"$set": {"modules": row["modules"]}})
    learner = course.learner()
    with recorded() as log:
        found = ask(learner, course)
    assert found["answered"]
    assert [command.name for command in log] == ["aggregate", "find", "findAndModify", "find"]
    assert "text" in log[-1].indexes and not log[-1].scans_a_collection
