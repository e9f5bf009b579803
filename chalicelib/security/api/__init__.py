"""The front door of the security service for the edge and for the services above.

What only the users service needs stands in `factors`, `passwords` and `erasure` beside it, so that no other service ships
passkeys and lists of passwords, and no request loads what ends an owner's key.
"""

from __future__ import annotations

from chalicelib.security.errors import InvalidToken, OwnerKeyAbsent
from chalicelib.security.model.limits import Allowance, Counted, Limit
from chalicelib.security.model.tokens import Claims, IssuedToken
from chalicelib.security.service.limits import counting, note, take
from chalicelib.security.service.owner_keys import create_key, keep_key, rotate_owner_key, vault
from chalicelib.security.service.proofs import require_proof
from chalicelib.security.service.tokens import (
    issue_access_token,
    sign_id_token,
    verify_access_token,
)

__all__ = [
    "Allowance",
    "Claims",
    "Counted",
    "InvalidToken",
    "IssuedToken",
    "Limit",
    "OwnerKeyAbsent",
    "counting",
    "create_key",
    "issue_access_token",
    "keep_key",
    "note",
    "require_proof",
    "rotate_owner_key",
    "sign_id_token",
    "take",
    "vault",
    "verify_access_token",
]
