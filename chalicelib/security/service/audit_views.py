"""What may be read of the audit: apart from the writing of it, which loads no wire shapes."""

from __future__ import annotations

from chalicelib.security.repository import receipt_keys as stored_keys
from chalicelib.security.schemas.audit import ReceiptKeysOut
from chalicelib.security.schemas.published import JwkOut


def receipt_keys() -> ReceiptKeysOut:
    """Give the public halves of the receipt keys of all times."""
    return ReceiptKeysOut(
        keys=[
            JwkOut(kty="EC", crv="P-256", alg="ES256", use="sig", kid=row.kid, x=row.x, y=row.y)
            for row in stored_keys.receipt_keys()
        ]
    )
