"""A question bank over real HTTP: from a file into the bank, from there into a quiz and a file again."""

import pymongo
from bson import ObjectId

from infra.local.stack import Stack
from tests.people import Api

GIFT = """$CATEGORY: Capitals

::France:: What is the capital of France? {=Paris ~Lyon ~Nice}

::Italy:: What is the capital of Italy? {=Rome ~Milan}

::Norway:: Oslo is the capital of Norway. {T}
"""


def test_a_file_becomes_a_quiz_and_a_file_again(stack: Stack, stack_api: Api):
    teacher, learner = stack_api.person(), stack_api.person()
    course = teacher.post("/courses", {"title": "Europe", "audience": "a", "difficulty": "beginner"}).json["id"]
    imported = teacher.post(f"/courses/{course}/questions/import", {"format": "gift", "content": GIFT})
    assert (imported.status, imported.json["question_count"]) == (201, 3), imported.text
    first = imported.json["rows"][1]["question_id"]
    quiz = teacher.post(f"/courses/{course}/quizzes", {"title": "Capitals", "time_limit_minutes": 20}).json["id"]
    items = [{"kind": "question", "question_id": first}, {"kind": "draw", "pool": "Capitals", "count": 2}]
    asked = teacher.put(f"/quizzes/{quiz}/items", {"items": items})
    assert (asked.status, asked.json["question_count"]) == (200, 3), asked.text
    assert teacher.patch(f"/quizzes/{quiz}", {"published": True}).status == 200
    assert teacher.delete(f"/questions/{first}").json["code"] == "QUESTION_IN_USE"
    enrol(stack, course, learner.id)
    override = {"user_id": learner.id, "time_limit_minutes": 40}
    assert teacher.put(f"/quizzes/{quiz}/overrides", {"overrides": [override]}).status == 200
    shown = learner.get(f"/quizzes/{quiz}")
    assert (shown.status, shown.json["time_limit_minutes"], shown.json["items"]) == (200, 40, None)
    assert learner.get(f"/questions/{first}").status == 403
    package = teacher.get(f"/courses/{course}/questions/export?format=qti12", headers={"accept-encoding": "gzip"})
    assert (package.status, package.headers["content-type"]) == (200, "application/zip")
    plain = teacher.get(f"/courses/{course}/questions/export?format=qti12")
    assert plain.body.startswith(b"PK")


def enrol(stack: Stack, course: str, person: str) -> None:
    """Publishing and enrolling have tests of their own."""
    with pymongo.MongoClient(stack.database_uri) as client:
        database = client[stack.database_name]
        database.courses.update_one({"_id": ObjectId(course)}, {"$set": {"status": "published"}})
        enrollment = {"course_id": ObjectId(course), "user_id": ObjectId(person), "status": "active"}
        database.enrollments.insert_one(enrollment)
