"""Taking accounts along as pure decisions: who may, and that nothing but ids and the category changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.commands import Taking
from chalicelib.expenses.model.accounts import Account
from chalicelib.expenses.model.splitting import (
    counted,
    refusal,
    taken_account,
    taken_transaction,
)
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.kernel.money import Money

AT = datetime(2026, 11, 2, tzinfo=UTC)
ACCOUNT = Account(
    id="a",
    version=7,
    name="Bob's",
    kind="bank",
    currency="EUR",
    opening_minor=250_00,
    balance_minor=234_75,
    entries=5,
    archived=False,
    created_at=AT,
    updated_at=AT,
    made=b"m",
    opened_by="bob",
)


@pytest.mark.parametrize(
    ("account", "mode", "taken", "full", "expected"),
    [
        (None, "copy", False, False, "account-not-found"),
        (ACCOUNT, "move", False, False, None),
        (replace(ACCOUNT, opened_by="ada"), "move", False, False, "account-not-yours"),
        (replace(ACCOUNT, opened_by=None), "move", False, False, "account-not-yours"),
        (replace(ACCOUNT, opened_by="ada"), "copy", False, False, None),
        (ACCOUNT, "copy", True, False, "already-taken"),
        (ACCOUNT, "move", False, True, "limit-reached"),
    ],
)
def test_who_may_take_an_account(
    account: Account | None, mode: str, taken: bool, full: bool, expected: str | None
) -> None:
    said = refusal(account, user_id="bob", mode=mode, taken=taken, full=full)  # type: ignore[arg-type] # a mode
    assert said == expected


def test_an_account_begins_with_its_opening_balance() -> None:
    new = taken_account(ACCOUNT, "b", AT)
    assert (new.id, new.version, new.balance_minor, new.entries) == ("b", 1, 250_00, 0)
    assert (new.name, new.currency, new.opening_minor) == ("Bob's", "EUR", 250_00)
    assert (new.opened_by, new.made) == (None, None)


@given(
    st.integers(-(10**17), 10**17), st.dates(), st.text(), st.text(), st.none() | st.just("mine")
)
def test_a_transaction_keeps_its_amount_its_day_and_its_words(
    minor: int, day: date, payee: str, notes: str, category: str | None
) -> None:
    one = Transaction(
        id="t",
        version=3,
        account_id="a",
        amount=Money(minor, "EUR"),
        booked_on=day,
        payee=payee,
        payee_id="p",
        notes=notes,
        filing=Filing(category_id="theirs", by="user"),
        source="import",
        created_at=AT,
        updated_at=AT,
        import_id="i",
        bank_payee="BANK",
        made=b"m",
    )
    new = taken_transaction(
        one, new_id="n", account_id="b", payee_id="q", category_id=category, at=AT
    )
    kept = ("amount", "booked_on", "payee", "bank_payee", "notes", "source", "status", "created_at")
    assert [getattr(new, name) for name in kept] == [getattr(one, name) for name in kept]
    assert (new.id, new.version, new.account_id, new.payee_id) == ("n", 1, "b", "q")
    assert (new.import_id, new.made) == (None, None)
    assert new.filing.category_id == category
    assert new.filing.by == ("user" if category else "none")


def test_a_step_adds_to_what_came_before() -> None:
    def taking(account_id: str, count: int) -> Taking:
        return Taking(
            account_id=account_id, new_id="n", archived=False, transactions=count, problem=None
        )

    assert counted((taking("a", 40), taking("b", 0)), {"a": 2}) == (taking("a", 42), taking("b", 0))
