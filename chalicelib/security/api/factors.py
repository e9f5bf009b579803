"""Second factors and passkeys, for whoever signs people in."""

from __future__ import annotations

from chalicelib.security.errors import FactorRefused
from chalicelib.security.model.factors import Factors
from chalicelib.security.model.passkeys import PasskeyOptions, PasskeyProof
from chalicelib.security.service.assertions import passkey_options, verify_passkey
from chalicelib.security.service.codes import use_recovery_code, verify_totp
from chalicelib.security.service.factors import second_factors

__all__ = [
    "FactorRefused",
    "Factors",
    "PasskeyOptions",
    "PasskeyProof",
    "passkey_options",
    "second_factors",
    "use_recovery_code",
    "verify_passkey",
    "verify_totp",
]
