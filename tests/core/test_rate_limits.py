import pytest

from infra.local.stack import Stack
from lms import clock, rate_limits
from lms.errors import TooManyRequests
from lms.rate_limits import Policy

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


def test_a_key_is_not_readable_in_the_database():
    rate_limits.take(POLICY, "someone@example.org")
    assert not rate_limits.buckets().count_documents({"_id": {"$regex": "example"}})
