"""GET /health"""

from lms.gateway import health as rules
from lms.gateway.models import Health
from lms.http import app, lambda_handler

from aws_lambda_powertools.event_handler import Response

__all__ = ["lambda_handler"]


@app.get("/health", enable_validation=False)
def health() -> Response[Health]:
    found = rules.alive().model_dump(mode="json")
    return Response(200, "application/json", found, headers={"Cache-Control": "no-store"})
