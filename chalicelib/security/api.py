"""The front door of the security service for the edge and for the services above."""

from __future__ import annotations

from chalicelib.security.errors import FactorRefused, InvalidToken, OwnerKeyAbsent, WeakPassword
from chalicelib.security.model.factors import Factors
from chalicelib.security.model.limits import Allowance, Limit
from chalicelib.security.model.passkeys import PasskeyOptions, PasskeyProof
from chalicelib.security.model.tokens import Claims, IssuedToken
from chalicelib.security.service.assertions import passkey_options, verify_passkey
from chalicelib.security.service.codes import use_recovery_code, verify_totp
from chalicelib.security.service.data_rights import PART as DATA_RIGHTS
from chalicelib.security.service.data_rights import close_key, closed_vault, destroy_key
from chalicelib.security.service.factors import second_factors
from chalicelib.security.service.limits import take
from chalicelib.security.service.owner_keys import create_key, keep_key, rotate_owner_key, vault
from chalicelib.security.service.passwords import require_strong
from chalicelib.security.service.proofs import require_proof
from chalicelib.security.service.receipts import sign_receipt
from chalicelib.security.service.tokens import (
    issue_access_token,
    sign_id_token,
    verify_access_token,
)

__all__ = [
    "DATA_RIGHTS",
    "Allowance",
    "Claims",
    "FactorRefused",
    "Factors",
    "InvalidToken",
    "IssuedToken",
    "Limit",
    "OwnerKeyAbsent",
    "PasskeyOptions",
    "PasskeyProof",
    "WeakPassword",
    "close_key",
    "closed_vault",
    "create_key",
    "destroy_key",
    "issue_access_token",
    "keep_key",
    "passkey_options",
    "require_proof",
    "require_strong",
    "rotate_owner_key",
    "second_factors",
    "sign_id_token",
    "sign_receipt",
    "take",
    "use_recovery_code",
    "vault",
    "verify_access_token",
    "verify_passkey",
    "verify_totp",
]
