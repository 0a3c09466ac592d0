"""Handlers behind the WebSocket gateway; every event is appended to the file EVENTS_FILE."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote


def connect(event: dict[str, Any], context: Any) -> Any:
    _record(event)
    parameters = event.get("queryStringParameters", {})
    if parameters.get("answer") == "fail":
        raise ValueError("on purpose")
    response: dict[str, Any] = {"statusCode": int(parameters.get("status", "200"))}
    if "protocol" in parameters:
        response["headers"] = {"Sec-WebSocket-Protocol": unquote(parameters["protocol"])}
    return response


def message(event: dict[str, Any], context: Any) -> Any:
    _record(event)
    if event["body"] == "fail":
        raise ValueError("on purpose")
    return {"statusCode": 200, "body": "not sent to the client"}


def disconnect(event: dict[str, Any], context: Any) -> Any:
    _record(event)
    return {"statusCode": 200}


def _record(event: dict[str, Any]) -> None:
    with Path(os.environ["EVENTS_FILE"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")
