"""Accounts, sessions and rate-limit buckets in MongoDB."""

import sys
from collections.abc import Sequence
from datetime import datetime

from bson import ObjectId
from pymongo import ASCENDING, IndexModel, ReturnDocument

from lms import mongo
from lms.mongo import Document, Transaction
from lms.permissions import Role

users = mongo.collection(
    "users",
    indexes=[
        IndexModel([("email", ASCENDING)], unique=True),
        IndexModel([("role", ASCENDING)], partialFilterExpression={"role": Role.ADMIN}),
    ],
    personal=["email", "name"],
)
sessions = mongo.collection(
    "sessions",
    indexes=[
        IndexModel([("user_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
    ],
)
invitations = mongo.collection(
    "invitations",
    indexes=[
        IndexModel([("token_hash", ASCENDING)], unique=True),
        IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
    ],
)


def add_user(tx: Transaction, user: Document) -> None:
    """Raise DuplicateKeyError where the email is taken."""
    users().insert_one(user, session=tx.session)


def user_by_email(email: str, tx: Transaction | None = None) -> Document | None:
    return users().find_one({"email": email}, session=tx.session if tx else None)


def user_by_id(user_id: ObjectId, tx: Transaction | None = None) -> Document | None:
    return users().find_one({"_id": user_id}, session=tx.session if tx else None)


def users_with(user_ids: Sequence[ObjectId], fields: Sequence[str]) -> list[Document]:
    """These fields of those of them who have an account."""
    return list(users().find({"_id": {"$in": user_ids}}, fields))


def users_at(addresses: Sequence[str]) -> list[Document]:
    """The ids and addresses of those of them that belong to an account."""
    return list(users().find({"email": {"$in": addresses}}, ["email"]))


def users_by_email(prefix: str, after: str, limit: int) -> list[Document]:
    """In the order of their addresses, from behind ``after`` on; ``prefix`` as addresses are stored."""
    wanted = {"$gte": prefix, "$lt": prefix + chr(sys.maxunicode), "$gt": after}
    return list(users().find({"email": wanted}).sort("email", ASCENDING).limit(limit))


def set_role(tx: Transaction, user_id: ObjectId, role: Role) -> Document | None:
    """The user as they were before; None where there is none."""
    return users().find_one_and_update({"_id": user_id}, {"$set": {"role": role}}, session=tx.session)


def hold_an_admin(tx: Transaction) -> bool:
    """Whether there is an admin, who then stays one until ``tx`` ends: of two transactions that rely on, or take,
    the same admin's role, the write to that admin's record lets only one commit."""
    return bool(
        users().update_one({"role": Role.ADMIN}, {"$inc": {"times_held": 1}}, session=tx.session).matched_count
    )


def add_session(tx: Transaction, session: Document) -> None:
    sessions().insert_one(session, session=tx.session)


def session_by_id(session_id: ObjectId) -> Document | None:
    return sessions().find_one({"_id": session_id})


def session_with_user(session_id: ObjectId) -> tuple[Document, Document] | None:
    """A session and whose it is, in one round trip; None where either is gone."""
    rows = sessions().aggregate(
        [
            {"$match": {"_id": session_id}},
            {"$lookup": {"from": users.name, "localField": "user_id", "foreignField": "_id", "as": "user"}},
            {"$unwind": "$user"},
        ]
    )
    session = next(rows, None)
    return (session, session.pop("user")) if session else None


def advance_session(session_id: ObjectId, generation: int, now: datetime) -> Document | None:
    """Move a live session from ``generation`` to the next; None where it does not stand there any more."""
    return sessions().find_one_and_update(
        {"_id": session_id, "generation": generation, "revoked_at": None, "expires_at": {"$gt": now}},
        {"$set": {"generation": generation + 1, "rotated_at": now}},
        return_document=ReturnDocument.AFTER,
    )


def revoke_session(tx: Transaction, session_id: ObjectId, now: datetime, reason: str) -> bool:
    """Whether this call ended it."""
    return bool(
        sessions()
        .update_one(
            {"_id": session_id, "revoked_at": None},
            {"$set": {"revoked_at": now, "revoked_for": reason}},
            session=tx.session,
        )
        .modified_count
    )


def add_invitation(tx: Transaction, invitation: Document) -> None:
    invitations().insert_one(invitation, session=tx.session)


def invitation(token_hash: str, tx: Transaction | None = None) -> Document | None:
    """An invitation with its ``maker`` and its ``course``, None each where it is gone or there is none."""
    found = invitations().aggregate(
        [
            {"$match": {"token_hash": token_hash}},
            {
                "$lookup": {
                    "from": users.name,
                    "localField": "created_by",
                    "foreignField": "_id",
                    "pipeline": [{"$project": {"role": 1}}],
                    "as": "maker",
                }
            },
            {
                # Of another package, and only read here: what an invitation is for must not cost a round trip more.
                "$lookup": {
                    "from": "courses",
                    "localField": "course_id",
                    "foreignField": "_id",
                    "pipeline": [
                        {"$match": {"deleted_at": None}},
                        {"$project": {"title": 1, "owner_id": 1, "staff": 1, "status": 1}},
                    ],
                    "as": "course",
                }
            },
        ],
        session=tx.session if tx else None,
    )
    row = next(iter(found), None)
    return row and {**row, **{name: next(iter(row[name]), None) for name in ("maker", "course")}}


def use_invitation(tx: Transaction, invitation_id: ObjectId) -> bool:
    """Whether there was a use left to take."""
    left = {"_id": invitation_id, "uses_left": {"$gt": 0}}
    return bool(invitations().update_one(left, {"$inc": {"uses_left": -1}}, session=tx.session).modified_count)


def withdraw_invitation(tx: Transaction, invitation_id: ObjectId, now: datetime) -> bool:
    """Whether this call withdrew it."""
    standing = {"_id": invitation_id, "withdrawn_at": None}
    return bool(
        invitations().update_one(standing, {"$set": {"withdrawn_at": now}}, session=tx.session).modified_count
    )
