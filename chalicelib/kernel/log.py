"""Structured logs. Lines carry ids, never payloads: money, payees and addresses are personal data."""

from __future__ import annotations

from functools import cache

from aws_lambda_powertools import Logger

from chalicelib.kernel.settings import settings


@cache
def logger() -> Logger:
    """Give the process's logger; request and event ids are appended as keys by the edge."""
    here = settings()
    # where in the code a line was written is known from its message, and lines are paid for by the byte
    return Logger(service=f"xpense-{here.service}", level=here.log_level, utc=True, location=None)
