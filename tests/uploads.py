"""A browser's way with files: what it asks the API for, and what it sends to S3 then."""

import hashlib
import secrets
import socket
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError

import pytest

from tests.people import Person

MEGABYTE = 1024 * 1024
PART_SIZE = 16 * MEGABYTE


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


def described(content: bytes, **fields: Any) -> dict[str, Any]:
    """A body of POST /files for this content, as plain text to be grounded on unless ``fields`` say otherwise."""
    return {
        "name": "notes.txt",
        "content_type": "text/plain",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "purpose": "source",
        **fields,
    }


def begin(person: Person, content: bytes, **fields: Any) -> dict[str, Any]:
    """What POST /files answers: the file and its upload."""
    answer = person.post("/files", described(content, **fields))
    assert answer.status == 201, answer.text
    begun: dict[str, Any] = answer.json
    return begun


def send(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
    # A browser sends what is cut out of a file without a type; urllib would call it a form.
    sent = {"Content-Type": "application/octet-stream", **headers}
    request = urllib.request.Request(url, data=body, method=method, headers=sent)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Reply(
                answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
            )
    except HTTPError as error:
        return Reply(error.code, {}, error.read())


def post_form(upload: Mapping[str, Any], content: bytes) -> Reply:
    """The form as a browser sends it: the fields first, the file last."""
    boundary = secrets.token_hex(16)
    lines = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in upload["fields"].items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="blob"\r\n\r\n'.encode()
    body = b"".join([*lines, head, content, f"\r\n--{boundary}--\r\n".encode()])
    return send("POST", upload["url"], body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})


def put_part(part: Mapping[str, Any], content: bytes) -> Reply:
    """The part's bytes out of the whole content."""
    start = (part["n"] - 1) * PART_SIZE
    return send("PUT", part["url"], content[start : start + part["size"]], part["headers"])


def part_hashes(content: bytes) -> list[str]:
    starts = range(0, len(content), PART_SIZE)
    return [hashlib.sha256(content[start : start + PART_SIZE]).hexdigest() for start in starts]


@contextmanager
def store_away() -> Iterator[None]:
    """Nobody answers at S3's address."""
    from lms import aws, storage

    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = closed.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{nobody}")
        for cached in (storage.s3, aws._session):
            cached.cache_clear()
        yield
    for cached in (storage.s3, aws._session):
        cached.cache_clear()


def row(file_id: str) -> dict[str, Any]:
    """The file as MongoDB has it."""
    from bson import ObjectId

    from lms.files import repository

    found = repository.files().find_one({"_id": ObjectId(file_id)})
    assert found is not None
    return found


def check(file_id: str) -> None:
    """What the check of an honest upload does, for tests that are not about the check."""
    from lms import storage
    from lms.files import outcomes

    file = row(file_id)
    assert outcomes.scanning(file["_id"], file["upload"]["key"])
    kept = keep(file)
    storage.delete(file["upload"]["key"])
    assert outcomes.available(file, kept)


def keep(file: Mapping[str, Any]) -> str:
    """Put what came in where a check that it passed does; the key there."""
    from lms import storage

    kept = storage.kept_key(file["_id"])
    body = storage.s3().get_object(Bucket=storage.bucket(), Key=file["upload"]["key"])["Body"].read()
    storage.s3().put_object(Bucket=storage.bucket(), Key=kept, Body=body, ContentType=file["content_type"])
    return kept


def available(person: Person, content: bytes, **fields: Any) -> str:
    """Upload and pass the check; the file's id."""
    begun = begin(person, content, **fields)
    file_id: str = begun["file"]["id"]
    if begun["upload"]:
        assert post_form(begun["upload"], content).status in (200, 201, 204)
        assert person.post(f"/files/{file_id}/complete").status == 200
        check(file_id)
    return file_id
