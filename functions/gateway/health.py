"""GET /health"""

from aws_lambda_powertools.event_handler import Response

from lms.gateway import health
from lms.gateway.models import Health
from lms.http import app, lambda_handler

__all__ = ["lambda_handler"]


@app.get("/health")
def alive() -> Response[Health]:
    found = health.alive().model_dump(mode="json")
    return Response(200, "application/json", found, headers={"Cache-Control": "no-store"})
