"""Showing a second factor again."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import ConfigDict, Field, model_validator

from chalicelib.kernel.wire import Wire
from chalicelib.security.model.proofs import ProofMethod
from chalicelib.security.schemas.factors import Code, RecoveryCode
from chalicelib.security.schemas.passkeys import PasskeyAnswer

_METHODS: Final[dict[str, ProofMethod]] = {
    "totp": "totp",
    "recovery_code": "recovery-code",
    "passkey": "passkey",
}


class StepUp(Wire):
    """One second factor: a code of the app, a recovery code, or a passkey's answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"totp": "492039"}]})

    totp: Annotated[Code, Field(examples=["492039"])] | None = None
    recovery_code: RecoveryCode | None = None
    passkey: PasskeyAnswer | None = None

    @model_validator(mode="after")
    def _one(self) -> StepUp:
        if sum(getattr(self, name) is not None for name in _METHODS) != 1:
            msg = "exactly one of totp, recovery_code and passkey"
            raise ValueError(msg)
        return self

    def method(self) -> ProofMethod:
        """Say which factor it is."""
        return next(kind for name, kind in _METHODS.items() if getattr(self, name) is not None)


class StepUpOut(Wire):
    """That the session has a fresh proof, and until when it counts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "method": "totp",
                    "proved_at": "2026-11-02T09:30:00.000Z",
                    "expires_at": "2026-11-02T09:40:00.000Z",
                }
            ]
        }
    )

    method: ProofMethod
    proved_at: str
    expires_at: str
