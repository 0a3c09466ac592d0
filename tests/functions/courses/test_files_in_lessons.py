"""Blocks that show a file: only a checked one, of the course or of the editor's own."""

from functools import partial
from typing import Any

import pytest
from bson import ObjectId

from tests import at_once, uploads
from tests.functions.courses.authored import Authored, author
from tests.people import Api

NOT_USABLE = "names no checked file"


@pytest.fixture(scope="module")
def course(api: Api) -> Authored:
    return author(api.person())


def block(file_id: str) -> dict[str, Any]:
    return {"kind": "file", "file_id": file_id, "name": "leaf.txt"}


def material(course: Authored, content: bytes, **fields: Any) -> str:
    more = {"purpose": "course_material", "course_id": course.id, **fields}
    return uploads.available(course.owner, content, **more)


def put(course: Authored, *blocks: dict[str, Any]) -> Any:
    return course.owner.patch(course.lesson_path, {"blocks": list(blocks)})


def test_a_checked_file_of_the_course_is_taken(course: Authored) -> None:
    file_id = material(course, b"1")
    assert put(course, block(file_id)).json["blocks"][0]["file_id"] == file_id


def test_an_own_file_of_another_course_is_taken(course: Authored, api: Api) -> None:
    other = author(course.owner)
    assert put(course, block(material(other, b"2"))).status == 200


def test_what_may_not_be_shown_is_named(course: Authored, api: Api) -> None:
    stranger = author(api.person())
    pending = uploads.begin(course.owner, b"3", purpose="course_material", course_id=course.id)["file"]["id"]
    deleted = material(course, b"4")
    course.owner.delete(f"/files/{deleted}")
    refused = {
        "pending": pending,
        "deleted": deleted,
        "another's": material(stranger, b"5"),
        "of another purpose": uploads.available(course.owner, b"6", course_id=course.id),
        "none": "0" * 24,
    }
    good = material(course, b"7")
    answer = put(course, block(good), *map(block, refused.values()), {"kind": "markdown", "text": "x"})
    assert answer.status == 422
    assert [row["pointer"] for row in answer.json["errors"]] == [f"/blocks/{n}/file_id" for n in range(1, 6)]
    assert all(NOT_USABLE in row["message"] for row in answer.json["errors"])
    new = {"module_id": course.modules[0], "title": "L", "blocks": [block(pending)]}
    created = course.owner.post(f"{course.path}/lessons", new)
    assert (created.status, created.json["errors"][0]["pointer"]) == (422, "/blocks/0/file_id")


def test_what_stands_there_may_stay(course: Authored, api: Api) -> None:
    """A copy shows the first course's files, which are not its owner's."""
    original = author(api.person())
    file_id = material(original, b"8")
    put(original, block(file_id))
    colleague = api.person()
    token = original.owner.post("/invitations", {"course_id": original.id, "role": "instructor"}).json["token"]
    colleague.post(f"/invitations/{token}/accept")
    copy = colleague.post(f"{original.path}/duplicate").json["id"]
    lesson = colleague.get(f"/courses/{copy}/outline").json["modules"][0]["lessons"][0]["id"]
    path = f"/courses/{copy}/lessons/{lesson}"
    blocks = colleague.get(path).json["blocks"]
    assert blocks[0]["file_id"] == file_id
    changed = [*blocks, {"kind": "markdown", "text": "And more."}]
    assert colleague.patch(path, {"blocks": changed}).status == 200


def test_a_restored_version_comes_without_files_that_are_deleted(api: Api) -> None:
    """The text that stood around a file is not lost with it, and no learner meets a dead link."""
    course = author(api.person())
    kept, gone = (material(course, content) for content in (b"kept", b"gone"))
    words = {"kind": "markdown", "text": "Read on."}
    put(course, block(kept), words, block(gone))
    shown = put(course, words).json["version"] - 1
    assert course.owner.delete(f"/files/{gone}").status == 204
    restored = course.owner.post(f"{course.lesson_path}/versions/{shown}/restore").json
    assert [each.get("file_id") for each in restored["blocks"]] == [kept, None]
    last, *_ = course.owner.get(f"{course.lesson_path}/versions").json["items"]
    assert (last["changed"], last["restored_from"]) == (["restored", "deleted_files"], shown)
    again = course.owner.post(f"{course.lesson_path}/versions/{restored['version']}/restore").json
    assert again["blocks"] == restored["blocks"]
    assert course.owner.delete(f"/files/{kept}").status == 409


def test_a_deleted_lesson_comes_back_without_files_that_are_deleted(api: Api) -> None:
    course = author(api.person())
    gone = material(course, b"gone")
    version = put(course, block(gone)).json["version"]
    assert course.owner.delete(course.lesson_path).status == 204
    assert course.owner.delete(f"/files/{gone}").status == 204
    answer = course.owner.post(f"{course.lesson_path}/versions/{version}/restore")
    assert (answer.status, answer.json["blocks"]) == (200, [])


def test_showing_and_deleting_a_file_at_once_never_leaves_a_lesson_with_a_deleted_one(course: Authored) -> None:
    from lms.caller import Caller
    from lms.courses import lessons
    from lms.courses.access import enter
    from lms.courses.models.lesson import LessonChange
    from lms.files import removal
    from lms.permissions import Role

    who = Caller(ObjectId(course.owner.id), Role.STUDENT, ObjectId())
    access = enter(who, ObjectId(course.id), "course.edit")
    lesson_id = ObjectId(course.lessons[1])
    for n in range(8):
        file_id = material(course, b"at once %d" % n)
        change = LessonChange.model_validate({"blocks": [block(file_id)]})
        ended = at_once.endings(
            partial(lessons.change, access, lesson_id, change, None),
            partial(removal.delete, who, ObjectId(file_id), None),
        )
        assert ended in (["ok", "FILE_IN_USE"], ["INVALID", "ok"])
