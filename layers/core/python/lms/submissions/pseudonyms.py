"""Who hands in a blind assignment, for those who grade it: a name that says nothing, the same all the way.

A pseudonym has the shape of an id, 24 hexadecimal digits, so that it may stand wherever a learner's id does. It is
an HMAC-SHA-256 of assignment and learner under a secret of the assignment's: nobody who lacks that can compute it,
and it is another one in each assignment.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from bson import ObjectId

from lms.files import names
from lms.mongo import Document
from lms.submissions import repository


def are_needed(assignment: Mapping[str, Any]) -> bool:
    """Whether graders may not know whose work it is: until the grades are released."""
    return bool(assignment["blind"]) and assignment["released_at"] is None


class Pseudonyms(NamedTuple):
    """Of the learners in one assignment."""

    assignment_id: ObjectId
    secret: bytes

    def of(self, user_id: ObjectId) -> str:
        """24 hexadecimal digits."""
        message = self.assignment_id.binary + user_id.binary
        return hmac.new(self.secret, message, hashlib.sha256).hexdigest()[:24]

    def behind(self, pseudonym: str, user_ids: Iterable[ObjectId]) -> ObjectId | None:
        """Which of these learners it stands for; None for none of them."""
        return next((_id for _id in user_ids if hmac.compare_digest(self.of(_id), pseudonym)), None)

    def file_name(self, user_id: ObjectId, file_id: ObjectId, content_type: str) -> str:
        """In place of the file's own, which may hold its author's: what remains of that is the type."""
        name = f"{self.of(user_id)[:8]}-{str(file_id)[-6:]}"
        return f"{name}.txt" if content_type == "text/plain" else names.saved_as(name, content_type)

    def file(self, file: Mapping[str, Any], user_id: ObjectId) -> Document:
        """A file, or what a submission keeps of one, without its author."""
        file_id = file.get("_id") or file["id"]
        shown = {**file, "name": self.file_name(user_id, file_id, file["content_type"])}
        return {**shown, "owner_id": self.of(user_id), "blind": True} if "owner_id" in file else shown


def in_assignment(assignment_id: ObjectId) -> Pseudonyms:
    return Pseudonyms(assignment_id, repository.pseudonym_secret(assignment_id))


def needed_in(assignments: Iterable[Mapping[str, Any]]) -> dict[ObjectId, Pseudonyms]:
    """As ``needed``, by those of the assignments whose learners graders may not know."""
    ids = [each["_id"] for each in assignments if are_needed(each)]
    found = repository.pseudonym_secrets_of(ids) if ids else {}
    return {_id: Pseudonyms(_id, found.get(_id) or repository.pseudonym_secret(_id)) for _id in ids}


def needed(assignment: Mapping[str, Any]) -> Pseudonyms | None:
    """Those under which graders see the assignment's learners; None where they may know them."""
    return in_assignment(assignment["_id"]) if are_needed(assignment) else None
