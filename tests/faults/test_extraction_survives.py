"""The worker that takes out texts dies on the way: the text comes all the same, once, or fails with a reason."""

import io
import os
import signal
import time
from collections.abc import Iterator

import pymongo
import pytest
from bson import ObjectId
from reportlab.pdfgen.canvas import Canvas

from infra.local.stack import Stack
from tests.conftest import FAST, http_api
from tests.following import eventually
from tests.people import Api, Person
from tests.uploads import begin, post_form


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own, whose queues redeliver after some seconds."""
    with Stack(tmp_path_factory.mktemp("fragile"), environ={}, environment=FAST, visibility_timeout=6) as running:
        yield running


@pytest.fixture(scope="module")
def fragile_api(fragile: Stack) -> Api:
    return http_api(fragile)


def long_pdf(pages: int = 150) -> bytes:
    """That takes some seconds to read."""
    data = io.BytesIO()
    drawing = Canvas(data)
    for page in range(pages):
        for line in range(40):
            drawing.drawString(72, 780 - 18 * line, f"Line {line} of page {page} speaks of tides and of the Moon.")
        drawing.showPage()
    drawing.save()
    return data.getvalue()


def uploaded(person: Person, content: bytes) -> str:
    begun = begin(person, content, name="tides.pdf", content_type="application/pdf")
    assert post_form(begun["upload"], content).status in (200, 201, 204)
    file_id: str = begun["file"]["id"]
    assert person.post(f"/files/{file_id}/complete").status == 200
    return file_id


def kill_workers(stack: Stack, file_id: str, count: int) -> None:
    """Each as soon as it is at the file."""
    killed: set[int] = set()

    def busy() -> int | None:
        for pid, name, event in stack.workers.busy():
            if name == "ExtractTextFunction" and file_id in str(event) and pid not in killed:
                return pid
        return None

    while len(killed) < count:
        pid = eventually(busy)
        # Into the reading, which takes longer than this.
        time.sleep(0.3)
        os.kill(pid, signal.SIGKILL)
        killed.add(pid)


def text_of(person: Person, file_id: str) -> dict[str, object]:
    found: dict[str, object] = person.get(f"/files/{file_id}").json["text"] or {}
    return found


def sources(stack: Stack, file_id: str) -> int:
    with pymongo.MongoClient(stack.database_uri) as client:
        return client[stack.database_name].sources.count_documents({"file_id": ObjectId(file_id)})


def test_a_worker_killed_midway(fragile: Stack, fragile_api: Api):
    person = fragile_api.person()
    file_id = uploaded(person, long_pdf())
    kill_workers(fragile, file_id, 1)
    assert text_of(person, file_id)["status"] == "queued"
    eventually(lambda: text_of(person, file_id)["status"] != "queued")
    text = text_of(person, file_id)
    assert (text["status"], text["pages"]) == ("ready", 150)
    assert sources(fragile, file_id) == 1


def test_a_worker_killed_each_time(fragile: Stack, fragile_api: Api):
    person = fragile_api.person()
    file_id = uploaded(person, long_pdf())
    kill_workers(fragile, file_id, 3)
    # The queue has given the message up; the sweep asks once more.
    fragile.clock.advance(11 * 60)
    person.sign_in()
    eventually(lambda: text_of(person, file_id)["status"] != "queued")
    assert text_of(person, file_id)["reason_code"] == "EXTRACTION_DIED"
    assert sources(fragile, file_id) == 0
