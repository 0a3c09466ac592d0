"""Init plus first request of every HTTP function, in a fresh interpreter each time, bytecode compiled.

The floor for reading operations is importing pymongo and Powertools' validating resolver and making one query;
for writing ones the same plus an SQS client, for the services' health plus a client of each of them. Goal: at most
1.15×.

Both run with the packages that Lambda has, at the same moment, each on a core of its own.
"""

import compileall
import itertools
import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from benchmarks import files
from benchmarks.rows import row, side_by_side, title
from benchmarks.school import PASSWORD, School
from infra.local.stack import ROOT

GOAL = 1.15
_ROUNDS = 9
_PYTHON = ROOT / ".venv-lambda/bin/python"

_READER_FLOOR = """
import time; start = time.perf_counter()
import os
from pymongo import MongoClient
from pydantic import BaseModel
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
app = APIGatewayHttpResolver(enable_validation=True)
class Out(BaseModel):
    ok: bool
@app.get("/floor")
def floor() -> Out:
    MongoClient(os.environ["MONGODB_URI"])[os.environ["MONGODB_DATABASE"]].users.find_one({"_id": 0})
    return Out(ok=True)
class Context: pass
event = {"version": "2.0", "rawPath": "/floor", "rawQueryString": "", "headers": {}, "requestContext":
         {"stage": "$default", "requestId": "r", "http": {"method": "GET", "path": "/floor"}}}
assert app.resolve(event, Context())["statusCode"] == 200
"""
_WRITER = """
import boto3
boto3.client("sqs").send_message(QueueUrl=os.environ["EVENTS_QUEUE_URL"], MessageBody="{}")
"""
_ASKER = """
boto3.client("dynamodb").describe_table(TableName=os.environ["CONNECTIONS_TABLE"])
boto3.client("s3").head_bucket(Bucket=os.environ["FILES_BUCKET"])
"""
_SIGNER = """
import boto3
boto3.client("s3").generate_presigned_url("get_object", Params={"Bucket": os.environ["FILES_BUCKET"], "Key": "k"})
"""
_FLOORS = {
    "reader": _READER_FLOOR,
    "writer": _READER_FLOOR + _WRITER,
    "asker": _READER_FLOOR + _WRITER + _ASKER,
    "signer": _READER_FLOOR + _SIGNER,
    "uploader": _READER_FLOOR + _WRITER + _SIGNER,
}
_END = "\nprint(time.perf_counter() - start)"

_HANDLER = """
import time; start = time.perf_counter()
import importlib, json, sys
module, event = json.loads(sys.stdin.read())
class Context:
    aws_request_id = function_name = invoked_function_arn = "x"
    memory_limit_in_mb = 512
    @staticmethod
    def get_remaining_time_in_millis():
        return 25000
answer = importlib.import_module(module).lambda_handler(event, Context())
assert answer["statusCode"] < 400, answer
"""


@dataclass(frozen=True)
class Operation:
    """``call`` gives method, path and body, made anew for each measurement. What records no event makes no SQS
    client, its ``floor`` is the reader's. ``role`` is the caller's, ``if_match`` the version that a change builds
    on."""

    module: str
    floor: str
    call: Callable[[], tuple[str, str, Any]]
    role: str = "student"
    if_match: str = ""


def run(school: School, environment: Mapping[str, str]) -> None:
    for folder in ("layers/core/python", "functions"):
        compileall.compile_dir(str(ROOT / folder), quiet=2)
    operations = _operations(school)
    missing = _http_modules() - {operation.module for operation in operations}
    if missing:
        raise RuntimeError(f"not measured: {', '.join(sorted(missing))}")
    title("Init plus first request", ["function", "floor", "ratio"])
    for operation in operations:
        floor = _FLOORS[operation.floor] + _END

        def ours(operation: Operation = operation) -> float:
            event = school.event(*operation.call(), role=operation.role, if_match=operation.if_match)
            stdin = json.dumps([operation.module, event])
            return _in_fresh_interpreter(_HANDLER + _END, environment, stdin)

        def bare(floor: str = floor) -> float:
            return _in_fresh_interpreter(floor, environment)

        name = f"{operation.call()[0]} {operation.module}"
        row(name, *side_by_side(ours, bare, _ROUNDS), goal=GOAL)


def _http_modules() -> set[str]:
    """Every file of functions/ that serves HTTP."""
    files = (ROOT / "functions").glob("*/*.py")
    return {f"{file.parent.name}.{file.stem}" for file in files if "lms.http" in file.read_text(encoding="utf-8")}


def _operations(school: School) -> list[Operation]:
    course = f"/courses/{school.course_id}"
    module, lesson = f"{course}/modules/{school.module_id}", f"{course}/lessons/{school.lesson_id}"
    of_lesson = school.call("GET", lesson)["quiz"]
    quiz, question = f"/quizzes/{of_lesson['id']}", f"/questions/{of_lesson['questions'][0]['id']}"
    items = [{"kind": "question", "question_id": each["id"]} for each in of_lesson["questions"]]
    asked = {"prompt": "?", "content": {"kind": "true_false", "answer": True}}
    gift = {"format": "gift", "content": "1 + 1? {=2 ~3}"}
    job = f"/jobs/{school.job_id}"
    learners = {"csv": f"email\n{school.email}\n"}
    imported = school.call("POST", f"{course}/enrollments/import", learners)
    learner = f"{course}/enrollments/{school.someone_enrolled()}"
    cohort = f"{course}/cohorts/{school.call('POST', f'{course}/cohorts', {'name': 'A'})['id']}"
    draft = {"title": "T", "audience": "a", "difficulty": "beginner"}
    generate = {"topic": "Python", "audience": "a", "difficulty": "beginner", "lesson_count": 1}
    of_course = {"course_id": school.course_id}
    course_to_learn, lesson_to_learn = school.learning(draft)

    def reads(name: str, path: str) -> Operation:
        return Operation(name, "reader", lambda: ("GET", path, None))

    def writes(name: str, method: str, path: str, body: Callable[[], Any] = lambda: None) -> Operation:
        return Operation(name, "writer", lambda: (method, path, body()))

    def changes_nothing(name: str, path: str, body: Any = None) -> Operation:
        """As the course stands: no event is recorded, no SQS client made."""
        return Operation(name, "reader", lambda: ("POST", path, body))

    def job_when(status: str, action: str) -> Operation:
        def call() -> tuple[str, str, Any]:
            school.mark_job(status)
            return ("POST", f"{job}/{action}", None)

        return Operation(f"ai.{action}_job", "writer", call)

    return [
        reads("gateway.health", "/health"),
        Operation("gateway.service_health", "asker", lambda: ("GET", "/health/services", None)),
        reads("gateway.portal", "/openapi.json"),
        writes("auth.register", "POST", "/auth/register", school.newcomer),
        writes("auth.login", "POST", "/auth/login", lambda: {"email": school.email, "password": PASSWORD}),
        Operation("auth.refresh", "reader", lambda: ("POST", "/auth/refresh", school.someones_refresh_token())),
        writes("auth.logout", "POST", "/auth/logout", school.someones_refresh_token),
        reads("auth.me", "/auth/me"),
        Operation("auth.users", "reader", lambda: ("GET", "/users", None), "admin"),
        Operation("auth.user_role", "writer", school.another_role, "admin"),
        writes(
            "auth.invitations",
            "POST",
            "/invitations",
            lambda: {"course_id": school.course_id, "role": "learner"},
        ),
        reads("auth.invitation", f"/invitations/{school.someones_invitation(draft)}"),
        Operation(
            "auth.accept_invitation",
            "writer",
            lambda: ("POST", f"/invitations/{school.someones_invitation(draft)}/accept", None),
        ),
        reads("courses.courses", "/courses"),
        writes("courses.courses", "POST", "/courses", lambda: draft),
        reads("courses.course", course),
        writes("courses.course", "PATCH", course, lambda: {"description": "Changed"}),
        reads("courses.enrollments", f"{course}/enrollments"),
        writes("courses.enrollments", "POST", f"{course}/enrollments", school.someone_to_enroll),
        writes("courses.enrollment", "PATCH", learner, school.another_time_factor),
        writes("courses.import_enrollments", "POST", f"{course}/enrollments/import", lambda: learners),
        reads("courses.enrollment_import", f"{course}/enrollments/import/{imported['job_id']}"),
        reads("courses.people", f"{course}/people"),
        reads("courses.cohorts", f"{course}/cohorts"),
        writes("courses.cohorts", "POST", f"{course}/cohorts", lambda: {"name": str(ObjectId())}),
        writes("courses.cohort", "PATCH", cohort, lambda: {"name": str(ObjectId())}),
        reads("courses.outline", f"{course}/outline"),
        reads("courses.enrollment_policy", f"{course}/enrollment-policy"),
        writes("courses.enrollment_policy", "PUT", f"{course}/enrollment-policy", lambda: {"mode": "open"}),
        writes("courses.modules", "POST", f"{course}/modules", lambda: {"title": "M"}),
        writes("courses.module", "PATCH", module, lambda: {"title": "M"}),
        writes(
            "courses.lessons",
            "POST",
            f"{course}/lessons",
            lambda: {"module_id": school.module_id, "title": "L"},
        ),
        reads("courses.lesson", lesson),
        writes("courses.lesson", "PATCH", lesson, lambda: {"minutes": 5}),
        reads("courses.quizzes", f"{course}/quizzes"),
        writes("courses.quizzes", "POST", f"{course}/quizzes", lambda: {"title": "Q"}),
        reads("courses.quiz", quiz),
        writes("courses.quiz", "PATCH", quiz, lambda: {"attempts": 3}),
        writes("courses.quiz_items", "PUT", f"{quiz}/items", lambda: {"items": items}),
        reads("courses.quiz_overrides", f"{quiz}/overrides"),
        writes("courses.quiz_overrides", "PUT", f"{quiz}/overrides", lambda: {"overrides": []}),
        reads("courses.questions", f"{course}/questions"),
        writes("courses.questions", "POST", f"{course}/questions", lambda: asked),
        reads("courses.question", question),
        writes("courses.question", "PATCH", question, lambda: {"points": 2}),
        writes("courses.import_questions", "POST", f"{course}/questions/import", lambda: gift),
        reads("courses.export_questions", f"{course}/questions/export?format=gift"),
        reads("courses.lesson_versions", f"{lesson}/versions"),
        writes("courses.restore_lesson_version", "POST", f"{lesson}/versions/1/restore"),
        changes_nothing("courses.review_lesson", f"{lesson}/review"),
        Operation(
            "courses.lesson_progress", "reader", lambda: ("PUT", f"{lesson_to_learn}/progress", {"seconds": 30})
        ),
        reads("courses.progress", f"{course_to_learn}/progress"),
        reads("courses.my_courses", "/users/me/courses"),
        reads("courses.agenda", "/users/me/agenda"),
        reads("courses.learners_progress", f"{course}/learners/progress"),
        reads("courses.learner_progress", f"{course}/progress/{school.a_learner()}"),
        changes_nothing("courses.publish_course", f"{course}/publish", {"dry_run": True}),
        changes_nothing("courses.unpublish_course", f"{course}/unpublish"),
        changes_nothing("courses.transfer_course", f"{course}/transfer", {"user_id": school.user_id}),
        changes_nothing("courses.restore_course", f"{course}/restore"),
        writes("courses.duplicate_course", "POST", f"{course}/duplicate"),
        *_assessments(school, draft),
        *_assignments(school),
        *_submissions(school, draft),
        reads("ai.jobs", "/jobs"),
        reads("ai.job", job),
        job_when("cancelled", "retry"),
        job_when("running", "cancel"),
        writes("ai.generate_course", "POST", "/ai/generate-course", lambda: generate),
        writes("ai.enhance_content", "POST", "/ai/enhance-content", school.shortening),
        writes("ai.generate_quiz", "POST", "/ai/generate-quiz", school.questioning),
        Operation("ai.apply_job", "writer", school.proposed_refusal),
        writes("ai.analyze_performance", "POST", "/ai/analyze-performance", lambda: of_course),
        changes_nothing("ai.ask", "/ai/ask", {**of_course, "question": "What is a variable?"}),
        changes_nothing("ai.estimate", "/ai/estimate", {"task": "generate_course", "request": generate}),
        reads("ai.usage", "/ai/usage"),
        Operation("ai.budgets", "reader", lambda: ("GET", "/ai/budgets", None), "admin"),
        writes("notifications.ticket", "POST", "/notifications/ticket"),
        *_files(school),
    ]


def _files(school: School) -> list[Operation]:
    kept, waiting = files.kept(school), files.begun(school)
    return [
        Operation("files.files", "reader", lambda: ("GET", "/files", None)),
        Operation("files.files", "uploader", lambda: ("POST", "/files", files.described())),
        Operation("files.file", "reader", lambda: ("GET", kept, None)),
        Operation("files.file", "uploader", lambda: ("DELETE", files.begun(school), None)),
        Operation("files.file_parts", "signer", lambda: ("GET", f"{waiting}/parts", None)),
        Operation("files.complete_file", "reader", lambda: ("POST", f"{kept}/complete", None)),
        Operation("files.download_file", "signer", lambda: ("GET", f"{kept}/download", None)),
        Operation("files.files_usage", "reader", lambda: ("GET", "/files/usage", None)),
    ]


def _assessments(school: School, draft: Mapping[str, str]) -> list[Operation]:
    taken, graded = school.exam_to_take(draft), school.exam_to_grade(draft)
    corrections = itertools.cycle(["drop", "full_credit"])

    def start() -> tuple[str, str, Any]:
        taken.handed_in()
        return "POST", f"{taken.quiz}/attempts", {}

    def save() -> tuple[str, str, Any]:
        body = {"client_id": str(ObjectId()), "seq": 1, "answers": {"1": True}}
        return "PUT", f"{taken.running()}/answers", body

    def grade() -> tuple[str, str, Any]:
        return "POST", f"{graded.handed_in()}/grade", {"items": [{"item_id": "1", "points": 0.5}], "why": "W"}

    def suggested() -> tuple[str, str, Any]:
        path = graded.handed_in()
        school.suggest_essay(path.rpartition("/")[2])
        return "GET", f"{path}/ai-grade", None

    def regrade() -> tuple[str, str, Any]:
        graded.handed_in()
        return "POST", f"{graded.question}/regrade", {"action": next(corrections)}

    def release() -> tuple[str, str, Any]:
        quiz = school.call("POST", f"/courses/{school.course_id}/quizzes", {"title": "B", "blind": True})
        return "POST", f"/quizzes/{quiz['id']}/release", None

    attempt = graded.handed_in()
    return [
        Operation("assessments.attempts", "writer", start),
        Operation("assessments.attempt", "reader", lambda: ("GET", attempt, None)),
        Operation("assessments.answers", "reader", save),
        Operation("assessments.submit_attempt", "writer", lambda: ("POST", f"{taken.running()}/submit", None)),
        Operation("assessments.grade_attempt", "writer", grade, if_match='"2"'),
        Operation("assessments.ai_grade_attempt", "reader", suggested),
        Operation(
            "assessments.extend_attempt", "writer", lambda: ("POST", f"{graded.running()}/extend", {"minutes": 1})
        ),
        Operation("assessments.reopen_attempt", "writer", lambda: ("POST", f"{graded.handed_in()}/reopen", {})),
        Operation("assessments.release_quiz", "writer", release),
        Operation("assessments.preview_quiz", "reader", lambda: ("POST", f"{graded.quiz}/preview", None)),
        Operation("assessments.live_quiz", "reader", lambda: ("GET", f"{graded.quiz}/live", None)),
        Operation("assessments.quiz_analysis", "reader", lambda: ("GET", f"{graded.quiz}/analysis", None)),
        Operation("assessments.regrade", "writer", regrade),
    ]


def _assignments(school: School) -> list[Operation]:
    course = f"/courses/{school.course_id}"
    levels = [{"title": title, "points": points} for title, points in (("Good", 4), ("Poor", 0))]
    rubric = {"title": "R", "criteria": [{"title": "C", "levels": levels}]}
    kept = school.call("POST", f"{course}/rubrics", rubric)["id"]
    work = {"title": "A", "rubric_id": kept}
    assignment = f"/assignments/{school.call('POST', f'{course}/assignments', work)['id']}"
    groups = {"sets": [{"name": "S", "groups": [{"name": "G"}]}]}
    bands = {"bands": [{"label": "Pass", "least": 50}, {"label": "Fail", "least": 0}]}
    sheet = {"csv": f"id\n{school.a_learner()}"}

    def another_course() -> str:
        draft = {"title": "T", "audience": "a", "difficulty": "beginner"}
        return f"/courses/{school.call('POST', '/courses', draft)['id']}"

    def scheme() -> tuple[str, str, Any]:
        return "PUT", f"{another_course()}/grading-scheme", bands

    def freeze() -> tuple[str, str, Any]:
        return "POST", f"{another_course()}/gradebook/freeze", {}

    def resolve() -> tuple[str, str, Any]:
        appeal = school.appeal_to_resolve(assignment.removeprefix("/assignments/"))
        return "POST", f"/appeals/{appeal}/resolve", {"answer": "So it does."}

    return [
        Operation("assessments.rubrics", "writer", lambda: ("POST", f"{course}/rubrics", rubric)),
        Operation("assessments.rubric", "reader", lambda: ("GET", f"/rubrics/{kept}", None)),
        Operation("assessments.assignments", "reader", lambda: ("GET", f"{course}/assignments", None)),
        Operation("assessments.assignments", "writer", lambda: ("POST", f"{course}/assignments", work)),
        Operation("assessments.assignment", "reader", lambda: ("GET", assignment, None)),
        Operation("assessments.assignment", "writer", lambda: ("PATCH", assignment, {"title": "B"})),
        Operation("assessments.assignment_overrides", "reader", lambda: ("GET", f"{assignment}/overrides", None)),
        Operation("assessments.similarity", "reader", lambda: ("GET", f"{assignment}/similarity", None)),
        Operation("assessments.groups", "writer", lambda: ("PUT", f"{course}/groups", groups)),
        Operation("assessments.gradebook", "reader", lambda: ("GET", f"{course}/gradebook", None)),
        Operation("assessments.gradebook_export", "reader", lambda: ("GET", f"{course}/gradebook/export", None)),
        Operation("assessments.gradebook_import", "reader", lambda: ("POST", f"{course}/gradebook/import", sheet)),
        Operation("assessments.gradebook_freeze", "writer", freeze),
        Operation("assessments.grading_scheme", "writer", scheme, if_match='"0"'),
        Operation("assessments.grades", "reader", lambda: ("GET", f"{assignment}/grades", None)),
        Operation("assessments.assignment_analysis", "reader", lambda: ("GET", f"{assignment}/analysis", None)),
        Operation("assessments.release_grades", "writer", lambda: ("POST", f"{assignment}/release", {})),
        Operation("assessments.my_grades", "reader", lambda: ("GET", "/users/me/grades", None)),
        Operation("assessments.my_reviews", "reader", lambda: ("GET", "/users/me/reviews", None)),
        Operation("assessments.grading_queue", "reader", lambda: ("GET", "/users/me/grading-queue", None)),
        Operation("assessments.appeals", "reader", lambda: ("GET", f"{course}/appeals", None)),
        Operation("assessments.resolve_appeal", "writer", resolve, if_match='"1"'),
    ]


def _submissions(school: School, draft: Mapping[str, str]) -> list[Operation]:
    assignment = school.assignment_to_take(draft)
    numbers = itertools.count(1)

    def save() -> tuple[str, str, Any]:
        return "PUT", f"{assignment}/draft", {"client_id": str(ObjectId()), "seq": 1, "text": "Leaves turn light."}

    def submit() -> tuple[str, str, Any]:
        return "POST", f"{assignment}/submissions", {"text": f"Leaves turn light, {next(numbers)} times."}

    _, path, body = submit()
    made = school.call("POST", path, body)
    submission, grade = f"/submissions/{made['id']}", f"{assignment}/grades/{made['user_id']}"

    def review() -> tuple[str, str, Any]:
        return "PUT", f"/reviews/{school.review_to_do(made['id'])}", {"comment": "Well told."}

    def appeal() -> tuple[str, str, Any]:
        school.grade_to_appeal(made["id"])
        return "POST", f"{submission}/appeal", {"wants": "person"}

    def suggested() -> tuple[str, str, Any]:
        school.suggest(made["id"])
        return "GET", f"{submission}/ai-grade", None

    def all_suggested() -> tuple[str, str, Any]:
        school.suggest(made["id"])
        return "POST", f"{assignment}/ai-grade", None

    return [
        Operation("assessments.draft", "reader", save),
        Operation("assessments.submissions", "writer", submit),
        Operation("assessments.submission", "reader", lambda: ("GET", submission, None)),
        Operation("assessments.submission_texts", "reader", lambda: ("GET", f"{submission}/texts", None)),
        Operation("assessments.submission_reviews", "reader", lambda: ("GET", f"{submission}/reviews", None)),
        Operation("assessments.review", "writer", review, if_match='"1"'),
        Operation("assessments.appeal", "writer", appeal),
        Operation(
            "assessments.submission_similarity",
            "reader",
            lambda: ("GET", f"{submission}/similarity", None),
            role="admin",
        ),
        Operation("assessments.grade", "reader", lambda: ("GET", grade, None)),
        Operation("assessments.ai_grade", "reader", suggested, role="admin"),
        Operation("assessments.ai_grade_all", "writer", all_suggested, role="admin"),
    ]


def _in_fresh_interpreter(code: str, environment: Mapping[str, str], stdin: str = "") -> float:
    paths = os.pathsep.join([str(ROOT / "layers/core/python"), str(ROOT / "functions")])
    ended = subprocess.run(
        [_PYTHON, "-c", code],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment, "PYTHONPATH": paths},
    )
    if ended.returncode:
        raise RuntimeError(ended.stderr[-2_000:])
    return float(ended.stdout.splitlines()[-1])
