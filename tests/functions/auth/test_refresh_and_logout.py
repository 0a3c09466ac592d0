import pytest

from lms import clock
from tests.people import Answer, Api, Person


@pytest.fixture
def moved_clock():
    yield clock.shift
    clock.shift(0)


def refresh(person: Person, token: str) -> Answer:
    return person.post("/auth/refresh", {"refresh_token": token})


def test_refresh_rotates(api: Api):
    person = api.person()
    first = refresh(person, person.refresh_token)
    assert first.status == 200
    assert first.json["refresh_token"] != person.refresh_token
    person.access_token = first.json["access_token"]
    assert person.get("/auth/me").json["id"] == person.id
    assert refresh(person, first.json["refresh_token"]).status == 200


def test_a_client_that_lost_the_answer_gets_the_same_token_again_within_the_grace(api: Api, moved_clock):
    person = api.person()
    first = refresh(person, person.refresh_token).json["refresh_token"]
    moved_clock(29)
    again = refresh(person, person.refresh_token)
    assert (again.status, again.json["refresh_token"]) == (200, first)
    assert refresh(person, first).status == 200, "and the session goes on"


def test_a_replay_after_the_grace_ends_the_whole_family(api: Api, moved_clock):
    person = api.person()
    current = refresh(person, person.refresh_token).json["refresh_token"]
    moved_clock(31)
    replay = refresh(person, person.refresh_token)
    assert (replay.status, replay.json["code"]) == (401, "REFRESH_REPLAYED")
    assert refresh(person, current).json["code"] == "REFRESH_REFUSED"


def test_a_token_two_generations_old_is_a_replay_even_within_the_grace(api: Api):
    person = api.person()
    second = refresh(person, person.refresh_token).json["refresh_token"]
    third = refresh(person, second).json["refresh_token"]
    assert refresh(person, person.refresh_token).json["code"] == "REFRESH_REPLAYED"
    assert refresh(person, third).status == 401


def test_a_replay_ends_that_session_only(api: Api):
    person = api.person()
    old = person.refresh_token
    person.sign_in()
    second = refresh(person, old).json["refresh_token"]
    refresh(person, second)
    assert refresh(person, old).status == 401
    assert refresh(person, person.refresh_token).status == 200


def test_a_session_ends_after_thirty_days(api: Api, moved_clock):
    person = api.person()
    moved_clock(30 * 86_400 + 1)
    assert refresh(person, person.refresh_token).json["code"] == "REFRESH_REFUSED"


def test_made_up_tokens_are_refused(api: Api):
    person = api.person()
    session, generation, kid, mac = person.refresh_token.split(".")
    forged = [
        "x",
        "a.b.c.d",
        f"{session}.2.{kid}.{mac}",
        f"{'0' * 24}.{generation}.{kid}.{mac}",
        f"{session}.{generation}.other.{mac}",
        f"{session}.{generation}.{kid}.{mac[:-1]}",
        person.access_token,
    ]
    assert [refresh(person, token).status for token in forged] == [401] * len(forged)
    assert refresh(person, person.refresh_token).status == 200, "guesses do not end the session"


def test_logout_ends_the_session_and_may_be_repeated(api: Api):
    person = api.person()
    body = {"refresh_token": person.refresh_token}
    first, second = person.post("/auth/logout", body), person.post("/auth/logout", body)
    assert (first.status, first.body, second.status) == (204, b"", 204)
    assert refresh(person, person.refresh_token).status == 401


def test_me_without_a_token_is_a_401_problem(api: Api):
    answer = api.anonymous.get("/auth/me")
    assert answer.status == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["code"] == "UNAUTHENTICATED"
