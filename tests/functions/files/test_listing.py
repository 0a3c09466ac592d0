"""GET /files: one's own, the newest first, page by page."""

import pytest

from tests import uploads
from tests.people import Api, Person

COURSE = {"title": "T", "audience": "a", "difficulty": "beginner"}


@pytest.fixture(scope="module")
def owner(api: Api) -> Person:
    """Who has five sources, one of them checked, and two files for a course."""
    person = api.person()
    course = person.post("/courses", COURSE).json["id"]
    for n in range(4):
        uploads.begin(person, b"source %d" % n, name=f"source {n}.txt")
    uploads.available(person, b"checked", name="checked.txt")
    for n in range(2):
        more = {"name": f"material {n}.txt", "purpose": "course_material", "course_id": course}
        uploads.begin(person, b"material %d" % n, **more)
    person.headers["x-course"] = course
    uploads.begin(api.person(), b"another's")
    return person


def names(person: Person, query: str = "") -> list[str]:
    return [file["name"] for file in person.get(f"/files{query}").json["items"]]


def test_the_newest_first(owner: Person) -> None:
    assert names(owner) == [
        "material 1.txt",
        "material 0.txt",
        "checked.txt",
        *(f"source {n}.txt" for n in (3, 2, 1, 0)),
    ]


def test_pages(owner: Person) -> None:
    found: list[str] = []
    path: str | None = "/files?limit=3"
    while path:
        page = owner.get(path).json
        found += [file["name"] for file in page["items"]]
        path = f"/files?limit=3&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert found == names(owner)


def test_filters(owner: Person) -> None:
    assert names(owner, "?purpose=source&status=available") == ["checked.txt"]
    assert names(owner, f"?course_id={owner.headers['x-course']}") == ["material 1.txt", "material 0.txt"]
    assert names(owner, "?purpose=avatar") == []


@pytest.mark.parametrize("query", ["purpose=theft", "status=lost", "course_id=x", "limit=0", "cursor=x"])
def test_a_wrong_filter_is_named(owner: Person, query: str) -> None:
    answer = owner.get(f"/files?{query}")
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, f"?{query.partition('=')[0]}")


def test_what_is_shown_and_what_stays_inside(owner: Person) -> None:
    shown = owner.get("/files").json["items"][0]
    assert shown.keys() == {
        *("id", "owner_id", "name", "content_type", "size", "sha256", "purpose", "course_id", "status"),
        *("reason", "reason_code", "text", "replaces", "version", "created_at", "updated_at"),
    }
