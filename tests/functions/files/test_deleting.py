"""DELETE /files/{id}: nothing of it stays, whatever state it was in and whatever failed on the way."""

from datetime import timedelta
from functools import partial

import pytest
from bson import ObjectId
from files.sweep_files import lambda_handler as sweep

from lms import clock, queues, storage
from lms.ai.repository import sources
from lms.config import settings
from lms.files import outcomes, repository, sweeping
from tests import at_once, uploads
from tests.conftest import LambdaContext
from tests.functions.courses.authored import author
from tests.people import Api

CONTENT = b"Here today."


def test_a_deleted_file_is_gone(api: Api) -> None:
    person = api.person()
    file_id = uploads.available(person, CONTENT)
    assert person.delete(f"/files/{file_id}", headers={"If-Match": '"1"'}).status == 412
    etag = person.get(f"/files/{file_id}").headers["etag"]
    assert person.delete(f"/files/{file_id}", headers={"If-Match": etag}).status == 204
    assert storage.stat(uploads.row(file_id)["key"]) is None
    assert person.get(f"/files/{file_id}").status == person.delete(f"/files/{file_id}").status == 404
    assert person.post(f"/files/{file_id}/complete").status == 404
    assert person.get("/files").json["items"] == []


def test_an_upload_on_its_way_is_gone(api: Api) -> None:
    person = api.person()
    begun = uploads.begin(person, CONTENT)
    uploads.post_form(begun["upload"], CONTENT)
    assert person.delete(f"/files/{begun['file']['id']}").status == 204
    assert storage.stat(begun["upload"]["fields"]["key"]) is None


def test_an_open_multipart_upload_is_given_up(api: Api) -> None:
    owner = author(api.person())
    film = {"content_type": "video/mp4", "purpose": "course_material", "course_id": owner.id}
    body = uploads.described(b"", size=101 * uploads.MEGABYTE, part_sha256=["0" * 64] * 7, **film)
    begun = owner.owner.post("/files", body).json
    upload = uploads.row(begun["file"]["id"])["upload"]
    assert owner.owner.delete(f"/files/{begun['file']['id']}").status == 204
    with pytest.raises(storage.Missing):
        storage.parts(upload["key"], upload["upload_id"])


def test_a_file_that_is_deleted_while_it_is_checked_leaves_nothing(api: Api) -> None:
    person = api.person()
    begun = uploads.begin(person, CONTENT)
    uploads.post_form(begun["upload"], CONTENT)
    file_id, key = begun["file"]["id"], begun["upload"]["fields"]["key"]
    file = outcomes.scanning(ObjectId(file_id), key)
    assert file is not None
    kept = uploads.keep(file)
    assert person.delete(f"/files/{file_id}").status == 204
    assert outcomes.available(file, kept) is None
    assert storage.stat(kept) is None


def test_a_check_that_dies_after_the_file_was_deleted_leaves_nothing_for_long(api: Api) -> None:
    person = api.person()
    begun = uploads.begin(person, CONTENT)
    uploads.post_form(begun["upload"], CONTENT)
    file_id = begun["file"]["id"]
    file = outcomes.scanning(ObjectId(file_id), begun["upload"]["fields"]["key"])
    assert file is not None
    body = storage.s3().get_object(Bucket=storage.bucket(), Key=file["upload"]["key"])["Body"].read()
    assert person.delete(f"/files/{file_id}").status == 204
    kept = storage.kept_key(file_id)
    storage.s3().put_object(Bucket=storage.bucket(), Key=kept, Body=body)
    due(file_id)
    sweep({}, LambdaContext())
    assert storage.stat(kept) is None
    assert uploads.row(file_id)["look_at"] is None


def test_what_a_crash_after_the_commit_left_is_swept(api: Api) -> None:
    person = api.person()
    file_id = uploads.available(person, CONTENT)
    person.delete(f"/files/{file_id}")
    row = uploads.row(file_id)
    storage.s3().put_object(Bucket=storage.bucket(), Key=row["key"], Body=CONTENT)
    due(file_id)
    sweep({}, LambdaContext())
    assert storage.stat(row["key"]) is None
    assert uploads.row(file_id)["look_at"] is None


def test_a_file_that_a_lesson_shows_stays(api: Api) -> None:
    course = author(api.person())
    file_id = uploads.available(course.owner, CONTENT, purpose="course_material", course_id=course.id)
    block = {"kind": "file", "file_id": file_id, "name": "x"}
    assert course.owner.patch(course.lesson_path, {"blocks": [block]}).status == 200
    refused = course.owner.delete(f"/files/{file_id}")
    assert (refused.status, refused.json["code"]) == (409, "FILE_IN_USE")
    assert refused.json["lesson_ids"] == [course.lessons[0]]
    assert course.owner.patch(course.lesson_path, {"blocks": []}).status == 200
    assert course.owner.delete(f"/files/{file_id}").status == 204


def due(file_id: str) -> None:
    """Now is the time to look at this file, and at nothing else."""
    sources().update_many({}, {"$unset": {"superseded": ""}})
    repository.files().update_many({"_id": {"$ne": ObjectId(file_id)}}, {"$set": {"look_at": None}})
    repository.files().update_one({"_id": ObjectId(file_id)}, {"$set": {"look_at": clock.now()}})


def waiting(queue: str, about: str = "") -> list[str]:
    """The messages there about a file, taken out; others', put off before, may come back at any time."""
    url = getattr(settings(), queue)
    found = queues.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        queues.sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in found if about in message["Body"]]


def emptied(queue: str) -> None:
    while waiting(queue):
        pass


def test_an_upload_whose_news_was_lost_is_checked_after_all(api: Api) -> None:
    person = api.person()
    begun = uploads.begin(person, CONTENT)
    uploads.post_form(begun["upload"], CONTENT)
    emptied("file_checks_queue_url")
    due(begun["file"]["id"])
    assert sweep({}, LambdaContext())["seen_to"] == 1
    assert person.get(f"/files/{begun['file']['id']}").json["status"] == "scanning"
    assert len(waiting("file_checks_queue_url", begun["upload"]["fields"]["key"])) == 1
    assert sweep({}, LambdaContext())["seen_to"] == 0, "its time has not come again"


def test_a_check_that_a_crash_ended_is_asked_for_again_and_given_up_in_the_end(api: Api) -> None:
    person = api.person()
    begun = uploads.begin(person, CONTENT)
    file_id = begun["file"]["id"]
    outcomes.scanning(ObjectId(file_id), begun["upload"]["fields"]["key"])
    emptied("file_checks_queue_url")
    due(file_id)
    sweep({}, LambdaContext())
    assert len(waiting("file_checks_queue_url", file_id)) == 1
    long_ago = clock.now() - timedelta(days=3)
    repository.files().update_one({"_id": ObjectId(file_id)}, {"$set": {"created_at": long_ago}})
    due(file_id)
    sweep({}, LambdaContext())
    assert person.get(f"/files/{file_id}").json["status"] == "quarantined"


def test_a_text_that_nobody_took_out_is_asked_for_again(api: Api) -> None:
    person = api.person()
    file_id = uploads.available(person, CONTENT)
    emptied("extraction_queue_url")
    due(file_id)
    sweep({}, LambdaContext())
    assert len(waiting("extraction_queue_url", file_id)) == 1
    repository.files().update_one({"_id": ObjectId(file_id)}, {"$set": {"text.status": "ready"}})
    due(file_id)
    sweep({}, LambdaContext())
    assert waiting("extraction_queue_url", file_id) == []
    assert uploads.row(file_id).get("look_at") is None


def test_what_is_sent_to_the_check_is_what_the_bucket_sends(api: Api) -> None:
    from pydantic_core import from_json

    emptied("file_checks_queue_url")
    begun = uploads.begin(api.person(), CONTENT)
    uploads.post_form(begun["upload"], CONTENT)
    file_id = begun["file"]["id"]
    (by_bucket,) = waiting("file_checks_queue_url", file_id)
    sweeping.send_to_check(uploads.row(file_id))
    (by_sweep,) = waiting("file_checks_queue_url", file_id)
    theirs, ours = (from_json(body)["Records"][0] for body in (by_bucket, by_sweep))
    assert ours["s3"]["object"]["key"] == theirs["s3"]["object"]["key"].replace("%2F", "/")
    assert ours["eventSource"] == theirs["eventSource"]
    assert ours["s3"]["bucket"]["name"] == theirs["s3"]["bucket"]["name"]


def test_sweeps_at_once_see_to_a_file_once(api: Api) -> None:
    file_id = uploads.begin(api.person(), CONTENT)["file"]["id"]
    due(file_id)
    assert sum(at_once.results(*[partial(sweeping.sweep, 100)] * 4)) == 1
    assert uploads.row(file_id)["status"] == "expired"


def test_one_that_fails_does_not_keep_the_others_waiting(api: Api) -> None:
    person = api.person()
    broken, whole = (uploads.begin(person, content)["file"]["id"] for content in (b"1", b"2"))
    due(whole)
    change = {"look_at": clock.now() - timedelta(seconds=5), "upload": None}
    repository.files().update_one({"_id": ObjectId(broken)}, {"$set": change})
    sweep({}, LambdaContext())
    assert person.get(f"/files/{whole}").json["status"] == "expired"
    assert person.get(f"/files/{broken}").json["status"] == "pending"
