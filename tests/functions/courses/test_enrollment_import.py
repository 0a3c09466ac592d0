"""POST /courses/{id}/enrollments/import, its steps and its report."""

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from bson import ObjectId

from tests.conftest import LambdaContext
from tests.functions.courses.authored import audits_of, events_of, seat
from tests.functions.courses.enrolled import Class, open_class
from tests.people import Answer, Api, Person


@pytest.fixture
def course(api: Api) -> Class:
    course = open_class(api)
    course.set_policy(mode="invitation")
    return course


def bring(course: Class, csv: str, by: Person | None = None) -> Answer:
    return (by or course.owner).post(f"{course.enrollments}/import", {"csv": csv})


def waiting_steps(job_id: str) -> Iterator[str]:
    from lms.jobs.repository import steps

    while row := steps().find_one({"job_id": ObjectId(job_id), "state": "pending"}):
        yield row["name"]


def work_off(job_id: str) -> None:
    """Do what the worker of the queue would."""
    for name in waiting_steps(job_id):
        body = json.dumps({"job_id": job_id, "step": name})
        attributes = {"ApproximateReceiveCount": "1"}
        event = {"Records": [{"messageId": "m", "receiptHandle": "r", "body": body, "attributes": attributes}]}
        answer = importlib.import_module("courses.run_work").lambda_handler(event, LambdaContext(60))
        assert answer == {"batchItemFailures": []}


def brought(course: Class, csv: str) -> dict[str, Any]:
    """The finished job's result with the report's ``rows``."""
    answer = bring(course, csv)
    assert answer.status == 202, answer.text
    job_id = answer.json["job_id"]
    work_off(job_id)
    job = course.owner.get(answer.headers["location"]).json
    assert (job["status"], job["kind"], job["course_id"]) == ("succeeded", "enrollment_import", course.id), job
    return {**job["result"], "rows": report(course, job["result"]["report"])}


def report(course: Class, path: str, limit: int = 100) -> list[tuple[int, str | None, str | None, str | None]]:
    rows, cursor = [], ""
    while cursor is not None:
        answer = course.owner.get(f"{path}?limit={limit}{cursor and f'&cursor={cursor}'}")
        assert answer.status == 200, answer.text
        rows += answer.json["items"]
        cursor = answer.json["next_cursor"]
    return [(row["row"], row["outcome"], row["user_id"], row["reason"]) for row in rows]


def test_a_list_enrolls_people_into_cohorts_and_says_what_became_of_each_row(api: Api, course: Class):
    spring = course.cohort("Spring")
    new, already, assistant, teacher = api.person(), course.learner(), api.person(), api.person()
    seat(teacher, course.id, "instructor")
    lines = [
        "Email,cohort,ROLE",
        f"{new.email.upper()},Spring,learner",
        f"{already.email},Spring,",
        "nobody@example.org,,",
        f'" {new.email}\n",,',
        "no address,,",
        f"{assistant.email},,Assistant",
        f"{teacher.email},,instructor",
        f"{teacher.email.replace('@', '+@')},Winter,",
        "",
        f"{api.person().email},Winter,",
        f"{api.person().email},,owner",
        f"{api.person().email},,,x",
        f"{course.owner.email},,",
    ]
    result = brought(course, "\ufeff" + "\r\n".join(lines) + "\r\n")
    assert result["rows"] == [
        (2, "enrolled", new.id, None),
        (3, "already", already.id, None),
        (4, "unknown_account", None, None),
        (5, "duplicate_row", new.id, None),
        (6, "invalid", None, "NO_ADDRESS"),
        (7, "enrolled", assistant.id, None),
        (8, "already", teacher.id, None),
        (9, "unknown_account", None, None),
        (11, "invalid", result["rows"][8][2], "UNKNOWN_COHORT"),
        (12, "invalid", None, "UNKNOWN_ROLE"),
        (13, "invalid", None, "TOO_MANY_FIELDS"),
        (14, "invalid", course.owner.id, "STAFF_NEED_NO_SEAT"),
    ]
    counts = {"enrolled": 2, "already": 2, "unknown_account": 2, "duplicate_row": 1, "invalid": 5}
    assert result["counts"] == counts
    row = course.row(new)
    assert (row["status"], row["cohort_id"], row["source"]) == ("active", spring, "import")
    assert row["history"][0]["by"] == course.owner.id
    assert course.row(already)["cohort_id"] is None
    assert assistant.get(course.path).json["role"] == "assistant"
    assert course.taken() == 2


def test_the_same_list_again_changes_nothing(api: Api, course: Class):
    course.set_policy(seats=2, waiting_list=True)
    people, assistant = [api.person() for _ in range(3)], api.person()
    csv = "email;role\n" + "".join(f"{person.email};\n" for person in people) + f"{assistant.email};assistant\n"
    first = brought(course, csv)
    assert [row[1] for row in first["rows"]] == ["enrolled", "enrolled", "waiting", "enrolled"]
    before = [course.row(person) for person in people]
    told = [events_of(row["id"]) for row in before], audits_of(course.id)
    again = brought(course, csv)
    assert [row[1] for row in again["rows"]] == ["already", "already", "waiting", "already"]
    assert [course.row(person) for person in people] == before
    assert ([events_of(row["id"]) for row in before], audits_of(course.id)) == told
    assert course.taken() == 2


def test_who_finds_no_seat_is_told(api: Api, course: Class):
    course.set_policy(seats=1)
    people = [api.person() for _ in range(3)]
    result = brought(course, "email\n" + "\n".join(person.email for person in people))
    assert [row[1] for row in result["rows"]] == ["enrolled", "full", "full"]
    assert course.taken() == 1


def test_many_rows_take_many_steps_in_the_order_of_the_file(api: Api, course: Class):
    from lms.auth.repository import users
    from lms.enrollment.repository import enrollments

    ids = [ObjectId() for _ in range(1_203)]
    users().insert_many([{"_id": _id, "email": f"{_id}@example.org", "name": "N"} for _id in ids])
    course.set_policy(seats=1_100, waiting_list=True)
    result = brought(course, "email\r\n" + "".join(f"{_id}@example.org\r\n" for _id in ids))
    assert result["counts"] == {"enrolled": 1_100, "waiting": 103}
    assert result["rows"] == [
        (number, "enrolled" if number < 1_102 else "waiting", str(_id), None) for number, _id in enumerate(ids, 2)
    ]
    assert course.taken() == 1_100
    waiting = enrollments().find({"course_id": ObjectId(course.id), "status": "waiting"}).sort("ticket", 1)
    assert [row["user_id"] for row in waiting] == ids[1_100:]


def test_no_address_is_kept(api: Api, course: Class):
    from lms import mongo

    person = api.person()
    brought(course, f"email\n{person.email}\nsomebody.unknown@example.org\n")
    for name in mongo.declared.keys() - {"users"}:
        for row in mongo.database()[name].find():
            assert person.email not in str(row) and "somebody.unknown" not in str(row), name


def test_the_report_is_there_before_its_rows_turn_has_come(api: Api, course: Class):
    person = api.person()
    job_id = bring(course, f"email\n{person.email}\nx\n").json["job_id"]
    path = f"{course.enrollments}/import/{job_id}"
    assert course.owner.get(f"/jobs/{job_id}").json["progress"] == {"step": "rows", "done": 0, "total": 1}
    assert report(course, path, limit=1) == [(2, None, person.id, None), (3, "invalid", None, "NO_ADDRESS")]
    work_off(job_id)
    assert report(course, path, limit=1)[0] == (2, "enrolled", person.id, None)


def test_a_cohort_that_goes_meanwhile_fails_the_job_with_the_reason(api: Api, course: Class):
    cohort, person = course.cohort("Spring"), api.person()
    job_id = bring(course, f"email,cohort\n{person.email},Spring\n").json["job_id"]
    course.owner.delete(f"{course.path}/cohorts/{cohort}")
    work_off(job_id)
    job = course.owner.get(f"/jobs/{job_id}").json
    assert (job["status"], job["error"]["code"]) == ("failed", "COHORT_GONE")
    assert course.taken() == 0


@pytest.mark.parametrize(
    ("csv", "expected"),
    [
        ("email", "NO_ROWS"),
        ("\r\n\r\n", "NO_ROWS"),
        ("name\nx\n", "WRONG_COLUMNS"),
        ("email,cohrt\nx,y\n", "WRONG_COLUMNS"),
        ("email,email\nx,y\n", "WRONG_COLUMNS"),
        ('email\n"x\n', "MALFORMED_CSV"),
        ('email\n"x"y\n', "MALFORMED_CSV"),
        ("email\n" + "x\n" * 10_001, "TOO_MANY_ROWS"),
        ("", "INVALID"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(course: Class, csv: str, expected: str):
    answer = bring(course, csv)
    assert (answer.status, answer.json["code"]) == (422, expected)
    assert answer.json["errors"][0]["pointer"] == "/csv"


def test_only_editors_bring_lists_and_see_what_became_of_them(api: Api, course: Class):
    other, assistant = open_class(api), api.person()
    seat(assistant, course.id, "assistant")
    assert bring(course, "email\nx\n", by=assistant).status == 403
    assert bring(course, "email\nx\n", by=course.learner()).status == 403
    job_id = bring(course, "email\nx\n").json["job_id"]
    assert course.owner.get(f"{course.enrollments}/import/{job_id}").status == 200
    assert assistant.get(f"{course.enrollments}/import/{job_id}").status == 403
    for path in (f"{other.enrollments}/import/{job_id}", f"{other.enrollments}/import/x"):
        assert other.owner.get(path).status == 404
    assert course.owner.get(f"{course.enrollments}/import/{job_id}?cursor=InhAIg").status == 422


def test_a_repeated_key_starts_one_job(course: Class):
    key = {"Idempotency-Key": "k"}
    answers = [
        course.owner.post(f"{course.enrollments}/import", {"csv": "email\nx\n"}, headers=key) for _ in range(2)
    ]
    assert answers[0].json == answers[1].json
