"""openapi.json, asyncapi.json and infra/api.yaml: fresh, valid, and in agreement with the handlers."""

import json
import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from infra.contract import ROOT
from infra.contract.__main__ import API, OPENAPI, stale
from infra.contract.endpoints import Endpoint, endpoints
from infra.contract.gateway import function_ids
from infra.local.template import read_yaml
from lms.gateway import VERSION
from lms.permissions import GLOBAL, IN_COURSE

CONTRACT: dict[str, Any] = json.loads(OPENAPI.read_text("utf-8"))
GATEWAY = read_yaml(API)
OPERATIONS = [f"{each.method} {each.path}" for each in endpoints()]


def operation(document: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][endpoint.path][endpoint.method.lower()]
    return found


def operations(document: dict[str, Any]) -> list[str]:
    return sorted(f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item)


def test_the_generated_files_are_fresh():
    assert stale() == [], "run `make contract` and commit the result"


def test_openapi_is_valid():
    OpenAPIV31SpecValidator(CONTRACT).validate()


def test_the_handlers_the_contract_and_the_gateway_name_the_same_operations():
    assert operations(CONTRACT) == operations(GATEWAY) == sorted(OPERATIONS)


def test_operation_ids_are_unique_and_the_same_in_both():
    ids = [each.operation_id for each in endpoints()]
    assert len(set(ids)) == len(ids)
    for endpoint in endpoints():
        assert operation(CONTRACT, endpoint)["operationId"] == operation(GATEWAY, endpoint)["operationId"]


@pytest.mark.parametrize("endpoint", endpoints(), ids=OPERATIONS)
def test_an_operation_is_guarded_as_its_signature_says(endpoint: Endpoint):
    security = [{"bearer": []}] if endpoint.permission else []
    assert operation(CONTRACT, endpoint)["security"] == operation(GATEWAY, endpoint)["security"] == security
    assert operation(CONTRACT, endpoint).get("x-permission") == endpoint.permission
    assert endpoint.permission is None or endpoint.permission in {**GLOBAL, **IN_COURSE}


@pytest.mark.parametrize("endpoint", endpoints(), ids=OPERATIONS)
def test_an_operation_is_integrated_with_its_own_function(endpoint: Endpoint):
    integration = operation(GATEWAY, endpoint)["x-amazon-apigateway-integration"]
    assert f"/functions/${{{function_ids()[endpoint.module]}.Arn}}/invocations" in integration["uri"]["Fn::Sub"]
    assert integration["credentials"] == {"Fn::GetAtt": ["ApiGatewayRole", "Arn"]}
    assert integration["payloadFormatVersion"] == "2.0"


@pytest.mark.parametrize("endpoint", endpoints(), ids=OPERATIONS)
def test_an_operation_documents_what_it_may_answer(endpoint: Endpoint):
    if endpoint.handler is None:
        return
    described = operation(CONTRACT, endpoint)
    statuses = set(described["responses"])
    assert {"429", "503"} <= statuses
    assert ("401" in statuses) or not endpoint.permission
    assert ("404" in statuses) or "{" not in endpoint.path
    assert ({"400", "413", "415", "422"} <= statuses) or "requestBody" not in described
    assert ("304" in statuses) == (endpoint.method == "GET")
    names = {each.get("$ref", "").rpartition("/")[2] for each in described.get("parameters", ())}
    assert ("412" in statuses) == ("IfMatch" in names)
    assert "409" in statuses or "IdempotencyKey" not in names


def test_the_documented_headers_follow_from_the_code():
    create, change, read = (
        CONTRACT["paths"]["/courses"]["post"],
        CONTRACT["paths"]["/courses/{id}"]["patch"],
        CONTRACT["paths"]["/courses"]["get"],
    )
    assert {"$ref": "#/components/parameters/IdempotencyKey"} in create["parameters"]
    assert set(create["responses"]["201"]["headers"]) == {"ETag", "Location", "Idempotent-Replayed"}
    assert {"$ref": "#/components/parameters/IfMatch"} in change["parameters"]
    assert set(read["responses"]["200"]["headers"]) == {"ETag", "Link"}
    register = CONTRACT["paths"]["/auth/register"]["post"]
    assert "409" in register["responses"]
    assert "403" not in register["responses"]


def test_every_error_is_a_problem():
    for endpoint in endpoints():
        for status, response in operation(CONTRACT, endpoint)["responses"].items():
            if status >= "400":
                shared = CONTRACT["components"]["responses"][response["$ref"].rpartition("/")[2]]
                assert shared["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")


def test_no_default_of_the_frameworks_is_left():
    text = OPENAPI.read_text("utf-8")
    assert not re.search(r"HTTPValidationError|Successful Response|Validation Error|Powertools", text)


def test_ids_and_instants_say_so():
    course = CONTRACT["components"]["schemas"]["Course"]["properties"]
    assert course["id"]["pattern"] == "^[0-9a-f]{24}$"
    assert course["created_at"]["format"] == "date-time"


@pytest.mark.parametrize("section", ["schemas", "responses", "parameters", "headers"])
def test_every_shared_part_is_used(section: str):
    text = OPENAPI.read_text("utf-8")
    shared = CONTRACT["components"][section]
    assert [name for name in shared if f'"#/components/{section}/{name}"' not in text] == []


def test_no_schema_is_named_after_a_module_of_ours():
    """Two models of one name would be: clients' generators make types of these names."""
    assert [name for name in CONTRACT["components"]["schemas"] if "__" in name] == []


def test_the_version_is_the_releases():
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert CONTRACT["info"]["version"] == VERSION


def test_the_authorizer_is_asked_with_the_token_alone():
    authorizer = GATEWAY["components"]["securitySchemes"]["bearer"]["x-amazon-apigateway-authorizer"]
    assert authorizer["identitySource"] == "$request.header.Authorization"
    assert authorizer["authorizerPayloadFormatVersion"] == "2.0"
    assert authorizer["enableSimpleResponses"] is True
    assert "${AuthorizeFunction.Arn}" in authorizer["authorizerUri"]["Fn::Sub"]


def test_browsers_may_send_and_read_every_header_of_the_contract():
    cors = GATEWAY["x-amazon-apigateway-cors"]
    sent = {each["name"].lower() for each in CONTRACT["components"]["parameters"].values()}
    assert sent | {"authorization", "content-type"} == set(cors["allowHeaders"])
    assert {name.lower() for name in CONTRACT["components"]["headers"]} == set(cors["exposeHeaders"])
    assert {method for method, _, _ in (each.partition(" ") for each in OPERATIONS)} <= set(cors["allowMethods"])


def test_the_roots_openapi_is_the_one_that_the_portal_serves():
    assert (ROOT / "openapi.json").resolve() == OPENAPI
