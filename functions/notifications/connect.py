"""$connect: opens a connection for who brings a ticket."""

from typing import Any

from lms import realtime
from lms.notifications import connections, tickets
from lms.telemetry import logger

from aws_lambda_powertools.utilities.typing import LambdaContext


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    connection_id = event["requestContext"]["connectionId"]
    logger.set_correlation_id(connection_id)
    ticket = (event.get("queryStringParameters") or {}).get("ticket", "")
    person = tickets.take(ticket) if ticket else None
    if person is None:
        return {"statusCode": 401}
    for oldest in connections.open(connection_id, person):
        realtime.hang_up(oldest)
    return {"statusCode": 200}
