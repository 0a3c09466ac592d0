"""How often each endpoint and each worker goes to MongoDB, and that none of them walks a whole collection.

The figures count every command of a call that succeeds. ``commitTransaction`` counts too: it is a round trip, and
the slowest, since it waits for a majority. Who has no figure here fails, and so does who has become better.
"""

import importlib
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from bson import ObjectId

from infra.contract import ROOT
from infra.contract.endpoints import endpoints
from lms import clock
from lms.permissions import ADMINS, GLOBAL, IN_COURSE, CourseRole
from tests.conftest import LambdaContext
from tests.contract.test_role_matrix import (
    BODIES,
    GENERATE,
    Place,
    call,
    operations,
    place_for,
    place_of,
    with_attempt,
    with_comparing,
    with_invitation,
    with_learner,
    with_submission,
    with_suggestion,
)
from tests.mongo_commands import Command, recorded
from tests.people import PASSWORD, Answer, Api, Person
from tests.uploads import available, begin, post_form

OPERATIONS = {
    "GET /health": 1,
    "GET /health/services": 1,
    "POST /auth/register": 5,
    "POST /auth/login": 7,
    "POST /auth/refresh": 3,
    "POST /auth/logout": 5,
    "GET /auth/me": 1,
    "GET /users": 2,
    "PUT /users/{id}/role": 5,
    "POST /invitations": 5,
    "GET /invitations/{token}": 2,
    "DELETE /invitations/{token}": 6,
    "POST /invitations/{token}/accept": 10,
    "GET /courses": 2,
    "POST /courses": 3,
    "GET /courses/{id}": 1,
    "PATCH /courses/{id}": 4,
    "DELETE /courses/{id}": 5,
    "GET /courses/{id}/enrollment-policy": 2,
    "PUT /courses/{id}/enrollment-policy": 6,
    "GET /courses/{id}/enrollments": 4,
    "POST /courses/{id}/enrollments": 7,
    "PATCH /courses/{id}/enrollments/{user_id}": 8,
    "DELETE /courses/{id}/enrollments/{user_id}": 8,
    "POST /courses/{id}/enrollments/import": 10,
    "GET /courses/{id}/enrollments/import/{job_id}": 2,
    "GET /courses/{id}/people": 3,
    "GET /courses/{id}/cohorts": 2,
    "POST /courses/{id}/cohorts": 4,
    "PATCH /courses/{id}/cohorts/{cohort_id}": 5,
    "DELETE /courses/{id}/cohorts/{cohort_id}": 8,
    "GET /courses/{id}/outline": 1,
    "PUT /courses/{id}/outline": 5,
    "POST /courses/{id}/modules": 5,
    "PATCH /courses/{id}/modules/{module_id}": 5,
    "DELETE /courses/{id}/modules/{module_id}": 6,
    "POST /courses/{id}/lessons": 6,
    "GET /courses/{id}/lessons/{lesson_id}": 2,
    "PATCH /courses/{id}/lessons/{lesson_id}": 9,
    "DELETE /courses/{id}/lessons/{lesson_id}": 9,
    "POST /courses/{id}/duplicate": 15,
    "POST /courses/{id}/transfer": 7,
    "POST /courses/{id}/unpublish": 3,
    "POST /courses/{id}/publish": 5,
    "POST /courses/{id}/restore": 4,
    "PUT /courses/{id}/lessons/{lesson_id}/progress": 2,
    "GET /courses/{id}/progress": 1,
    "GET /courses/{id}/progress/{user_id}": 3,
    "GET /courses/{id}/learners/progress": 3,
    "GET /users/me/courses": 2,
    "GET /users/me/agenda": 5,
    "POST /courses/{id}/lessons/{lesson_id}/review": 8,
    "POST /courses/{id}/lessons/{lesson_id}/versions/{n}/restore": 10,
    "GET /courses/{id}/lessons/{lesson_id}/versions": 3,
    "GET /courses/{id}/quizzes": 2,
    "POST /courses/{id}/quizzes": 10,
    "GET /quizzes/{id}": 1,
    "PATCH /quizzes/{id}": 8,
    "DELETE /quizzes/{id}": 15,
    "PUT /quizzes/{id}/items": 13,
    "GET /quizzes/{id}/overrides": 1,
    "PUT /quizzes/{id}/overrides": 10,
    "GET /courses/{id}/questions": 2,
    "POST /courses/{id}/questions": 5,
    "POST /courses/{id}/questions/import": 5,
    "GET /courses/{id}/questions/export": 2,
    "GET /questions/{id}": 1,
    "PATCH /questions/{id}": 10,
    "DELETE /questions/{id}": 7,
    "POST /questions/{id}/regrade": 27,
    "POST /quizzes/{id}/attempts": 6,
    "GET /quizzes/{id}/attempts": 2,
    "POST /quizzes/{id}/preview": 2,
    "POST /quizzes/{id}/release": 11,
    "GET /quizzes/{id}/live": 2,
    "GET /quizzes/{id}/analysis": 10,
    "GET /attempts/{id}": 2,
    "PUT /attempts/{id}/answers": 4,
    "GET /attempts/{id}/answers": 2,
    "POST /attempts/{id}/submit": 11,
    "POST /attempts/{id}/grade": 13,
    "POST /attempts/{id}/ai-grade": 10,
    "GET /attempts/{id}/ai-grade": 2,
    "POST /attempts/{id}/extend": 7,
    "POST /attempts/{id}/reopen": 11,
    "GET /courses/{id}/rubrics": 2,
    "POST /courses/{id}/rubrics": 5,
    "GET /rubrics/{id}": 1,
    "PATCH /rubrics/{id}": 6,
    "DELETE /rubrics/{id}": 6,
    "GET /courses/{id}/assignments": 2,
    "POST /courses/{id}/assignments": 4,
    "GET /assignments/{id}": 2,
    "PATCH /assignments/{id}": 6,
    "DELETE /assignments/{id}": 7,
    "GET /assignments/{id}/overrides": 1,
    "PUT /assignments/{id}/overrides": 6,
    "GET /assignments/{id}/draft": 4,
    "PUT /assignments/{id}/draft": 7,
    "GET /assignments/{id}/submissions": 5,
    "POST /assignments/{id}/submissions": 9,
    "GET /submissions/{id}": 2,
    "GET /submissions/{id}/texts": 2,
    "POST /assignments/{id}/similarity": 9,
    "GET /assignments/{id}/similarity": 4,
    "GET /submissions/{id}/similarity": 4,
    "POST /assignments/{id}/ai-grade": 11,
    "GET /submissions/{id}/ai-grade": 2,
    "POST /submissions/{id}/ai-grade": 10,
    "GET /assignments/{id}/grades": 6,
    "GET /assignments/{id}/grades/{user_id}": 3,
    "PUT /assignments/{id}/grades/{user_id}": 15,
    "POST /assignments/{id}/release": 9,
    "GET /assignments/{id}/analysis": 8,
    "GET /users/me/grades": 2,
    "GET /users/me/reviews": 5,
    "GET /users/me/grading-queue": 8,
    "PUT /reviews/{id}": 9,
    "GET /submissions/{id}/reviews": 4,
    "POST /submissions/{id}/appeal": 7,
    "GET /courses/{id}/appeals": 4,
    "POST /appeals/{id}/resolve": 10,
    "GET /courses/{id}/gradebook": 3,
    "PATCH /courses/{id}/gradebook": 17,
    "GET /courses/{id}/gradebook/export": 3,
    "POST /courses/{id}/gradebook/import": 3,
    "POST /courses/{id}/gradebook/freeze": 20,
    "PUT /courses/{id}/grading-scheme": 7,
    "GET /courses/{id}/groups": 3,
    "PUT /courses/{id}/groups": 7,
    "POST /ai/generate-course": 8,
    "POST /ai/enhance-content": 8,
    "POST /ai/generate-quiz": 9,
    "POST /jobs/{id}/apply": 11,
    "POST /ai/analyze-performance": 8,
    "POST /ai/ask": 3,
    "POST /ai/estimate": 2,
    "GET /ai/usage": 3,
    "GET /ai/budgets": 2,
    "PUT /ai/budgets": 6,
    "GET /jobs": 1,
    "GET /jobs/{id}": 1,
    "POST /jobs/{id}/cancel": 6,
    "POST /jobs/{id}/retry": 9,
    "POST /notifications/ticket": 1,
    "GET /files": 1,
    "POST /files": 6,
    "GET /files/usage": 1,
    "GET /files/{id}": 1,
    "DELETE /files/{id}": 7,
    "GET /files/{id}/parts": 1,
    "POST /files/{id}/complete": 2,
    "GET /files/{id}/download": 1,
}


def forget_health() -> None:
    """What an earlier test asked for may be fresh or not."""
    from lms.gateway import health

    health._latest = None


PUBLIC_BODIES: dict[str, Callable[[Person], Any]] = {
    "GET /health": lambda person: None,
    "GET /health/services": lambda person: forget_health(),
    "POST /auth/register": lambda person: {"email": f"new.{person.email}", "name": "N", "password": PASSWORD},
    "POST /auth/login": lambda person: {"email": person.email, "password": PASSWORD},
    "POST /auth/refresh": lambda person: {"refresh_token": person.refresh_token},
    "POST /auth/logout": lambda person: {"refresh_token": person.refresh_token},
    "GET /invitations/{token}": lambda person: None,
}


def require(log: list[Command], round_trips: int) -> None:
    sent = [f"{command.name} {command.body[command.name]}" for command in log]
    assert len(log) == round_trips, sent
    assert not [each for each, command in zip(sent, log, strict=True) if command.scans_a_collection]


def prepared(api: Api, name: str) -> Callable[[], Answer]:
    """The call, with all that it needs already there."""
    needed = operations()[name]
    person = api.person("admin" if needed and GLOBAL.get(needed) == ADMINS else "student")
    if name in BODIES:
        learns = needed in IN_COURSE and CourseRole.OWNER not in IN_COURSE[needed]
        caller = api.person() if learns else person
        place = place_for(name, person, caller, CourseRole.LEARNER if learns else None)
        return lambda: call(name, caller, place)
    method, path = name.split(" ")
    if "{token}" in path:
        with_invitation(place := Place("", "", ""), person)
        path = path.replace("{token}", place.more["token"])
    body = PUBLIC_BODIES[name](person)
    return lambda: api.anonymous.call(method, path, body)


def test_every_operation_has_its_figure(api: Api):
    assert set(operations()) == set(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation(api: Api, name: str):
    request = prepared(api, name)
    with recorded() as log:
        answer = request()
    assert 200 <= answer.status < 300, answer.text
    require(log, OPERATIONS[name])


def invoke(function: str, event: dict[str, Any]) -> Any:
    return importlib.import_module(function).lambda_handler(event, LambdaContext(300))


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))
    return event


def run_step(job_id: str, step: str) -> None:
    event = sample("ai/run_step")
    event["Records"][0]["body"] = json.dumps({"job_id": job_id, "step": step})
    assert invoke("ai.run_step", event) == {"batchItemFailures": []}


def a_lesson(person: Person) -> Callable[[], object]:
    job_id = person.post("/ai/generate-course", GENERATE).json["job_id"]
    run_step(job_id, "outline")
    return lambda: run_step(job_id, "lesson-1")


def a_list_of_learners(person: Person) -> Callable[[], object]:
    course_id = person.post("/courses", {"title": "T", "audience": "a", "difficulty": "beginner"}).json["id"]
    people = [Api(person.send, lambda user_id, role: None).person() for _ in range(3)]
    csv = "email\n" + "\n".join(each.email for each in people)
    job_id = person.post(f"/courses/{course_id}/enrollments/import", {"csv": csv}).json["job_id"]
    event = sample("courses/run_work")
    event["Records"][0]["body"] = json.dumps({"job_id": job_id, "step": "rows-1"})
    return lambda: invoke("courses.run_work", event)


def a_comparison(person: Person) -> Callable[[], object]:
    place = place_of(person)
    with_comparing(person, place)
    job_id = person.post(f"/assignments/{place.more['assignments']}/similarity").json["job_id"]
    event = sample("assessments/run_similarity")
    event["Records"][0]["body"] = json.dumps({"job_id": job_id, "step": "plan"})
    return lambda: invoke("assessments.run_similarity", event)


def a_grading(person: Person) -> Callable[[], object]:
    place = place_of(person)
    with_suggestion(person, place, person)
    job_id = person.post(f"/submissions/{place.more['submissions']}/ai-grade").json["job_id"]
    event = sample("assessments/run_grading")
    step = f"submission-{place.more['submissions']}"
    event["Records"][0]["body"] = json.dumps({"job_id": job_id, "step": step})
    return lambda: invoke("assessments.run_grading", event)


def an_overdue_step(person: Person) -> Callable[[], object]:
    from lms.jobs.repository import steps

    job_id = person.post("/ai/generate-course", GENERATE).json["job_id"]
    steps().update_one({"job_id": ObjectId(job_id)}, {"$set": {"due_at": clock.now()}})
    return lambda: invoke("ai.sweep_jobs", sample("ai/sweep_jobs"))


def an_overdue_attempt(person: Person) -> Callable[[], object]:
    from lms.attempts.repository import attempts

    with_attempt(person, place := place_of(person), person)
    overdue = {"$set": {"ends_at": clock.now(), "deadline_at": clock.now()}}
    attempts().update_one({"_id": ObjectId(place.more["attempts"])}, overdue)
    return lambda: invoke("assessments.close_attempts", sample("assessments/close_attempts"))


def reviews_to_allocate(person: Person) -> Callable[[], object]:
    """Of two learners' works, on which nobody was told yet."""
    from lms.assignments.repository import assignments
    from lms.submissions.repository import submissions

    with_submission(person, place := place_of(person), person)
    first = submissions().find_one({"_id": ObjectId(place.more["submissions"])})
    assert first
    with_learner(person, place)
    others = {"holder_id": ObjectId(), "member_ids": [ObjectId(place.more["user_id"])]}
    submissions().insert_one({**first, **others, "_id": ObjectId()})
    wanted = {"count": 1, "days": 7, "criteria": "rubric"}
    assignments().update_many({}, {"$set": {"reviews_at": None}})
    due = {"peer_reviews": wanted, "due_at": clock.now(), "reviews_at": clock.now()}
    assignments().update_one({"_id": ObjectId(place.more["assignments"])}, {"$set": due})
    return lambda: invoke("assessments.allocate_reviews", sample("assessments/allocate_reviews"))


def an_upload_that_never_came(person: Person) -> Callable[[], object]:
    from lms.files.repository import files

    file_id = begin(person, b"Never sent.")["file"]["id"]
    files().update_many({"_id": {"$ne": ObjectId(file_id)}}, {"$set": {"look_at": None}})
    files().update_one({"_id": ObjectId(file_id)}, {"$set": {"look_at": clock.now()}})
    return lambda: invoke("files.sweep_files", sample("files/sweep_files"))


def an_upload(person: Person) -> Callable[[], object]:
    begun = begin(person, b"Plants turn light into sugar.")
    assert post_form(begun["upload"], b"Plants turn light into sugar.").status == 204
    event = sample("files/check_file")
    news = {"eventName": "ObjectCreated:Post", "s3": {"object": {"key": begun["upload"]["fields"]["key"]}}}
    event["Records"][0]["body"] = json.dumps({"Records": [news]})
    return lambda: invoke("files.check_file", event)


def a_text(person: Person) -> Callable[[], object]:
    file_id = available(person, b"# Leaves\n\nPlants turn light into sugar.\n", content_type="text/markdown")
    event = sample("files/extract_text")
    event["Records"][0]["body"] = json.dumps({"file_id": file_id})
    return lambda: invoke("files.extract_text", event)


def a_waiting_event(person: Person) -> Callable[[], object]:
    nudge = sample("analytics/relay_events.queue")
    invoke("analytics.relay_events", nudge)
    person.post("/courses", {"title": "T", "audience": "a", "difficulty": "beginner"})
    return lambda: invoke("analytics.relay_events", nudge)


def connect(connection_id: str, ticket: str) -> None:
    event = {"requestContext": {"connectionId": connection_id}, "queryStringParameters": {"ticket": ticket}}
    assert invoke("notifications.connect", event) == {"statusCode": 200}


def connection(person: Person) -> str:
    connection_id = uuid4().hex
    connect(connection_id, person.post("/notifications/ticket").json["ticket"])
    return connection_id


def a_ticket(person: Person) -> Callable[[], object]:
    ticket = person.post("/notifications/ticket").json["ticket"]
    return lambda: connect(uuid4().hex, ticket)


def a_connection(person: Person) -> Callable[[], object]:
    event = {"requestContext": {"connectionId": connection(person)}}
    return lambda: invoke("notifications.disconnect", event)


def a_subscription(person: Person) -> Callable[[], object]:
    job_id = person.post("/ai/generate-course", GENERATE).json["job_id"]
    message = json.dumps({"action": "subscribe", "topic": f"job:{job_id}"})
    event = {"requestContext": {"connectionId": connection(person)}, "body": message}
    return lambda: invoke("notifications.message", event)


def a_token(person: Person) -> Callable[[], object]:
    event = {**sample("gateway/authorize"), "headers": {"authorization": f"Bearer {person.access_token}"}}
    return lambda: invoke("gateway.authorize", event)


def a_page(person: Person) -> Callable[[], object]:
    forget_health()
    return lambda: invoke("gateway.portal", sample("gateway/portal.status"))


FUNCTIONS: dict[str, tuple[Callable[[Person], Callable[[], object]], int]] = {
    "ai.run_step": (a_lesson, 12),
    "ai.sweep_jobs": (an_overdue_step, 3),
    "analytics.relay_events": (a_waiting_event, 4),
    "assessments.allocate_reviews": (reviews_to_allocate, 10),
    "assessments.close_attempts": (an_overdue_attempt, 11),
    "assessments.run_similarity": (a_comparison, 15),
    "assessments.run_grading": (a_grading, 18),
    "courses.run_work": (a_list_of_learners, 14),
    "files.check_file": (an_upload, 4),
    "files.extract_text": (a_text, 5),
    "files.sweep_files": (an_upload_that_never_came, 7),
    "gateway.authorize": (a_token, 0),
    "gateway.portal": (a_page, 1),
    "notifications.connect": (a_ticket, 0),
    "notifications.disconnect": (a_connection, 0),
    "notifications.message": (a_subscription, 2),
}
"""What no operation calls, but for the two functions that are invoked by hand and have all the time they want."""


def test_every_function_has_its_figure(api: Api):
    modules = {f"{file.parent.name}.{file.stem}" for file in (ROOT / "functions").glob("*/*.py")}
    assert modules - {endpoint.module for endpoint in endpoints()} | {"gateway.portal"} == FUNCTIONS.keys() | {
        "auth.appoint_admin",
        "gateway.prepare_database",
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function(api: Api, name: str):
    prepare, round_trips = FUNCTIONS[name]
    run = prepare(api.person())
    with recorded() as log:
        run()
    require(log, round_trips)


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("ai.sweep_jobs", "state_1_due_at_1"),
        ("analytics.relay_events", "pending_1__id_1"),
        ("assessments.allocate_reviews", "reviews_at_1"),
        ("assessments.close_attempts", "ends_at_1"),
        ("files.sweep_files", "look_at_1"),
    ],
)
def test_what_waits_is_found_by_its_own_index(api: Api, name: str, index: str):
    run = FUNCTIONS[name][0](api.person())
    with recorded() as log:
        run()
    assert log[0].name == "find" and log[0].indexes == {index}


def test_the_check_sees_a_scan(api: Api):
    from lms.courses.repository import courses, lessons

    with recorded() as log:
        courses().find_one({"title": "no index on this"})
        list(
            courses().aggregate(
                [
                    {"$match": {"status": "published"}},
                    {"$lookup": {"from": lessons.name, "localField": "_id", "foreignField": "title", "as": "x"}},
                ]
            )
        )
    seen = [command for command in log if command.name != "getMore"]
    assert [(command.name, command.collection, command.scans_a_collection) for command in seen] == [
        ("find", "courses", True),
        ("aggregate", "courses", True),
    ]
