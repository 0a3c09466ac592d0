"""One instructor with one generated course, and events for calling handlers about it."""

import json
import random
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import parse_qsl

import pymongo
from bson import ObjectId

from infra.local.stack import Stack

PASSWORD = "a benchmark password"


class LambdaContext:
    """As much of Lambda's context as handlers use."""

    aws_request_id = "00000000-0000-0000-0000-000000000000"
    function_name = "function"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 25_000


@dataclass
class Exam:
    """A published quiz of one question, by their paths, and the access token of a learner who takes it."""

    school: "School"
    quiz: str
    question: str
    learner: str

    def running(self) -> str:
        """The path of the learner's open attempt."""
        attempt = self.school.call("POST", f"{self.quiz}/attempts", {}, self.learner)
        return f"/attempts/{attempt['id']}"

    def handed_in(self) -> str:
        """The path of an attempt that the learner has handed in; none is open then."""
        attempt = self.running()
        self.school.call("POST", f"{attempt}/submit", None, self.learner)
        return attempt


@dataclass
class School:
    url: str
    database_uri: str
    database_name: str
    email: str
    user_id: str
    access_token: str
    refresh_token: str
    course_id: str
    module_id: str
    lesson_id: str
    job_id: str

    @classmethod
    def open(cls, stack: Stack) -> Self:
        school = cls(
            stack.url, stack.database_uri, stack.database_name, "bench@example.org", "", "", "", "", "", "", ""
        )
        school.call("POST", "/auth/register", {"email": school.email, "name": "Bench", "password": PASSWORD})
        tokens = school.call("POST", "/auth/login", {"email": school.email, "password": PASSWORD})
        school.access_token, school.refresh_token = tokens["access_token"], tokens["refresh_token"]
        school.user_id = tokens["user"]["id"]
        stack.invoke("AppointAdminFunction", {"email": school.email})
        request = {
            "topic": "Machine Learning",
            "audience": "students",
            "difficulty": "advanced",
            "lesson_count": 15,
        }
        school.job_id = school.call("POST", "/ai/generate-course", request)["job_id"]
        while (job := school.call("GET", f"/jobs/{school.job_id}"))["status"] in ("queued", "running"):
            time.sleep(0.1)
        school.course_id = job["result"]["course_id"]
        module = school.call("GET", f"/courses/{school.course_id}/outline")["modules"][0]
        school.module_id, school.lesson_id = module["id"], module["lessons"][0]["id"]
        return school

    def newcomer(self) -> dict[str, str]:
        """What somebody new registers with."""
        return {"email": f"{ObjectId()}@example.org", "name": "New", "password": PASSWORD}

    def someones_refresh_token(self) -> dict[str, str]:
        """Of a session that nothing else uses."""
        return {"refresh_token": self._someones_tokens()["refresh_token"]}

    def someones_invitation(self, draft: Mapping[str, str]) -> str:
        """The token of an invitation to a course of somebody else's."""
        token = self._someones_tokens()["access_token"]
        course_id = self.call("POST", "/courses", draft, token)["id"]
        invitation = {"course_id": course_id, "role": "learner"}
        return str(self.call("POST", "/invitations", invitation, token)["token"])

    def _someones_tokens(self) -> dict[str, Any]:
        someone = self.newcomer()
        self.call("POST", "/auth/register", someone)
        tokens: dict[str, Any] = self.call(
            "POST", "/auth/login", {name: someone[name] for name in ("email", "password")}
        )
        return tokens

    def learning(self, draft: Mapping[str, str]) -> tuple[str, str]:
        """The paths of a published course of somebody else's, in which the instructor learns, and of its lesson."""
        token = self._someones_tokens()["access_token"]
        course_id = self.call("POST", "/courses", draft, token)["id"]
        course = f"/courses/{course_id}"
        module = self.call("POST", f"{course}/modules", {"title": "M"}, token)["id"]
        lesson = self.call("POST", f"{course}/lessons", {"module_id": module, "title": "L"}, token)["id"]
        self._publish(course_id)
        self.call("POST", f"{course}/enrollments", {"user_id": self.user_id}, token)
        return course, f"{course}/lessons/{lesson}"

    def a_learner(self) -> str:
        """The id of somebody new who learns in the instructor's course."""
        user_id = str(self.call("POST", "/auth/register", self.newcomer())["user"]["id"])
        self.call("POST", f"/courses/{self.course_id}/enrollments", {"user_id": user_id})
        return user_id

    def exam_to_take(self, draft: Mapping[str, str]) -> Exam:
        """In a course of somebody else's, in which the instructor learns."""
        return self._exam(draft, self._someones_tokens()["access_token"], self.access_token, self.user_id)

    def exam_to_grade(self, draft: Mapping[str, str]) -> Exam:
        """In a course of the instructor's."""
        someone = self._someones_tokens()
        return self._exam(draft, self.access_token, someone["access_token"], someone["user"]["id"])

    def _exam(self, draft: Mapping[str, str], teacher: str, learner: str, learner_id: str) -> Exam:
        course_id = self.call("POST", "/courses", draft, teacher)["id"]
        course = f"/courses/{course_id}"
        question = {"prompt": "?", "content": {"kind": "true_false", "answer": True}}
        question_id = self.call("POST", f"{course}/questions", question, teacher)["id"]
        quiz = f"/quizzes/{self.call('POST', f'{course}/quizzes', {'title': 'Q'}, teacher)['id']}"
        self.call("PUT", f"{quiz}/items", {"items": [{"question_id": question_id, "kind": "question"}]}, teacher)
        self.call("PATCH", quiz, {"published": True}, teacher)
        self._publish(course_id)
        self.call("POST", f"{course}/enrollments", {"user_id": learner_id}, teacher)
        return Exam(self, quiz, f"/questions/{question_id}", learner)

    def assignment_to_take(self, draft: Mapping[str, str]) -> str:
        """In a course of somebody else's, in which the instructor learns."""
        teacher = self._someones_tokens()["access_token"]
        course_id = self.call("POST", "/courses", draft, teacher)["id"]
        work = self.call("POST", f"/courses/{course_id}/assignments", {"title": "A"}, teacher)["id"]
        self.call("PATCH", f"/assignments/{work}", {"published": True}, teacher)
        self._publish(course_id)
        self.call("POST", f"/courses/{course_id}/enrollments", {"user_id": self.user_id}, teacher)
        return f"/assignments/{work}"

    def review_to_do(self, submission_id: str) -> str:
        """The instructor's, who learns in its course; as it was before it was done."""
        with pymongo.MongoClient[dict[str, Any]](self.database_uri) as client:
            database = client[self.database_name]
            work = database.submissions.find_one({"_id": ObjectId(submission_id)})
            assert work
            named = {name: work[name] for name in ("assignment_id", "course_id", "holder_id")}
            theirs = {"submission_id": work["_id"], "reviewer_id": ObjectId(self.user_id)}
            to_do = {"state": "open", "version": 1, "due_at": datetime.now(UTC) + timedelta(days=7)}
            empty = {"rubric": None, "replaces": None, "criteria": [], "comment": "", "done_at": None}
            fields = {**named, **to_do, **empty, "deleted_at": None}
            database.reviews.update_one(theirs, {"$set": fields}, upsert=True)
            row = database.reviews.find_one(theirs)
            assert row
            return str(row["_id"])

    def suggest(self, submission_id: str) -> None:
        """A grade for it, as an AI does, in an assignment that asks for that."""
        with pymongo.MongoClient[dict[str, Any]](self.database_uri) as client:
            database = client[self.database_name]
            work = database.submissions.find_one({"_id": ObjectId(submission_id)})
            assert work
            row = {**{name: work[name] for name in ("assignment_id", "course_id")}, **_suggested()}
            theirs = {"submission_id": work["_id"]}
            database.suggestions.update_one(theirs, {"$setOnInsert": row}, upsert=True)
            asked = {"$set": {"ai_grading.mode": "suggest"}}
            database.assignments.update_one({"_id": work["assignment_id"]}, asked)

    def suggest_essay(self, attempt_id: str) -> None:
        """A grade for the attempt's first item, as an AI does."""
        with pymongo.MongoClient[dict[str, Any]](self.database_uri) as client:
            database = client[self.database_name]
            theirs = {"attempt_id": ObjectId(attempt_id), "item_id": "1", "course_id": ObjectId()}
            database.essay_suggestions.insert_one({**theirs, **_suggested()})

    def grade_to_appeal(self, submission_id: str) -> None:
        """The instructor's, who learns in its course: an AI took part in it, and nobody has appealed yet."""
        with pymongo.MongoClient[dict[str, Any]](self.database_uri) as client:
            database = client[self.database_name]
            work = database.submissions.find_one({"_id": ObjectId(submission_id)})
            assert work
            theirs = {"assignment_id": work["assignment_id"], "user_id": ObjectId(self.user_id)}
            given = {"submission_id": work["_id"], "released_at": datetime.now(UTC), "ai": {}, "version": 1}
            database.grades.update_one(theirs, {"$set": given}, upsert=True)
            database.appeals.delete_many(theirs)

    def appeal_to_resolve(self, assignment_id: str) -> str:
        with pymongo.MongoClient[dict[str, Any]](self.database_uri) as client:
            appeals = client[self.database_name].appeals
            named = {"course_id": ObjectId(self.course_id), "assignment_id": ObjectId(assignment_id)}
            said = {"wants": "person", "reason": "", "state": "open", "answer": None, "grade_version": None}
            dates = {"created_at": datetime.now(UTC), "resolved_at": None, "resolved_by": None}
            rest = {"submission_id": ObjectId(), "user_id": ObjectId(self.a_learner())}
            row = {**named, **said, **dates, **rest, "version": 1, "deleted_at": None}
            return str(appeals.insert_one(row).inserted_id)

    def _publish(self, course_id: str) -> None:
        with pymongo.MongoClient[dict[str, Any]](self.database_uri) as client:
            courses = client[self.database_name].courses
            courses.update_one({"_id": ObjectId(course_id)}, {"$set": {"status": "published"}})

    def someone_to_enroll(self) -> dict[str, str]:
        """Whom an editor may bring into the course."""
        someone = self.newcomer()
        self.call("POST", "/auth/register", someone)
        return {"email": someone["email"]}

    def someone_enrolled(self) -> str:
        """The id of a learner of the course."""
        path = f"/courses/{self.course_id}/enrollments"
        return str(self.call("POST", path, self.someone_to_enroll())["user_id"])

    def another_time_factor(self) -> dict[str, Any]:
        """Accommodations other than those before."""
        return {"accommodations": {"time_factor": 1 + random.random()}}

    def another_role(self) -> tuple[str, str, Any]:
        """The call that gives somebody new a role."""
        user = self.call("POST", "/auth/register", self.newcomer())["user"]
        return "PUT", f"/users/{user['id']}/role", {"role": "instructor"}

    def mark_job(self, status: str) -> None:
        with pymongo.MongoClient[dict[str, Any]](self.database_uri) as client:
            jobs = client[self.database_name].jobs
            jobs.update_one({"_id": ObjectId(self.job_id)}, {"$set": {"status": status}})

    def shortening(self) -> dict[str, Any]:
        return {"lesson_id": self.lesson_id, "action": "shorten"}

    def questioning(self) -> dict[str, Any]:
        return {"course_id": self.course_id, "lesson_ids": [self.lesson_id], "count": 3}

    def proposed_refusal(self) -> tuple[str, str, Any]:
        """The refusal of a piece of a new proposal."""
        job = f"/jobs/{self.call('POST', '/ai/generate-quiz', self.questioning())['job_id']}"
        while (found := self.call("GET", job))["status"] in ("queued", "running"):
            time.sleep(0.05)
        return "POST", f"{job}/apply", {"refuse": [found["result"]["proposal"]["questions"][0]["id"]]}

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        """By the instructor, or whose access ``token`` it is."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"content-type": "application/json", "authorization": f"Bearer {token or self.access_token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def event(
        self, method: str, path: str, body: Any = None, role: str = "student", if_match: str = ""
    ) -> dict[str, Any]:
        """A call by the instructor, as API Gateway hands it on; ``role`` is the one in the token."""
        path, _, query = path.partition("?")
        who = {
            "sub": self.user_id,
            "sid": "0" * 24,
            "role": role,
            "exp": int(time.time()) + 900,
        }
        return {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "queryStringParameters": dict(parse_qsl(query)),
            "headers": {"content-type": "application/json", **({"if-match": if_match} if if_match else {})},
            "requestContext": {
                "stage": "$default",
                "requestId": "bench",
                "timeEpoch": int(time.time() * 1000),
                "http": {"method": method, "path": path, "sourceIp": "127.0.0.1", "userAgent": "bench"},
                "authorizer": {"lambda": who},
            },
            "body": json.dumps(body) if body is not None else None,
            "isBase64Encoded": False,
        }


def _suggested() -> dict[str, Any]:
    """What an AI says that says nothing."""
    return {
        **dict.fromkeys(("rubric", "points", "independent", "model")),
        **{name: [] for name in ("criteria", "apart", "unread")},
        **{"confidence": 0.0, "worth": 1.0, "prompts": {}, "tokens": {"input": 0, "output": 0}},
        "decision": {"applies": False, "asks": True, "why": "suggested"},
        "provider": "grounded",
        "job_id": ObjectId(),
        "created_at": datetime.now(UTC),
    }
