"""The same content uploaded twice by one owner is kept once, and says nothing of others."""

from functools import partial

from bson import ObjectId

from lms import mongo, storage
from lms.caller import Caller
from lms.files import outcomes, removal, repository
from lms.permissions import Role
from tests import at_once, uploads
from tests.functions.courses.authored import author
from tests.people import Api

CONTENT = b"Kept once, named twice."


def test_the_second_of_the_same_content_is_there_at_once(api: Api) -> None:
    person = api.person()
    first = uploads.available(person, CONTENT)
    second = uploads.begin(person, CONTENT, name="again.txt")
    assert (second["file"]["status"], second["upload"]) == ("available", None)
    assert second["file"]["text"]["status"] == "queued"
    assert uploads.row(second["file"]["id"])["key"] == uploads.row(first)["key"]
    path = f"/files/{second['file']['id']}"
    assert person.post(f"{path}/complete").json["status"] == "available"
    got = uploads.send("GET", person.get(f"{path}/download").json["url"], None, {})
    assert (got.body, "again.txt" in got.headers["content-disposition"]) == (CONTENT, True)
    assert person.get("/files/usage").json["person"]["files"] == 2


def test_another_owner_uploads_all_of_it(api: Api) -> None:
    uploads.available(api.person(), CONTENT)
    mine, new = (uploads.begin(api.person(), content) for content in (CONTENT, b"never seen"))
    assert mine["file"]["status"] == new["file"]["status"] == "pending"
    assert mine["upload"].keys() == new["upload"].keys()


def test_another_type_or_an_upload_that_is_not_checked_is_no_twin(api: Api) -> None:
    person = api.person()
    uploads.begin(person, CONTENT)
    assert uploads.begin(person, CONTENT)["upload"] is not None
    uploads.available(person, CONTENT)
    assert uploads.begin(person, CONTENT, content_type="text/markdown")["upload"] is not None


def test_deleting_one_keeps_the_others(api: Api) -> None:
    person = api.person()
    first = uploads.available(person, CONTENT)
    second = uploads.begin(person, CONTENT)["file"]["id"]
    key = uploads.row(first)["key"]
    assert person.delete(f"/files/{first}").status == 204
    assert storage.stat(key) is not None
    url = person.get(f"/files/{second}/download").json["url"]
    assert uploads.send("GET", url, None, {}).body == CONTENT
    third = uploads.begin(person, CONTENT)["file"]
    assert third["status"] == "available"
    for last in (second, third["id"]):
        assert person.delete(f"/files/{last}").status == 204
    assert storage.stat(key) is None
    assert uploads.begin(person, CONTENT)["upload"] is not None


def test_a_late_check_of_a_deleted_file_leaves_the_object_that_another_stands_on(api: Api) -> None:
    person = api.person()
    first = uploads.available(person, CONTENT)
    as_checked = uploads.row(first)
    second = uploads.begin(person, CONTENT)["file"]["id"]
    assert person.delete(f"/files/{first}").status == 204
    assert outcomes.available(as_checked, as_checked["key"]) is None
    url = person.get(f"/files/{second}/download").json["url"]
    assert uploads.send("GET", url, None, {}).body == CONTENT


def test_the_second_of_a_large_file_leaves_no_upload_open(api: Api) -> None:
    course = author(api.person())
    film = {"content_type": "video/mp4", "purpose": "course_material", "course_id": course.id}
    large = {"size": 101 * uploads.MEGABYTE}
    file_id = uploads.available(course.owner, CONTENT, **film)
    repository.files().update_one({"_id": ObjectId(file_id)}, {"$set": large})
    twin = uploads.begin(course.owner, CONTENT, **film, **large, part_sha256=["0" * 64] * 7)
    assert (twin["file"]["status"], twin["upload"]) == ("available", None)
    opened = storage.s3().list_multipart_uploads(Bucket=storage.bucket()).get("Uploads", [])
    assert not [each for each in opened if twin["file"]["id"] in each["Key"]]


def test_deleting_and_naming_again_at_once_never_leaves_a_file_without_its_object(api: Api) -> None:
    from lms.files import uploads as rule
    from lms.files.models import NewFile

    person = api.person()
    who = Caller(ObjectId(person.id), Role.STUDENT, ObjectId())
    for _ in range(15):
        first = uploads.available(person, CONTENT)
        begin = rule.prepare(who, NewFile.model_validate(uploads.described(CONTENT)))
        delete = partial(removal.delete, who, ObjectId(first), None)
        _, begun = at_once.results(delete, partial(mongo.transaction, begin))
        again = begun["file"]
        if again["status"] == "available":
            assert storage.stat(again["key"]) is not None
        removal.delete(who, again["_id"], None)
