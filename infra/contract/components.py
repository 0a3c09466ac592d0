"""The parts of openapi.json that do not come from a handler."""

from typing import Any

Json = dict[str, Any]

DESCRIPTION = """\
Field names are snake_case, times RFC 3339 in UTC, ids 24 hexadecimal digits. Unknown fields in a body are refused.

**Errors** are problems (RFC 9457, `application/problem+json`) with a stable `code`. What API Gateway answers itself
(401 without an Authorization header, 404 for an unknown path, 413 above 10 MB, 429 and 503 under load, 500) has a
second shape, `{"message": "…"}` as `application/json`.

**Lists** are pages: `{"items": […], "next_cursor": "…" | null}`, followed with `?cursor=` or the `Link` header.

**Versions**: reads carry an `ETag` and answer `If-None-Match` with 304; changes honour `If-Match` with 412.

**Repeats**: a creating POST honours `Idempotency-Key`: the same key and body give the stored answer for 24 hours.
"""

SCHEMAS: Json = {
    "Problem": {
        "description": "RFC 9457 problem details; further members may follow.",
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "request_id"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string"},
            "code": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$", "description": "Stable; decide by this."},
            "request_id": {"type": "string", "description": "Finds the request in the log."},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pointer", "message"],
                    "properties": {
                        "pointer": {
                            "type": "string",
                            "description": "JSON pointer into the body, or ?name of a query parameter.",
                        },
                        "message": {"type": "string"},
                    },
                },
            },
        },
    },
    "GatewayMessage": {
        "description": "What API Gateway answers by itself.",
        "type": "object",
        "required": ["message"],
        "properties": {"message": {"type": ["string", "null"]}},
    },
}

PARAMETERS: Json = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Chosen by the client, e.g. a UUID. With another body: 409 IDEMPOTENCY_KEY_REUSED.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag last seen; 412 when the resource has changed since.",
        "schema": {"type": "string"},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag last seen; 304 when nothing has changed since.",
        "schema": {"type": "string"},
    },
}


def _header(description: str, kind: str = "string") -> Json:
    return {"description": description, "schema": {"type": kind}}


HEADERS: Json = {
    "ETag": _header("Opaque: the resource's version, and what else the answer depends on."),
    "Idempotent-Replayed": _header("`true` where this is the stored answer to an earlier request with this key."),
    "Link": _header('The next page, `rel="next"` (RFC 8288).'),
    "Location": _header("Where the new resource, or the job that makes it, is found."),
    "RateLimit": _header("What is left of the policy: `r` requests, refilled in `t` seconds."),
    "RateLimit-Policy": _header("The policy: `q` requests in `w` seconds."),
    "Retry-After": _header("Seconds to wait.", "integer"),
    "WWW-Authenticate": _header("`Bearer`"),
}
