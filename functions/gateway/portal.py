"""GET /openapi.json, /asyncapi.json, /docs and /status: the one ASGI application, run by Mangum."""

from functools import cache
from pathlib import Path
from typing import Any

from lms.gateway.portal import ROUTES, Portal

from mangum import Mangum
from mangum.types import LambdaContext

__all__ = ["ROUTES", "lambda_handler"]


@cache
def _adapter() -> Mangum:
    """Made at the first request: it makes an event loop, which must not be shared by forked workers."""
    portal = Portal(Path(__file__).with_name("contract"))
    return Mangum(portal, lifespan="off", text_mime_types=["text/", "application/json", "application/problem+json"])


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return _adapter()(event, context)
