"""The HTTP edge: one resolver, strict JSON, problems (RFC 9457), ETags, pages, and the Lambda entry point."""

import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
    ResponseValidationError,
)
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel
from pydantic_core import to_json
from pymongo.errors import PyMongoError

from lms import mongo, rate_limits
from lms.cursors import encode_cursor
from lms.errors import (
    DomainError,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Unavailable,
    UnsupportedMediaType,
)
from lms.telemetry import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Row = Mapping[str, Any]
T = TypeVar("T", bound=BaseModel)

Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(max_length=500)]


class Page(BaseModel, Generic[T]):
    """One page of a list; ``next_cursor`` is null on the last."""

    items: list[T]
    next_cursor: str | None


class MalformedBody(DomainError):
    status, code, title = 400, "MALFORMED_BODY", "The body is not valid JSON in UTF-8"


def parse_object(text: str) -> dict[str, Any]:
    """Read a JSON object; refuse what Python's parser takes but MongoDB or a strict client would not."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedBody(str(error)[:200]) from None
    if not isinstance(value, dict):
        raise Invalid("Send one JSON object", errors=[{"pointer": "", "message": "an object is expected"}])
    if re.search(_SUSPICIOUS, text) or text.count("{") + text.count("[") > _DEEPEST:
        _refuse_unstorable(value)
    return value


# Far more than any body needs, far less than MongoDB (100) and Python's stack (1,000) take.
_DEEPEST = 32
_SUSPICIOUS = r"\x00|\\u0000|\\u[dD][89a-fA-F]|[\ud800-\udfff]"
_UNSTORABLE = r"[\x00\ud800-\udfff]"


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _refuse_unstorable(value: Any, *steps: str | int) -> None:
    if isinstance(value, str) and re.search(_UNSTORABLE, value):
        message = "holds a NUL or half a surrogate pair"
        raise Invalid(errors=[{"pointer": _pointer(("body", *steps)), "message": message}])
    if not isinstance(value, dict | list):
        return
    if len(steps) >= _DEEPEST:
        raise MalformedBody(f"The body nests deeper than {_DEEPEST} levels")
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_unstorable(name, *steps)
            _refuse_unstorable(inner, *steps, name)
    else:
        for index, inner in enumerate(value):
            _refuse_unstorable(inner, *steps, index)


app = APIGatewayHttpResolver(
    enable_validation=True,
    json_body_deserializer=parse_object,
    response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
)

# A body of 5 MB can be wrong in half a million fields; Lambda's answer holds 6 MB.
_MOST_ERRORS = 100
_LONGEST_POINTER = 200


def problem(error: DomainError) -> Response[str]:
    rows = [{**row, "pointer": row["pointer"][:_LONGEST_POINTER]} for row in error.errors[:_MOST_ERRORS]]
    body = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "request_id": app.current_event.request_context.request_id,
        **({"errors": rows} if rows else {}),
        **error.extra,
    }
    headers = rate_limits.fields() | error.headers
    return Response(error.status, "application/problem+json", to_json(body).decode(), headers=headers)


@app.exception_handler(DomainError)
def _domain_error(error: DomainError) -> Response[str]:
    return problem(error)


@app.exception_handler(RequestValidationError)
def _invalid(error: RequestValidationError) -> Response[str]:
    rows = error.errors()
    return problem(Invalid(errors=[{"pointer": _pointer(row["loc"]), "message": row["msg"]} for row in rows]))


def _pointer(location: Sequence[str | int]) -> str:
    """A JSON pointer into the body, or ``?name`` for a query parameter."""
    place, *steps = location
    if place == "body":
        return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
    return f"?{steps[0]}" if place == "query" and steps else f"{place}:{'/'.join(map(str, steps))}"


@app.exception_handler(RequestUnsupportedContentType)
def _unsupported(_: RequestUnsupportedContentType) -> Response[str]:
    return problem(UnsupportedMediaType())


@app.exception_handler([UnicodeDecodeError, binascii.Error])
def _undecodable(_: Exception) -> Response[str]:
    return problem(MalformedBody())


@app.exception_handler(NotFoundError)
def _no_route(_: NotFoundError) -> Response[str]:
    return problem(NotFound("There is no such path"))


@app.exception_handler(ServiceError)
def _service_error(error: ServiceError) -> Response[str]:
    refused = DomainError(str(error.msg))
    refused.status = error.status_code
    return problem(refused)


@app.exception_handler(PyMongoError)
def _database_error(error: PyMongoError) -> Response[str]:
    if mongo.is_outage(error):
        logger.warning("mongodb is away", exc_info=error)
        return problem(Unavailable("The database is away; nothing was lost, try again"))
    return _broken(error)


@app.exception_handler([ResponseValidationError, Exception])
def _unexpected(error: Exception) -> Response[str]:
    return _broken(error)


def _broken(error: Exception) -> Response[str]:
    logger.error("unhandled", exc_info=error)
    broken = DomainError("Something broke on our side; the request id finds it in the log")
    broken.status, broken.code, broken.title = 500, "INTERNAL", "Internal error"
    return problem(broken)


class File(Response[Any]):
    """Bytes to be saved under ``name``. They are no JSON: the resolver's check of answers sees null instead."""

    def __init__(self, data: bytes, content_type: str, name: str) -> None:
        super().__init__(200, content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
        self.data = data


def _finish(resolver: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Serialise once, give every read an ETag, and answer 304 to a client that has it."""
    answer: Response[Any] = next_middleware(resolver)
    answer.headers.update(rate_limits.fields())
    if answer.status_code == HTTPStatus.NO_CONTENT:
        answer.body, answer.headers = "", {}
        return answer
    if isinstance(answer, File):
        answer.body = answer.data
    if isinstance(answer.body, dict | list | BaseModel):
        answer.body = to_json(answer.body).decode()
    if resolver.current_event.http_method == "GET" and answer.status_code == HTTPStatus.OK:
        if "ETag" not in answer.headers:
            answer.headers["ETag"] = _content_tag(answer.body)
        tag = answer.headers["ETag"]
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        if tag in _tags(header("If-None-Match")):
            return Response(HTTPStatus.NOT_MODIFIED, body="", headers={"ETag": tag})
    return answer


app.use(middlewares=[_finish])


def _content_tag(body: str | bytes | None) -> str:
    raw = body.encode() if isinstance(body, str) else body or b""
    return f'"{hashlib.sha256(raw).hexdigest()[:32]}"'


def _tags(value: str) -> list[str]:
    """The entity tags of a conditional header; weak ones count, since a proxy that compresses weakens them."""
    return [tag.strip().removeprefix("W/") for tag in value.split(",")]


def header(name: str) -> str:
    """Of the request; empty where it is not sent. API Gateway writes all names in lower case."""
    value: str = app.current_event["headers"].get(name.lower(), "")
    return value


def source_address() -> str:
    return str(app.current_event.request_context.http.source_ip)


def tag(version: int, variant: str = "") -> str:
    """``variant`` is what a representation depends on beside the version, e.g. the reader's role."""
    return f'"{version}-{variant}"' if variant else f'"{version}"'


def if_match() -> int | None:
    """The version that the client last saw, None where it does not say. Raise 412 for what is no version.

    A change builds on the version alone: the variant of the tag is read over.
    """
    value = header("If-Match").strip()
    if not value or value == "*":
        return None
    found = re.fullmatch(r'(?:W/)?"(\d{1,15})(?:-[\w.-]{1,50})?"', value)
    if not found:
        raise PreconditionFailed()
    return int(found[1])


def required_if_match() -> int:
    """Raise 428 where the client does not say which version it builds on."""
    version = if_match()
    if version is None:
        raise PreconditionRequired()
    return version


def shown(
    model: type[BaseModel], row: Row, *, status: int = 200, variant: str = "", **headers: str
) -> Response[Any]:
    """A resource as its response model shows it, tagged with its version and ``variant``."""
    if "version" in row:
        headers["ETag"] = tag(row["version"], variant)
    return Response(status, "application/json", model.model_validate(row), headers=headers)


def created(model: type[BaseModel], row: Row, location: str, *, variant: str = "") -> Response[Any]:
    return shown(model, row, status=201, variant=variant, Location=location)


def accepted(job: Row) -> Response[Any]:
    """202: the work goes on; follow the job."""
    body = {"job_id": str(job["_id"]), "status": job["status"]}
    return Response(202, "application/json", body, headers={"Location": f"/jobs/{job['_id']}"})


def no_content() -> Response[Any]:
    return Response(HTTPStatus.NO_CONTENT, body="")


def page(rows: Sequence[Row], *, limit: int, key: Callable[[Row], Any]) -> Response[Any]:
    """A page of at most ``limit`` of the ``limit + 1`` rows read; ``key`` is a row's place for the cursor."""
    kept = rows[:limit]
    cursor = encode_cursor(key(kept[-1])) if len(rows) > limit else None
    # The resolver holds the rows against the model in the handler's signature. To do that here would build the
    # model's validators a second time, for each cold start to wait for.
    body = {"items": kept, "next_cursor": cursor}
    headers = {"Link": f'<{_next_url(cursor)}>; rel="next"'} if cursor else {}
    return Response(200, "application/json", body, headers=headers)


def _next_url(cursor: str) -> str:
    event = app.current_event
    query = [pair for pair in parse_qsl(event.get("rawQueryString", "")) if pair[0] != "cursor"]
    return f"{event.path}?{urlencode([*query, ('cursor', cursor)])}"


def _refuse_newline(event: dict[str, Any]) -> None:
    """The resolver's patterns end at a last newline: ``/courses/{id}`` would take an id that ends in one."""
    if "\n" in event["rawPath"]:
        event["rawPath"] = event["requestContext"]["http"]["path"] = "/no/such/path"


def lambda_handler(
    event: dict[str, Any], context: "LambdaContext", *, mongodb_seconds: float = mongo.LONGEST_SECONDS
) -> dict[str, Any]:
    """The entry point of every HTTP function. ``mongodb_seconds`` bounds the call up to its last use of MongoDB."""
    logger.set_correlation_id(event["requestContext"]["requestId"])
    _refuse_newline(event)
    rate_limits.takes.clear()
    with mongo.deadline(context.get_remaining_time_in_millis() / 1000, mongodb_seconds):
        return app.resolve(event, context)
