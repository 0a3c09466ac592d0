"""Drafts saved and handed in through the API, and what races below it."""

from datetime import timedelta
from typing import Any

from bson import ObjectId

from lms import clock
from lms.fields import rfc3339
from tests import uploads
from tests.functions.courses.enrolled import Class
from tests.people import Answer, Person


def in_minutes(minutes: float) -> str:
    return rfc3339(clock.now() + timedelta(minutes=minutes))


def save(person: Person, path: str, seq: int = 1, client: str = "tab", **content: Any) -> Answer:
    return person.put(f"{path}/draft", {"client_id": client, "seq": seq, **content})


def saved(person: Person, path: str, seq: int = 1, client: str = "tab", **content: Any) -> dict[str, Any]:
    answer = save(person, path, seq, client, **content)
    assert answer.status == 200, answer.text
    return answer.json


def hand_in(person: Person, path: str, **content: Any) -> Answer:
    return person.post(f"{path}/submissions", content)


def handed_in(person: Person, path: str, **content: Any) -> dict[str, Any]:
    answer = hand_in(person, path, **content)
    assert answer.status == 201, answer.text
    return answer.json


def file_of(person: Person, course: Class, content: bytes = b"My essay.", **fields: Any) -> str:
    more = {"name": "Essay by Ada.txt", "purpose": "submission", "course_id": course.id, **fields}
    return uploads.available(person, content, **more)


def rows(person: Person, path: str, limit: int = 100) -> list[dict[str, Any]]:
    """All pages of the list."""
    found, url = [], f"{path}/submissions?limit={limit}"
    while True:
        page = person.get(url).json
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        url = f"{path}/submissions?limit={limit}&cursor={page['next_cursor']}"


def access_of(person: Person, path: str) -> Any:
    """The learner's way to the assignment, for calls of the rules."""
    from lms.assignments.repository import assignments
    from lms.caller import Caller
    from lms.courses.access import enter_through
    from lms.permissions import Role

    who = Caller(ObjectId(person.id), Role.STUDENT, ObjectId())
    return enter_through(assignments, who, ObjectId(path.rpartition("/")[2]), "submission.make")
