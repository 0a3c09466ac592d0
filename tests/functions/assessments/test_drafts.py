"""PUT, GET /assignments/{id}/draft."""

import hashlib
from functools import partial

import pytest

from tests.at_once import endings
from tests.functions.assessments.assigned import new_assignment, put_groups
from tests.functions.assessments.submitting import access_of, file_of, in_minutes, save, saved
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Api, Person


@pytest.fixture
def course(api: Api) -> Class:
    return open_class(api)


def draft(person: Person, path: str) -> dict[str, object]:
    answer = person.get(f"{path}/draft")
    assert answer.status == 200, answer.text
    return answer.json


def test_a_draft_is_empty_and_then_as_it_was_written(course: Class):
    path, learner = new_assignment(course, closes_at=in_minutes(60)), course.learner()
    empty = draft(learner, path)
    assert (empty["text"], empty["saved_at"], empty["saved"], empty["clients"]) == (None, None, {}, {})
    assert empty["hash"] == hashlib.sha256(b"{}").hexdigest()
    written = "  <script>alert(1)</script>\r\n\tÄ\n "
    receipt = saved(learner, path, text=written)
    assert (receipt["last_seq"], receipt["superseded"]) == (1, [])
    kept = draft(learner, path)
    assert (kept["text"], kept["hash"], kept["saved_at"]) == (written, receipt["hash"], receipt["saved_at"])
    assert kept["closes_at"] == receipt["closes_at"] is not None
    assert saved(learner, path, 2, text=None)["hash"] == empty["hash"]


def test_the_hash_is_of_the_canonical_json(course: Class):
    path = new_assignment(course, takes=["text", "code"], language="python")
    receipt = saved(course.learner(), path, text="Ä", code="print(1)")
    canonical = '{"code":"print(1)","text":"Ä"}'.encode()
    assert receipt["hash"] == hashlib.sha256(canonical).hexdigest()


def test_tabs_supersede_each_other_by_name(course: Class):
    path = new_assignment(course, takes=["text", "code"], language="java")
    learner = course.learner()
    saved(learner, path, 1, "one", text="first", code="a")
    second = saved(learner, path, 1, "two", text="second")
    who = {"user_id": learner.id, "seq": 1}
    one, two = {**who, "client_id": "one"}, {**who, "client_id": "two"}
    assert second["superseded"] == [{"field": "text", **one, "by": two}]
    assert saved(learner, path, 1, "two", text="second") == second
    assert save(learner, path, 1, "two", text="other").json["code"] == "SEQ_REUSED"
    kept = draft(learner, path)
    assert (kept["text"], kept["code"], kept["clients"]) == ("second", "a", {"one": 1, "two": 1})
    saved(learner, path, 5, "one", text="fifth")
    late = saved(learner, path, 3, "one", text="third")
    assert (late["last_seq"], late["superseded"]) == (
        5,
        [{"field": "text", **one, "seq": 3, "by": {**one, "seq": 5}}],
    )
    assert draft(learner, path)["text"] == "fifth"


def test_every_save_stays_in_the_log(course: Class):
    from lms.submissions.repository import draft_log

    path, learner = new_assignment(course), course.learner()
    for seq in (1, 3, 2):
        saved(learner, path, seq, text=f"{seq}")
    tab = f"{learner.id}:tab"
    logged = sorted((row["seq"], row["answers"]["text"]) for row in draft_log().find({"client_id": tab}))
    assert logged == [(1, "1"), (2, "2"), (3, "3")]


def test_a_group_shares_one_draft_and_nobody_else_sees_it(course: Class):
    ada, ben, eve = (course.learner() for _ in range(3))
    group_set = put_groups(course, [ada, ben])
    path = new_assignment(course, group_set_id=group_set["id"])
    saved(ada, path, 4, text="by Ada")
    receipt = saved(ben, path, 1, text="by Ben")
    [gone] = receipt["superseded"]
    assert (gone["user_id"], gone["by"]["user_id"]) == (ada.id, ben.id), "each has a tab of this name"
    shared = draft(ada, path)
    assert (shared["text"], shared["group_id"]) == ("by Ben", group_set["groups"][0]["id"])
    assert (shared["saved"]["text"]["user_id"], shared["clients"]) == (ben.id, {"tab": 4})
    assert (draft(eve, path)["text"], draft(eve, path)["group_id"]) == (None, None)
    assert course.owner.get(f"{path}/draft").status == 403


def test_first_saves_at_once_are_all_kept(course: Class):
    from lms.submissions import drafts
    from lms.submissions.models.draft import DraftBody

    learner = course.learner()
    bodies = [DraftBody(client_id=f"tab-{number}", seq=1, text=f"{number}") for number in range(4)]
    for _ in range(6):
        path = new_assignment(course)
        access = access_of(learner, path)
        assert endings(*(partial(drafts.save, access, body) for body in bodies)) == ["ok"] * 4
        assert draft(learner, path)["clients"] == {f"tab-{number}": 1 for number in range(4)}


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ({"code": "x"}, "/code"),
        ({"text": "x" * 200_001}, "/text"),
        ({"file_ids": ["0" * 24]}, "/file_ids/0"),
        ({"file_ids": [f"{number:024x}" for number in range(3)]}, "/file_ids"),
        ({"video": "x"}, "/video"),
        ({}, ""),
    ],
)
def test_what_the_assignment_does_not_take_is_refused(course: Class, content: dict[str, object], pointer: str):
    path = new_assignment(course, takes=["text", "files"], most_files=2)
    answer = save(course.learner(), path, **content)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer), answer.text


def test_only_own_files_for_submissions_of_this_course(course: Class):
    path = new_assignment(course, takes=["files"])
    learner, other = course.learner(), course.learner()
    material = file_of(course.owner, course, purpose="course_material")
    for strange in (file_of(other, course), material):
        assert save(learner, path, file_ids=[strange]).status == 422
    own = file_of(learner, course)
    saved(learner, path, file_ids=[own, own])
    assert draft(learner, path)["file_ids"] == [own]


def test_a_draft_is_saved_while_the_assignment_is_open_and_then_stays(course: Class):
    path, learner = new_assignment(course), course.learner()
    saved(learner, path, text="kept")
    assert course.owner.patch(path, {"closes_at": in_minutes(-1)}).status == 200
    assert save(learner, path, 2, text="late").json["code"] == "ASSIGNMENT_CLOSED"
    assert draft(learner, path)["text"] == "kept"
    later = new_assignment(course, opens_at=in_minutes(5))
    assert save(learner, later, text="early").json["code"] == "ASSIGNMENT_NOT_OPEN"
    assert course.owner.patch(path, {"published": False}).status == 200
    assert learner.get(f"{path}/draft").status == save(learner, path, 3, text="x").status == 404
