"""What the HTTP edge makes of bodies that are large, deep or wrong, whichever endpoint they go to."""

import json
import traceback

import pytest
from pydantic import ValidationError

from tests.people import Answer, Api

LAMBDAS_ANSWER = 6 * 1024 * 1024
SECRET = "what nobody may read in a log"


def register(api: Api, body: str) -> Answer:
    return api.anonymous.post("/auth/register", raw=body)


def pointers(answer: Answer) -> list[str]:
    return [row["pointer"] for row in answer.json["errors"]]


def test_a_body_that_is_wrong_all_over_gets_an_answer_that_lambda_can_send(api: Api):
    body = json.dumps({f"a{number}": 0 for number in range(200_000)})
    answer = register(api, body)
    assert (answer.status, answer.json["code"]) == (422, "INVALID")
    assert len(answer.json["errors"]) <= 100


def test_at_most_a_hundred_errors_are_named(api: Api):
    person = api.person()
    course = person.post("/courses", {"title": "T", "audience": "a", "difficulty": "beginner"}).json["id"]
    modules = [{"id": "x", "lessons": [{}] * 500}] * 100
    answer = person.put(f"/courses/{course}/outline", {"modules": modules})
    assert (answer.status, len(answer.json["errors"])) == (422, 100)
    assert pointers(answer)[:2] == ["/modules/0/id", "/modules/0/lessons/0/id"]


def test_a_pointer_does_not_repeat_a_name_of_megabytes(api: Api):
    """Each slash takes two characters in a pointer."""
    for body in (json.dumps({"/" * 4_000_000: 0}), json.dumps({"/" * 4_000_000: "\u0000"})):
        answer = register(api, body)
        assert answer.status == 422
        assert len(answer.body) < LAMBDAS_ANSWER / 100


@pytest.mark.parametrize("text", ["x", "\u0000", "\ud800"])
@pytest.mark.parametrize("depth", [40, 900, 1_000, 2_000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_deep_body_is_refused(api: Api, opening: str, closing: str, depth: int, text: str):
    answer = register(api, f'{{"name": {opening * depth}{json.dumps(text)}{closing * depth}}}')
    assert (answer.status, answer.json["code"]) == (400, "MALFORMED_BODY")


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_value_of_some_depth_is_merely_wrong(api: Api, opening: str, closing: str):
    answer = register(api, f'{{"name": {opening * 20}"x"{closing * 20}}}')
    assert (answer.status, "/name" in pointers(answer)) == (422, True)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "a\u0000b"}, "/name"),
        ({"name": ["x", {"a/b": "\ud800"}]}, "/name/1/a~1b"),
        ({"name": {"\u0000": 1}}, "/name"),
        ({"\udfff": 1}, ""),
        ({"name": [0] * 100 + [{"deep": ["\u0000"]}]}, "/name/100/deep/0"),
    ],
)
def test_what_cannot_be_stored_is_named(api: Api, body: object, pointer: str):
    answer = register(api, json.dumps(body))
    assert (answer.status, pointers(answer)) == (422, [pointer])


def test_characters_beyond_the_first_plane_are_no_half_pairs(api: Api):
    """JSON writes them as two halves."""
    answer = register(api, json.dumps({"name": "\U0001f40d", "email": "no address", "password": "p"}))
    assert (answer.status, "/name" in pointers(answer)) == (422, False)


def test_an_error_in_the_log_quotes_no_row_of_the_database():
    from lms.auth.models import User

    with pytest.raises(ValidationError) as caught:
        User.model_validate({"_id": "0" * 24, "email": [SECRET], "name": {"first": SECRET}, "role": SECRET})
    assert caught.value.error_count() > 1
    assert SECRET not in str(caught.value)


def test_an_error_in_the_log_quotes_no_request():
    from lms.auth.models import Credentials

    with pytest.raises(ValidationError) as caught:
        Credentials.model_validate({"email": SECRET, "password": [SECRET]})
    assert SECRET not in str(caught.value)


def test_an_error_in_the_log_quotes_no_key():
    from lms import config

    ring = {"current": "k1", "keys": {"k1": "short secret"}}
    for wrong in (
        {"JWT_KEYS": json.dumps(ring)},
        {"JWT_KEYS": '{"current": "k1", "keys": {"k1": "short secret"'},
        {"JWT_KEYS": '["short secret"]'},
        {"BCRYPT_COST": "short secret"},
    ):
        with pytest.raises(ValueError, match=next(iter(wrong))) as caught:
            config.read(wrong)
        told = "".join(traceback.format_exception(caught.value))
        assert "short secret" not in told


def test_settings_show_no_secret_of_theirs():
    from lms import config

    ring = {"current": "k1", "keys": {"k1": "a long secret of a key, 32 bytes"}}
    read = config.read({"JWT_KEYS": json.dumps(ring), "MONGODB_URI": "mongodb://user:secret@example.org"})
    assert "secret" not in f"{read}{read!r}{read.jwt_keys!r}"


@pytest.mark.parametrize("given", ["3", "17", "-4", "4.0", "４", "twelve", " 12", "1" * 10])
def test_a_number_out_of_its_bounds_is_refused_by_its_name(given: str):
    from lms import config

    with pytest.raises(ValueError, match="BCRYPT_COST must be a whole number from 4 to 16"):
        config.read({"BCRYPT_COST": given})


def test_what_is_absent_or_empty_has_its_default():
    from lms import config

    assert config.read({"BCRYPT_COST": "", "JWT_KEYS": "", "HOME": "/"}) == config.Settings()
    assert config.read({"BCRYPT_COST": "4", "API_URL": "x"}) == config.Settings(bcrypt_cost=4, api_url="x")
