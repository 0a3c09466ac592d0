"""The connections table in DynamoDB: rows of text under a partition and a sort key, each with its end.

DynamoDB deletes what has expired only in its own time (days, by its documentation), so every read asks
``lms.clock`` instead. All of this raises Unavailable where DynamoDB is away.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from lms import aws, clock
from lms.config import settings
from lms.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Row = dict[str, Any]

_THROTTLED = {"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"}


@cache
def dynamodb() -> "DynamoDBClient":
    """Impatient: who pushes a message must not wait for a table that hangs."""
    made: DynamoDBClient = aws.client("dynamodb", seconds=1, attempts=2)
    return made


def put(pk: str, sk: str, expires_at: datetime, **attributes: str) -> None:
    with _reached():
        dynamodb().put_item(
            TableName=settings().connections_table,
            Item={
                **_key(pk, sk),
                **{name: {"S": value} for name, value in attributes.items()},
                "expires_at": {"N": str(int(expires_at.timestamp()))},
            },
        )


def get(pk: str, sk: str) -> Row | None:
    with _reached():
        found = dynamodb().get_item(TableName=settings().connections_table, Key=_key(pk, sk), ConsistentRead=True)
    return _live(found.get("Item", {}))


def partition(pk: str) -> list[Row]:
    """The live rows of a partition, in the order of their sort keys."""
    pages = (
        dynamodb()
        .get_paginator("query")
        .paginate(
            TableName=settings().connections_table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ConsistentRead=True,
        )
    )
    with _reached():
        items = [item for page in pages for item in page["Items"]]
    return [row for item in items if (row := _live(item))]


def take(pk: str, sk: str) -> Row | None:
    """Delete a row and return it as it was: of all who take it at once, one gets it."""
    with _reached():
        taken = dynamodb().delete_item(
            TableName=settings().connections_table, Key=_key(pk, sk), ReturnValues="ALL_OLD"
        )
    return _live(taken.get("Attributes", {}))


def add_to_set(pk: str, sk: str, name: str, value: str, *, most: int) -> bool:
    """Add ``value`` to a row's set of at most ``most``; False where it is full or the row is gone."""
    client = dynamodb()
    try:
        with _reached():
            client.update_item(
                TableName=settings().connections_table,
                Key=_key(pk, sk),
                UpdateExpression="ADD #set :values",
                ConditionExpression=(
                    "attribute_exists(pk) AND"
                    " (attribute_not_exists(#set) OR size(#set) < :most OR contains(#set, :value))"
                ),
                ExpressionAttributeNames={"#set": name},
                ExpressionAttributeValues={
                    ":values": {"SS": [value]},
                    ":value": {"S": value},
                    ":most": {"N": str(most)},
                },
            )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def remove_from_set(pk: str, sk: str, name: str, value: str) -> None:
    """Change nothing where the row is gone or its set does not hold ``value``."""
    client = dynamodb()
    try:
        with _reached():
            client.update_item(
                TableName=settings().connections_table,
                Key=_key(pk, sk),
                UpdateExpression="DELETE #set :values",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeNames={"#set": name},
                ExpressionAttributeValues={":values": {"SS": [value]}},
            )
    except client.exceptions.ConditionalCheckFailedException:
        return


@contextmanager
def _reached() -> Iterator[None]:
    """Raise Unavailable where DynamoDB did not answer, failed or was overrun."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except BotoCoreError as error:
        raise Unavailable() from error
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.response["Error"]["Code"] in _THROTTLED:
            raise Unavailable() from error
        raise


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _live(item: Mapping[str, Mapping[str, Any]]) -> Row | None:
    """The row without DynamoDB's type tags (numbers are whole); None where there is none or it has expired."""
    row = {
        name: int(value) if tag == "N" else value
        for name, attribute in item.items()
        for tag, value in attribute.items()
    }
    return row if row and row["expires_at"] > clock.now().timestamp() else None
