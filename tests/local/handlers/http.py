"""Handlers behind the HTTP gateway: an echo, one that answers what it is told to, and an authorizer."""

import json
import os
import time
from pathlib import Path
from typing import Any

from lms import clock


def echo(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}


def answer(event: dict[str, Any], context: Any) -> Any:
    """Returns the request's body, read as JSON."""
    return json.loads(event["body"])


def misbehave(event: dict[str, Any], context: Any) -> Any:
    match event["pathParameters"]["how"]:
        case "fail":
            raise ValueError("on purpose")
        case "die":
            os._exit(1)
        case "late":
            time.sleep(60)
        case "large":
            return {"statusCode": 200, "body": "x" * 7_000_000}
    return None


def authorize(event: dict[str, Any], context: Any) -> Any:
    """Counts its calls in the directory AUTHORIZER_CALLS; the token says what to answer."""
    token = event["identitySource"][0]
    Path(os.environ["AUTHORIZER_CALLS"], str(time.monotonic_ns())).write_text(json.dumps(event))
    match token:
        case "refuse":
            return {"isAuthorized": False}
        case "fail":
            raise RuntimeError("on purpose")
        case "malformed":
            return {"principalId": "someone"}
    return {"isAuthorized": True, "context": {"sub": token, "at": clock.now().isoformat()}}
