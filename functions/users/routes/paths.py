"""Which module has which paths: written by `make openapi`, read by `functions._edge.loading`."""

from __future__ import annotations

from typing import Final

PATHS: Final = {
    "account": (
        "/v1/users/logout",
        "/v1/users/me",
        "/v1/users/me/sessions",
        "/v1/users/me/sessions/{session_id}",
    ),
    "admin": (
        "/v1/users/admin/users",
        "/v1/users/admin/users/search",
        "/v1/users/admin/users/{user_id}",
    ),
    "api_tokens": (
        "/v1/users/me/api-tokens",
        "/v1/users/me/api-tokens/{token_id}",
    ),
    "data_rights": (
        "/v1/users/erasure-receipts/{receipt_id}",
        "/v1/users/me",
        "/v1/users/me/data-export",
        "/v1/users/me/data-export/{job_id}",
        "/v1/users/me/erasure",
        "/v1/users/me/restore",
    ),
    "email": (
        "/v1/users/email/confirm",
        "/v1/users/email/stop",
        "/v1/users/me/email",
    ),
    "households": (
        "/v1/users/household-splits/{split_id}",
        "/v1/users/households",
        "/v1/users/households/join",
        "/v1/users/households/{household_id}",
        "/v1/users/households/{household_id}/invitations",
        "/v1/users/households/{household_id}/invitations/{invitation_id}",
        "/v1/users/households/{household_id}/leave",
        "/v1/users/households/{household_id}/members/{user_id}",
        "/v1/users/households/{household_id}/split",
    ),
    "ledger": ("/v1/users/ledger",),
    "oauth": (
        "/v1/users/oauth/authorize",
        "/v1/users/oauth/client",
        "/v1/users/oauth/clients",
        "/v1/users/oauth/clients/{client_id}",
        "/v1/users/oauth/consents",
        "/v1/users/oauth/consents/{client_id}",
        "/v1/users/oauth/introspect",
        "/v1/users/oauth/revoke",
        "/v1/users/oauth/token",
        "/v1/users/oauth/userinfo",
    ),
    "oidc": (
        "/v1/users/me/identities",
        "/v1/users/me/identities/{provider}",
        "/v1/users/me/identities/{provider}/start",
        "/v1/users/oidc/apple/form-post",
        "/v1/users/oidc/{provider}/callback",
        "/v1/users/oidc/{provider}/start",
    ),
    "passwords": (
        "/v1/users/password/change",
        "/v1/users/password/forgot",
        "/v1/users/password/reset",
        "/v1/users/session",
        "/v1/users/session/renew",
        "/v1/users/step-up",
    ),
    "preferences": ("/v1/users/me/preferences",),
    "signing_in": (
        "/v1/users/login",
        "/v1/users/login/mfa",
        "/v1/users/login/passkey",
        "/v1/users/login/passkey/options",
        "/v1/users/register",
        "/v1/users/token/refresh",
        "/v1/users/verify-email",
    ),
    "support": (
        "/v1/users/me/support-grants",
        "/v1/users/me/support-grants/{grant_id}",
    ),
}
