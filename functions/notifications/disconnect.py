"""$disconnect: forgets a connection. API Gateway does not promise to call it; expired and gone rows go anyway."""

from typing import Any

from lms.notifications import connections

from aws_lambda_powertools.utilities.typing import LambdaContext


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    connections.close(event["requestContext"]["connectionId"])
    return {"statusCode": 200}
