"""A course written, looked through, published, found, copied, handed on, deleted and brought back, over HTTP."""

import pytest

from tests.people import Api, Person
from tests.taught import COURSE, asked

VIDEO = {"kind": "video", "url": "https://media.example.org/leaf.mp4", "text": "A leaf"}
CAPTIONS = [{"language": "en", "url": "https://media.example.org/leaf.vtt"}]
IMAGE = {"kind": "image", "url": "https://media.example.org/leaf.png"}
EMBED = {"kind": "embed", "url": "https://www.youtube-nocookie.com/embed/abcdefghijk", "name": "Leaves"}
SCRIPT = {"kind": "markdown", "text": "Never write <script>alert(1)</script>."}


@pytest.fixture(scope="module")
def teacher(stack_api: Api) -> Person:
    return stack_api.person("instructor")


@pytest.fixture
def course(teacher: Person) -> str:
    return f"/courses/{asked(teacher, 'POST', '/courses', COURSE, 201)['id']}"


def lesson_in(teacher: Person, course: str, *blocks: dict[str, object]) -> str:
    module = asked(teacher, "POST", f"{course}/modules", {"title": "M"}, 201)["id"]
    draft = {"module_id": module, "title": "Leaves", "blocks": list(blocks)}
    return f"{course}/lessons/{asked(teacher, 'POST', f'{course}/lessons', draft, 201)['id']}"


def test_blocks_are_kept_as_written_and_shown_safely(teacher: Person, course: str):
    path = lesson_in(teacher, course, SCRIPT, VIDEO, IMAGE, EMBED, {"kind": "math", "text": "a^2 < b"})
    script, video, image, embed, formula = asked(teacher, "GET", path)["blocks"]
    assert script["text"] == SCRIPT["text"]
    assert "<script" not in script["html"]
    assert "<video" in video["html"]
    assert "<img" in image["html"]
    assert "sandbox" in embed["html"]
    assert "a^2 &lt; b" in formula["html"]
    foreign = {**EMBED, "url": "https://evil.example.org/x"}
    assert teacher.patch(path, {"blocks": [foreign]}).status == 422


def test_every_version_of_a_lesson_can_come_back(teacher: Person, course: str):
    path = lesson_in(teacher, course, SCRIPT)
    asked(teacher, "PATCH", path, {"title": "Roots", "blocks": []})
    versions = asked(teacher, "GET", f"{path}/versions")["items"]
    assert [row["title"] for row in versions] == ["Roots", "Leaves"]
    restored = asked(teacher, "POST", f"{path}/versions/{versions[-1]['n']}/restore")
    assert (restored["title"], restored["blocks"][0]["text"]) == ("Leaves", SCRIPT["text"])
    asked(teacher, "DELETE", path, status=204)
    assert teacher.get(path).status == 404
    asked(teacher, "POST", f"{path}/versions/{versions[-1]['n']}/restore")
    assert asked(teacher, "GET", path)["title"] == "Leaves"


def test_publishing_says_what_is_missing_and_the_catalogue_finds_it(stack_api: Api, teacher: Person, course: str):
    path = lesson_in(teacher, course, SCRIPT, VIDEO, IMAGE)
    asked(teacher, "PATCH", course, {"title": "Chlorophyll and quokkas"})
    reader = stack_api.person()
    assert reader.get(course).status == 404
    refused = asked(teacher, "POST", f"{course}/publish", {}, 409)
    assert {row["code"] for row in refused["missing"]} == {"ALT_TEXT", "CAPTIONS"}
    blocks = [SCRIPT, {**VIDEO, "captions": CAPTIONS}, {**IMAGE, "alt": "A leaf"}]
    asked(teacher, "PATCH", path, {"blocks": blocks})
    assert asked(teacher, "POST", f"{course}/publish", {"dry_run": True}) == {"published": False, "missing": []}
    assert asked(teacher, "POST", f"{course}/publish", {})["published"]
    found = asked(reader, "GET", "/courses?q=QUOKKAS")["items"]
    assert [f"/courses/{row['id']}" for row in found] == [course]
    assert reader.get(path).status == 403, "a reader sees titles, not lessons"
    assert asked(reader, "GET", f"{course}/outline")["modules"][0]["lessons"][0]["reason"] == "MEMBERS_ONLY"
    asked(teacher, "POST", f"{course}/unpublish")
    assert reader.get(course).status == 404


def test_a_course_is_copied_deleted_and_brought_back(teacher: Person, course: str):
    lesson_in(teacher, course, SCRIPT)
    copy = asked(teacher, "POST", f"{course}/duplicate", {}, 201)
    [module] = asked(teacher, "GET", f"/courses/{copy['id']}/outline")["modules"]
    [lesson] = module["lessons"]
    mine = asked(teacher, "GET", f"/courses/{copy['id']}/lessons/{lesson['id']}")
    assert mine["blocks"][0]["text"] == SCRIPT["text"]
    asked(teacher, "DELETE", course, status=204)
    assert teacher.get(course).status == 404
    assert teacher.get(f"/courses/{copy['id']}").status == 200
    asked(teacher, "POST", f"{course}/restore")
    assert teacher.get(course).status == 200


def test_colleagues_come_by_invitation_and_the_course_can_be_handed_on(
    stack_api: Api, teacher: Person, course: str
):
    colleague = stack_api.person()
    course_id = course.removeprefix("/courses/")
    invitation = {"course_id": course_id, "role": "instructor"}
    token = asked(teacher, "POST", "/invitations", invitation, 201)["token"]
    assert asked(stack_api.anonymous, "GET", f"/invitations/{token}")["role"] == "instructor"
    assert colleague.get(course).status == 404
    asked(colleague, "POST", f"/invitations/{token}/accept")
    asked(colleague, "PATCH", course, {"description": "Together."})
    assert stack_api.person().post(f"/invitations/{token}/accept").status == 404, "it is used up"
    asked(teacher, "POST", f"{course}/transfer", {"user_id": colleague.id})
    assert asked(colleague, "GET", course)["role"] == "owner"
    assert asked(teacher, "GET", course)["role"] == "instructor"
