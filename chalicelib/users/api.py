"""The front door of the users service for the edge and for the services above."""

from __future__ import annotations

from chalicelib.users.model.sessions import Standing
from chalicelib.users.service.standing import authenticate

__all__ = ["Standing", "authenticate"]
