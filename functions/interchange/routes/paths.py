"""Which module has which paths: written by `make openapi`, read by `functions._edge.loading`."""

from __future__ import annotations

from typing import Final

PATHS: Final = {
    "connections": (
        "/v1/interchange/connections",
        "/v1/interchange/connections/{connection_id}",
        "/v1/interchange/connections/{connection_id}/link",
        "/v1/interchange/connections/{connection_id}/sync",
        "/v1/interchange/webhooks/{provider}",
    ),
    "exports": (
        "/v1/interchange/exports",
        "/v1/interchange/exports/{export_id}",
    ),
    "imports": (
        "/v1/interchange/imports",
        "/v1/interchange/imports/{import_id}",
        "/v1/interchange/imports/{import_id}/commit",
        "/v1/interchange/imports/{import_id}/labels",
        "/v1/interchange/imports/{import_id}/revert",
        "/v1/interchange/imports/{import_id}/rows",
    ),
    "ledger": ("/v1/interchange/ledger",),
    "originals": (
        "/v1/interchange/coverage",
        "/v1/interchange/imports/{import_id}/file",
    ),
    "profiles": (
        "/v1/interchange/profiles",
        "/v1/interchange/profiles/{profile_id}",
    ),
}
