"""Saving drafts: acknowledged only when they stand in the draft and in its log, on a majority of the servers.

Which save counts, ``lms.attempts.answers`` says, here of the fields text, code and file_ids. In a group each member
has tabs of their own, so that a tab is named by its learner too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bson import ObjectId

from lms import clock
from lms.attempts import answer_log
from lms.attempts.answer_log import Log
from lms.attempts.answers import Save, Standing, last_seq, superseded
from lms.courses.access import CourseAccess
from lms.files import handed_in
from lms.mongo import Document, Transaction
from lms.submissions import contents, holders, repository
from lms.submissions.holders import Holder

if TYPE_CHECKING:
    from lms.submissions.models.draft import DraftBody


def save(access: CourseAccess, body: DraftBody) -> Document:
    """The receipt. Repeated and reordered calls converge; nothing that was acknowledged vanishes unseen.

    Raise 404 while the assignment is not published, 409 ASSIGNMENT_NOT_OPEN or ASSIGNMENT_CLOSED, 409 SEQ_REUSED
    where this client sent something else under this seq, 422 for what the assignment does not take.
    """
    holder = holders.of(access)
    holders.require_open(holder.window, clock.now())
    content = contents.checked(access.resource, body.given)
    if content.get("file_ids"):
        handed_in.require_own(content["file_ids"], access.course_id, holder.member_ids)
    given = Save(_tab(access.caller.id, body.client_id), body.seq, content)

    def again(draft: Document) -> Document:
        return _found(access, holder)

    def write(tx: Transaction, draft: Document, after: Standing) -> Document | None:
        return _saved(tx, draft, after, holder)

    draft = answer_log.save(_LOG, _found(access, holder), given, write=write, again=again)
    return _receipt(draft, given, holder)


def own(access: CourseAccess) -> Document:
    """The draft of the learner or of the learner's group, as it stands; an empty one before the first save."""
    holder = holders.of(access)
    draft = _found(access, holder)
    tabs = {tab: seqs for tab, seqs in draft["said"].items() if _of_tab(tab)["user_id"] == str(access.caller.id)}
    return {
        **dict.fromkeys(contents.TAKEN_AS),
        **content(draft),
        "assignment_id": draft["assignment_id"],
        "group_id": holder.group_id,
        "hash": contents.digest(content(draft)),
        "saved_at": draft["saved_at"],
        "saved": {name: {**entry, **_of_tab(entry["client_id"])} for name, entry in draft["answers"].items()},
        "clients": {_of_tab(tab)["client_id"]: max(seqs.values()) for tab, seqs in tabs.items()},
        "due_at": holder.window.due_at,
        "closes_at": holder.window.closes_at,
    }


def content_of(access: CourseAccess, holder: Holder) -> Document:
    """What the holder's draft says now."""
    return content(_found(access, holder))


def content(draft: Mapping[str, Any]) -> Document:
    return {name: entry["value"] for name, entry in draft["answers"].items()}


def _found(access: CourseAccess, holder: Holder) -> Document:
    """The holder's draft; at version 0 where nothing was saved yet."""
    return repository.draft(access.resource["_id"], holder.id) or {
        "_id": ObjectId(),
        "assignment_id": access.resource["_id"],
        "course_id": access.course_id,
        "holder_id": holder.id,
        "member_ids": holder.member_ids,
        "answers": {},
        "said": {},
        "saved_at": None,
        "version": 0,
    }


def _tab(user_id: ObjectId, client_id: str) -> str:
    return f"{user_id}:{client_id}"


def _of_tab(tab: str) -> Document:
    user_id, _, client_id = tab.partition(":")
    return {"user_id": user_id, "client_id": client_id}


_LOG = Log("draft_id", repository.log, repository.logged, contents.exact_digest)


def _saved(tx: Transaction, draft: Document, after: Standing, holder: Holder) -> Document | None:
    fields = {
        "answers": after.in_force,
        "said": after.said,
        "member_ids": holder.member_ids,
        "saved_at": clock.now(),
    }
    if draft["version"]:
        return repository.save_draft(tx, draft["_id"], draft["version"], fields)
    first = {**draft, **fields, "version": 1}
    repository.add_draft(tx, first)
    return first


def _receipt(draft: Mapping[str, Any], given: Save, holder: Holder) -> Document:
    standing = Standing.of(draft)
    return {
        "last_seq": last_seq(standing, given.client_id),
        "saved_at": draft["saved_at"],
        "hash": contents.digest(content(draft)),
        "superseded": [_named(row) for row in superseded(standing, given)],
        "closes_at": holder.window.closes_at,
    }


def _named(row: Mapping[str, Any]) -> Document:
    by = row["by"]
    return {
        "field": row["item_id"],
        "seq": row["seq"],
        **_of_tab(row["client_id"]),
        "by": {"seq": by["seq"], **_of_tab(by["client_id"])},
    }
