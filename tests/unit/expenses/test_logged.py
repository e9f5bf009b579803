"""Whatever a transaction has, the change log brings it back: a field that is forgotten there is lost by an undo."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, replace
from datetime import UTC, date, datetime
from typing import Final

import pytest

from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.refunds import Refunded, RefundLink
from chalicelib.expenses.model.transactions import Filing, Transaction, UsedRate
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.expenses.repository.logged import transaction_from
from chalicelib.expenses.repository.transactions import _whole
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Money

NOW: Final = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PLAIN: Final = Transaction(
    id=derived_id("t"),
    version=3,
    account_id=derived_id("a"),
    amount=Money(-1_000, "EUR"),
    booked_on=date(2026, 11, 2),
    payee="",
    payee_id=derived_id("p"),
    notes="",
    filing=Filing(category_id=None, by="none"),
    source="manual",
    created_at=NOW,
    updated_at=NOW,
)
FULL: Final = {
    "payee": "Kiosk",
    "notes": "cake",
    "filing": Filing(category_id=derived_id("c"), by="rule", confidence=80),
    "source": "import",
    "bank_payee": "KIOSK 7",
    "import_id": derived_id("i"),
    "status": "pending",
    "made": b"0123456789abcdef",
    "tags": ("Home", "Party"),
    "set_by": {"payee": "user", "tags": "rule"},
    "original": Money(-1_100, "USD"),
    "rate": UsedRate(rate="0.9", day=date(2026, 11, 1), source="ecb"),
    "parts": (
        Part(id=derived_id("1"), category_id=None, amount=Money(-400, "EUR"), notes="theirs"),
        Part(
            id=derived_id("2"),
            category_id=derived_id("c"),
            amount=Money(-600, "EUR"),
            account_id=derived_id("b"),
        ),
    ),
    "transfer": Transfer(
        to_account_id=derived_id("b"),
        received=Money(900, "USD"),
        received_on=date(2026, 11, 4),
        fee=Money(10, "EUR"),
        fee_category_id=derived_id("c"),
    ),
    "refunds": (
        RefundLink(transaction_id=derived_id("o"), amount_minor=5, currency="EUR", covered_minor=6),
    ),
    "refunded": (Refunded(refund_id=derived_id("r"), amount_minor=5, part_id=derived_id("1")),),
    "bank_ref": b"fedcba9876543210",
    "absorbed": '{"x":1}',
    "reconciled_in": derived_id("s"),
}


def logged(one: Transaction) -> Transaction:
    state = json.loads(json.dumps(_whole(one)))
    known = transaction_from(state, one.id, version=one.version)
    return replace(known, updated_at=one.updated_at)


@pytest.mark.parametrize("name", FULL)
def test_each_field_comes_back_from_the_log(name: str) -> None:
    one = replace(PLAIN, **{name: FULL[name]})  # type: ignore[arg-type]

    assert logged(one) == one


def test_a_plain_transaction_comes_back_whole() -> None:
    assert logged(PLAIN) == PLAIN


def test_no_field_was_forgotten_here() -> None:
    optional = {
        one.name
        for one in fields(Transaction)
        if one.default is not MISSING or one.default_factory is not MISSING
    }

    # the number of the change is the item's own, and no state of a transaction
    assert optional - {"change"} <= set(FULL)
