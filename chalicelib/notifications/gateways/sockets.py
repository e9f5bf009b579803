"""API Gateway's management API: speaks to open WebSocket connections by their ids."""

from __future__ import annotations

from typing import Literal

from chalicelib.kernel import aws
from chalicelib.kernel.log import logger

Outcome = Literal["sent", "gone", "failed"]


def post(connection_id: str, text: str) -> Outcome:
    """Send a text; `gone` when nobody is there, `failed` (and logged) when it is not known why not."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        aws.sockets().post_to_connection(ConnectionId=connection_id, Data=text.encode())
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "GoneException":
            return "gone"
        logger().warning("a push failed", extra={"reason": code})
        return "failed"
    except BotoCoreError as error:
        logger().warning("a push failed", extra={"reason": type(error).__name__})
        return "failed"
    return "sent"


def close(connection_id: str) -> None:
    """End a connection; one that is gone, or cannot be ended now, ends by itself."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        aws.sockets().delete_connection(ConnectionId=connection_id)
    except (ClientError, BotoCoreError) as error:
        logger().info("a connection was not closed", extra={"reason": type(error).__name__})
