"""Who hands in a blind assignment or quiz, for those who grade it: a name that says nothing, the same all the way.

A pseudonym has the shape of an id, 24 hexadecimal digits, so that it may stand wherever a learner's id does. It is
an HMAC-SHA-256 of the work and the learner under a secret of the work's: nobody who lacks that can compute it, and
it is another one in each assignment and quiz.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from bson import ObjectId

from lms.blind import repository
from lms.files import names
from lms.mongo import Document


def are_needed(work: Mapping[str, Any]) -> bool:
    """Whether graders of this assignment or quiz may not know whose work it is: until the grades are released."""
    return bool(work.get("blind")) and work.get("released_at") is None


class Pseudonyms(NamedTuple):
    """Of the learners in one assignment or quiz."""

    work_id: ObjectId
    secret: bytes

    def of(self, user_id: ObjectId) -> str:
        """24 hexadecimal digits."""
        message = self.work_id.binary + user_id.binary
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


def needed_in(works: Iterable[Mapping[str, Any]]) -> dict[ObjectId, Pseudonyms]:
    """As ``needed``, by those of the assignments and quizzes whose learners graders may not know."""
    ids = [each["_id"] for each in works if are_needed(each)]
    found = repository.secrets_of(ids) if ids else {}
    return {_id: Pseudonyms(_id, found.get(_id) or repository.secret(_id)) for _id in ids}


def needed(work: Mapping[str, Any]) -> Pseudonyms | None:
    """Those under which graders see the learners of this assignment or quiz; None where they may know them."""
    return of(work["_id"]) if are_needed(work) else None


def of(work_id: ObjectId) -> Pseudonyms:
    return Pseudonyms(work_id, repository.secret(work_id))
