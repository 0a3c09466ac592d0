"""Token buckets in MongoDB, one round trip a take (IETF draft-ietf-httpapi-ratelimit-headers)."""

import hmac
import math
from datetime import timedelta
from typing import Any, NamedTuple

from pymongo import ASCENDING, IndexModel, ReturnDocument

from lms import clock, mongo
from lms.config import key_ring
from lms.errors import TooManyRequests

buckets = mongo.collection("rate_buckets", indexes=[IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)])


class Policy(NamedTuple):
    """``burst`` at once, refilled evenly over ``window_seconds``."""

    name: str
    burst: int
    window_seconds: int

    @property
    def per_second(self) -> float:
        return self.burst / self.window_seconds


LOGIN_BY_ACCOUNT = Policy("login-account", 10, 300)

# A whole university may sit behind one address, and its students sign in at the same full hour. So these are
# generous: the account's own bucket is what stops guessing, these stop one machine from taking all the CPU.
LOGIN_BY_ADDRESS = Policy("login-address", 600, 60)
REGISTER_BY_ADDRESS = Policy("register-address", 600, 60)
REFRESH_BY_ADDRESS = Policy("refresh-address", 600, 60)
INVITATION_BY_ADDRESS = Policy("invitation-address", 600, 60)

ACCESS_CODE_BY_PERSON = Policy("access-code", 20, 600)
GENERATE_BY_PERSON = Policy("generate", 20, 3_600)
ASK_BY_PERSON = Policy("ask", 30, 600)
PROPOSE_BY_PERSON = Policy("propose", 60, 3_600)
GRADE_BY_PERSON = Policy("grade", 120, 3_600)
RETRY_BY_PERSON = Policy("retry", 60, 3_600)

UPLOAD_BY_PERSON = Policy("upload", 300, 600)
IMPORT_BY_PERSON = Policy("import", 20, 3_600)
ENROLLMENT_KEY_BY_PERSON = Policy("enrollment-key", 10, 600)

takes: list[tuple[Policy, float]] = []
"""What this request took from, with the tokens left there. A process serves one request at a time."""


def take(policy: Policy, key: str) -> None:
    """Take one token for ``key`` or raise 429 with Retry-After."""
    now = clock.now()
    bucket = buckets().find_one_and_update(
        {"_id": _bucket_id(policy, key)},
        _refill_and_take(policy, now, now + timedelta(seconds=policy.window_seconds)),
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    assert bucket is not None, "an upsert leaves a bucket"
    takes.append((policy, bucket["tokens"]))
    if not bucket["taken"]:
        raise TooManyRequests(retry_after=_seconds_to_the_next(policy, bucket["tokens"]))


def fields() -> dict[str, str]:
    """The RateLimit header fields for this request: ``r`` tokens left, one more in ``t`` seconds."""
    if not takes:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{each.name}";q={each.burst};w={each.window_seconds}' for each, _ in takes),
        "RateLimit": ", ".join(
            f'"{each.name}";r={int(tokens)};t={_seconds_to_the_next(each, tokens)}' for each, tokens in takes
        ),
    }


def _seconds_to_the_next(policy: Policy, tokens: float) -> int:
    return math.ceil((1 - tokens % 1) / policy.per_second)


def _bucket_id(policy: Policy, key: str) -> str:
    """Keyed, since addresses and emails are few enough to be guessed from a plain hash."""
    named = f"rate bucket {policy.name}:{key}".encode()
    return f"{policy.name}:{hmac.digest(key_ring().signing_key, named, 'sha256').hex()}"


def _refill_and_take(policy: Policy, now: Any, expires_at: Any) -> list[dict[str, Any]]:
    elapsed = {"$max": [0, {"$divide": [{"$subtract": [now, {"$ifNull": ["$at", now]}]}, 1000]}]}
    refilled = {"$add": [{"$ifNull": ["$tokens", policy.burst]}, {"$multiply": [elapsed, policy.per_second]}]}
    return [
        {
            "$set": {
                "tokens": {"$max": [0, {"$min": [policy.burst, refilled]}]},
                "at": now,
                "expires_at": expires_at,
            }
        },
        {"$set": {"taken": {"$gte": ["$tokens", 1]}}},
        {"$set": {"tokens": {"$cond": ["$taken", {"$subtract": ["$tokens", 1]}, "$tokens"]}}},
    ]
