"""A user and where they are signed in, as that user sees it."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import ConfigDict, StringConstraints

from chalicelib.kernel.wire import Id, Name, Wire

_USER: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"
_SESSION: Final = "0190b5a8-9f00-7c41-8e2d-6b5a4c3d2e1f"

Password = Annotated[str, StringConstraints(max_length=1_000)]
"""A password as it was typed; the policy bounds it more tightly, with its reason."""
Email = Annotated[str, StringConstraints(max_length=320)]
"""An address as it was typed."""


class UserOut(Wire):
    """A user, as that user sees it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _USER,
                    "email": "ada@example.org",
                    "display_name": "Ada",
                    "created_at": "2026-11-02T09:30:00.000Z",
                    "version": 2,
                }
            ]
        }
    )

    id: Id
    email: str
    display_name: str | None
    created_at: str
    version: int


class UpdateMe(Wire):
    """What to change; null removes, absent keeps."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"display_name": "Ada L."}]})

    display_name: Name | None = None


class SessionOut(Wire):
    """A place where the user is signed in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _SESSION,
                    "current": True,
                    "created_at": "2026-11-02T09:30:00.000Z",
                    "last_used_at": "2026-11-02T12:00:00.000Z",
                    "expires_at": "2026-12-02T12:00:00.000Z",
                    "device": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                    "summary": "Firefox on Linux",
                    "network": "192.0.2.7",
                    "client_id": None,
                }
            ]
        }
    )

    id: Id
    current: bool
    created_at: str
    last_used_at: str
    expires_at: str
    device: str
    """What the device said of itself when it signed in."""
    summary: str
    """The same in words, as far as we can tell: it proves nothing."""
    network: str
    """The network address of its last sign-in or refresh. Where that is on the map we do not know."""
    client_id: str | None
    """The third-party app that the session belongs to; null for our own apps."""
