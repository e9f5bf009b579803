"""Rules for passwords, for whoever keeps them."""

from __future__ import annotations

from chalicelib.security.errors import WeakPassword
from chalicelib.security.service.passwords import require_strong

__all__ = ["WeakPassword", "require_strong"]
