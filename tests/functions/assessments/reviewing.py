"""Works handed in, and reviews allocated by the schedule's rule."""

from datetime import timedelta
from typing import Any

from bson import ObjectId

from lms import clock
from tests.functions.assessments.assigned import new_assignment
from tests.functions.assessments.submitting import in_minutes
from tests.functions.courses.enrolled import Class
from tests.people import Person

COMMENTS = {"count": 2, "days": 7, "criteria": "comments"}


def reviewed(course: Class, **settings: Any) -> str:
    """An assignment whose reviews may begin: it was due a minute ago."""
    return new_assignment(course, **{"peer_reviews": COMMENTS, "due_at": in_minutes(-1), **settings})


def look(path: str, days: float = 0) -> None:
    """As if the schedule came to this assignment in so many days."""
    from lms.assignments.repository import assignments
    from lms.reviews import rounds

    now = clock.now() + timedelta(days=days)
    mine = {"_id": ObjectId(path.rpartition("/")[2])}
    assignments().update_one(mine, {"$set": {"reviews_at": now - timedelta(days=1000)}})
    rounds.look(now, 1)


def to_do(person: Person) -> list[dict[str, Any]]:
    answer = person.get("/users/me/reviews?limit=100")
    assert answer.status == 200, answer.text
    rows: list[dict[str, Any]] = answer.json["items"]
    return rows


def say(person: Person, review: dict[str, Any], **said: Any) -> Any:
    version = f'"{review["version"]}"'
    return person.put(f"/reviews/{review['id']}", {"comment": "Good.", **said}, headers={"If-Match": version})


def do_all(person: Person) -> None:
    for review in to_do(person):
        if review["state"] == "open":
            answer = say(person, review)
            assert answer.status == 200, answer.text


def received(person: Person, submission_id: str) -> dict[str, Any]:
    answer = person.get(f"/submissions/{submission_id}/reviews?limit=100")
    assert answer.status == 200, answer.text
    return dict(answer.json)
