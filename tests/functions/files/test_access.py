"""Who may see and delete a file: by what it hangs on, decided at each request."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import ObjectId

from lms.courses import attached
from tests import uploads
from tests.mongo_commands import recorded
from tests.people import Api, Person
from tests.taught import Taught, asked, taught

CONTENT = b"What only some may read."
QUESTION = {"prompt": "?", "content": {"kind": "true_false", "answer": True}}
ABSENT = "0" * 24


@pytest.fixture(scope="module")
def course(api: Api) -> Taught:
    """Published, with two lessons."""
    return taught(api, api.person("instructor"), [QUESTION])


@pytest.fixture(scope="module")
def learner(course: Taught) -> Person:
    return course.learner()


def assistant(course: Taught) -> Person:
    person = course.api.person()
    invitation = {"course_id": course.id, "role": "assistant"}
    token = asked(course.teacher, "POST", "/invitations", invitation, 201)["token"]
    asked(person, "POST", f"/invitations/{token}/accept")
    return person


def statuses(person: Person, file_id: str) -> tuple[int, int]:
    return person.get(f"/files/{file_id}").status, person.get(f"/files/{file_id}/download").status


SEES, KNOWS_NOTHING = (200, 200), (404, 404)


def material(course: Taught, content: bytes = CONTENT, **fields: Any) -> str:
    more = {"name": "leaf.txt", "purpose": "course_material", "course_id": course.id, **fields}
    return uploads.available(course.teacher, content, **more)


def show(course: Taught, file_id: str, lesson: int = 0) -> None:
    blocks = [{"kind": "file", "file_id": file_id, "name": "leaf.txt"}]
    asked(course.teacher, "PATCH", f"{course.path}/lessons/{course.lessons[lesson]}", {"blocks": blocks})


def test_a_source_is_its_owners_alone(api: Api) -> None:
    owner = api.person()
    file_id = uploads.available(owner, CONTENT)
    assert statuses(owner, file_id) == SEES
    assert statuses(api.person(), file_id) == statuses(owner, ABSENT) == KNOWS_NOTHING
    assert statuses(api.person("admin"), file_id) == KNOWS_NOTHING
    assert api.person().delete(f"/files/{file_id}").status == 404
    assert api.person().post(f"/files/{file_id}/complete").status == 404
    assert api.person().get(f"/files/{file_id}/parts").status == 404


def test_a_courses_source_is_its_editors(course: Taught, learner: Person) -> None:
    file_id = uploads.available(course.teacher, CONTENT, course_id=course.id)
    assert statuses(course.api.person("admin"), file_id) == SEES
    for other in (assistant(course), learner, course.api.person("instructor")):
        assert statuses(other, file_id) == KNOWS_NOTHING


def test_material_is_shown_to_learners_by_a_lesson_alone(course: Taught, learner: Person) -> None:
    file_id = material(course)
    assert statuses(learner, file_id) == KNOWS_NOTHING
    show(course, file_id)
    assert statuses(learner, file_id) == SEES
    assert statuses(course.api.person(), file_id) == KNOWS_NOTHING
    asked(course.teacher, "PATCH", f"{course.path}/lessons/{course.lessons[0]}", {"blocks": []})
    assert statuses(learner, file_id) == KNOWS_NOTHING


def test_a_locked_lesson_shows_nothing_and_an_open_one_does(course: Taught, learner: Person) -> None:
    file_id = material(course)
    show(course, file_id)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    lesson = f"{course.path}/lessons/{course.lessons[0]}"
    asked(
        course.teacher,
        "PATCH",
        lesson,
        {"release": {"match": "all", "conditions": [{"kind": "date", "at": tomorrow}]}},
    )
    assert statuses(learner, file_id) == KNOWS_NOTHING
    assert statuses(assistant(course), file_id) == SEES
    show(course, file_id, lesson=1)
    assert statuses(learner, file_id) == SEES
    asked(course.teacher, "PATCH", lesson, {"release": None})


def test_of_many_courses_that_show_a_file_the_learners_own_counts(
    course: Taught, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attached, "_MOST_COURSES", 1)
    file_id = material(course, b"Shown everywhere.")
    others = [taught(course.api, course.teacher, [QUESTION]) for _ in range(3)]
    for each in (course, *others):
        show(each, file_id)
    for each in (course, *others):
        assert statuses(each.learner(), file_id) == SEES
    assert statuses(course.api.person(), file_id) == KNOWS_NOTHING
    assert statuses(course.api.person("admin"), file_id) == SEES


def test_who_leaves_sees_no_more(course: Taught) -> None:
    file_id = material(course)
    show(course, file_id)
    person = course.learner()
    assert statuses(person, file_id) == SEES
    assert person.delete(f"{course.path}/enrollments/{person.id}").status in (200, 204)
    assert statuses(person, file_id) == KNOWS_NOTHING


def test_a_deleted_lesson_shows_nothing(course: Taught, learner: Person) -> None:
    module = asked(course.teacher, "POST", f"{course.path}/modules", {"title": "M"}, 201)["id"]
    file_id = material(course)
    blocks = [{"kind": "file", "file_id": file_id, "name": "leaf.txt"}]
    draft = {"module_id": module, "title": "L", "blocks": blocks}
    lesson = asked(course.teacher, "POST", f"{course.path}/lessons", draft, 201)["id"]
    assert statuses(learner, file_id) == SEES
    asked(course.teacher, "DELETE", f"{course.path}/lessons/{lesson}", status=204)
    assert statuses(learner, file_id) == KNOWS_NOTHING
    asked(course.teacher, "DELETE", f"{course.path}/modules/{module}", status=204)


def test_material_that_is_not_checked_is_shown_to_editors_without_a_download(
    course: Taught, learner: Person
) -> None:
    begun = uploads.begin(course.teacher, b"Not yet.", purpose="course_material", course_id=course.id)
    file_id = begun["file"]["id"]
    assert statuses(course.api.person("admin"), file_id) == (200, 409)
    assert statuses(learner, file_id) == KNOWS_NOTHING


def test_a_copy_of_a_course_shows_its_files(course: Taught) -> None:
    file_id = material(course)
    show(course, file_id)
    colleague = course.api.person("instructor")
    token = asked(course.teacher, "POST", "/invitations", {"course_id": course.id, "role": "instructor"}, 201)[
        "token"
    ]
    asked(colleague, "POST", f"/invitations/{token}/accept")
    copy = asked(colleague, "POST", f"{course.path}/duplicate", status=201)["id"]
    stranger = course.api.person()
    asked(colleague, "PUT", f"/courses/{copy}/enrollment-policy", {"mode": "open"})
    asked(colleague, "POST", f"/courses/{copy}/publish", {})
    assert statuses(stranger, file_id) == KNOWS_NOTHING
    asked(stranger, "POST", f"/courses/{copy}/enrollments", {}, 201)
    assert statuses(stranger, file_id) == SEES


def test_what_is_not_handed_in_is_its_learners_alone(course: Taught, learner: Person) -> None:
    file_id = uploads.available(learner, CONTENT, purpose="submission", course_id=course.id)
    helper = assistant(course)
    for grader in (course.teacher, helper):
        assert statuses(grader, file_id) == KNOWS_NOTHING
        assert grader.delete(f"/files/{file_id}").status == 404
    assert statuses(course.learner(), file_id) == KNOWS_NOTHING


def test_an_avatar_is_everybodys_once_it_is_checked(api: Api) -> None:
    owner, other = api.person(), api.person()
    picture = {"name": "me.png", "content_type": "image/png", "purpose": "avatar"}
    begun = uploads.begin(owner, CONTENT, **picture)
    assert statuses(other, begun["file"]["id"]) == KNOWS_NOTHING
    assert statuses(other, uploads.available(owner, b"me", **picture)) == SEES
    assert other.delete(f"/files/{begun['file']['id']}").status == 404


def test_a_message_waits_for_its_row(api: Api) -> None:
    file_id = uploads.available(api.person(), CONTENT, purpose="message")
    assert statuses(api.person(), file_id) == KNOWS_NOTHING


@pytest.mark.parametrize(
    ("purpose", "who", "status"),
    [
        ("course_material", "learner", 403),
        ("course_material", "stranger", 403),
        ("source", "learner", 403),
        ("submission", "learner", 201),
        ("submission", "stranger", 403),
        ("submission", "teacher", 403),
        ("course_material", "teacher", 201),
    ],
)
def test_who_may_upload_into_a_course(course: Taught, learner: Person, purpose: str, who: str, status: int) -> None:
    people = {"learner": learner, "teacher": course.teacher, "stranger": course.api.person()}
    body = uploads.described(CONTENT, purpose=purpose, course_id=course.id)
    assert people[who].post("/files", body).status == status


def test_a_draft_of_others_is_not_known(api: Api) -> None:
    draft = asked(api.person(), "POST", "/courses", {"title": "T", "audience": "a", "difficulty": "beginner"}, 201)
    body = uploads.described(CONTENT, purpose="course_material", course_id=draft["id"])
    assert api.person().post("/files", body).status == 404


def test_a_download_is_short_lived_and_says_what_it_is(course: Taught) -> None:
    file_id = material(course, name="Übung 1.txt")
    answer = course.teacher.get(f"/files/{file_id}/download").json
    left = datetime.fromisoformat(answer["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=4) < left <= timedelta(minutes=5)
    assert "X-Amz-Expires=300&" in answer["url"] and "X-Amz-Signature=" in answer["url"]
    got = uploads.send("GET", answer["url"], None, {})
    assert (got.status, got.body) == (200, CONTENT)
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert got.headers["content-disposition"] == (
        "inline; filename=\"Ubung 1.txt\"; filename*=UTF-8''%C3%9Cbung%201.txt"
    )


def test_what_could_run_a_script_is_only_saved(course: Taught) -> None:
    for kind in ("text/html", "image/svg+xml"):
        file_id = material(course, kind.encode(), name="page", content_type=kind)
        url = course.teacher.get(f"/files/{file_id}/download").json["url"]
        assert uploads.send("GET", url, None, {}).headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize("path", ["/files/x", "/files/x/download", f"/files/{ABSENT}", f"/files/{ABSENT}/parts"])
def test_what_is_no_file_is_not_found(api: Api, path: str) -> None:
    assert api.person().get(path).status == 404


def test_editors_delete_what_hangs_on_their_course(course: Taught) -> None:
    from lms.audit import audit_log

    file_id = material(course)
    admin = course.api.person("admin")
    assert admin.delete(f"/files/{file_id}").status == 204
    assert statuses(course.teacher, file_id) == KNOWS_NOTHING
    row = audit_log().find_one({"target_id": ObjectId(file_id)})
    assert row is not None and (row["action"], str(row["actor_id"])) == ("file.delete", admin.id)


def test_a_learners_download_asks_the_database_three_times(course: Taught, learner: Person) -> None:
    """For the file, for the way into its course, and for the lessons that show it."""
    file_id = material(course, b"Asked for often.")
    show(course, file_id)
    with recorded() as log:
        assert learner.get(f"/files/{file_id}/download").status == 200
    assert [command.collection for command in log] == ["files", "courses", "lessons"]
    assert not [command for command in log if command.scans_a_collection]
