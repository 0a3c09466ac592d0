"""Init plus first request of every HTTP function, in a fresh interpreter each time, bytecode compiled.

The floor for reading operations is importing pymongo and Powertools' validating resolver and making one query;
for writing ones the same plus an SQS client. Goal: at most 1.15×.
"""

import compileall
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from benchmarks.rows import interleaved, row, title
from benchmarks.school import PASSWORD, School
from infra.local.stack import ROOT

GOAL = 1.15
_ROUNDS = 7

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


def run(school: School, environment: Mapping[str, str]) -> None:
    for folder in ("layers/core/python", "functions"):
        compileall.compile_dir(str(ROOT / folder), quiet=2)
    title("Init plus first request", ["function", "floor", "ratio"])
    for module, method, path, body in _calls(school):
        floor = _READER_FLOOR + (_WRITER if method != "GET" else "") + _END
        event = school.event(method, path, body)

        def ours(module: str = module, event: dict[str, Any] = event) -> float:
            return _in_fresh_interpreter(_HANDLER + _END, environment, json.dumps([module, event]))

        def bare(floor: str = floor) -> float:
            return _in_fresh_interpreter(floor, environment)

        row(f"{method} {module}", *interleaved(ours, bare, _ROUNDS), GOAL)


def _calls(school: School) -> list[tuple[str, str, str, Any]]:
    """Module, method, path and body of an operation of each HTTP function; all may be repeated."""
    course = f"/courses/{school.course_id}"
    draft = {"title": "T", "audience": "a", "difficulty": "beginner"}
    generate = {**draft, "topic": "Python", "lesson_count": 1}
    generate.pop("title")
    return [
        ("gateway.health", "GET", "/health", None),
        ("gateway.portal", "GET", "/openapi.json", None),
        ("auth.me", "GET", "/auth/me", None),
        ("auth.login", "POST", "/auth/login", {"email": school.email, "password": PASSWORD}),
        ("courses.courses", "GET", "/courses", None),
        ("courses.courses", "POST", "/courses", draft),
        ("courses.course", "GET", course, None),
        ("courses.course", "PATCH", course, {"description": "Changed"}),
        ("courses.outline", "GET", f"{course}/outline", None),
        ("courses.modules", "POST", f"{course}/modules", {"title": "M"}),
        ("courses.module", "PATCH", f"{course}/modules/{school.module_id}", {"title": "M"}),
        ("courses.lessons", "POST", f"{course}/lessons", {"module_id": school.module_id, "title": "L"}),
        ("courses.lesson", "GET", f"{course}/lessons/{school.lesson_id}", None),
        ("courses.lesson", "PATCH", f"{course}/lessons/{school.lesson_id}", {"minutes": 5}),
        ("ai.jobs", "GET", "/jobs", None),
        ("ai.job", "GET", f"/jobs/{school.job_id}", None),
        ("ai.generate_course", "POST", "/ai/generate-course", generate),
        ("notifications.ticket", "POST", "/notifications/ticket", None),
    ]


def _in_fresh_interpreter(code: str, environment: Mapping[str, str], stdin: str = "") -> float:
    paths = os.pathsep.join([str(ROOT / "layers/core/python"), str(ROOT / "functions")])
    ended = subprocess.run(
        [sys.executable, "-c", code],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment, "PYTHONPATH": paths},
    )
    if ended.returncode:
        raise RuntimeError(ended.stderr[-2_000:])
    return float(ended.stdout.splitlines()[-1])
