"""``Idempotency-Key``, shown on POST /courses."""

import threading

import pytest

from lms import clock
from tests.people import Api, Person

COURSE = {"title": "Introduction to Python", "audience": "beginners", "difficulty": "intermediate"}


def create(person: Person, key: str | None, **changes: object):
    headers = {"Idempotency-Key": key} if key else {}
    return person.post("/courses", {**COURSE, **changes}, headers=headers)


def count(person: Person) -> int:
    return len(person.get("/courses?owner=me&limit=100").json["items"])


def test_the_same_key_and_body_give_the_stored_answer(api: Api):
    person = api.person()
    first, second = create(person, "k1"), create(person, "k1")
    assert (first.status, second.status) == (201, 201)
    assert first.json == second.json
    assert first.headers["location"] == second.headers["location"]
    assert first.headers["etag"] == second.headers["etag"]
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert count(person) == 1


def test_the_same_key_with_another_body_is_409_and_creates_nothing(api: Api):
    person = api.person()
    create(person, "k1")
    other = create(person, "k1", title="Another")
    assert (other.status, other.json["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert count(person) == 1


def test_without_a_key_each_call_creates(api: Api):
    person = api.person()
    create(person, None)
    create(person, None)
    assert count(person) == 2


def test_a_key_belongs_to_its_caller_and_path(api: Api):
    one, other = api.person(), api.person()
    assert create(one, "shared").json["id"] != create(other, "shared").json["id"]
    course = create(one, "shared").json["id"]
    module = one.post(f"/courses/{course}/modules", {"title": "M"}, headers={"Idempotency-Key": "shared"})
    assert module.status == 201


def test_a_refused_call_leaves_the_key_free(api: Api):
    person = api.person()
    assert create(person, "k1", difficulty="impossible").status == 422
    assert create(person, "k1").status == 201


def test_a_key_is_free_again_after_a_day_even_where_the_ttl_has_not_run(api: Api):
    person = api.person()
    first = create(person, "k1").json["id"]
    try:
        clock.shift(24 * 3600 + 1)
        person.sign_in()
        assert create(person, "k1", title="Another day").json["id"] != first
    finally:
        clock.shift(0)


def test_a_replay_costs_no_rate_token_and_is_checked_no_more(api: Api):
    from lms import rate_limits

    person = api.person()
    request = {"topic": "Python", "audience": "a", "difficulty": "beginner", "lesson_count": 1}
    headers = {"Idempotency-Key": "k"}
    first = person.post("/ai/generate-course", request, headers=headers)
    assert first.status == 202
    for _ in range(rate_limits.GENERATE_BY_PERSON.burst - 1):
        rate_limits.take(rate_limits.GENERATE_BY_PERSON, person.id)
    assert person.post("/ai/generate-course", request).status == 429
    replay = person.post("/ai/generate-course", request, headers=headers)
    assert (replay.status, replay.json) == (202, first.json)


@pytest.mark.parametrize("key", ["x" * 256])
def test_too_long_a_key_is_422(api: Api, key: str):
    assert create(api.person(), key).status == 422


def test_of_many_at_once_one_creates_and_the_others_get_its_answer(api: Api, stack_api: Api):
    """Over HTTP, where the stack's workers really run side by side."""
    person = stack_api.person()
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(create(person, "k1"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [201] * 8
    assert len({answer.json["id"] for answer in answers}) == 1
    assert count(person) == 1
