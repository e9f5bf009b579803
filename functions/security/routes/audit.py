"""The audit log, its proofs, and the public keys of receipts."""

from __future__ import annotations

from chalicelib.kernel.context import Visit
from chalicelib.security.schemas.audit import ReceiptKeysOut
from chalicelib.security.service import audit_views
from functions.security.routes.edge import edge


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
