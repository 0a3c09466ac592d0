"""Token buckets in MongoDB, one round trip a take (IETF httpapi RateLimit header fields draft)."""

import hashlib
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel, ReturnDocument

from lms import clock, mongo
from lms.errors import TooManyRequests

buckets = mongo.collection("rate_buckets", indexes=[IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)])


@dataclass(frozen=True)
class Policy:
    """``burst`` at once, refilled evenly over ``window_seconds``."""

    name: str
    burst: int
    window_seconds: int

    @property
    def per_second(self) -> float:
        return self.burst / self.window_seconds


LOGIN_BY_ACCOUNT = Policy("login-account", 10, 300)
LOGIN_BY_ADDRESS = Policy("login-address", 600, 60)
REGISTER_BY_ADDRESS = Policy("register-address", 600, 60)
GENERATE_BY_PERSON = Policy("generate", 20, 3_600)


def take(policy: Policy, key: str) -> None:
    """Take one token for ``key`` or raise 429 with Retry-After and the RateLimit fields."""
    now = clock.now()
    bucket = buckets().find_one_and_update(
        {"_id": f"{policy.name}:{hashlib.sha256(key.encode()).hexdigest()}"},
        _refill_and_take(policy, now, now + timedelta(seconds=policy.window_seconds)),
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    if bucket and not bucket["taken"]:
        wait = math.ceil((1 - bucket["tokens"]) / policy.per_second)
        refusal = TooManyRequests(retry_after=wait)
        refusal.headers["RateLimit-Policy"] = f'"{policy.name}";q={policy.burst};w={policy.window_seconds}'
        refusal.headers["RateLimit"] = f'"{policy.name}";r=0;t={wait}'
        raise refusal


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
