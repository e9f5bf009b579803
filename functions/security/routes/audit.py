"""The audit log, its proofs and anchors, and the public keys of receipts."""

from __future__ import annotations

from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.wire import PageOut
from chalicelib.security.schemas.audit import (
    ActionOut,
    AnchorsOut,
    AnchorsQuery,
    AuditQuery,
    ProofOut,
    ProofQuery,
    ReceiptKeysOut,
)
from chalicelib.security.service import audit_views
from functions._edge.ledgers import ledger_route
from functions.security.routes.edge import edge

ledger_route(edge)


@edge.endpoint(
    "GET",
    "/v1/security/audit",
    summary="What was done to your account",
    query=AuditQuery,
    out=PageOut[ActionOut],
    scope="security:read",
    people_only=True,
    household=True,
)
def list_actions(ctx: Context, query: AuditQuery) -> PageOut[ActionOut]:
    """List security actions, newest first; a page may be short before the end, only a null cursor is the end."""
    return audit_views.actions(ctx, query)


@edge.endpoint(
    "GET",
    "/v1/security/audit/proof",
    summary="The proof that an entry stands unchanged",
    query=ProofQuery,
    out=ProofOut,
    scope="security:read",
    people_only=True,
    household=True,
)
def read_proof(ctx: Context, query: ProofQuery) -> ProofOut:
    """Give the way from an entry of one of your change logs to a signed anchor, to be verified by anybody."""
    return audit_views.proof(ctx, query)


@edge.endpoint(
    "GET",
    "/v1/security/anchors",
    summary="Signed anchors of all change logs",
    query=AnchorsQuery,
    out=AnchorsOut,
    public=True,
)
def list_anchors(_visit: Visit, query: AnchorsQuery) -> AnchorsOut:
    """Give signed anchors in their order; keep the latest, and a rewritten chain will be seen."""
    return audit_views.anchors(query)


@edge.endpoint(
    "GET",
    "/v1/security/receipt-keys",
    summary="Public keys of receipts and anchors",
    out=ReceiptKeysOut,
    public=True,
)
def read_receipt_keys(_visit: Visit) -> ReceiptKeysOut:
    """Give the keys to verify receipts and anchors with; none is ever taken away."""
    return audit_views.receipt_keys()
