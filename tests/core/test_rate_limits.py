import re

import pytest

from infra.local.stack import Stack
from lms import clock, rate_limits
from lms.errors import TooManyRequests
from lms.rate_limits import Policy
from tests.generated_course import REQUEST
from tests.people import PASSWORD, Api

POLICY = Policy("test", burst=3, window_seconds=30)


@pytest.fixture(autouse=True)
def _clock(ground: Stack):
    yield
    clock.shift(0)


def drain(key: str) -> None:
    for _ in range(POLICY.burst):
        rate_limits.take(POLICY, key)


def test_a_burst_passes_and_then_one_token_comes_back_at_a_time():
    drain("a")
    with pytest.raises(TooManyRequests) as refusal:
        rate_limits.take(POLICY, "a")
    assert 9 <= int(refusal.value.headers["Retry-After"]) <= 10
    clock.shift(11)
    rate_limits.take(POLICY, "a")
    with pytest.raises(TooManyRequests):
        rate_limits.take(POLICY, "a")


def test_a_bucket_never_holds_more_than_its_burst():
    drain("b")
    clock.shift(3_600)
    drain("b")
    with pytest.raises(TooManyRequests):
        rate_limits.take(POLICY, "b")


def test_keys_do_not_share_and_a_clock_set_back_takes_nothing_away():
    drain("c")
    rate_limits.take(POLICY, "d")
    clock.shift(-3_600)
    rate_limits.take(POLICY, "d")


def test_a_key_cannot_be_guessed_from_the_database():
    """Whoever reads the buckets may try every address and every known email."""
    import hashlib

    rate_limits.take(POLICY, "someone@example.org")
    ids = {bucket["_id"] for bucket in rate_limits.buckets().find()}
    guesses = ("someone@example.org", "test:someone@example.org", "testsomeone@example.org")
    for guess in guesses:
        digest = hashlib.sha256(guess.encode()).hexdigest()
        assert not [each for each in ids if guess in each or digest in each]


def test_two_policies_do_not_share_a_key():
    drain("e")
    rate_limits.take(Policy("other test", burst=1, window_seconds=30), "e")


def test_every_answer_of_a_throttled_endpoint_says_what_is_left(api: Api):
    """One token comes back after 30 s, by 300 s for ten."""
    person = api.person()
    credentials = {"email": person.email, "password": PASSWORD}
    answer = api.anonymous.post("/auth/login", credentials)
    policies = '"login-address";q=600;w=60, "login-account";q=10;w=300'
    assert (answer.status, answer.headers["ratelimit-policy"]) == (200, policies)
    by_address, by_account = answer.headers["ratelimit"].split(", ")
    assert re.fullmatch(r'"login-address";r=5\d\d;t=1', by_address)
    assert re.fullmatch(r'"login-account";r=8;t=(2\d|30)', by_account)

    refused = api.anonymous.post("/auth/login", {**credentials, "password": "not the password"})
    assert refused.status == 401
    assert '"login-account";r=7;t=' in refused.headers["ratelimit"]


def test_a_refusal_says_when_to_come_again(api: Api):
    person = api.person()
    wrong = {"email": person.email, "password": "not the password"}
    refused = [api.anonymous.post("/auth/login", wrong) for _ in range(11)][-1]
    assert refused.status == 429
    wait = refused.headers["retry-after"]
    assert 15 <= int(wait) <= 30
    assert refused.headers["ratelimit"].endswith(f'"login-account";r=0;t={wait}')


def test_every_throttled_endpoint_tells_its_policy(api: Api):
    person = api.person()
    new = {"email": f"new.{person.email}", "name": "N", "password": PASSWORD}
    answers = {
        '"register-address";q=600;w=60': api.anonymous.post("/auth/register", new),
        '"refresh-address";q=600;w=60': api.anonymous.post(
            "/auth/refresh", {"refresh_token": person.refresh_token}
        ),
        '"generate";q=20;w=3600': person.post("/ai/generate-course", REQUEST),
        '"websocket-ticket";q=60;w=60': person.post("/notifications/ticket"),
    }
    for policy, answer in answers.items():
        assert 200 <= answer.status < 300, answer.text
        assert answer.headers["ratelimit-policy"] == policy


def test_an_answer_tells_nothing_of_the_request_before(api: Api):
    person = api.person()
    assert "ratelimit" not in person.get("/auth/me").headers
    assert person.post("/notifications/ticket").headers["ratelimit"].count("r=") == 1
    assert "ratelimit" not in person.get("/no/such/path").headers
