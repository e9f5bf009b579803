"""The only room of the security service that knows DynamoDB."""

from __future__ import annotations

from chalicelib.security.repository.limits import count
from chalicelib.security.repository.owner_keys import (
    OwnerKeyRow,
    add_owner_key,
    keep_owner_key,
    owner_key,
)
from chalicelib.security.repository.signing_keys import (
    SigningKeyRow,
    add_signing_key,
    signing_key_row,
    signing_keys,
)
from chalicelib.security.repository.table import KEYS, TABLE, TABLES

__all__ = [
    "KEYS",
    "TABLE",
    "TABLES",
    "OwnerKeyRow",
    "SigningKeyRow",
    "add_owner_key",
    "add_signing_key",
    "count",
    "keep_owner_key",
    "owner_key",
    "signing_key_row",
    "signing_keys",
]
