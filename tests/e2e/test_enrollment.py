"""Ways into a course and out of it, over real HTTP, with the list of learners going through the queue."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from bson import ObjectId
from pymongo import MongoClient

from infra.local.stack import Stack
from tests.following import finished
from tests.people import Api, Person
from tests.taught import asked

COURSE = {"title": "Knots", "audience": "all", "difficulty": "beginner", "description": "Ropes."}


@pytest.fixture(scope="module")
def teacher(stack: Stack, stack_api: Api) -> Person:
    return stack_api.person("admin")


@pytest.fixture
def course(teacher: Person) -> str:
    """The path of a published course."""
    path = f"/courses/{asked(teacher, 'POST', '/courses', COURSE, 201)['id']}"
    module = asked(teacher, "POST", f"{path}/modules", {"title": "M"}, 201)["id"]
    text = {"kind": "markdown", "text": "A knot."}
    asked(teacher, "POST", f"{path}/lessons", {"module_id": module, "title": "L", "blocks": [text]}, 201)
    asked(teacher, "POST", f"{path}/publish", {})
    return path


def set_policy(teacher: Person, course: str, **policy: object) -> None:
    asked(teacher, "PUT", f"{course}/enrollment-policy", policy)


def status_of(person: Person, course: str) -> str:
    return str(asked(person, "POST", f"{course}/enrollments", {})["status"])


def test_by_key_onto_the_waiting_list_and_up(stack_api: Api, teacher: Person, course: str):
    set_policy(teacher, course, mode="key", key="bowline", seats=1, waiting_list=True)
    first, second, third = (stack_api.person() for _ in range(3))
    assert asked(first, "POST", f"{course}/enrollments", {"key": "granny"}, 403)["code"] == "WRONG_KEY"
    places = [
        (row["status"], row["position"])
        for row in (
            asked(person, "POST", f"{course}/enrollments", {"key": "bowline"}, 201)
            for person in (first, second, third)
        )
    ]
    assert places == [("active", None), ("waiting", 1), ("waiting", 2)]
    assert asked(first, "GET", course)["role"] == "learner"
    asked(first, "DELETE", f"{course}/enrollments/{first.id}", None, 204)
    assert [status_of(person, course) for person in (second, third)] == ["active", "waiting"]
    set_policy(teacher, course, mode="key", seats=2, waiting_list=True)
    assert status_of(third, course) == "active"
    people = asked(second, "GET", f"{course}/people")["items"]
    # Two processes make ids of one second in any order.
    assert (people[0]["user_id"], people[0]["role"]) == (teacher.id, "owner")
    assert {(row["user_id"], row["role"]) for row in people[1:]} == {
        (second.id, "learner"),
        (third.id, "learner"),
    }


def test_many_clients_and_the_last_seats(stack_api: Api, teacher: Person, course: str):
    set_policy(teacher, course, mode="open", seats=3)
    people = [stack_api.person() for _ in range(12)]
    with ThreadPoolExecutor(len(people)) as pool:
        answers = list(pool.map(lambda person: person.post(f"{course}/enrollments", {}), people))
    assert Counter(answer.status for answer in answers) == {201: 3, 409: 9}
    assert {answer.json["code"] for answer in answers if answer.status == 409} == {"COURSE_FULL"}
    assert asked(teacher, "GET", f"{course}/enrollment-policy")["taken"] == 3


def test_a_list_goes_through_the_queue_and_its_repetition_changes_nothing(
    stack_api: Api, teacher: Person, course: str
):
    asked(teacher, "POST", f"{course}/cohorts", {"name": "Spring"}, 201)
    people = [stack_api.person() for _ in range(4)]
    csv = "email;cohort\r\n" + "".join(f'"{person.email}";Spring\r\n' for person in people)
    for outcome in ("enrolled", "already"):
        accepted = asked(teacher, "POST", f"{course}/enrollments/import", {"csv": csv}, 202)
        job = finished(teacher, accepted["job_id"])
        assert (job["status"], job["result"]["counts"]) == ("succeeded", {outcome: 4})
        report = asked(teacher, "GET", job["result"]["report"])["items"]
        assert [(row["row"], row["user_id"]) for row in report] == [
            (number, person.id) for number, person in enumerate(people, 2)
        ]
    rows = asked(teacher, "GET", f"{course}/enrollments")["items"]
    assert {row["cohort_id"] for row in rows} == {asked(teacher, "GET", f"{course}/cohorts")["items"][0]["id"]}


def test_ten_thousand_rows(stack: Stack, teacher: Person, course: str):
    size = 10_000
    with MongoClient[dict[str, Any]](stack.database_uri) as client:
        users = client[stack.database_name].users
        someone = users.find_one({"_id": ObjectId(teacher.id)})
        assert someone is not None
        accounts = [
            {**someone, "_id": ObjectId(), "email": f"reader{number}@example.org", "role": "student"}
            for number in range(size - 10)
        ]
        users.insert_many(accounts)
    csv = "email\n" + "".join(f"reader{number}@example.org\n" for number in range(size))
    for outcome in ("enrolled", "already"):
        accepted = asked(teacher, "POST", f"{course}/enrollments/import", {"csv": csv}, 202)
        job = finished(teacher, accepted["job_id"])
        counts = {outcome: size - 10, "unknown_account": 10}
        assert (job["status"], job["result"]["counts"]) == ("succeeded", counts)
        rows = list(all_of(teacher, job["result"]["report"]))
        assert [row["row"] for row in rows] == list(range(2, size + 2))
        assert Counter(row["outcome"] for row in rows) == counts
    assert asked(teacher, "GET", f"{course}/enrollment-policy")["taken"] == size - 10


def all_of(person: Person, path: str) -> Iterator[dict[str, Any]]:
    """The rows of all pages."""
    cursor: str | None = ""
    while cursor is not None:
        page = asked(person, "GET", f"{path}?limit=100&cursor={cursor}" if cursor else f"{path}?limit=100")
        yield from page["items"]
        cursor = page["next_cursor"]
