"""Which module has which paths: written by `make openapi`, read by `functions._edge.loading`."""

from __future__ import annotations

from typing import Final

PATHS: Final = {
    "audit": (
        "/v1/security/anchors",
        "/v1/security/audit",
        "/v1/security/audit/proof",
        "/v1/security/ledger",
        "/v1/security/receipt-keys",
    ),
    "factors": (
        "/v1/security/factors",
        "/v1/security/recovery-codes",
        "/v1/security/totp",
        "/v1/security/totp/confirm",
    ),
    "metadata": (
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    ),
    "passkeys": (
        "/v1/security/passkeys",
        "/v1/security/passkeys/options",
        "/v1/security/passkeys/{passkey_id}",
    ),
    "published": (
        "/.well-known/jwks.json",
        "/v1/security/password-check",
        "/v1/security/password-policy",
    ),
    "step_up": (
        "/v1/security/step-up",
        "/v1/security/step-up/options",
    ),
}
