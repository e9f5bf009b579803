"""The end of an owner's data: what security has of it, the key that closes and is destroyed, and the receipt."""

from __future__ import annotations

from chalicelib.security.service.data_rights import PART as DATA_RIGHTS
from chalicelib.security.service.data_rights import close_key, closed_vault, destroy_key
from chalicelib.security.service.receipts import sign_receipt

__all__ = [
    "DATA_RIGHTS",
    "close_key",
    "closed_vault",
    "destroy_key",
    "sign_receipt",
]
