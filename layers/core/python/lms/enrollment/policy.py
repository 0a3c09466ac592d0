"""A course's enrollment policy: who may enroll themselves and when, and how many seats there are.

It stands in one document with the counter of seats taken.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Any

from bson import ObjectId

from lms import clock, mongo, rate_limits
from lms.courses import changes
from lms.courses.access import CourseAccess
from lms.enrollment import repository
from lms.enrollment.enrollment import move_up
from lms.enrollment.models import PolicyDraft
from lms.enrollment.states import EnrollmentSource, Mode
from lms.errors import Conflict, Forbidden, Invalid
from lms.fields import rfc3339
from lms.mongo import Document, Transaction

_UNWRITTEN: Mapping[str, Any] = {**PolicyDraft().model_dump(exclude={"key"}), "taken": 0, "version": 0}

# RFC 7914. About 10 ms: a key is short and known to many, and its guesses are rationed.
_SCRYPT = {"n": 2**12, "r": 8, "p": 1}


def of(course_id: ObjectId, tx: Transaction | None = None) -> Document:
    """The policy, as it is where nobody ever wrote one: by invitation, without a limit."""
    found = repository.seats(course_id, tx) or {"_id": course_id}
    return {**_UNWRITTEN, **found, "has_key": "key_hash" in found}


def variant(policy: Mapping[str, Any]) -> str:
    """What its representation depends on beside the version."""
    return str(policy["taken"])


def change(access: CourseAccess, new: PolicyDraft, expected: int | None) -> Document:
    """Set the policy; new seats go to who waits. Fewer seats than taken ones end nobody's enrollment.

    Raise 412 where it is no longer at the ``expected`` version, 422 for the mode ``key`` without a key.
    """
    fields = new.model_dump(exclude={"key"}) | ({"key_hash": _hashed(new.key)} if new.key else {})

    def work(tx: Transaction) -> Document:
        before = changes.current(of(access.course_id, tx), expected)
        if new.mode is Mode.KEY and not (new.key or before["has_key"]):
            raise Invalid(errors=[{"pointer": "/key", "message": "is needed for the mode 'key'"}])
        after = repository.change_policy(tx, access.course_id, fields)
        changes.record(tx, access, "update", "enrollment_policy", access.course_id, {"seats": new.seats})
        return move_up(tx, after, access.caller.id)

    changed = mongo.transaction(work)
    return {**changed, "has_key": "key_hash" in changed}


def entry(access: CourseAccess, key: str | None) -> EnrollmentSource:
    """By which way the caller may enroll themselves now.

    Raise 403 ENROLL_BY_INVITATION or WRONG_KEY, 409 ENROLLMENT_CLOSED, 429 for too many wrong keys.
    """
    policy, now = of(access.course_id), clock.now()
    if policy["mode"] == Mode.INVITATION:
        raise Forbidden("The course's staff enroll its learners", code="ENROLL_BY_INVITATION")
    opens_at, closes_at = policy["opens_at"], policy["closes_at"]
    if (opens_at and now < opens_at) or (closes_at and now >= closes_at):
        window: dict[str, Any] = {name: rfc3339(policy[name]) for name in ("opens_at", "closes_at") if policy[name]}
        raise Conflict("Enrollment is not open now", code="ENROLLMENT_CLOSED", **window)
    if policy["mode"] == Mode.OPEN:
        return EnrollmentSource.OPEN
    rate_limits.take(rate_limits.ENROLLMENT_KEY_BY_PERSON, str(access.caller.id))
    if key is None or not _matches(key, policy["key_hash"]):
        raise Forbidden("This is not the course's key", code="WRONG_KEY")
    return EnrollmentSource.KEY


def _hashed(key: str) -> bytes:
    salt = os.urandom(16)
    return salt + hashlib.scrypt(key.encode(), salt=salt, **_SCRYPT)


def _matches(key: str, hashed: bytes) -> bool:
    salt, digest = hashed[:16], hashed[16:]
    return hmac.compare_digest(digest, hashlib.scrypt(key.encode(), salt=salt, **_SCRYPT))
