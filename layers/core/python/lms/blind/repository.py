"""The secrets of pseudonyms, in MongoDB."""

import secrets
from collections.abc import Collection
from contextlib import suppress

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from lms import mongo

pseudonym_secrets = mongo.collection("pseudonym_secrets")
"""One per assignment or quiz, ``_id`` its id."""


def secret(work_id: ObjectId) -> bytes:
    """The assignment's or quiz's; made at first use, the same for everybody who asks."""
    found = pseudonym_secrets().find_one({"_id": work_id})
    if found is None:
        with suppress(DuplicateKeyError):
            pseudonym_secrets().insert_one({"_id": work_id, "secret": secrets.token_bytes(32)})
        found = pseudonym_secrets().find_one({"_id": work_id})
    assert found is not None, "secrets are never removed"
    return bytes(found["secret"])


def secrets_of(work_ids: Collection[ObjectId]) -> dict[ObjectId, bytes]:
    """Of those that have one."""
    found = pseudonym_secrets().find({"_id": {"$in": list(work_ids)}})
    return {row["_id"]: bytes(row["secret"]) for row in found}
