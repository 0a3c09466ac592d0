"""How much a person and a course may keep in files: counted in one document each, in the transaction that adds."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bson import ObjectId

from lms.config import settings
from lms.errors import Conflict
from lms.files import repository
from lms.files.purposes import MEGABYTE
from lms.mongo import Document, Transaction

MOST_FILES_OF_A_PERSON = 5_000
MOST_FILES_OF_A_COURSE = 20_000


class QuotaExceeded(Conflict):
    code, title = "QUOTA_EXCEEDED", "There is no room for this file"


class Account(NamedTuple):
    """Whom a file counts for, and how much they may have."""

    id: str
    whose: str
    most_bytes: int
    most_files: int


def of_person(user_id: ObjectId) -> Account:
    return Account(f"user:{user_id}", "person", settings().files_user_megabytes * MEGABYTE, MOST_FILES_OF_A_PERSON)


def of_course(course_id: ObjectId) -> Account:
    return Account(
        f"course:{course_id}", "course", settings().files_course_megabytes * MEGABYTE, MOST_FILES_OF_A_COURSE
    )


def _accounts(file: Mapping[str, Any]) -> Iterator[Account]:
    yield of_person(file["owner_id"])
    if file["course_id"]:
        yield of_course(file["course_id"])


def take(tx: Transaction, file: Mapping[str, Any]) -> None:
    """Raise 409 QUOTA_EXCEEDED where the owner or the course would have too much."""
    for account in _accounts(file):
        if not repository.take_room(
            tx, account.id, file["size"], most_bytes=account.most_bytes, most_files=account.most_files
        ):
            message = f"The {account.whose} may keep {account.most_bytes} bytes in {account.most_files} files"
            raise QuotaExceeded(message, quota=account.whose)


def give_back(tx: Transaction, file: Mapping[str, Any]) -> None:
    for account in _accounts(file):
        repository.give_room_back(tx, account.id, file["size"])


def usage(accounts: list[Account]) -> list[Document]:
    """What each has of what it may have, in the order of ``accounts``."""
    found = {row["_id"]: row for row in repository.taken_room([each.id for each in accounts])}
    return [
        {
            "bytes": found.get(each.id, {}).get("bytes", 0),
            "files": found.get(each.id, {}).get("files", 0),
            "most_bytes": each.most_bytes,
            "most_files": each.most_files,
        }
        for each in accounts
    ]
