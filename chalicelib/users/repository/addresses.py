"""Whose an address is: `EML#<version>#<keyed hash>`, which makes it unique."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Final

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel import aws
from chalicelib.kernel.commit import Commit
from chalicelib.kernel.keys import provider
from chalicelib.kernel.tables import Row, WholeNumber
from chalicelib.kernel.transaction import LostRace, raw_key
from chalicelib.users.model.users import Address
from chalicelib.users.repository.table import TABLE

_LOOKUP_VERSION: Final = "v1"
_ADDRESS_SK: Final = "EML"


class AddressRow(Row):
    """Whose an address is."""

    user_id = UnicodeAttribute()
    state = UnicodeAttribute()
    version = WholeNumber()
    ttl = WholeNumber(null=True)


def address_key(address: str) -> str:
    """Give the partition key of a normalised address: a keyed hash, so the table names nobody."""
    key = provider().secret("email-lookup")
    digest = hmac.new(key, address.encode(), hashlib.sha256).hexdigest()
    return f"EML#{_LOOKUP_VERSION}#{digest}"


def find_address(key: str) -> Address | None:
    """Read whose an address is, expired sign-ups included: the next one must replace exactly that row."""
    answer = aws.dynamodb().get_item(
        TableName=TABLE.name, Key=raw_key((key, _ADDRESS_SK)), ConsistentRead=True
    )
    if "Item" not in answer:
        return None
    row = AddressRow.from_raw_data(answer["Item"])
    return Address(
        key=row.pk, user_id=row.user_id, verified=row.state == "verified", version=row.version
    )


def save_address(commit: Commit, address: Address, *, until: datetime | None) -> None:
    """Write whose an address is, over the version before it; `until` lets a pending one expire."""
    row = AddressRow(
        address.key,
        _ADDRESS_SK,
        user_id=address.user_id,
        state="verified" if address.verified else "pending",
        version=address.version,
        ttl=int(until.timestamp()) if until else None,
    )
    commit.put(row, expect=address.version - 1, refusal=LostRace())


def release_address(commit: Commit, address: Address) -> None:
    """Give an address up, at the version that was read."""
    commit.delete((address.key, _ADDRESS_SK), expect=address.version, refusal=LostRace())
