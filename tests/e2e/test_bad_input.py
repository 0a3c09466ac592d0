"""What a hostile or broken client may send: each the right 4xx problem, and nothing stored."""

import json

import pymongo
import pytest

from infra.local.stack import Stack
from tests.generated_course import REQUEST
from tests.people import PASSWORD, Answer, Api, Person

COURSE = {"title": "T", "audience": "a", "difficulty": "beginner"}
COLLECTIONS = """users sessions courses lessons quizzes questions jobs job_steps sources events audit_log
idempotency_answers""".split()


@pytest.fixture(scope="module")
def person(stack_api: Api) -> Person:
    return stack_api.person()


@pytest.fixture
def stored(stack: Stack, person: Person):
    """Fails the test where the database holds anything new afterwards."""
    with pymongo.MongoClient(stack.database_uri) as client:
        database = client[stack.database_name]

        def counts() -> dict[str, int]:
            return {name: database[name].count_documents({}) for name in COLLECTIONS}

        before = counts()
        yield
        assert counts() == before


BODIES = {
    "invalid JSON": (b'{"title": ', 400),
    "a 5,000-digit int": (b'{"title":"T","audience":"a","difficulty":' + b"1" * 5000 + b"}", 400),
    "JSON 100,000 deep": (b'{"title":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    "not UTF-8": (b'{"title":"\xff\xfe","audience":"a","difficulty":"beginner"}', 400),
    "NaN": (b'{"title":NaN,"audience":"a","difficulty":"beginner"}', 400),
    "an array for an object": (b'[{"title":"T","audience":"a","difficulty":"beginner"}]', 422),
    "a bare string": (b'"title"', 422),
    "null": (b"null", 422),
    "nothing": (b"", 422),
    "NUL": (b'{"title":"a\\u0000b","audience":"a","difficulty":"beginner"}', 422),
    "half a surrogate pair": (b'{"title":"\\ud800","audience":"a","difficulty":"beginner"}', 422),
    "an operator": (b'{"title":{"$gt":""},"audience":"a","difficulty":"beginner"}', 422),
    "an unknown field": (b'{"title":"T","audience":"a","difficulty":"beginner","admin":true}', 422),
    "a wrong type": (b'{"title":5,"audience":"a","difficulty":"beginner"}', 422),
    "an unknown choice": (b'{"title":"T","audience":"a","difficulty":"impossible"}', 422),
    "a line break": (b'{"title":"a\\nb","audience":"a","difficulty":"beginner"}', 422),
    "an escape sequence": (b'{"title":"T","audience":"\\u001b[2J","difficulty":"beginner"}', 422),
    "blank": (b'{"title":"   ","audience":"a","difficulty":"beginner"}', 422),
    "null for a string": (b'{"title":null,"audience":"a","difficulty":"beginner"}', 422),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies(person: Person, stored: None, name: str):
    body, status = BODIES[name]
    check_problem(person.post("/courses", raw=body), status)


def check_problem(answer: Answer, status: int) -> None:
    assert answer.status == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert {"type", "title", "status", "detail", "code", "request_id"} <= set(problem)
    assert problem["status"] == status
    if status == 422:
        assert problem["errors"], "says which field"


FIELDS = {
    "register": ("email", {"email": "new@example.org", "name": "N", "password": PASSWORD}),
    "login": ("email", {"email": "new@example.org", "password": PASSWORD}),
    "refresh": ("refresh_token", {"refresh_token": "x"}),
    "lesson": ("title", {"title": "L", "minutes": 5}),
}
"""By call: the field that takes the hostile value, and a body that is well formed."""

VALUES = {
    "an operator": (b'{"$gt":""}', 422),
    "a regular expression": (b'{"$regex":".*"}', 422),
    "an array": (b'["new@example.org"]', 422),
    "NUL": (b'"new\\u0000@example.org"', 422),
    "half a surrogate pair": (b'"\\ud800@example.org"', 422),
    "a line break": (b'"a\\nb@example.org"', 422),
    "null": (b"null", 422),
    "a number": (b"5", 422),
    "blank": (b'"  "', 422),
    "100,000 letters": (b'"' + b"x" * 100_000 + b'"', 422),
    "a 5,000-digit int": (b"1" * 5000, 400),
    "NaN": (b"NaN", 400),
    "JSON 100,000 deep": (b"[" * 100_000 + b"]" * 100_000, 400),
    "not UTF-8": (b'"\xff\xfe@example.org"', 400),
}


class Calls:
    """The calls of ``FIELDS`` with any body; the lesson's on a lesson that is there."""

    def __init__(self, person: Person) -> None:
        course = person.post("/courses", COURSE).json
        module = person.post(f"/courses/{course['id']}/modules", {"title": "M"}).json
        draft = {"module_id": module["id"], "title": "L"}
        lesson = person.post(f"/courses/{course['id']}/lessons", draft).json
        self.person = person
        self.lesson_path = f"/courses/{course['id']}/lessons/{lesson['id']}"
        self.lesson = self.shown()

    def shown(self) -> object:
        return self.person.get(self.lesson_path).json

    def send(self, name: str, raw: bytes) -> Answer:
        if name == "lesson":
            return self.person.patch(self.lesson_path, raw=raw)
        return self.person.post(f"/auth/{name}", raw=raw)


@pytest.fixture(scope="module")
def calls(person: Person) -> Calls:
    return Calls(person)


def with_value(name: str, value: bytes, field: str = "") -> bytes:
    usual, body = FIELDS[name]
    return json.dumps({**body, (field or usual): "HERE"}).encode().replace(b'"HERE"', value)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", FIELDS)
def test_hostile_values(calls: Calls, stored: None, name: str, value: str):
    raw, status = VALUES[value]
    # A refresh token is any short text: one that is not genuine is a 401 like every other.
    if name == "refresh" and value in ("a line break", "blank"):
        status = 401
    check_problem(calls.send(name, with_value(name, raw)), status)
    assert calls.shown() == calls.lesson


@pytest.mark.parametrize("value", [value for value in VALUES if value not in ("a line break", "blank")])
@pytest.mark.parametrize("name", ["register", "login"])
def test_hostile_passwords(calls: Calls, stored: None, name: str, value: str):
    raw, status = VALUES[value]
    check_problem(calls.send(name, with_value(name, raw, "password")), status)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b"[{}]", 422),
        (b"{}", 422),
        (b'{"$where":"1"}', 422),
        (b'{"role":"admin"}', 422),
        (b"{", 400),
        (b"\xff", 400),
    ],
)
@pytest.mark.parametrize("name", FIELDS)
def test_hostile_shapes(calls: Calls, stored: None, name: str, body: bytes, status: int):
    check_problem(calls.send(name, body), status)
    assert calls.shown() == calls.lesson


def test_nobody_makes_themselves_an_admin(calls: Calls, stored: None):
    check_problem(calls.send("register", json.dumps({**FIELDS["register"][1], "role": "admin"}).encode()), 422)


def test_a_body_whose_content_type_makes_it_base64(person: Person, stored: None):
    answer = person.post("/courses", raw=b"\x00\x01\xff", headers={"content-type": "application/octet-stream"})
    assert (answer.status, answer.json["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_bad_base64_from_the_gateway_is_a_400(api: Api):
    """No client can cause it over HTTP: the event itself is broken."""
    from lms.http import lambda_handler
    from tests.conftest import LambdaContext

    event = {
        "version": "2.0",
        "rawPath": "/auth/login",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "stage": "$default",
            "requestId": "r",
            "http": {"method": "POST", "path": "/auth/login", "sourceIp": "127.0.0.1"},
        },
        "body": "%%%not base64%%%",
        "isBase64Encoded": True,
    }
    answer = lambda_handler(event, LambdaContext())
    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["code"] == "MALFORMED_BODY"


def test_11_mb_is_refused_by_the_gateway(person: Person, stored: None):
    answer = person.post("/courses", raw=b'{"title":"' + b"x" * 11_000_000 + b'"}')
    assert (answer.status, set(answer.json)) == (413, {"message"})


@pytest.mark.parametrize("lesson_count", [0, 31, -1, 1.5, True, "15", None, 10**30, {"$gt": 0}, [15]])
def test_lesson_counts(person: Person, stored: None, lesson_count: object):
    answer = person.post("/ai/generate-course", {**REQUEST, "lesson_count": lesson_count})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "/lesson_count"


UNKNOWN = [
    "0" * 24,
    "x",
    "5",
    "a" * 25,
    "%24gt",
    "%00",
    "0" * 24 + "%0A",
    "..%2f..%2fetc",
    "%7B%22%24gt%22%3A%22%22%7D",
]


@pytest.mark.parametrize("id", UNKNOWN)
@pytest.mark.parametrize("path", ["/courses/{}", "/courses/{}/outline", "/jobs/{}", "/courses/{}/lessons/{}"])
def test_unknown_ids_are_404(person: Person, stored: None, path: str, id: str):
    answer = person.get(path.replace("{}", id))
    assert answer.status == 404, answer.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"title": "Mine now"}),
        ("DELETE", "", None),
        ("GET", "/outline", None),
        ("PUT", "/outline", {"modules": []}),
        ("POST", "/modules", {"title": "M"}),
        ("POST", "/lessons", {"module_id": "0" * 24, "title": "L"}),
    ],
)
def test_others_drafts_are_404(stack_api: Api, person: Person, method: str, path: str, body: object):
    course = person.post("/courses", COURSE).json
    other = stack_api.person()
    assert other.call(method, f"/courses/{course['id']}{path}", body).status == 404
    assert person.get(f"/courses/{course['id']}").json == course


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=1e9", "cursor=%ff", "cursor=eyJ9", "limit=%00"]
)
@pytest.mark.parametrize("path", ["/courses", "/jobs"])
def test_list_parameters(person: Person, stored: None, path: str, query: str):
    answer = person.get(f"{path}?{query}")
    assert answer.status == 422, answer.text
    assert answer.json["errors"][0]["pointer"].startswith("?")


def test_no_token_is_the_gateways_own_401(stack_api: Api, stored: None):
    answer = stack_api.anonymous.post("/courses", COURSE)
    assert (answer.status, answer.json) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize("authorization", ["Bearer x", "Basic dXNlcjpwYXNz", "Bearer", "Bearer a.b.c"])
def test_bad_tokens_are_401_problems(stack_api: Api, stored: None, authorization: str):
    answer = stack_api.anonymous.post("/courses", COURSE, headers={"authorization": authorization})
    assert (answer.status, answer.json["code"]) == (401, "TOKEN_INVALID")


def test_an_expired_token_is_refused_although_the_gateway_has_its_answer_cached(stack: Stack, stack_api: Api):
    person = stack_api.person()
    stack.clock.advance(14 * 60)
    try:
        assert person.get("/auth/me").status == 200, "the authorizer's answer is now cached for five minutes"
        stack.clock.advance(2 * 60)
        late = person.get("/auth/me")
        assert (late.status, late.json["code"]) == (401, "TOKEN_EXPIRED")
    finally:
        stack.clock.advance(-16 * 60)


def test_an_alg_none_token_is_refused(stack_api: Api):
    import jwt

    person = stack_api.person()
    claims = jwt.decode(person.access_token, options={"verify_signature": False})
    kid = jwt.get_unverified_header(person.access_token)["kid"]
    head, body, signature = person.access_token.split(".")
    for token in (
        jwt.encode(claims, None, algorithm="none", headers={"kid": kid}),
        jwt.encode({**claims, "role": "admin"}, "k" * 32, algorithm="HS256", headers={"kid": kid}),
        f"{head}.{body[:-3]}AAA.{signature}",
    ):
        person.access_token = token
        assert person.get("/auth/me").status == 401
