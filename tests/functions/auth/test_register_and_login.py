import threading

import jwt
import pytest

from lms import clock
from tests.people import PASSWORD, Api


@pytest.fixture
def moved_clock():
    yield clock.shift
    clock.shift(0)


def test_register_answers_201_with_the_user_and_no_secret(api: Api):
    answer = api.anonymous.post(
        "/auth/register", {"email": "Ada@Example.org", "name": " Ada ", "password": PASSWORD}
    )
    assert answer.status == 201
    user = answer.json["user"]
    assert set(user) == {"id", "email", "name", "role", "created_at"}
    assert (user["email"], user["name"], user["role"]) == ("ada@example.org", "Ada", "student")
    assert PASSWORD not in answer.text


def test_a_second_registration_of_an_address_is_409_in_any_case_of_letters(api: Api):
    person = api.person()
    answer = api.anonymous.post(
        "/auth/register", {"email": person.email.upper(), "name": "x", "password": PASSWORD}
    )
    assert (answer.status, answer.json["code"]) == (409, "EMAIL_TAKEN")


def test_of_many_registrations_at_once_one_wins(api: Api):
    # The resolver serves one event at a time, so the race is run on the rule itself.
    from lms.auth import accounts
    from lms.auth.models import Registration
    from lms.errors import Conflict

    outcomes: list[str] = []

    def register() -> None:
        try:
            accounts.register(Registration(email="race@example.org", name="x", password=PASSWORD))
            outcomes.append("won")
        except Conflict as conflict:
            outcomes.append(conflict.code)

    threads = [threading.Thread(target=register) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["EMAIL_TAKEN"] * 7 + ["won"]


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "12 characters"),
        ("password1234", "commonest"),
        ("PASSWORD1234", "commonest"),
        ("abababababab", "too few"),
        ("new.person@example.org", "your own"),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(api: Api, password: str, why: str):
    answer = api.anonymous.post(
        "/auth/register", {"email": "new.person@example.org", "name": "x", "password": password}
    )
    assert (answer.status, answer.json["code"]) == (422, "PASSWORD_REFUSED")
    assert why in answer.json["errors"][0]["message"]
    assert answer.json["errors"][0]["pointer"] == "/password"


@pytest.mark.parametrize(
    "password", ["abcdefgh" * 9 + "yz", "pässwörd für alle", "python " + "\N{SNAKE}" * 100, "tab\tand\nnewline ok"]
)
def test_no_length_and_no_letter_is_cut_off(api: Api, password: str):
    email = f"long{abs(hash(password))}@example.org"
    registered = api.anonymous.post("/auth/register", {"email": email, "name": "x", "password": password})
    assert registered.status == 201
    assert api.anonymous.post("/auth/login", {"email": email, "password": password}).status == 200
    shorter = api.anonymous.post("/auth/login", {"email": email, "password": password[:-1]})
    assert (shorter.status, shorter.json["code"]) == (401, "WRONG_CREDENTIALS")


def test_equal_looking_unicode_passwords_are_equal(api: Api):
    email = "unicode@example.org"
    composed, decomposed = "caf\u00e9 au lait 12", "cafe\u0301 au lait 12"
    assert api.anonymous.post("/auth/register", {"email": email, "name": "x", "password": composed}).status == 201
    assert api.anonymous.post("/auth/login", {"email": email, "password": decomposed}).status == 200


def test_an_unknown_account_and_a_wrong_password_get_one_answer(api: Api):
    person = api.person()
    wrong = api.anonymous.post("/auth/login", {"email": person.email, "password": "not the password"})
    unknown = api.anonymous.post("/auth/login", {"email": "nobody@example.org", "password": "not the password"})
    assert wrong.status == unknown.status == 401
    assert {**wrong.json, "request_id": ""} == {**unknown.json, "request_id": ""}


def test_an_unknown_account_costs_one_comparison_too(api: Api):
    """Time is not measured: that the same bcrypt work is done is what makes it equal."""
    import bcrypt

    from lms.auth import passwords

    stored = passwords.hash_new(PASSWORD)
    dummy = passwords._nobody()
    assert bcrypt.checkpw(passwords._prehash("no account has this password"), dummy)
    assert stored.split(b"$")[2] == dummy.split(b"$")[2], "both at the configured cost"
    assert not passwords.matches("no account has this password", None)


def test_login_hands_out_a_quarter_hour_bearer_token(api: Api, moved_clock):
    person = api.person()
    answer = api.anonymous.post("/auth/login", {"email": person.email, "password": PASSWORD})
    tokens = answer.json
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    assert tokens["user"]["id"] == person.id
    person.access_token = tokens["access_token"]
    moved_clock(890)
    assert person.get("/auth/me").json["email"] == person.email
    moved_clock(901)
    late = person.get("/auth/me")
    assert (late.status, late.json["code"]) == (401, "TOKEN_EXPIRED")


def test_login_is_throttled_per_account(api: Api):
    person = api.person()
    answers = [
        api.anonymous.post("/auth/login", {"email": person.email, "password": "wrong wrong wrong"})
        for _ in range(12)
    ]
    refused = answers[-1]
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert api.person().get("/auth/me").status == 200, "others are not affected"


def _forged(api: Api, **changes: object) -> str:
    from lms.config import key_ring

    person = api.person()
    claims = jwt.decode(person.access_token, options={"verify_signature": False})
    kid = key_ring().current
    return jwt.encode({**claims, **changes}, key_ring().signing_key, algorithm="HS256", headers={"kid": kid})


def test_a_genuine_token_built_the_same_way_is_accepted(api: Api):
    """Shows that the forgeries below fail for what they change."""
    someone = api.anonymous
    someone.access_token = _forged(api)
    assert someone.get("/auth/me").status == 200


@pytest.mark.parametrize(
    "changes",
    [{"iss": "other"}, {"aud": "other"}, {"typ": "refresh"}, {"nbf": 2**33}, {"iat": 2**33}, {"exp": "soon"}],
)
def test_wrong_claims_are_refused(api: Api, changes: dict[str, object]):
    someone = api.anonymous
    someone.access_token = _forged(api, **changes)
    answer = someone.get("/auth/me")
    assert (answer.status, answer.json["code"]) == (401, "TOKEN_INVALID")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_other_algorithms_unknown_keys_and_altered_tokens_are_refused(api: Api):
    from lms.config import key_ring

    person = api.person()
    claims = jwt.decode(person.access_token, options={"verify_signature": False})
    kid, key = key_ring().current, key_ring().signing_key
    head, body, signature = person.access_token.split(".")
    forgeries = {
        "none": jwt.encode(claims, None, algorithm="none", headers={"kid": kid}),
        "HS512": jwt.encode(claims, key.ljust(64, b"x"), algorithm="HS512", headers={"kid": kid}),
        "other key": jwt.encode(claims, b"y" * 32, algorithm="HS256", headers={"kid": kid}),
        "unknown kid": jwt.encode(claims, key, algorithm="HS256", headers={"kid": "old"}),
        "no kid": jwt.encode(claims, key, algorithm="HS256"),
        "altered": f"{head}.{body[:-2]}AA.{signature}",
        "unsigned": f"{head}.{body}.",
        "not a token": "abc",
    }
    for name, token in forgeries.items():
        person.access_token = token
        assert person.get("/auth/me").status == 401, name


def test_keys_overlap_while_they_rotate(api: Api):
    from lms.auth import tokens
    from lms.config import KeyRing

    old = KeyRing(current="a", keys={"a": "a" * 32})
    both = KeyRing(current="b", keys={"a": "a" * 32, "b": "b" * 32})
    assert both.key("a") == old.signing_key
    assert both.signing_key == b"b" * 32
    with pytest.raises(ValueError, match="32 bytes"):
        KeyRing(current="a", keys={"a": "short"})
    with pytest.raises(ValueError, match="no key"):
        KeyRing(current="b", keys={"a": "a" * 32})
    assert tokens.key_ring().current


def test_registering_writes_its_event_and_audit_record(api: Api):
    from bson import ObjectId

    from lms.audit import audit_log
    from lms.events import events

    person = api.person()
    event = events().find_one({"subject_id": ObjectId(person.id), "type": "user.registered"})
    assert event and person.email not in str(event)
    assert audit_log().find_one({"target_id": ObjectId(person.id), "action": "user.register"})
