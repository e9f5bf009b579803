"""From items to objects, by hand: a list of 100 transactions must cost less than 3 ms of CPU.

`tests/slice/expenses/test_layout.py` holds these readers equal to the items' definitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import cast

from chalicelib.expenses.model.accounts import Account, AccountKind
from chalicelib.expenses.model.transactions import Filing, SetBy, Source, Status, Transaction
from chalicelib.expenses.repository.table import (
    ACCOUNT,
    TRANSACTION,
    binary,
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
        created_at=instant(item, "created_at"),
        updated_at=instant(item, "updated_at"),
        made=binary(item, "made"),
        opened_by=text(item, "opened_by"),
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
    )
