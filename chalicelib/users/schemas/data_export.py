"""An export of all of a user's data, as that user sees it."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from chalicelib.kernel.wire import Id, Wire


class DownloadOut(Wire):
    """Where the file is: a link for 15 minutes, made anew each time the export is read."""

    url: str
    expires_at: str
    size: int
    """In bytes."""
    sha256: str


class DataExportOut(Wire):
    """An export on its way or ready. `percent` and `records` say how far it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
                    "state": "ready",
                    "percent": 100,
                    "records": 1834,
                    "created_at": "2026-11-02T09:30:00.000Z",
                    "expires_at": "2026-11-09T09:31:00.000Z",
                    "download": {
                        "url": "https://files.example.org/export.zip?X-Amz-Expires=900",
                        "expires_at": "2026-11-02T09:46:00.000Z",
                        "size": 182044,
                        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    },
                }
            ]
        }
    )

    id: Id
    state: Literal["collecting", "assembling", "ready", "failed"]
    percent: int
    records: int
    created_at: str
    expires_at: str
    download: DownloadOut | None
