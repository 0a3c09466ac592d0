"""infra/api.yaml: the body of the HTTP API, from which API Gateway makes routes, integrations and authorizer."""

import re

from infra.contract import ROOT
from infra.contract.components import HEADERS, Json
from infra.contract.endpoints import Endpoint, endpoints
from infra.local.template import read_yaml
from lms.gateway import VERSION


def gateway_api() -> Json:
    """Routes, authorizer, CORS, with intrinsic functions that CloudFormation resolves after its include."""
    functions = function_ids()
    paths: Json = {}
    for endpoint in endpoints():
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _route(endpoint, functions[endpoint.module])
    return {
        "openapi": "3.0.1",
        "info": {"title": {"Ref": "AWS::StackName"}, "version": VERSION},
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "x-amazon-apigateway-authorizer": {
                        "type": "request",
                        "identitySource": "$request.header.Authorization",
                        "authorizerPayloadFormatVersion": "2.0",
                        "enableSimpleResponses": True,
                        "authorizerResultTtlInSeconds": 300,
                        "authorizerUri": _invocation("AuthorizeFunction"),
                        "authorizerCredentials": _role(),
                    },
                }
            }
        },
        "x-amazon-apigateway-cors": {
            "allowOrigins": {"Fn::Split": [",", {"Ref": "AllowedOrigins"}]},
            "allowMethods": ["DELETE", "GET", "PATCH", "POST", "PUT"],
            "allowHeaders": ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match"],
            "exposeHeaders": [name.lower() for name in HEADERS],
            "maxAge": 600,
        },
    }


def function_ids() -> dict[str, str]:
    """The logical id of the function that runs each handler module, as template.yaml says."""
    resources = read_yaml(ROOT / "template.yaml")["Resources"]
    return {
        resource["Properties"]["Handler"].removesuffix(".lambda_handler"): logical_id
        for logical_id, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def _route(endpoint: Endpoint, function: str) -> Json:
    names = re.findall(r"{(\w+)}", endpoint.path)
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    return {
        "operationId": endpoint.operation_id,
        **({"parameters": parameters} if parameters else {}),
        "security": [{"bearer": []}] if endpoint.permission else [],
        "responses": {"default": {"description": "what the function answers"}},
        # Written out per operation: SAM CLI's local gateway does not follow a $ref to a shared integration.
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "payloadFormatVersion": "2.0",
            "uri": _invocation(function),
            "credentials": _role(),
        },
    }


def _invocation(function: str) -> Json:
    lambda_path = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
    return {"Fn::Sub": f"{lambda_path}/${{{function}.Arn}}/invocations"}


def _role() -> Json:
    return {"Fn::GetAtt": ["ApiGatewayRole", "Arn"]}
