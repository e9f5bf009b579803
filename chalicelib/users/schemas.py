"""Wire shapes of the users service."""

from __future__ import annotations
