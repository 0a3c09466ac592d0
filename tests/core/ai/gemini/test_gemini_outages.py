"""Gemini slow, limiting, broken or gone: called again while there is time, then given back with a reason."""

import logging
import socket
import traceback
from collections.abc import Iterator
from io import StringIO

import pytest

from lms.ai.failures import ProviderFailure, ProviderRejected, ProviderUnavailable
from lms.telemetry import logger
from tests.core.ai.gemini.desk import OUTLINE, PLAN, Desk, request

KEY = "AIzaSyA-0123456789_abcdefghijklmnopqrstu"
PASSING = ("rate_limited internal_error unavailable gateway_timeout disconnect not_protocol not_an_object").split()


@pytest.mark.parametrize("kind", PASSING)
def test_a_passing_failure_is_called_again(desk: Desk, kind: str):
    desk.server.fail(kind, count=2)
    desk.gemini().outline(request(), [])
    assert desk.faults == [kind, kind, None]


@pytest.mark.parametrize("kind", ["rate_limited", "internal_error", "unavailable", "gateway_timeout"])
def test_what_gemini_answers_with_an_error_takes_no_tokens(desk: Desk, kind: str):
    desk.server.fail(kind, count=2)
    desk.gemini().outline(request(), [])
    assert len(desk.used) == 1


@pytest.mark.parametrize("kind", ["hang", "drip", "disconnect", "not_protocol", "not_an_object"])
def test_a_call_that_gemini_may_have_read_takes_its_input(desk: Desk, kind: str):
    desk.server.fail(kind, count=2)
    desk.gemini(retries=desk.retries(longest_call=0.4)).lesson(request(), OUTLINE, PLAN, [])
    assert desk.faults == [kind, kind, None]
    *lost, answered = desk.used
    assert len(lost) == 2
    assert all(usage.input_tokens >= answered.input_tokens and usage.output_tokens == 0 for usage in lost)
    assert all(usage.cost_usd > 0 for usage in lost)


@pytest.mark.parametrize("kind", PASSING)
def test_a_lasting_failure_is_given_back_as_retryable(desk: Desk, kind: str):
    desk.server.fail(kind, count=None)
    with pytest.raises(ProviderUnavailable) as failure:
        desk.gemini().outline(request(), [])
    assert failure.value.reason.startswith("Gemini")
    assert len(desk.server.calls) == desk.retries().attempts


@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_a_call_is_cut_at_its_deadline_even_while_bytes_trickle_in(desk: Desk, kind: str):
    desk.server.fail(kind, count=2)
    desk.gemini(retries=desk.retries(longest_call=0.4)).lesson(request(), OUTLINE, PLAN, [])
    assert desk.faults == [kind, kind, None]


def test_the_deadline_is_cut_from_the_time_that_remains(desk: Desk):
    desk.server.fail("hang")
    retries = desk.retries(margin=3.0, shortest_call=0.1)
    with pytest.raises(ProviderUnavailable, match="did not answer within 1 seconds"):
        desk.gemini(seconds=3.6, retries=desk.retries(margin=3.0, shortest_call=0.1, attempts=1)).outline(
            request(), []
        )
    desk.gemini(seconds=30, retries=retries).outline(request(), [])
    assert [call["headers"]["x-server-timeout"] for call in desk.server.calls] == ["1", "27"]


def test_no_call_is_begun_without_time_for_it(desk: Desk):
    with pytest.raises(ProviderUnavailable, match="No time was left"):
        desk.gemini(seconds=12.9).outline(request(), [])
    assert desk.server.calls == []


@pytest.mark.parametrize(("retry_after", "wait"), [(7, 7.0), (0.5, 0.5)])
def test_retry_after_is_honoured_from_header_and_retry_info(desk: Desk, retry_after: float, wait: float):
    desk.server.fail("rate_limited", retry_after=retry_after)
    desk.gemini().outline(request(), [])
    assert desk.waits == [wait]


def test_retry_after_may_be_a_date(desk: Desk):
    desk.server.fail("unavailable", retry_after=30, as_date=True)
    desk.gemini().outline(request(), [])
    assert 25 <= desk.waits[0] <= 30


def test_a_wait_that_is_too_long_for_this_run_is_handed_on_instead_of_slept(desk: Desk):
    desk.server.fail("unavailable", retry_after=120)
    with pytest.raises(ProviderUnavailable) as failure:
        desk.gemini().outline(request(), [])
    assert failure.value.retry_after == 120
    assert desk.waits == []


def test_waits_grow_from_the_base_with_full_jitter(desk: Desk):
    desk.server.fail("unavailable", count=None)
    retries = desk.retries(base=1.0, longest_wait=2.0, attempts=50, shortest_call=0.0)
    with pytest.raises(ProviderUnavailable):
        desk.gemini(seconds=30, retries=retries).outline(request(), [])
    assert 0 <= desk.waits[0] <= 1
    assert all(0 <= wait <= 2 for wait in desk.waits)
    assert len(set(desk.waits)) == len(desk.waits)
    assert 5 < len(desk.server.calls) < 50, "it stops when the time is used up"
    assert sum(desk.waits) <= 27


def test_nobody_listening_is_an_outage(desk: Desk):
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ProviderUnavailable, match=r"could not be reached \(ConnectError\)"):
        desk.gemini(base_url=url).outline(request(), [])
    assert desk.used == [], "nothing was sent"


@pytest.mark.parametrize("kind", ["bad_key", "forbidden", "unknown_model"])
def test_what_gemini_rejects_is_not_called_again(desk: Desk, kind: str):
    desk.server.fail(kind, count=None)
    with pytest.raises(ProviderRejected, match="has to check the API key"):
        desk.gemini().outline(request(), [])
    assert desk.faults == [kind]


@pytest.fixture
def log() -> Iterator[StringIO]:
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)


@pytest.mark.parametrize(("kind", "said"), [("suspended", "Permission denied"), ("rate_limited", "Quota exceeded")])
def test_what_google_says_goes_to_the_log_alone_and_without_the_key(
    desk: Desk, log: StringIO, kind: str, said: str
):
    desk.server.fail(kind, count=None)
    with pytest.raises(ProviderFailure) as failure:
        desk.gemini(api_key=KEY).outline(request(), [])
    told = failure.value.reason + "".join(traceback.format_exception(failure.value))
    assert said in log.getvalue()
    assert said not in told, "a traceback stands in the log too"
    assert KEY not in log.getvalue() + told


def test_a_key_of_another_kind_is_not_logged_either(desk: Desk, log: StringIO):
    desk.server.fail("suspended")
    with pytest.raises(ProviderFailure):
        desk.gemini(api_key="AQ.another-kind of key").outline(request(), [])
    assert "another-kind" not in log.getvalue()
    assert "of key" not in log.getvalue()


def test_a_worker_keeps_its_connection_usable_after_a_cut_call(desk: Desk):
    gemini = desk.gemini(retries=desk.retries(longest_call=0.3, attempts=1))
    desk.server.fail("drip")
    with pytest.raises(ProviderUnavailable):
        gemini.lesson(request(), OUTLINE, PLAN, [])
    gemini.outline(request(), [])
