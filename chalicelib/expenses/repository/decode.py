"""From items to objects, by hand: a list of 100 transactions must cost less than 3 ms of CPU.

`tests/slice/expenses/test_layout.py` holds these readers equal to the items' definitions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, cast

from chalicelib.expenses.model.accounts import Account, AccountKind
from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.transactions import Filing, SetBy, Source, Status, Transaction
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.expenses.repository import packing
from chalicelib.expenses.repository.table import (
    ACCOUNT,
    TRANSACTION,
    binary,
    day,
    flag,
    instant,
    number,
    opened,
    text,
)
from chalicelib.kernel.money import Money
from chalicelib.kernel.tables import Raw
from chalicelib.kernel.vault import Vault

_DAY = 10


def account_of(item: Raw, vault: Vault, added: Mapping[str, int]) -> Account:
    """Read an account; `added` is what the running unit of work adds to it."""
    return Account(
        id=item["sk"]["S"].removeprefix(ACCOUNT),
        version=number(item, "version") + added.get("version", 0),
        name=opened(vault, item, "name"),
        kind=cast("AccountKind", item["kind"]["S"]),
        currency=item["currency"]["S"],
        opening_minor=number(item, "opening"),
        balance_minor=number(item, "balance") + added.get("balance", 0),
        entries=number(item, "entries") + added.get("entries", 0),
        archived=flag(item, "archived"),
        pending_minor=(number(item, "pending") if "pending" in item else 0)
        + added.get("pending", 0),
        created_at=instant(item, "created_at"),
        updated_at=instant(item, "updated_at"),
        made=binary(item, "made"),
        opened_by=text(item, "opened_by"),
        reconciliation_id=text(item, "reconciliation_id"),
        reconciled_on=day(item, "reconciled_on"),
    )


def transaction_of(item: Raw, vault: Vault) -> Transaction:
    """Read a live transaction."""
    return Transaction(
        id=item["sk"]["S"].removeprefix(TRANSACTION),
        version=number(item, "version"),
        account_id=item["account_id"]["S"],
        amount=Money(number(item, "amount"), item["currency"]["S"]),
        booked_on=date.fromisoformat(item["by_day"]["S"][:_DAY]),
        payee=opened(vault, item, "payee"),
        payee_id=item["payee_id"]["S"],
        bank_payee=opened(vault, item, "bank_payee"),
        notes=opened(vault, item, "notes"),
        filing=Filing(
            category_id=text(item, "category_id"),
            by=cast("SetBy", item["filed_by"]["S"]),
            confidence=number(item, "confidence") if "confidence" in item else None,
        ),
        status=cast("Status", item["status"]["S"]),
        source=cast("Source", item["source"]["S"]),
        import_id=text(item, "import_id"),
        created_at=instant(item, "created_at"),
        updated_at=instant(item, "updated_at"),
        made=binary(item, "made"),
        **{name: read(item, vault) for name, read in _SELDOM.items() if name in item},
    )


def _tags(item: Raw, vault: Vault) -> tuple[str, ...]:
    return tuple(json.loads(opened(vault, item, "tags")))


def _parts(item: Raw, vault: Vault) -> tuple[Part, ...]:
    notes = json.loads(opened(vault, item, "part_notes") or "{}")
    return packing.read_parts(item["parts"]["S"], item["currency"]["S"], notes)


def _transfer(item: Raw, _vault: Vault) -> Transfer:
    return packing.read_transfer(item["transfer"]["S"], item["currency"]["S"])


_SELDOM: Final[Mapping[str, Callable[[Raw, Vault], Any]]] = {
    "tags": _tags,
    "set_by": lambda item, _: json.loads(item["set_by"]["S"]),
    "original": lambda item, _: packing.read_money(item["original"]["S"]),
    "rate": lambda item, _: packing.read_rate(item["rate"]["S"]),
    "parts": _parts,
    "transfer": _transfer,
    "refunds": lambda item, _: packing.read_refunds(item["refunds"]["S"]),
    "refunded": lambda item, _: packing.read_refunded(item["refunded"]["S"]),
    "bank_ref": lambda item, _: binary(item, "bank_ref"),
    "absorbed": lambda item, vault: opened(vault, item, "absorbed"),
    "change": lambda item, _: number(item, "change"),
    "reconciled_in": lambda item, _: text(item, "reconciled_in"),
}
"""What most transactions do not have: where it is absent, the default stands."""


def accounts_of(item: Raw) -> frozenset[str]:
    """Give the accounts that a transaction lies on, without opening what is sealed."""
    found = {item["account_id"]["S"]}
    if "transfer" in item:
        found.add(json.loads(item["transfer"]["S"])["to_account_id"])
    if "parts" in item:
        parts = json.loads(item["parts"]["S"])
        found.update(part["account_id"] for part in parts if "account_id" in part)
    return frozenset(found)


def categories_of(item: Raw) -> frozenset[str]:
    """Give the categories that a transaction counts in, empty text where it counts in none; of a transfer nothing."""
    if "transfer" in item:
        fee = json.loads(item["transfer"]["S"]).get("fee_category_id")
        return frozenset({fee} if fee else ())
    if "parts" in item:
        return frozenset(part.get("category_id", "") for part in json.loads(item["parts"]["S"]))
    return frozenset({text(item, "category_id") or ""})
