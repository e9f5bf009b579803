"""The counters of limits, one conditional update a use."""

from __future__ import annotations

from chalicelib.kernel import aws
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.tables import WholeNumber
from chalicelib.kernel.transaction import raw_key
from chalicelib.security.model.limits import Limit, Window
from chalicelib.security.repository.table import TABLE


def count(limit: Limit, subject: str, window: Window) -> int | None:
    """Count one use in a window: the number so far with this one, or None when the quota is used up.

    One conditional update, so it is exact however many ask at once. Raises `Unavailable` when the table
    does not answer: a limit that cannot be counted lets nobody through.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = aws.dynamodb().update_item(
            TableName=TABLE.name,
            Key=raw_key((f"LIM#{limit.name}#{subject}", f"{window.start:012d}")),
            UpdateExpression="ADD #n :one SET #t = :ttl",
            ConditionExpression="attribute_not_exists(#n) OR #n < :quota",
            ExpressionAttributeNames={"#n": "n", "#t": "ttl"},
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":quota": {"N": str(limit.quota)},
                ":ttl": {"N": str(window.end)},
            },
            ReturnValues="UPDATED_NEW",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return None
        raise Unavailable from error
    except BotoCoreError as error:
        raise Unavailable from error
    return WholeNumber().deserialize(answer["Attributes"]["n"]["N"])
