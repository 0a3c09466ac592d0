"""The connections table in DynamoDB: rows of text under a partition and a sort key, each with its end.

DynamoDB deletes what has expired only in its own time (days, by its documentation), so every read and every
condition asks ``lms.clock`` instead.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from lms import clock
from lms.config import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Row = dict[str, Any]


@cache
def dynamodb() -> "DynamoDBClient":
    """Impatient: who pushes a message must not wait for a table that hangs."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "dynamodb", config=Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
    )


def put(pk: str, sk: str, expires_at: datetime, **attributes: str) -> None:
    dynamodb().put_item(
        TableName=settings().connections_table,
        Item={
            **_key(pk, sk),
            **{name: {"S": value} for name, value in attributes.items()},
            "expires_at": {"N": str(int(expires_at.timestamp()))},
        },
    )


def get(pk: str, sk: str) -> Row | None:
    found = dynamodb().get_item(TableName=settings().connections_table, Key=_key(pk, sk), ConsistentRead=True)
    row = _row(found.get("Item", {}))
    return row if row and row["expires_at"] > _now() else None


def partition(pk: str) -> Iterator[Row]:
    """The live rows of a partition, in the order of their sort keys."""
    pages = (
        dynamodb()
        .get_paginator("query")
        .paginate(
            TableName=settings().connections_table,
            KeyConditionExpression="pk = :pk",
            FilterExpression="expires_at > :now",
            ExpressionAttributeValues={":pk": {"S": pk}, ":now": {"N": str(_now())}},
            ConsistentRead=True,
        )
    )
    return (_row(item) for page in pages for item in page["Items"])


def take(pk: str, sk: str) -> Row | None:
    """Delete a row and return it as it was: of all who take it at once, one gets it."""
    taken = dynamodb().delete_item(TableName=settings().connections_table, Key=_key(pk, sk), ReturnValues="ALL_OLD")
    row = _row(taken.get("Attributes", {}))
    return row if row and row["expires_at"] > _now() else None


def add_to_set(pk: str, sk: str, name: str, value: str, *, most: int) -> bool:
    """Add ``value`` to a row's set of at most ``most``; False where it is full or the row is gone."""
    client = dynamodb()
    try:
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
    client = dynamodb()
    try:
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


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _row(item: Mapping[str, Mapping[str, Any]]) -> Row:
    """The row without DynamoDB's type tags; numbers are whole."""
    return {
        name: int(value) if tag == "N" else value
        for name, attribute in item.items()
        for tag, value in attribute.items()
    }


def _now() -> int:
    return int(clock.now().timestamp())
