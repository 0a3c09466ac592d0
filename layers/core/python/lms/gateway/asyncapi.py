"""The contract of the WebSocket API (AsyncAPI 3.0), made from the models that the messages are made from."""

from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from lms.gateway import VERSION
from lms.notifications.messages import SERVER_MESSAGES, Ping, Subscribe, Unsubscribe

CLIENT_MESSAGES: tuple[type[BaseModel], ...] = (Ping, Subscribe, Unsubscribe)

_SCHEMAS = "#/components/schemas"
_CHANNEL = "#/channels/connection"
_DESCRIPTION = """\
Ask `POST /notifications/ticket` for a ticket and connect with it within 60 seconds; it works once. Without a valid
ticket the handshake is answered with 401. A person has at most 10 connections (the oldest is closed); a connection
follows at most 50 topics; it ends after 10 idle minutes and after two hours at the latest. A message holds at most
128 KB, and a frame of the client 32 KB.\
"""


def document() -> dict[str, Any]:
    """The AsyncAPI document, seen from the server: it receives what clients send."""
    received = [_name(model) for model in CLIENT_MESSAGES]
    sent = [_name(model) for model in SERVER_MESSAGES]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "LMS realtime API",
            "version": VERSION,
            "description": _DESCRIPTION,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "connection": {
                "address": "/",
                "title": "The one connection",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in [*received, *sent]},
                "bindings": {"ws": {"bindingVersion": "0.1.0", "method": "GET", "query": _query()}},
            }
        },
        "operations": {
            "receive": {
                "action": "receive",
                "title": "What a client may send",
                "channel": {"$ref": _CHANNEL},
                "messages": [{"$ref": f"{_CHANNEL}/messages/{name}"} for name in received],
                "reply": {"messages": [{"$ref": f"{_CHANNEL}/messages/{name}"} for name in sent]},
            },
            "send": {
                "action": "send",
                "title": "What a client may get at any time",
                "channel": {"$ref": _CHANNEL},
                "messages": [{"$ref": f"{_CHANNEL}/messages/{name}"} for name in sent],
            },
        },
        "components": {
            "messages": {_name(model): _message(model) for model in (*CLIENT_MESSAGES, *SERVER_MESSAGES)},
            "schemas": _schemas(),
        },
    }


def _query() -> dict[str, Any]:
    ticket = {"type": "string", "description": "From `POST /notifications/ticket`."}
    return {"type": "object", "properties": {"ticket": ticket}, "required": ["ticket"]}


def _name(model: type[BaseModel]) -> str:
    """What a message goes by on the wire: its ``action`` or its ``type``."""
    field = model.model_fields["action" if model in CLIENT_MESSAGES else "type"]
    name: str = get_args(field.annotation)[0]
    return name


def _message(model: type[BaseModel]) -> dict[str, Any]:
    summary = " ".join((model.__doc__ or "").split("\n\n")[0].split()).replace("``", "`")
    return {"name": _name(model), "summary": summary, "payload": {"$ref": f"{_SCHEMAS}/{model.__name__}"}}


def _schemas() -> dict[str, Any]:
    wanted = [(model, "validation") for model in CLIENT_MESSAGES]
    wanted += [(model, "serialization") for model in SERVER_MESSAGES]
    _, definitions = models_json_schema(wanted, ref_template=f"{_SCHEMAS}/{{model}}")  # type: ignore[arg-type]
    return {name: _tidy(schema) for name, schema in definitions["$defs"].items()}


def _tidy(node: Any) -> Any:
    """Without the titles that pydantic makes from names, and with code marked as Markdown does."""
    if isinstance(node, list):
        return [_tidy(each) for each in node]
    if isinstance(node, str):
        return node.replace("``", "`")
    if not isinstance(node, dict):
        return node
    return {key: _tidy(value) for key, value in node.items() if key != "title" or isinstance(value, dict)}
