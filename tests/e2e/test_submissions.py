"""A group's draft, its hand-in by all members at once, and a closing that comes while tabs send, over HTTP."""

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest

from lms.fields import rfc3339
from tests import uploads
from tests.at_once import results
from tests.following import eventually
from tests.people import Answer, Api, Person
from tests.taught import Taught, asked, assignment, taught

QUESTION = {"prompt": "Are leaves green?", "content": {"kind": "true_false", "answer": True}}


@pytest.fixture(scope="module")
def course(stack_api: Api) -> Taught:
    return taught(stack_api, stack_api.person("instructor"), [QUESTION])


def save(person: Person, path: str, seq: int, **content: Any) -> Any:
    return asked(person, "PUT", f"{path}/draft", {"client_id": "tab", "seq": seq, **content})


def submissions(person: Person, path: str) -> list[Any]:
    found, url = [], f"{path}/submissions?limit=100"
    while True:
        page = asked(person, "GET", url)
        found += [row["submission"] for row in page["items"]]
        if not page["next_cursor"]:
            return found
        url = f"{path}/submissions?limit=100&cursor={page['next_cursor']}"


def test_a_group_hands_in_once_however_many_members_do_it_at_once(course: Taught) -> None:
    members = [course.learner() for _ in range(4)]
    alone = course.learner()
    groups = {"sets": [{"name": "S", "groups": [{"name": "G", "member_ids": [each.id for each in members]}]}]}
    group_set = asked(course.teacher, "PUT", f"{course.path}/groups", groups)["sets"][0]
    path = assignment(course, takes=["text", "files"], group_set_id=group_set["id"], attempts=1)

    described = {"purpose": "submission", "course_id": course.id, "name": "leaf.txt"}
    begun = uploads.begin(members[0], b"Chlorophyll.", **described)
    uploads.post_form(begun["upload"], b"Chlorophyll.")
    file_id = begun["file"]["id"]
    asked(members[0], "POST", f"/files/{file_id}/complete")
    results(*(partial(save, member, path, 1, text=f"by {member.id}") for member in members))
    receipt = save(members[1], path, 2, text="Leaves turn light into sugar.", file_ids=[file_id])
    draft = asked(members[3], "GET", f"{path}/draft")
    assert (draft["text"], draft["hash"]) == ("Leaves turn light into sugar.", receipt["hash"])
    eventually(lambda: asked(members[3], "GET", f"/files/{file_id}")["status"] == "available")

    def submit(member: Person) -> Answer:
        return member.post(f"{path}/submissions", {"draft_hash": receipt["hash"]})

    answers = results(*(partial(submit, member) for member in members))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 201]
    [made] = {answer.json["id"]: answer.json for answer in answers}.values()
    assert (made["attempt"], made["hash"], made["member_ids"]) == (
        1,
        receipt["hash"],
        [each.id for each in members],
    )
    refused = members[2].post(f"{path}/submissions", {"text": "other"})
    assert (refused.status, refused.json["code"]) == (409, "NO_ATTEMPTS_LEFT")

    rows = asked(course.teacher, "GET", f"{path}/submissions?limit=100")["items"]
    has = {row["user_id"]: row["submission"] and row["submission"]["id"] for row in rows}
    assert has == {alone.id: None, **{member.id: made["id"] for member in members}}
    for who in (members[3], course.teacher):
        asked(who, "GET", f"/files/{file_id}/download")
    asked(alone, "GET", f"/submissions/{made['id']}", status=404)
    asked(alone, "GET", f"/files/{file_id}", status=404)


def test_what_is_acknowledged_at_the_closing_is_there_and_nothing_else(course: Taught) -> None:
    path, learner = assignment(course), course.learner()
    asked(learner, "GET", path)
    closes_at = rfc3339(datetime.now(UTC) + timedelta(seconds=1.5))
    asked(course.teacher, "PATCH", path, {"closes_at": closes_at})

    def send(tab: int) -> tuple[list[Any], Answer]:
        """Something new again and again, until it is refused for another reason than another tab's."""
        made = []
        for number in count():
            answer = learner.post(f"{path}/submissions", {"text": f"{tab}: {number}"})
            if answer.status == 201:
                made.append(answer.json)
            elif answer.json["code"] != "SUBMITTED_MEANWHILE":
                break
        return made, answer

    ends = results(*(partial(send, tab) for tab in range(4)))
    assert {(last.status, last.json["code"]) for _, last in ends} == {(409, "ASSIGNMENT_CLOSED")}
    acknowledged = sorted((row for made, _ in ends for row in made), key=lambda row: row["attempt"])
    assert len(acknowledged) > 1 and acknowledged[-1]["submitted_at"] < closes_at
    assert [row["attempt"] for row in acknowledged] == list(range(1, len(acknowledged) + 1))
    [last] = [row for row in submissions(course.teacher, path) if row]
    assert last["id"] == acknowledged[-1]["id"]
    kept = {row["attempt"]: row["hash"] for row in submissions(learner, path)}
    assert kept == {row["attempt"]: row["hash"] for row in acknowledged}
