"""The ledger's table: its items, their keys, and its one index.

Everything of an owner lies in one partition. Transactions are listed by day through the index, whose sort
attribute only live transactions have; a deleted one leaves the index and stays as a tombstone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, UnicodeAttribute
from typing_extensions import override

from chalicelib.expenses.repository import folding
from chalicelib.kernel.changes import known_words
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Index, Key, Raw, Row, Table, TableSpec, WholeNumber
from chalicelib.kernel.vault import Vault

BY_DAY: Final = Index("by_day", "pk", "by_day")
"""Live transactions by `<day>#<id>`; the table's own partition key is the index's as well."""
TABLE: Final = TableSpec(
    "expenses",
    ledger=True,
    indexes=(BY_DAY,),
    foldings={"TXN": folding.TRANSACTION},
    words=known_words(folding.WORDS),
)
TABLES: Final = (TABLE,)
LAYOUT: Final = 1
"""Version of the items' layout, kept in each of them."""
MOST_ITEMS: Final = 2_000
"""Categories or rules that an owner may have, tombstones of the last 90 days included."""
_PASSING: Final = timedelta(days=90)
LAST: Final = "~"
"""Sorts behind every id and every day."""


class ObjectRow(Row):
    """What all objects of the ledger have. `made` proves that a client repeats its own creation."""

    layout = WholeNumber()
    version = WholeNumber()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    made = BinaryAttribute(legacy_encoding=False, null=True)


class TombstoneRow(Row):
    """A deleted object: nothing personal is left, and its id means nothing else.

    Those of transactions and accounts stay for ever, those of categories and rules have a `ttl`. That of a
    household's transaction names its account, so that who may not see the account does not see its traces either.
    An imported row that was a copy says of which transaction (`copy_of`), which import brought it, and the
    number of the change by which that transaction took it in, if it took anything (`settled`). One that its owner
    let go into another transaction says so (`into`). One whose import was reverted may come again (`reverted`).
    """

    layout = WholeNumber()
    version = WholeNumber()
    deleted_at = UnicodeAttribute()
    account_id = UnicodeAttribute(null=True)
    copy_of = UnicodeAttribute(null=True)
    import_id = UnicodeAttribute(null=True)
    settled = WholeNumber(null=True)
    into = UnicodeAttribute(null=True)
    reverted = UnicodeAttribute(null=True)
    change = WholeNumber(null=True)
    ttl = WholeNumber(null=True)


class AccountRow(ObjectRow):
    """An account. `balance`, `pending`, `entries` and `version` grow by commutative additions."""

    name = BinaryAttribute(legacy_encoding=False)
    kind = UnicodeAttribute()
    currency = UnicodeAttribute()
    opening = WholeNumber()
    balance = WholeNumber()
    entries = WholeNumber()
    archived = BooleanAttribute()
    pending = WholeNumber(null=True)
    reconciliation_id = UnicodeAttribute(null=True)
    reconciled_on = UnicodeAttribute(null=True)
    opened_by = UnicodeAttribute(null=True)


class TransactionRow(ObjectRow):
    """A live transaction; the day stands in `by_day`.

    What few transactions have, from `tags` on, few items have: see `repository/packing.py`.
    """

    by_day = UnicodeAttribute()
    account_id = UnicodeAttribute()
    amount = WholeNumber()
    currency = UnicodeAttribute()
    payee_id = UnicodeAttribute()
    payee = BinaryAttribute(legacy_encoding=False)
    bank_payee = BinaryAttribute(legacy_encoding=False, null=True)
    notes = BinaryAttribute(legacy_encoding=False, null=True)
    category_id = UnicodeAttribute(null=True)
    filed_by = UnicodeAttribute()
    confidence = WholeNumber(null=True)
    status = UnicodeAttribute()
    source = UnicodeAttribute()
    import_id = UnicodeAttribute(null=True)
    tags = BinaryAttribute(legacy_encoding=False, null=True)
    tag_ids = UnicodeAttribute(null=True)
    set_by = UnicodeAttribute(null=True)
    original = UnicodeAttribute(null=True)
    rate = UnicodeAttribute(null=True)
    parts = UnicodeAttribute(null=True)
    part_notes = BinaryAttribute(legacy_encoding=False, null=True)
    transfer = UnicodeAttribute(null=True)
    refunds = UnicodeAttribute(null=True)
    refunded = UnicodeAttribute(null=True)
    bank_ref = BinaryAttribute(legacy_encoding=False, null=True)
    absorbed = BinaryAttribute(legacy_encoding=False, null=True)
    change = WholeNumber(null=True)
    reconciled_in = UnicodeAttribute(null=True)

    @override
    def raw(self) -> dict[str, dict[str, object]]:
        return folding.TRANSACTION.fold(super().raw())


class CategoryRow(ObjectRow):
    """A category of the owner, or what the owner changed on a shipped one (then without a kind)."""

    name = BinaryAttribute(legacy_encoding=False, null=True)
    kind = UnicodeAttribute(null=True)
    parent_id = UnicodeAttribute(null=True)
    archived = BooleanAttribute()
    merged_into = UnicodeAttribute(null=True)
    import_id = UnicodeAttribute(null=True)


class RuleRow(ObjectRow):
    """A rule: sealed whole, because names, payees and amounts say much about a person."""

    rule = BinaryAttribute(legacy_encoding=False)


ACCOUNT: Final = "ACC#"
TRANSACTION: Final = "TXN#"
CATEGORY: Final = "CFG#CAT#"
RULE: Final = "CFG#RUL#"
KNOWN_PAYEE: Final = "PAY#"
RECURRING: Final = "REC#"
SETUP: Final = "CFG#"
"""Categories and rules lie side by side, so that one query reads what the categoriser needs."""


def key(owner: Owner, prefix: str, identity: str) -> Key:
    """Give the key of an object."""
    return (str(owner), prefix + identity)


def place(sort_key: str, attribute: str) -> tuple[str, str, str]:
    """Name where a sealed value belongs."""
    return (TABLE.service, sort_key, attribute)


def opened(vault: Vault, item: Raw, attribute: str) -> str:
    """Open a sealed text of an item; absent is empty."""
    sealed = item.get(attribute)
    return vault.open(sealed["B"], *place(item["sk"]["S"], attribute)) if sealed else ""


def text(item: Raw, attribute: str) -> str | None:
    """Give a text attribute, or None where it is absent."""
    found = item.get(attribute)
    return found["S"] if found else None


def binary(item: Raw, attribute: str) -> bytes | None:
    """Give a binary attribute, or None where it is absent."""
    found = item.get(attribute)
    return found["B"] if found else None


def number(item: Raw, attribute: str) -> int:
    """Give a whole number; some engines write 10 as 1E+1."""
    digits: str = item[attribute]["N"]
    try:
        return int(digits)
    except ValueError:
        return WholeNumber().deserialize(digits)


def day(item: Raw, attribute: str) -> date | None:
    """Give a calendar day, or None where it is absent."""
    found = text(item, attribute)
    return date.fromisoformat(found) if found else None


def booked_day(item: Raw) -> date:
    """Give the day of a live transaction."""
    return date.fromisoformat(item["by_day"]["S"].partition("#")[0])


def instant(item: Raw, attribute: str) -> datetime:
    """Give an instant that `rfc3339` wrote."""
    return datetime.fromisoformat(item[attribute]["S"])


def flag(item: Raw, attribute: str) -> bool:
    """Give a truth value."""
    return bool(item[attribute]["BOOL"])


def is_deleted(item: Raw) -> bool:
    """Tell a tombstone from a live object."""
    return "deleted_at" in item


def tombstone(where: Key, *, version: int, at: datetime) -> TombstoneRow:
    """Make what stays of a deleted object."""
    return TombstoneRow(*where, layout=LAYOUT, version=version, deleted_at=rfc3339(at))


def passing_tombstone(where: Key, *, version: int, at: datetime) -> TombstoneRow:
    """Make what stays for 90 days of a deleted category or rule."""
    gone = tombstone(where, version=version, at=at)
    gone.ttl = int((at + _PASSING).timestamp())
    return gone


def setup_items(owner: Owner, prefix: str) -> Iterator[Raw]:
    """Read the items of categories and rules, tombstones too, or with their prefix those of one kind."""
    return Table(TABLE).query_all(
        str(owner), prefix, prefix + LAST, most=2 * MOST_ITEMS, consistent=True
    )


def payee_id(vault: Vault, normalised: str) -> str:
    """Derive a payee's id: the same for the same owner and normalised name, meaningless without the key."""
    return derived_id(vault.fingerprint("payee", normalised))
