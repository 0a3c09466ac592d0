"""POST /jobs/{id}/apply, for what was proposed for a lesson."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.functions.ai.proposed import CELLS, ENERGY, GENES, Taught
from tests.functions.courses.authored import audits_of, events_of, publish, seat
from tests.people import Answer, Api, Person


@pytest.fixture
def course(api: Api) -> Taught:
    return Taught(api.person(), CELLS, GENES, ENERGY)


def apply(
    course: Taught, job_id: str, *, by: Person | None = None, if_match: str | None = None, **body: Any
) -> Answer:
    headers = {"If-Match": if_match} if if_match else {}
    return (by or course.owner).post(f"/jobs/{job_id}/apply", body, headers=headers)


def ids(proposal: dict[str, Any]) -> list[str]:
    return [block["id"] for block in proposal["blocks"]]


def verdicts(answer: Answer) -> list[str | None]:
    rows = answer.json["result"]["proposal"]["blocks"]
    return [row["decision"] and row["decision"]["verdict"] for row in rows]


def test_half_is_accepted_and_becomes_a_version_that_a_person_has_looked_at(course: Taught):
    before = course.lesson()
    job_id, proposal = course.enhanced("shorten")
    first, second, third = ids(proposal)
    answer = apply(course, job_id, accept=[first, third], refuse=[second], if_match=f'"{before["version"]}"')
    assert answer.status == 200, answer.text
    assert verdicts(answer) == ["accepted", "refused", "accepted"]
    decision = answer.json["result"]["proposal"]["blocks"][0]["decision"]
    assert (decision["by"], decision["lesson_version"]) == (course.owner.id, before["version"] + 1)
    assert answer.json == course.owner.get(f"/jobs/{job_id}").json
    lesson = course.lesson()
    assert lesson["version"] == before["version"] + 1
    texts = [proposal["blocks"][0]["after"], GENES, proposal["blocks"][2]["after"]]
    assert [block["text"] for block in lesson["blocks"]] == texts
    assert [block["id"] for block in lesson["blocks"]] == [block["id"] for block in before["blocks"]]
    assert [block["origin"] for block in lesson["blocks"]] == ["ai", "person", "ai"]
    assert lesson["blocks"][0]["reviewed"]["by"] == course.owner.id
    assert proposal["blocks"][0]["after"].split(".")[0].replace("**", "") in lesson["blocks"][0]["html"].replace(
        "<strong>", ""
    ).replace("</strong>", "")
    versions = course.owner.get(f"{course.lesson_path}/versions").json["items"]
    assert (versions[0]["changed"], versions[0]["by"]) == (["blocks"], course.owner.id)
    assert audits_of(job_id) == ["job.apply"]
    [event] = [row for row in events_of(job_id) if row["type"] == "job.applied"]
    assert event["data"]["accepted"] == [first, third] and event["data"]["refused"] == [second]


def test_what_was_taken_over_can_be_taken_back(course: Taught):
    n = course.lesson()["version"]
    job_id, proposal = course.enhanced("shorten")
    apply(course, job_id, accept=ids(proposal))
    course.owner.post(f"{course.lesson_path}/versions/{n}/restore")
    assert [block["text"] for block in course.lesson()["blocks"]] == [CELLS, GENES, ENERGY]


def test_the_same_twice_changes_nothing(course: Taught):
    job_id, proposal = course.enhanced("shorten")
    tag = f'"{proposal["lesson_version"]}"'
    one = apply(course, job_id, accept=ids(proposal)[:1], refuse=ids(proposal)[1:], if_match=tag)
    two = apply(course, job_id, accept=ids(proposal)[:1], refuse=ids(proposal)[1:], if_match=tag)
    assert (one.status, two.status) == (200, 200)
    assert one.json == two.json
    assert course.lesson()["version"] == proposal["lesson_version"] + 1
    assert audits_of(job_id) == ["job.apply"]


def test_all_at_once_take_it_over_once(course: Taught):
    job_id, proposal = course.enhanced("shorten")
    with ThreadPoolExecutor(4) as pool:
        # The resolver serves one event at a time: the rule is called as its handler would call it.
        outcomes = list(pool.map(lambda _: applied_by_rule(course, job_id, ids(proposal)), range(4)))
    assert outcomes == ["accepted"] * 4
    assert course.lesson()["version"] == proposal["lesson_version"] + 1
    assert audits_of(job_id) == ["job.apply"]


def applied_by_rule(course: Taught, job_id: str, accept: list[str]) -> str:
    from bson import ObjectId

    from lms import mongo
    from lms.ai.proposals import applying
    from lms.ai.proposals.models.application import Application
    from lms.caller import Caller
    from lms.permissions import Role

    who = Caller(ObjectId(course.owner.id), Role.STUDENT, ObjectId())
    access, _id = applying.enter(who, job_id)
    job = mongo.transaction(lambda tx: applying.apply(tx, access, _id, Application(accept=accept), None))
    [verdict] = {row["decision"]["verdict"] for row in job["result"]["proposal"]["blocks"]}
    return str(verdict)


def test_the_rest_can_be_decided_later_and_a_refusal_taken_back(course: Taught):
    job_id, proposal = course.enhanced("shorten")
    first, second, third = ids(proposal)
    assert verdicts(apply(course, job_id, refuse=[first])) == ["refused", None, None]
    assert course.lesson()["version"] == proposal["lesson_version"], "refusing changes no lesson"
    assert verdicts(apply(course, job_id, accept=[second])) == ["refused", "accepted", None]
    assert verdicts(apply(course, job_id, accept=[first, third])) == ["accepted"] * 3
    assert all(block["origin"] == "ai" for block in course.lesson()["blocks"])
    answer = apply(course, job_id, refuse=[third])
    assert (answer.status, answer.json["code"]) == (409, "ALREADY_ACCEPTED")


def test_a_block_that_was_changed_since_stops_the_whole_unless_it_is_left_out(course: Taught):
    job_id, proposal = course.enhanced("shorten")
    course.change(1, "My own words.")
    answer = apply(course, job_id, accept=ids(proposal))
    assert (answer.status, answer.json["code"]) == (409, "PROPOSAL_OUTDATED")
    changed = ids(proposal)[1]
    assert answer.json["outdated"] == [{"id": changed, "block_id": changed, "reason": "changed"}]
    assert [block["text"] for block in course.lesson()["blocks"]] == [CELLS, "My own words.", ENERGY]
    assert verdicts(course.owner.get(f"/jobs/{job_id}")) == [None] * 3
    answer = apply(course, job_id, accept=ids(proposal), skip_changed=True)
    assert verdicts(answer) == ["accepted", "skipped", "accepted"]
    texts = [block["text"] for block in course.lesson()["blocks"]]
    assert texts == [proposal["blocks"][0]["after"], "My own words.", proposal["blocks"][2]["after"]]


def test_a_block_that_is_gone_is_said_to_be(course: Taught):
    job_id, proposal = course.enhanced("shorten")
    course.owner.patch(course.lesson_path, {"blocks": course.lesson()["blocks"][1:]})
    answer = apply(course, job_id, accept=ids(proposal))
    assert [row["reason"] for row in answer.json["outdated"]] == ["deleted"]
    assert apply(course, job_id, accept=ids(proposal)[1:]).status == 200


def test_a_stale_version_of_the_lesson_is_refused(course: Taught):
    job_id, proposal = course.enhanced("shorten")
    course.owner.patch(course.lesson_path, {"title": "New"})
    answer = apply(course, job_id, accept=ids(proposal), if_match=f'"{proposal["lesson_version"]}"')
    assert (answer.status, answer.json["code"]) == (412, "STALE_ETAG")
    assert apply(course, job_id, accept=ids(proposal), if_match='"nonsense"').status == 412
    assert course.lesson()["blocks"][0]["text"] == CELLS
    assert apply(course, job_id, accept=ids(proposal)).status == 200, "what it is about stands as it stood"


def test_a_summary_becomes_the_first_block_and_key_terms_the_lessons(course: Taught):
    job_id, proposal = course.enhanced("summary")
    assert apply(course, job_id, accept=ids(proposal)).status == 200
    blocks = course.lesson()["blocks"]
    assert blocks[0]["text"] == proposal["summary"] and blocks[0]["origin"] == "ai"
    assert [block["text"] for block in blocks[1:]] == [CELLS, GENES, ENERGY]
    job_id, proposal = course.enhanced("key_terms")
    chosen = [row["id"] for row in proposal["key_terms"] if row["term"] in ("cell", "gene")]
    assert apply(course, job_id, accept=chosen).status == 200
    assert {row["term"] for row in course.lesson()["key_terms"]} == {"cell", "gene"}
    job_id, proposal = course.enhanced("key_terms")
    assert not {"cell", "gene"} & {row["term"] for row in proposal["key_terms"]}, "the lesson has them"


def test_a_key_term_that_has_been_defined_meanwhile_is_not_overwritten(course: Taught):
    job_id, proposal = course.enhanced("key_terms")
    [cell] = [row["id"] for row in proposal["key_terms"] if row["term"] == "cell"]
    course.change(0, "A **cell** is a small room for a monk, who lives and prays and often writes in it.")
    later_id, later = course.enhanced("key_terms")
    [monks] = [row for row in later["key_terms"] if row["term"] == "cell"]
    assert apply(course, later_id, accept=[monks["id"]]).status == 200
    answer = apply(course, job_id, accept=[cell])
    assert (answer.status, answer.json["code"]) == (409, "PROPOSAL_OUTDATED")
    assert answer.json["outdated"] == [{"id": cell, "block_id": None, "reason": "changed"}]
    version = course.lesson()["version"]
    answer = apply(course, job_id, accept=[cell], skip_changed=True)
    [row] = [row for row in answer.json["result"]["proposal"]["key_terms"] if row["id"] == cell]
    assert row["decision"]["verdict"] == "skipped"
    lesson = course.lesson()
    assert [row["definition"] for row in lesson["key_terms"]] == [monks["definition"]]
    assert lesson["version"] == version


def test_a_lesson_stays_within_its_limits(course: Taught):
    blocks = [{"kind": "markdown", "text": CELLS}, *({"kind": "math", "text": "x"} for _ in range(199))]
    course.owner.patch(course.lesson_path, {"blocks": blocks})
    job_id, proposal = course.enhanced("summary")
    answer = apply(course, job_id, accept=ids(proposal))
    assert (answer.status, answer.json["code"]) == (409, "LESSON_FULL")
    assert len(course.lesson()["blocks"]) == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"accept": [], "refuse": []},
        {"accept": ["0" * 24]},
        {"accept": ["x"]},
        {"accept": "all"},
        {"refuse": ["0" * 24]},
        {"accept": ["0" * 24], "quiz_title": ""},
        {"accept": ["0" * 24], "version": 3},
    ],
)
def test_what_is_no_decision(course: Taught, body: dict[str, Any]):
    job_id, _ = course.enhanced("shorten")
    answer = course.owner.post(f"/jobs/{job_id}/apply", body)
    assert answer.status == 422, answer.text


def test_a_piece_that_proposes_nothing_cannot_be_accepted_nor_the_same_one_refused(course: Taught):
    job_id, proposal = course.enhanced("rewrite", level="beginner")
    changed, unchanged = ids(proposal)[:2]
    assert proposal["blocks"][1]["status"] == "unchanged"
    answer = apply(course, job_id, accept=[changed, unchanged])
    assert [row["pointer"] for row in answer.json["errors"]] == ["/accept/1"]
    assert apply(course, job_id, accept=[changed], refuse=[changed]).status == 422
    for name, value in (("pool", "p"), ("quiz_title", "Q"), ("skills", ["s"])):
        answer = apply(course, job_id, accept=[changed], **{name: value})
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, f"/{name}")


def test_only_editors_of_the_course_may_apply(api: Api, course: Taught):
    job_id, proposal = course.enhanced("shorten")
    stranger, assistant, colleague = (api.person() for _ in range(3))
    publish(course.id)
    seat(assistant, course.id, "assistant")
    seat(colleague, course.id, "instructor")
    assert apply(course, job_id, by=stranger, accept=ids(proposal)).status == 404
    assert apply(course, job_id, by=assistant, accept=ids(proposal)).status == 404
    answer = apply(course, job_id, by=colleague, accept=ids(proposal))
    assert answer.status == 200, answer.text
    assert course.lesson()["blocks"][0]["reviewed"]["by"] == colleague.id


def test_who_started_it_and_edits_the_course_no_more_may_not_apply(api: Api, course: Taught):
    colleague = api.person()
    seat(colleague, course.id, "instructor")
    body = {"lesson_id": course.lesson_id, "action": "shorten"}
    job_id = colleague.post("/ai/enhance-content", body).json["job_id"]
    _, proposal = course.finished(job_id)
    from bson import ObjectId

    from lms.courses.repository import courses

    gone = {"$pull": {"staff": {"user_id": ObjectId(colleague.id)}}, "$set": {"status": "published"}}
    courses().update_one({"_id": ObjectId(course.id)}, gone)
    assert apply(course, job_id, by=colleague, accept=ids(proposal)).status == 403


def test_other_jobs_have_nothing_to_apply(course: Taught):
    request = {"topic": "Python", "audience": "a", "difficulty": "beginner", "lesson_count": 1}
    job_id = course.owner.post("/ai/generate-course", request).json["job_id"]
    answer = apply(course, job_id, accept=["0" * 24])
    assert (answer.status, answer.json["code"]) == (409, "NOTHING_TO_APPLY")
    assert course.owner.post(f"/jobs/{'0' * 24}/apply", {"accept": ["0" * 24]}).status == 404
