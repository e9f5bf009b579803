"""What each request with a personal API token costs its user: one of its limit, and once an hour a note."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chalicelib.kernel.errors import Refusal
from chalicelib.kernel.log import logger
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.model.api_tokens import ApiToken

REQUESTS: Final = security.Limit("api-token", quota=300, window=60)
"""Requests that one token may make in a minute, counted exactly."""


def take_request(token_id: str, *, now: datetime) -> security.Allowance:
    """Take one request from a token's limit; raise `TooMany`, or `Unavailable` when it cannot be counted."""
    return security.take(REQUESTS, token_id, now=now)


def note_use(token: ApiToken, *, now: datetime) -> None:
    """Write down a use once an hour; a request never fails because that could not be written."""
    from botocore.exceptions import BotoCoreError, ClientError

    if not token.use_is_due(now):
        return
    try:
        repository.note_use(token, now)
    except (Refusal, ClientError, BotoCoreError) as error:
        logger().info("a token's use was not noted", extra={"reason": type(error).__name__})
