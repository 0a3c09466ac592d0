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


def test_a_learner_is_told_so(api: Api):
    course = new_course(api.person(), tags=["told"])
    publish(course)
    learner = api.person()
    assert [row["role"] for row in learner.get("/courses?tag=told").json["items"]] == ["reader"]
    seat(learner, course, "learner")
    assert [row["role"] for row in learner.get("/courses?tag=told").json["items"]] == ["learner"]


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


def a_word() -> str:
    """That no other course holds."""
    return f"w{uuid4().hex[:12]}"


def test_search_finds_titles_before_tags_before_descriptions(api: Api):
    person, word = api.person(), a_word()
    described = new_course(person, description=f"All about {word}.")
    tagged = new_course(person, tags=[word])
    skilled = new_course(person, skills=[f"{word} basics"])
    titled = new_course(person, title=f"{word}")
    new_course(person, audience=word)
    found = listed(person, f"&q={word}")
    assert (found[0], found[3]) == (titled, described)
    assert set(found[1:3]) == {tagged, skilled}
    assert listed(person, f"&q={word}&sort=relevance") == found
    assert listed(person, f"&q={word}&sort=newest") == [titled, skilled, tagged, described]
    assert listed(person, f"&q={word}&owner={api.person().id}") == []


def test_search_finds_all_words_whatever_their_case_accents_and_language(api: Api):
    person, word = api.person(), a_word()
    german = new_course(person, title=f"Über die {word}", language="de")
    japanese = new_course(person, title=f"機械 学習 {word}", language="ja", tags=["C++"])
    english = new_course(person, title="The machine", description=f"{word} and more", language="en")
    assert listed(person, f"&q=UBER+{word.upper()}") == [german]
    assert listed(person, f"&q={word}+{quote('機械')}") == [japanese]
    assert listed(person, f"&q={quote('c++')}+{word}") == [japanese]
    assert listed(person, f"&q=the+{word}") == [english]
    assert listed(person, "&q=the&owner=me") == [english], "a stop word of one language is a word of another"
    assert listed(person, f"&q={word}+{a_word()}") == []
    assert listed(person, f"&q=-{word}") == []
    assert len(listed(person, f"&q={word}")) == 3


@pytest.mark.parametrize(
    "q",
    ["%22", "%22%22", "%5C", "%5C%22", "-", "%20", "%2B%2B", "$where", "%7B%22$gt%22:1%7D", "%00", "%F0%9F%90%8D"],
)
def test_search_takes_any_text(api: Api, q: str):
    assert api.person().get(f"/courses?q={q}").json["items"] == []


def test_search_finds_what_is_published_or_ones_own(api: Api):
    owner, word = api.person(), a_word()
    draft, published, deleted = (new_course(owner, title=f"{word} {number}") for number in range(3))
    publish(published)
    publish(deleted)
    owner.delete(f"/courses/{deleted}")
    assert set(listed(owner, f"&q={word}")) == {draft, published}
    assert listed(api.person(), f"&q={word}") == [published]
    assert listed(owner, f"&q={word}&difficulty=advanced") == []


def test_titles_sort_without_regard_to_case(api: Api):
    person, word = api.person(), a_word()
    titles = ["beta", "Alpha", "gamma", "alpha", "Élan", "BETA 2"]
    made = {title: new_course(person, title=title, tags=[word]) for title in titles}
    expected = ["Alpha", "alpha", "beta", "BETA 2", "gamma", "Élan"]
    assert listed(person, f"&tag={word}&sort=title") == [made[title] for title in expected]
    assert listed(person, "&owner=me&sort=title") == [made[title] for title in expected]
    person.patch(f"/courses/{made['gamma']}", {"title": "AAA"})
    assert listed(person, "&owner=me&sort=title")[0] == made["gamma"]


@pytest.mark.parametrize("sort", ["newest", "title", "relevance"])
def test_pages_of_each_order_stay_true_while_courses_are_made(api: Api, sort: str):
    person, word = api.person(), a_word()
    for number in range(7):
        new_course(person, title=f"{word} {'same' if number % 2 else 'Same'}")
    present = listed(person, f"&q={word}&sort={sort}")
    assert len(present) == 7
    seen, cursor = [], ""
    while cursor is not None:
        page = person.get(f"/courses?q={word}&sort={sort}&limit=2{cursor and f'&cursor={cursor}'}").json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        for title in (f"{word}", f"{word} same", f"{word} zzz zzz"):
            new_course(person, title=title)
    assert [each for each in seen if each in present] == present
    assert len(seen) == len(set(seen))


def test_a_cursor_serves_its_own_order_alone(api: Api):
    person, word = api.person(), a_word()
    for _ in range(2):
        new_course(person, title=word)
    orders = {sort: f"q={word}&limit=1&sort={sort}" for sort in ("newest", "title", "relevance")}
    cursors = {sort: person.get(f"/courses?{query}").json["next_cursor"] for sort, query in orders.items()}
    for sort, query in orders.items():
        for origin, cursor in cursors.items():
            answer = person.get(f"/courses?{query}&cursor={cursor}")
            assert answer.status == (200 if origin == sort else 422)


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
        ("q=", "?q"),
        ("q=" + "x" * 201, "?q"),
        ("sort=oldest", "?sort"),
        ("sort=relevance", "?sort"),
        ("sort=title&cursor=WyJcdWQ4MDAiLCIwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAiXQ", "?cursor"),
        ("q=x&cursor=W05hTiwiMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwIl0", "?cursor"),
        ("cursor=WzEuNSwiMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwIl0", "?cursor"),
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
