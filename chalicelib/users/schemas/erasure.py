"""An erasure, as the user sees it, and its receipt, as anybody may."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from chalicelib.kernel.wire import Id, Wire


class ErasureOut(Wire):
    """Whether the user is about to be erased, and until when they may take it back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"state": "requested", "erase_after": "2026-11-30T09:30:00.000Z"}]
        }
    )

    state: Literal["none", "requested"]
    erase_after: str | None


class ReceiptOut(Wire):
    """The receipt of an erasure: a signed statement (compact JWS) that verifies offline; it names nobody."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
                    "state": "final",
                    "started_at": "2026-11-30T09:30:00.000Z",
                    "finished_at": "2026-11-30T10:05:00.000Z",
                    "receipt": "eyJhbGciOiJFUzI1NiIsInR5cCI6InJlY2VpcHQrand0In0.eyJraW5kIjoiZXJhc3VyZSJ9.c2ln",
                }
            ]
        }
    )

    id: Id
    state: Literal["erasing", "final"]
    started_at: str
    finished_at: str | None
    receipt: str | None
    """Null until it is final."""
