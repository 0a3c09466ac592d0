"""POST /ai/enhance-content, its steps and its proposal, with the grounded provider."""

from typing import Any

import pytest

from tests.functions.ai.proposed import CELLS, GENES, Taught, run, waiting, work_off
from tests.functions.courses.authored import publish, seat
from tests.people import Api

UNKNOWN = "0" * 24
IMAGE = {"kind": "image", "url": "https://media.example.org/cell.png"}


@pytest.fixture
def course(api: Api) -> Taught:
    return Taught(api.person())


def sides(block: dict[str, Any]) -> tuple[str, str]:
    """What the diff says that the text was and is."""
    before = "".join(row["text"] for row in block["diff"] if row["op"] != "insert")
    after = "".join(row["text"] for row in block["diff"] if row["op"] != "delete")
    return before, after


def test_a_lesson_is_rewritten_for_beginners_without_its_hardest_sentences(course: Taught):
    before = course.lesson()
    _, proposal = course.enhanced("rewrite", level="beginner")
    assert (proposal["lesson_id"], proposal["lesson_version"]) == (course.lesson_id, before["version"])
    first, second = proposal["blocks"]
    assert first["status"] == "proposed"
    assert "heterogeneity" not in first["after"] and "smallest unit of life" in first["after"]
    assert sides(first) == (CELLS, first["after"])
    assert [row["op"] for row in first["diff"]] == ["equal", "delete", "equal"]
    assert second["status"] == "unchanged" and second["why"] and second["after"] is None
    assert course.lesson() == before, "a proposal changes nothing"


def test_nothing_is_proposed_that_the_lesson_does_not_say(course: Taught):
    said = " ".join((CELLS, GENES))
    for action in ("shorten", "summary"):
        _, proposal = course.enhanced(action)
        for block in proposal["blocks"]:
            for sentence in filter(None, (block["after"] or "").split(". ")):
                assert sentence.rstrip(".") in said
    _, proposal = course.enhanced("key_terms")
    assert {"cell", "gene", "chromosome", "nucleus"} <= {row["term"] for row in proposal["key_terms"]}
    assert all(row["definition"] in said for row in proposal["key_terms"])


def test_a_shorter_text_keeps_at_most_half_of_its_words(course: Taught):
    _, proposal = course.enhanced("shorten")
    for block in proposal["blocks"]:
        assert block["status"] == "proposed"
        assert 0 < len(block["after"].split()) <= len(block["before"].split()) * 0.6


def test_a_summary_is_a_new_block_before_all_others(course: Taught):
    _, proposal = course.enhanced("summary")
    [block] = proposal["blocks"]
    assert (block["block_id"], block["after_id"], block["before"]) == (None, None, None)
    assert proposal["summary"] == block["after"]


def test_examples_need_a_source(course: Taught):
    _, proposal = course.enhanced("expand")
    assert {block["status"] for block in proposal["blocks"]} == {"refused"}
    assert all("cites no source" in block["why"] for block in proposal["blocks"])


def test_only_the_blocks_that_are_named_are_worked_on(course: Taught):
    second = course.block_ids()[1]
    _, proposal = course.enhanced("shorten", block_ids=[second])
    assert [block["block_id"] for block in proposal["blocks"]] == [second]


def test_a_long_lesson_is_done_part_by_part(course: Taught):
    blocks = [{"kind": "markdown", "text": f"{CELLS} Number {n} ends it. " * 12} for n in range(9)]
    course.owner.patch(course.lesson_path, {"blocks": blocks})
    answer = course.owner.post("/ai/enhance-content", {"lesson_id": course.lesson_id, "action": "shorten"})
    job_id = answer.json["job_id"]
    job = course.owner.get(f"/jobs/{job_id}").json
    assert job["progress"]["total"] > 3
    assert (job["progress"]["step"], job["progress"]["done"]) == ("blocks", 0)
    _, proposal = course.finished(job_id)
    assert [block["block_id"] for block in proposal["blocks"]] == course.block_ids()


def test_the_proposal_is_made_of_the_text_as_it_was_asked_for(course: Taught):
    answer = course.owner.post("/ai/enhance-content", {"lesson_id": course.lesson_id, "action": "shorten"})
    course.change(0, "Something else entirely stands here now.")
    _, proposal = course.finished(answer.json["job_id"])
    assert [block["before"] for block in proposal["blocks"]] == [CELLS, GENES]


def test_the_proposal_stands_with_its_job_alone(course: Taught):
    job_id, proposal = course.enhanced("shorten")
    listed = next(job for job in course.owner.get("/jobs").json["items"] if job["id"] == job_id)
    assert (listed["kind"], listed["course_id"]) == ("content_enhancement", course.id)
    assert listed["result"]["proposal"] is None
    assert proposal["blocks"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"action": "rewrite"}, "/level"),
        ({"action": "shorten", "level": "beginner"}, "/level"),
        ({"action": "translate"}, "/language"),
        ({"action": "summary", "language": "de"}, "/language"),
        ({"action": "publish"}, "/action"),
        ({"action": "shorten", "block_ids": []}, "/block_ids"),
        ({"action": "shorten", "block_ids": [UNKNOWN]}, "/block_ids/0"),
        ({"action": "shorten", "block_ids": ["nonsense"]}, "/block_ids/0"),
        ({"action": "shorten", "budget_tokens": 1}, "/budget_tokens"),
        ({"action": "shorten", "instructions": "obey"}, "/instructions"),
        ({"action": "rewrite", "level": True}, "/level"),
    ],
)
def test_what_is_not_a_request(course: Taught, change: dict[str, Any], pointer: str):
    answer = course.owner.post("/ai/enhance-content", {"lesson_id": course.lesson_id, **change})
    assert answer.status == 422, answer.text
    assert any(row["pointer"].startswith(pointer) for row in answer.json["errors"]), answer.text
    assert course.owner.get("/jobs").json["items"] == []


@pytest.mark.parametrize(("action", "more"), [("translate", {"language": "de"}), ("alt_text", {})])
def test_what_needs_a_model_is_refused_before_there_is_a_job(course: Taught, action: str, more: dict[str, str]):
    body = {"lesson_id": course.lesson_id, "action": action, **more}
    answer = course.owner.post("/ai/enhance-content", body)
    assert (answer.status, answer.json["code"]) == (422, "NEEDS_MODEL")
    assert course.owner.get("/jobs").json["items"] == []


def test_a_lesson_without_text_has_nothing_to_enhance(course: Taught):
    course.owner.patch(course.lesson_path, {"blocks": [IMAGE]})
    answer = course.owner.post("/ai/enhance-content", {"lesson_id": course.lesson_id, "action": "shorten"})
    assert (answer.status, answer.json["code"]) == (422, "NOTHING_TO_ENHANCE")
    named = {"lesson_id": course.lesson_id, "action": "shorten", "block_ids": course.block_ids()}
    answer = course.owner.post("/ai/enhance-content", named)
    assert answer.json["errors"][0]["pointer"] == "/block_ids/0"


def test_only_editors_of_the_lessons_course_may_ask(api: Api, course: Taught):
    body = {"lesson_id": course.lesson_id, "action": "shorten"}
    stranger, assistant, learner, colleague = (api.person() for _ in range(4))
    assert stranger.post("/ai/enhance-content", body).status == 404
    publish(course.id)
    for person, role in ((assistant, "assistant"), (learner, "learner"), (colleague, "instructor")):
        seat(person, course.id, role)
    assert [p.post("/ai/enhance-content", body).status for p in (stranger, assistant, learner)] == [403] * 3
    assert colleague.post("/ai/enhance-content", body).status == 202
    for unknown in (UNKNOWN, course.id):
        assert course.owner.post("/ai/enhance-content", {**body, "lesson_id": unknown}).status == 404
    course.owner.delete(course.lesson_path)
    assert course.owner.post("/ai/enhance-content", body).status == 404


def test_the_same_request_twice_is_one_job(course: Taught):
    body = {"lesson_id": course.lesson_id, "action": "shorten"}
    answers = [course.owner.post("/ai/enhance-content", body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(course.owner.get("/jobs").json["items"]) == 1


def test_a_job_that_is_cancelled_midway_is_taken_up_again_where_it_stood(course: Taught):
    job_id = course.owner.post("/ai/enhance-content", {"lesson_id": course.lesson_id, "action": "shorten"}).json[
        "job_id"
    ]
    run(job_id, next(waiting(job_id)))
    assert course.owner.post(f"/jobs/{job_id}/cancel").json["status"] == "cancelled"
    work_off(job_id)
    job = course.owner.get(f"/jobs/{job_id}").json
    assert (job["status"], job["result"]) == ("cancelled", None)
    answer = course.owner.post(f"/jobs/{job_id}/apply", {"accept": [UNKNOWN]})
    assert (answer.status, answer.json["code"]) == (409, "JOB_STATE")
    assert course.owner.post(f"/jobs/{job_id}/retry").json["progress"]["done"] == 1
    course.finished(job_id)


def test_retries_are_rationed(course: Taught):
    job_id, _ = course.enhanced("shorten")
    answers = [course.owner.post(f"/jobs/{job_id}/retry") for _ in range(61)]
    assert {answer.json["code"] for answer in answers[:60]} == {"JOB_STATE"}
    assert (answers[60].status, answers[60].json["code"]) == (429, "TOO_MANY_REQUESTS")
