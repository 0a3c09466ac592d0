"""Uploads as a browser makes them, checked by the running stack: the owner hears of the end."""

import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.stack import Stack
from lms.files.purposes import DOCX, PDF
from tests import made_files as made
from tests import uploads
from tests.following import Follower, eventually
from tests.people import Api, Person

DONE = ("available", "quarantined")


@pytest.fixture
def person(stack_api: Api) -> Person:
    return stack_api.person()


@pytest.fixture
def follower(stack: Stack, person: Person) -> Iterator[Follower]:
    follower = Follower(person, stack.ws_url)
    yield follower
    follower.connection.close()


def checked(person: Person, content: bytes, **fields: Any) -> dict[str, Any]:
    """The file after its check."""
    begun = uploads.begin(person, content, **fields)
    assert uploads.post_form(begun["upload"], content).status == 204
    path = f"/files/{begun['file']['id']}"
    assert person.post(f"{path}/complete").status == 200
    return eventually(lambda: next((file for file in [person.get(path).json] if file["status"] in DONE), None))


def test_a_document_is_checked_told_of_and_downloaded(person: Person, follower: Follower):
    content = made.docx_file()
    file = checked(person, content, name="Light.docx", content_type=DOCX)
    assert (file["status"], file["reason_code"]) == ("available", None)
    told = follower.wait_for("file.changed")
    assert told["data"]["id"] == file["id"] and told["data"]["status"] == "available"
    with urllib.request.urlopen(person.get(f"/files/{file['id']}/download").json["url"], timeout=30) as answer:
        assert answer.read() == content
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_macros_are_held_back_and_the_owner_is_told_why(person: Person, follower: Follower):
    file = checked(person, made.docm_as_docx(), name="Light.docx", content_type=DOCX)
    assert (file["status"], file["reason_code"]) == ("quarantined", "MACROS")
    told = follower.wait_for("file.changed")["data"]
    assert told["reason"] == "The document holds macros. Save it in a format without macros and upload that."
    assert person.get(f"/files/{file['id']}/download").status == 409


@pytest.mark.parametrize(
    ("content", "content_type", "code"),
    [
        (made.encrypted_pdf, PDF, "ENCRYPTED"),
        (made.nested_bomb, "application/zip", "ARCHIVE_BOMB"),
        (lambda: b"<html><script>alert(1)</script></html>", "image/png", "TYPE_MISMATCH"),
        (lambda: made.pdf_file()[:500], PDF, "BROKEN"),
        (lambda: made.svg("<script>alert(1)</script>"), "image/svg+xml", "SCRIPT"),
    ],
)
def test_what_means_harm_is_held_back(content: Any, content_type: str, code: str, person: Person):
    file = checked(person, content(), name="file", content_type=content_type, purpose="message")
    assert (file["status"], file["reason_code"]) == ("quarantined", code)
