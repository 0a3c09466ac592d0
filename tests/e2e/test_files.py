"""Files as a browser has them: asked for over HTTP, sent to S3, shown in a lesson, gone when they are deleted."""

import hashlib
from functools import partial
from typing import Any

import pytest

from infra.local.stack import Stack
from tests import at_once, uploads
from tests.following import eventually
from tests.people import Api, Person
from tests.taught import Taught, asked, taught

QUESTION = {"prompt": "?", "content": {"kind": "true_false", "answer": True}}
CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:02.000\nLeaves are green.\n"


@pytest.fixture(scope="module")
def course(stack_api: Api) -> Taught:
    return taught(stack_api, stack_api.person("instructor"), [QUESTION])


def settled(person: Person, file_id: str) -> dict[str, Any]:
    """The file once its check has ended."""

    def done() -> dict[str, Any] | None:
        file: dict[str, Any] = person.get(f"/files/{file_id}").json
        return file if file["status"] not in ("pending", "scanning") else None

    return eventually(done)


def fetched(person: Person, file_id: str) -> uploads.Reply:
    return uploads.send("GET", asked(person, "GET", f"/files/{file_id}/download")["url"], None, {})


def test_from_an_editors_upload_to_a_learners_download(course: Taught) -> None:
    more = {"name": "film.vtt", "content_type": "text/vtt", "purpose": "course_material", "course_id": course.id}
    begun = uploads.begin(course.teacher, CAPTIONS, **more)
    file_id = begun["file"]["id"]
    assert course.teacher.post(f"/files/{file_id}/complete").status == 409
    assert uploads.post_form(begun["upload"], CAPTIONS).status == 204
    assert course.teacher.post(f"/files/{file_id}/complete").status == 200
    assert settled(course.teacher, file_id)["status"] == "available"

    learner = course.learner()
    assert learner.get(f"/files/{file_id}/download").status == 404
    block = {"kind": "file", "file_id": file_id, "name": "film.vtt", "size": len(CAPTIONS)}
    lesson = f"{course.path}/lessons/{course.lessons[0]}"
    asked(course.teacher, "PATCH", lesson, {"blocks": [block]})
    assert f'data-file-id="{file_id}"' in asked(learner, "GET", lesson)["blocks"][0]["html"]
    got = fetched(learner, file_id)
    assert (got.body, got.headers["content-type"]) == (CAPTIONS, "text/vtt; charset=utf-8")

    assert course.teacher.delete(f"/files/{file_id}").status == 409
    asked(course.teacher, "PATCH", lesson, {"blocks": []})
    url = asked(course.teacher, "GET", f"/files/{file_id}/download")["url"]
    asked(course.teacher, "DELETE", f"/files/{file_id}", status=204)
    assert uploads.send("GET", url, None, {}).status in (403, 404), (
        "an address that was signed before gives nothing now"
    )


def test_the_browser_is_let_in_from_another_origin(stack: Stack, course: Taught) -> None:
    """What a browser asks S3 before it uploads. moto lets all origins in; what S3 does, the bucket's rules say."""
    bucket = stack.deployment.resources["FilesBucket"].ref
    (rule,) = stack.client("s3").get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert {"POST", "PUT", "GET"} <= set(rule["AllowedMethods"])
    assert (rule["AllowedOrigins"], rule["AllowedHeaders"], rule["ExposeHeaders"]) == (["*"], ["*"], ["ETag"])


def test_the_bucket_forgets_what_nobody_completes(stack: Stack) -> None:
    bucket = stack.deployment.resources["FilesBucket"].ref
    rules = stack.client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    by_id = {rule["ID"]: rule for rule in rules}
    assert by_id["abandoned-uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 2}
    assert by_id["unchecked-uploads"]["Filter"] == {"Prefix": "incoming/"}


def film() -> bytes:
    """103 MB that begin as an MP4 film does."""
    head = (24).to_bytes(4, "big") + b"ftypisom\x00\x00\x02\x00isommp42"
    return head + hashlib.sha256(b"film").digest() * (103 * uploads.MEGABYTE // 32)


def test_a_large_film_comes_in_parts_and_goes_on_after_a_break(course: Taught) -> None:
    content = film()
    more = {"name": "film.mp4", "content_type": "video/mp4", "purpose": "course_material", "course_id": course.id}
    begun = uploads.begin(course.teacher, content, **more, part_sha256=uploads.part_hashes(content))
    path = f"/files/{begun['file']['id']}"
    first, *others = begun["upload"]["parts"]
    assert uploads.put_part(first, content).status == 200
    broken = uploads.send("PUT", others[0]["url"], content[:1000], others[0]["headers"])
    assert broken.status == 400, "half a part has another hash"

    rest = asked(course.teacher, "GET", f"{path}/parts")
    assert ([part["n"] for part in rest["stored"]], len(rest["parts"])) == ([1], 6)
    sent = at_once.results(*(partial(uploads.put_part, part, content) for part in reversed(rest["parts"])))
    assert {each.status for each in sent} == {200}
    done = at_once.results(*[partial(course.teacher.post, f"{path}/complete")] * 4)
    assert [each.status for each in done] == [200] * 4
    assert settled(course.teacher, begun["file"]["id"])["status"] == "available"
    got = fetched(course.teacher, begun["file"]["id"])
    assert (got.status, len(got.body)) == (200, len(content)), got.body[:1_000]
    assert hashlib.sha256(got.body).digest() == hashlib.sha256(content).digest()
    asked(course.teacher, "DELETE", path, status=204)


@pytest.mark.parametrize("sent", [b"", b"Less.", b"More than was announced, by much.", b"What was announc3d."])
def test_what_comes_must_be_what_was_announced(stack_api: Api, sent: bytes) -> None:
    """S3 itself refuses such a form; moto takes it, so that the check has to."""
    person = stack_api.person()
    begun = uploads.begin(person, b"What was announced.")
    uploads.post_form(begun["upload"], sent)
    person.post(f"/files/{begun['file']['id']}/complete")
    assert settled(person, begun["file"]["id"])["status"] == "quarantined"
    assert person.get("/files/usage").json["person"]["bytes"] == 0


def test_a_swap_after_completion_changes_nothing(stack_api: Api) -> None:
    person = stack_api.person()
    content = b"What was checked."
    begun = uploads.begin(person, content)
    file_id = begun["file"]["id"]
    uploads.post_form(begun["upload"], content)
    person.post(f"/files/{file_id}/complete")
    assert settled(person, file_id)["status"] == "available"
    uploads.post_form(begun["upload"], b"<script>alert(1)</script>")
    assert person.post(f"/files/{file_id}/complete").json["status"] == "available"
    assert fetched(person, file_id).body == content


def test_nobody_else_gets_anywhere_with_its_id(stack_api: Api) -> None:
    owner, other = stack_api.person(), stack_api.person()
    begun = uploads.begin(owner, b"Mine.")
    path = f"/files/{begun['file']['id']}"
    calls = [("GET", ""), ("DELETE", ""), ("GET", "/parts"), ("GET", "/download"), ("POST", "/complete")]
    assert [other.call(method, path + rest).status for method, rest in calls] == [404] * 5
    assert [stack_api.anonymous.call(method, path + rest).status for method, rest in calls] == [401] * 5
