"""$default: answers what a client says, over its connection."""

import base64
from typing import Any

from lms import mongo, realtime
from lms.notifications import subscriptions
from lms.telemetry import logger

from aws_lambda_powertools.utilities.typing import LambdaContext


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    connection_id = event["requestContext"]["connectionId"]
    logger.set_correlation_id(connection_id)
    body: str = event.get("body") or ""
    message = base64.b64decode(body) if event.get("isBase64Encoded") else body
    with mongo.deadline(context.get_remaining_time_in_millis() / 1000):
        answer = subscriptions.answer(connection_id, message)
    realtime.reply(connection_id, answer.type, answer.data, answer.cursor)
    return {"statusCode": 200}
