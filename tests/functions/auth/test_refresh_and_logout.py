from collections.abc import Callable
from functools import partial

import pytest
from bson import ObjectId

from lms import clock
from tests import at_once
from tests.mongo_commands import recorded
from tests.people import PASSWORD, Answer, Api, Person


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


def test_the_session_stays_where_it_is_while_its_user_cannot_be_read(api: Api):
    """Were it moved on first, a client that repeats after the grace would end its own session."""
    from lms.auth.repository import sessions, users

    person = api.person()
    user = users().find_one_and_delete({"_id": ObjectId(person.id)})
    answer = refresh(person, person.refresh_token)
    assert (answer.status, answer.json["code"]) == (401, "REFRESH_REFUSED")
    session = sessions().find_one({"_id": session_of(person)})
    assert session and (session["generation"], session["revoked_at"]) == (1, None)
    assert user
    users().insert_one(user)
    assert refresh(person, person.refresh_token).status == 200


def test_of_many_refreshes_at_once_each_gets_the_same_next_token(api: Api):
    from lms.auth import sessions

    person = api.person()
    answers = at_once.results(*[partial(sessions.refresh, person.refresh_token)] * 8)
    (only,) = {each["refresh_token"] for each in answers}
    assert refresh(person, only).status == 200


def session_of(person: Person) -> ObjectId:
    return ObjectId(person.refresh_token.split(".")[0])


def sign_in(person: Person) -> Answer:
    return person.post("/auth/login", {"email": person.email, "password": PASSWORD})


def sign_out(person: Person) -> Answer:
    return person.post("/auth/logout", {"refresh_token": person.refresh_token})


def replay(person: Person) -> Answer:
    second = refresh(person, person.refresh_token).json["refresh_token"]
    refresh(person, second)
    return refresh(person, person.refresh_token)


CHANGES = {
    "login": (sign_in, "session.started", "session.start", None),
    "logout": (sign_out, "session.ended", "session.end", "logout"),
    "replay": (replay, "session.ended", "session.end", "refresh token replayed"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_its_event_and_its_audit_record_are_one_transaction(api: Api, name: str):
    from lms.audit import audit_log
    from lms.events import events

    change, event_type, action, reason = CHANGES[name]
    person = api.person()
    with recorded() as log:
        answer = change(person)
    if name == "login":
        person.refresh_token = answer.json["refresh_token"]
    (event,) = events().find({"subject_id": session_of(person), "type": event_type})
    (record,) = audit_log().find({"target_id": session_of(person), "action": action})
    assert event["actor_id"] == record["actor_id"] == ObjectId(person.id)
    assert person.email not in f"{event}{record}"
    if reason:
        assert reason in str(event) and reason in str(record)

    sent = [command for command in log if "txnNumber" in command.body and "autocommit" in command.body]
    assert [command.collection for command in sent[:-1]] == ["sessions", "events", "audit_log"]
    assert sent[-1].name == "commitTransaction"
    assert len({str((command.body["lsid"], command.body["txnNumber"])) for command in sent}) == 1


@pytest.fixture
def unwritable(api: Api):
    """Has MongoDB refuse the audit records of an action."""
    from lms import mongo

    def refuse(validator: dict[str, object]) -> None:
        mongo.database().command("collMod", "audit_log", validator=validator)

    yield lambda action: refuse({"action": {"$ne": action}})
    refuse({})


@pytest.mark.parametrize("name", CHANGES)
def test_what_cannot_be_recorded_does_not_happen(api: Api, unwritable: Callable[[str], None], name: str):
    from lms.auth.repository import sessions
    from lms.events import events

    change, event_type, action, _ = CHANGES[name]
    person = api.person()

    def stored() -> tuple[int, int, int]:
        mine = {"user_id": ObjectId(person.id)}
        return (
            sessions().count_documents(mine),
            sessions().count_documents({**mine, "revoked_at": None}),
            events().count_documents({"actor_id": ObjectId(person.id), "type": event_type}),
        )

    before = stored()
    unwritable(action)
    assert change(person).status == 500
    assert stored() == before


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
        f"{session}.{generation}.{kid}.x.{mac}",
        f"{session}.{generation}..{mac}",
        f"{session}.+{generation}.{kid}.{mac}",
        f"{session}.{'9' * 400}.{kid}.{mac}",
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
