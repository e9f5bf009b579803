"""The front door of the security service for the edge and for the services above."""

from __future__ import annotations

from chalicelib.security.errors import InvalidToken, OwnerKeyAbsent, WeakPassword
from chalicelib.security.model.limits import Allowance, Limit
from chalicelib.security.model.tokens import Claims, IssuedToken
from chalicelib.security.service.limits import take
from chalicelib.security.service.owner_keys import create_key, keep_key, vault
from chalicelib.security.service.passwords import require_strong
from chalicelib.security.service.receipts import sign_receipt
from chalicelib.security.service.tokens import (
    issue_access_token,
    sign_id_token,
    verify_access_token,
)

__all__ = [
    "Allowance",
    "Claims",
    "InvalidToken",
    "IssuedToken",
    "Limit",
    "OwnerKeyAbsent",
    "WeakPassword",
    "create_key",
    "issue_access_token",
    "keep_key",
    "require_strong",
    "sign_id_token",
    "sign_receipt",
    "take",
    "vault",
    "verify_access_token",
]
