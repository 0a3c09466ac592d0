"""POST /ai/generate-quiz, its steps, and taking the questions over, with the grounded provider."""

from typing import Any

import pytest

from tests.functions.ai.proposed import CELLS, ENERGY, GENES, Taught, text
from tests.functions.courses.authored import audits_of, events_of, publish, seat
from tests.people import Api

UNKNOWN = "0" * 24


@pytest.fixture
def course(api: Api) -> Taught:
    return Taught(api.person())


@pytest.fixture
def lessons(course: Taught) -> list[str]:
    return [course.lesson_id, course.add_lesson("Energy", text(ENERGY))]


def test_every_question_says_where_its_answer_stands(course: Taught, lessons: list[str]):
    _, proposal = course.asked(lessons, 6)
    questions = proposal["questions"]
    assert (len(questions), proposal["asked_for"], proposal["why"]) == (6, 6, None)
    assert {question["lesson_id"] for question in questions} == set(lessons)
    texts = {}
    for lesson_id in lessons:
        lesson = course.owner.get(f"/courses/{course.id}/lessons/{lesson_id}").json
        texts |= {(lesson_id, block["id"]): block["text"] for block in lesson["blocks"]}
    for question in questions:
        assert question["evidence"] in texts[question["lesson_id"], question["block_id"]]
        assert question["content"]["kind"] == question["kind"]
        assert question["difficulty"] in ("beginner", "intermediate", "advanced")
    assert len({question["evidence"] for question in questions}) == 6
    assert course.owner.get(f"/courses/{course.id}/questions").json["items"] == [], "nothing is in the bank yet"


@pytest.mark.parametrize("kind", ["single", "true_false", "cloze", "short_text"])
def test_only_the_kinds_that_are_asked_for(course: Taught, lessons: list[str], kind: str):
    _, proposal = course.asked(lessons, 2, kinds=[kind])
    assert {question["kind"] for question in proposal["questions"]} == {kind}


def test_the_difficulty_says_what_comes_first(course: Taught):
    _, easy = course.asked([course.lesson_id], 1, difficulty="beginner")
    _, hard = course.asked([course.lesson_id], 1, difficulty="advanced")
    assert easy["questions"][0]["kind"] in ("single", "true_false")
    assert hard["questions"][0]["kind"] in ("cloze", "short_text")
    assert (easy["questions"][0]["difficulty"], hard["questions"][0]["difficulty"]) != ("advanced", "beginner")


def test_where_the_lessons_hold_no_more_it_says_so(course: Taught):
    _, proposal = course.asked([course.lesson_id], 50)
    assert 0 < len(proposal["questions"]) < 50
    assert proposal["asked_for"] == 50 and "no more" in proposal["why"]


def test_three_questions_become_the_banks_and_a_draft_quizs(course: Taught, lessons: list[str]):
    job_id, proposal = course.asked(lessons, 5, skills=["Biology"])
    chosen = [question["id"] for question in proposal["questions"]][:3]
    refused = proposal["questions"][3]["id"]
    body = {"accept": chosen, "refuse": [refused], "pool": "cells", "quiz_title": "Cells"}
    answer = course.owner.post(f"/jobs/{job_id}/apply", body)
    assert answer.status == 200, answer.text
    rows = answer.json["result"]["proposal"]["questions"]
    verdicts = [row["decision"] and row["decision"]["verdict"] for row in rows]
    assert verdicts == ["accepted"] * 3 + ["refused", None]
    bank = course.owner.get(f"/courses/{course.id}/questions").json["items"]
    assert [row["id"] for row in bank] == [row["decision"]["question_id"] for row in rows[:3]]
    for question, row in zip(bank, rows, strict=False):
        assert (question["prompt"], question["content"]) == (row["prompt"], row["content"])
        assert (question["evidence"], question["lesson_id"]) == (row["evidence"], row["lesson_id"])
        assert (question["origin"], question["pool"], question["skills"]) == ("ai", "cells", ["Biology"])
        assert question["reviewed"]["by"] == course.owner.id
        assert question["difficulty"] == row["difficulty"]
    change = {"prompt": f"{bank[0]['prompt']} Think twice."}
    assert course.owner.patch(f"/questions/{bank[0]['id']}", change).json["difficulty"] is None, "who knows now"
    quiz = course.owner.get(f"/quizzes/{rows[0]['decision']['quiz_id']}").json
    assert (quiz["title"], quiz["published"], quiz["question_count"]) == ("Cells", False, 3)
    assert [item["question_id"] for item in quiz["items"]] == [row["id"] for row in bank]
    assert audits_of(job_id) == ["job.apply"]
    assert [row["type"] for row in events_of(quiz["id"])] == ["quiz.created"]
    again = course.owner.post(f"/jobs/{job_id}/apply", body)
    assert again.json == answer.json, "twice is once"
    assert len(course.owner.get(f"/courses/{course.id}/questions").json["items"]) == 3
    assert len(course.owner.get(f"/courses/{course.id}/quizzes").json["items"]) == 1
    published = course.owner.patch(f"/quizzes/{quiz['id']}", {"published": True})
    assert published.status == 200, published.text


def test_skills_named_when_accepting_take_the_place_of_those_asked_for(course: Taught):
    job_id, proposal = course.asked([course.lesson_id], 2, skills=["Biology"])
    first, second = (question["id"] for question in proposal["questions"])
    for body in ({"accept": [first], "skills": ["Genetics"]}, {"accept": [second], "skills": []}):
        assert course.owner.post(f"/jobs/{job_id}/apply", body).status == 200
    bank = course.owner.get(f"/courses/{course.id}/questions").json["items"]
    assert sorted(row["skills"] for row in bank) == [[], ["Genetics"]]


def test_the_bank_is_not_asked_again(course: Taught):
    job_id, first = course.asked([course.lesson_id], 3)
    accept = [question["id"] for question in first["questions"]]
    assert course.owner.post(f"/jobs/{job_id}/apply", {"accept": accept}).status == 200
    _, second = course.asked([course.lesson_id], 3)
    evidence = {question["evidence"] for question in first["questions"]}
    assert not evidence & {question["evidence"] for question in second["questions"]}


def test_a_question_whose_sentence_is_gone_is_not_taken_over(course: Taught):
    job_id, proposal = course.asked([course.lesson_id], 4)
    course.owner.patch(course.lesson_path, {"blocks": text(CELLS)})
    accept = [question["id"] for question in proposal["questions"]]
    gone = [question["id"] for question in proposal["questions"] if question["evidence"] not in CELLS]
    assert gone and len(gone) < 4
    answer = course.owner.post(f"/jobs/{job_id}/apply", {"accept": accept})
    assert (answer.status, answer.json["code"]) == (409, "PROPOSAL_OUTDATED")
    assert [row["id"] for row in answer.json["outdated"]] == gone
    assert course.owner.get(f"/courses/{course.id}/questions").json["items"] == []
    answer = course.owner.post(f"/jobs/{job_id}/apply", {"accept": accept, "skip_changed": True})
    assert answer.status == 200
    assert len(course.owner.get(f"/courses/{course.id}/questions").json["items"]) == 4 - len(gone)


def test_a_text_that_holds_nothing_to_ask_fails_with_a_reason(course: Taught):
    bare = course.add_lesson("Bare", text("Well? And so on and so forth."))
    body = {"course_id": course.id, "lesson_ids": [bare], "count": 3, "kinds": ["cloze"]}
    job_id = course.owner.post("/ai/generate-quiz", body).json["job_id"]
    assert course.owner.get(f"/jobs/{job_id}").json["progress"] == {"step": "questions", "done": 0, "total": 2}
    with pytest.raises(AssertionError):
        course.finished(job_id)
    error = course.owner.get(f"/jobs/{job_id}").json["error"]
    assert (error["code"], error["steps"]) == ("NOTHING_TO_ASK", ["proposal"])


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"lesson_ids": []}, "/lesson_ids"),
        ({"lesson_ids": [UNKNOWN]}, "/lesson_ids/0"),
        ({"lesson_ids": ["x"]}, "/lesson_ids/0"),
        ({"lesson_ids": [f"{n:024x}" for n in range(31)]}, "/lesson_ids"),
        ({"count": 0}, "/count"),
        ({"count": 51}, "/count"),
        ({"count": True}, "/count"),
        ({"kinds": []}, "/kinds"),
        ({"kinds": ["essay"]}, "/kinds/0"),
        ({"difficulty": "impossible"}, "/difficulty"),
        ({"language": "klingon"}, "/language"),
        ({"skills": ["x"] * 51}, "/skills"),
        ({"budget_tokens": 1}, "/budget_tokens"),
        ({"prompt": "obey"}, "/prompt"),
    ],
)
def test_what_is_not_a_request(course: Taught, change: dict[str, Any], pointer: str):
    body = {"course_id": course.id, "lesson_ids": [course.lesson_id], "count": 3, **change}
    answer = course.owner.post("/ai/generate-quiz", body)
    assert answer.status == 422, answer.text
    assert any(row["pointer"].startswith(pointer) for row in answer.json["errors"]), answer.text
    assert course.owner.get("/jobs").json["items"] == []


def test_another_language_needs_a_model(course: Taught):
    body = {"course_id": course.id, "lesson_ids": [course.lesson_id], "count": 3, "language": "de"}
    answer = course.owner.post("/ai/generate-quiz", body)
    assert (answer.status, answer.json["code"]) == (422, "NEEDS_MODEL")


def test_a_lesson_without_text_has_nothing_to_ask_about(course: Taught):
    empty = course.add_lesson("Empty", [])
    body = {"course_id": course.id, "lesson_ids": [empty], "count": 3}
    answer = course.owner.post("/ai/generate-quiz", body)
    assert (answer.status, answer.json["code"]) == (422, "NOTHING_TO_ASK")


def test_a_lesson_of_another_course_is_none_of_this(api: Api, course: Taught):
    other = Taught(course.owner)
    body = {"course_id": course.id, "lesson_ids": [course.lesson_id, other.lesson_id], "count": 3}
    answer = course.owner.post("/ai/generate-quiz", body)
    assert [row["pointer"] for row in answer.json["errors"]] == ["/lesson_ids/1"]


def test_only_editors_may_ask(api: Api, course: Taught):
    body = {"course_id": course.id, "lesson_ids": [course.lesson_id], "count": 3}
    stranger, assistant = api.person(), api.person()
    assert stranger.post("/ai/generate-quiz", body).status == 404
    publish(course.id)
    seat(assistant, course.id, "assistant")
    assert [p.post("/ai/generate-quiz", body).status for p in (stranger, assistant)] == [403] * 2
    assert course.owner.post("/ai/generate-quiz", {**body, "course_id": UNKNOWN}).status == 404


def test_genes_alone_ask_about_genes(course: Taught):
    genes = course.add_lesson("Genes", text(GENES))
    _, proposal = course.asked([genes], 3)
    assert all(question["evidence"] in GENES for question in proposal["questions"])
