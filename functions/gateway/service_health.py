"""GET /health/services"""

from lms.gateway import health
from lms.gateway.models import ServiceHealth
from lms.http import app, lambda_handler

from aws_lambda_powertools.event_handler import Response

__all__ = ["lambda_handler"]


@app.get("/health/services", enable_validation=False)
def service_health() -> Response[ServiceHealth]:
    found = health.services().model_dump(mode="json")
    return Response(200, "application/json", found, headers={"Cache-Control": "no-store"})
