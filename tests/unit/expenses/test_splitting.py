"""Taking accounts along as pure decisions: who may, and that nothing but ids and the category changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.commands import Taking
from chalicelib.expenses.model.accounts import Account
from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.portion import BETWEEN_OWN, portion
from chalicelib.expenses.model.splitting import (
    NewIds,
    counted,
    refusal,
    taken_account,
    taken_transaction,
)
from chalicelib.expenses.model.transactions import Filing, Transaction, moved
from chalicelib.expenses.model.transfers import Transfer
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
    ids = NewIds(accounts={"a": "b"}, category=lambda _: category)
    new = taken_transaction(one, new_id="n", payee_id="q", ids=ids, at=AT)
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


PLAIN = Transaction(
    id="00000000-0000-8000-8000-000000000001",
    version=3,
    account_id="a",
    amount=Money(-100_00, "EUR"),
    booked_on=date(2026, 11, 2),
    payee="",
    payee_id="p",
    notes="",
    filing=Filing(category_id="food", by="user"),
    source="manual",
    created_at=AT,
    updated_at=AT,
)
SPLIT = replace(
    PLAIN,
    parts=(
        Part(id="x", category_id="food", amount=Money(-60_00, "EUR")),
        Part(id="y", category_id="rent", amount=Money(-30_00, "EUR"), account_id="b"),
        Part(id="z", category_id=None, amount=Money(-10_00, "EUR"), account_id="c"),
    ),
)
SENT = replace(
    PLAIN,
    transfer=Transfer(
        to_account_id="b",
        received=Money(100_00, "EUR"),
        received_on=date(2026, 11, 4),
        fee=Money(1_50, "EUR"),
        fee_category_id="fees",
    ),
)


@pytest.mark.parametrize("whole", [PLAIN, SPLIT, SENT])
@pytest.mark.parametrize("taken", ["", "a", "b", "c", "ab", "bc", "abc"])
def test_what_goes_and_what_stays_are_the_whole(whole: Transaction, taken: str) -> None:
    pieces = [portion(whole, taken), portion(whole, set("abc") - set(taken))]

    sums: dict[str, int] = {}
    for piece in filter(None, pieces):
        for account_id, minor in moved(piece).items():
            sums[account_id] = sums.get(account_id, 0) + minor
        assert (
            piece.amount.amount_minor == sum(part.amount.amount_minor for part in piece.parts)
            or not piece.parts
        )
    assert sums == moved(whole)
    if pieces[0] is not None:
        assert set(pieces[0].accounts) <= set(taken)


def test_a_leg_alone_is_neither_income_nor_expense_and_its_fee_is_one() -> None:
    sent, arrived = portion(SENT, "a"), portion(SENT, "b")

    assert sent is not None
    assert arrived is not None
    assert [(p.category_id, p.amount_minor) for p in sent.postings] == [
        (BETWEEN_OWN, -100_00),
        ("fees", -1_50),
    ]
    assert [(p.category_id, p.amount_minor) for p in arrived.postings] == [(BETWEEN_OWN, 100_00)]
    assert arrived.booked_on == date(2026, 11, 4)
