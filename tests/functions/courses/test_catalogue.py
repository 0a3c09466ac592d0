"""GET /courses: who sees what, filters and pages."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from lms import clock
from tests.functions.courses.authored import author, new_course, publish, seat
from tests.people import Api, Person


def listed(person: Person, query: str = "") -> list[str]:
    """The ids of every page."""
    ids, cursor = [], ""
    while cursor is not None:
        answer = person.get(f"/courses?limit=2{query}{cursor and f'&cursor={cursor}'}")
        assert answer.status == 200, answer.text
        ids += [item["id"] for item in answer.json["items"]]
        cursor = answer.json["next_cursor"]
    return ids


def test_published_courses_and_ones_own_drafts_newest_first(api: Api):
    owner, other, colleague = api.person(), api.person(), api.person()
    tag = uuid4().hex
    theirs = [new_course(other, tags=[tag]) for _ in range(3)]
    mine = [new_course(owner, tags=[tag]) for _ in range(3)]
    publish(theirs[0])
    publish(mine[1])
    seat(colleague, theirs[2], "assistant")
    assert listed(owner, f"&tag={tag}") == [*reversed(mine), theirs[0]]
    assert listed(colleague, f"&tag={tag}") == [mine[1], theirs[2], theirs[0]]
    assert listed(api.person(), f"&tag={tag}") == [mine[1], theirs[0]]


def test_an_item_is_the_course_as_its_own_page_shows_it(api: Api):
    course = author(api.person())
    [item] = course.owner.get("/courses?owner=me").json["items"]
    assert item == course.owner.get(course.path).json
    assert (item["module_count"], item["lesson_count"], item["role"]) == (2, 2, "owner")


def test_filters(api: Api):
    person, other = api.person(), api.person()
    tag = uuid4().hex
    fields: list[dict[str, Any]] = [
        {"difficulty": "beginner", "skills": ["loops"], "language": "en"},
        {"difficulty": "advanced", "skills": ["loops", "lists"], "language": "de"},
        {"difficulty": "beginner", "skills": ["C++, & more"], "language": "de"},
    ]
    first, second, third = (new_course(person, tags=[tag, "x"], **each) for each in fields)
    theirs = new_course(other, tags=[tag])
    publish(theirs)
    assert listed(person, f"&tag={tag}") == [theirs, third, second, first]
    assert listed(person, f"&tag={tag}&difficulty=beginner") == [third, first]
    assert listed(person, f"&tag={tag}&skill=loops") == [second, first]
    assert listed(person, f"&tag={tag}&skill={quote('C++, & more')}") == [third]
    assert listed(person, f"&tag={tag}&language=de&difficulty=advanced") == [second]
    assert listed(person, f"&tag={tag}&owner=me") == [third, second, first]
    assert listed(person, f"&tag={tag}&owner={other.id}") == [theirs]
    assert listed(other, f"&tag={tag}&owner={person.id}") == []
    assert listed(person, "&tag=" + uuid4().hex) == []


def test_pages_stay_true_while_courses_are_made(api: Api):
    person = api.person()
    present = [new_course(person) for _ in range(5)]
    first = person.get("/courses?owner=me&limit=2").json
    added = new_course(person)
    second = person.get(f"/courses?owner=me&limit=2&cursor={first['next_cursor']}").json
    third = person.get(f"/courses?owner=me&limit=2&cursor={second['next_cursor']}").json
    seen = [item["id"] for page in (first, second, third) for item in page["items"]]
    assert seen == present[::-1]
    assert third["next_cursor"] is None
    assert listed(person, "&owner=me") == [added, *present[::-1]]


def test_the_time_of_making_orders_and_not_the_id(api: Api):
    person = api.person()
    try:
        clock.shift(600)
        later = new_course(person)
    finally:
        clock.shift(0)
    earlier = new_course(person)
    assert listed(person, "&owner=me") == [later, earlier]


def test_the_next_page_is_linked(api: Api):
    person = api.person()
    made = [new_course(person) for _ in range(2)]
    answer = person.get("/courses?owner=me&limit=1")
    target, rel = answer.headers["link"].split("; ")
    assert rel == 'rel="next"'
    assert [item["id"] for item in person.get(target.strip("<>")).json["items"]] == [made[0]]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "?limit"),
        ("limit=101", "?limit"),
        ("limit=true", "?limit"),
        ("limit=" + "9" * 5_000, "?limit"),
        ("difficulty=hard", "?difficulty"),
        ("language=English", "?language"),
        ("tag=", "?tag"),
        ("owner=you", "?owner"),
        ("owner=" + "0" * 23, "?owner"),
        ("cursor=!!!", "?cursor"),
        ("cursor=bnVsbGw", "?cursor"),
        ("cursor=e30", "?cursor"),
        ("cursor=WzEsMl0", "?cursor"),
        ("cursor=WzEsMiwzXQ", "?cursor"),
        ("cursor=WyJ4IiwgIngiXQ", "?cursor"),
        ("cursor=WzFlNDAwLCIwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAiXQ", "?cursor"),
    ],
)
def test_a_wrong_query_is_refused(api: Api, query: str, pointer: str):
    answer = api.person().get(f"/courses?{query}")
    assert answer.status == 422, answer.text
    assert answer.json["errors"][0]["pointer"] == pointer
