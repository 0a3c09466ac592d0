"""The contract grows by addition only: against the last tag, and each kind of break by itself."""

import copy
import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from infra.contract import ROOT
from infra.contract.__main__ import OPENAPI
from infra.contract.compatibility import breaking_changes

Json = dict[str, Any]

CONTRACT: Json = {
    "paths": {
        "/courses": {
            "get": {
                "security": [],
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}}],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}}
                },
            },
            "post": {
                "security": [],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/New"}}},
                },
                "responses": {
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Course"}}}}
                },
            },
        }
    },
    "components": {
        "schemas": {
            "New": {
                "type": "object",
                "additionalProperties": False,
                "required": ["title"],
                "properties": {
                    "title": {"type": "string", "maxLength": 200},
                    "difficulty": {"type": "string", "enum": ["beginner", "advanced"]},
                    "tags": {"type": "array", "items": {"type": "string", "maxLength": 20}},
                },
            },
            "Course": {
                "type": "object",
                "required": ["id", "title"],
                "properties": {
                    "id": {"type": "string"},
                    "title": {"type": "string"},
                    "parent": {"anyOf": [{"$ref": "#/components/schemas/Course"}, {"type": "null"}]},
                },
            },
            "Page": {
                "type": "object",
                "required": ["items"],
                "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Course"}}},
            },
        }
    },
}


def changed(change: Callable[[Json, Json, Json], object]) -> list[str]:
    """What breaks when ``change`` is made to the collection's path, the request schema and the response schema."""
    new = copy.deepcopy(CONTRACT)
    schemas = new["components"]["schemas"]
    change(new["paths"]["/courses"], schemas["New"], schemas["Course"])
    return breaking_changes(CONTRACT, new)


BREAKS: dict[str, Callable[[Json, Json, Json], object]] = {
    "is gone": lambda path, new, course: path.pop("get"),
    "needs a token now": lambda path, new, course: path["get"].update(security=[{"bearer": []}]),
    "parameter limit in query is gone": lambda path, new, course: path["get"].pop("parameters"),
    "parameter limit in query is required now": lambda path, new, course: path["get"]["parameters"][0].update(
        required=True
    ),
    "parameter limit in query has a lower maximum": lambda path, new, course: path["get"]["parameters"][0][
        "schema"
    ].update(maximum=50),
    "a body is required now": lambda path, new, course: path["get"].update(requestBody={"required": True}),
    "takes no body any more": lambda path, new, course: path["post"].pop("requestBody"),
    "does not answer 201 any more": lambda path, new, course: path["post"]["responses"].pop("201"),
    "201 has no body any more": lambda path, new, course: path["post"]["responses"]["201"].pop("content"),
    "body/audience is required now": lambda path, new, course: new["required"].append("audience"),
    "body/tags is refused now": lambda path, new, course: new["properties"].pop("tags"),
    "body/title has a lower maxLength": lambda path, new, course: new["properties"]["title"].update(maxLength=9),
    "body/title has a higher minLength": lambda path, new, course: new["properties"]["title"].update(minLength=9),
    "body/title: string against integer": lambda path, new, course: new["properties"]["title"].update(
        type="integer"
    ),
    "body/title takes fewer values": lambda path, new, course: new["properties"]["title"].update(enum=["a"]),
    "body/difficulty takes fewer values": lambda path, new, course: new["properties"]["difficulty"].update(
        enum=["beginner"]
    ),
    "body/tags/* has a lower maxLength": lambda path, new, course: new["properties"]["tags"]["items"].update(
        maxLength=10
    ),
    "200 body/items/*/title is gone": lambda path, new, course: course["properties"].pop("title"),
    "200 body/items/*/id may be missing now": lambda path, new, course: course["required"].remove("id"),
    "200 body/items/*/id: null against string": lambda path, new, course: course["properties"]["id"].update(
        type=["string", "null"]
    ),
}


@pytest.mark.parametrize("line", BREAKS)
def test_names_each_break(line: str):
    assert any(found.endswith(f"/courses: {line}") for found in changed(BREAKS[line])), changed(BREAKS[line])


ADDITIONS: dict[str, Callable[[Json, Json, Json], object]] = {
    "nothing": lambda path, new, course: None,
    "an operation": lambda path, new, course: path.update(put=path["post"]),
    "an optional parameter": lambda path, new, course: path["get"]["parameters"].append(
        {"name": "q", "in": "query", "schema": {"type": "string"}}
    ),
    "an optional field of the body": lambda path, new, course: new["properties"].update(note={"type": "string"}),
    "a value that is taken": lambda path, new, course: new["properties"]["difficulty"]["enum"].append("expert"),
    "null that is taken": lambda path, new, course: new["properties"]["title"].update(type=["string", "null"]),
    "a higher limit": lambda path, new, course: new["properties"]["title"].update(maxLength=300),
    "a field of the response": lambda path, new, course: course["properties"].update(seats={"type": "integer"}),
    "a status": lambda path, new, course: path["post"]["responses"].update({"202": {}}),
}


@pytest.mark.parametrize("addition", ADDITIONS)
def test_lets_additions_pass(addition: str):
    assert changed(ADDITIONS[addition]) == []


def test_nothing_broke_since_the_last_tag():
    def git(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True)

    tag = git("describe", "--tags", "--abbrev=0", "HEAD").stdout.strip()
    published = git("show", f"{tag}:{OPENAPI.relative_to(ROOT)}") if tag else None
    if published is None or published.returncode:
        return
    assert breaking_changes(json.loads(published.stdout), json.loads(OPENAPI.read_text("utf-8"))) == []
