"""What becomes of two transactions that are one movement: what a person said stays, what is booked comes in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest

from chalicelib.expenses.model.pairing.candidate import candidate_of, legs_of, whole_id
from chalicelib.expenses.model.pairing.merging import can_go, can_merge, merged
from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.money import Money

AT: Final = datetime(2026, 11, 5, tzinfo=UTC)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def made(amount: int = -4_000, **more: Any) -> Transaction:
    given: dict[str, Any] = {
        "id": new_id(),
        "version": 3,
        "account_id": "a",
        "amount": eur(amount),
        "booked_on": date(2026, 11, 2),
        "payee": "LOTUS GARDEN BERLIN",
        "payee_id": "bank",
        "notes": "",
        "filing": Filing(category_id=None, by="none"),
        "source": "import",
        "created_at": AT,
        "updated_at": AT,
        **more,
    }
    return Transaction(**given)


def test_what_was_pending_takes_amount_and_day_and_keeps_its_id() -> None:
    held = made(status="pending", payee="LOTUS")
    after = merged(held, made(-4_600, booked_on=date(2026, 11, 4), bank_ref=b"1"), AT)

    assert (after.id, after.version, after.status) == (held.id, 4, "posted")
    assert (after.amount, after.booked_on) == (eur(-4_600), date(2026, 11, 4))
    assert (after.payee, after.bank_ref) == ("LOTUS GARDEN BERLIN", b"1")


def test_what_the_user_set_stays() -> None:
    mine = made(
        status="pending",
        payee="Lunch",
        notes="with Ines",
        tags=("team",),
        filing=Filing(category_id="c", by="user"),
        set_by={"payee": "user", "booked_on": "user", "amount": "user"},
    )
    other = made(-4_600, booked_on=date(2026, 11, 4), notes="SVWZ", tags=("x",))
    after = merged(mine, replace(other, filing=Filing(category_id="d", by="prior")), AT)

    same = ("payee", "notes", "tags", "filing", "amount", "booked_on")
    assert all(getattr(after, name) == getattr(mine, name) for name in same)
    assert (after.status, after.bank_payee) == ("posted", "LOTUS GARDEN BERLIN")


def test_what_only_the_other_has_comes_along() -> None:
    after = merged(
        made(), made(notes="a lamp", tags=("home",), filing=Filing(category_id="c", by="user")), AT
    )

    assert (after.notes, after.tags) == ("a lamp", ("home",))
    assert after.filing == Filing(category_id="c", by="user")


def test_what_is_booked_keeps_amount_and_day() -> None:
    mine = made(source="manual", payee="lunch")
    after = merged(mine, made(booked_on=date(2026, 11, 4)), AT)

    assert (after.amount, after.booked_on, after.payee) == (mine.amount, mine.booked_on, "lunch")
    assert (after.bank_payee, after.payee_id) == ("LOTUS GARDEN BERLIN", "bank")


def test_parts_follow_a_new_amount() -> None:
    parts = tuple(
        Part(id=str(at), account_id=None, category_id=None, amount=eur(-minor), notes="")
        for at, minor in enumerate((3_000, 1_000))
    )
    after = merged(made(status="pending", parts=parts), made(-4_400), AT)

    assert [one.amount for one in after.parts] == [eur(-3_300), eur(-1_100)]


@pytest.mark.parametrize(
    ("more", "goes"),
    [({}, True), ({"status": "reconciled"}, False), ({"status": "pending"}, True)],
)
def test_what_is_reconciled_does_not_go(more: dict[str, Any], goes: bool) -> None:
    assert can_go(made(**more)) is goes


class TestLegs:
    moved = made(
        -20_000,
        transfer=Transfer(to_account_id="b", received=eur(20_000), fee=eur(150)),
        source="manual",
    )

    def test_a_transfer_is_a_row_on_each_account(self) -> None:
        sent, arrived = legs_of(self.moved)

        assert (sent.account_id, sent.amount) == ("a", -20_150)
        assert (arrived.account_id, arrived.amount) == ("b", 20_000)
        assert whole_id(sent.id) == whole_id(arrived.id) == self.moved.id
        assert not can_merge(self.moved)

    def test_a_planned_one_is_none_yet(self) -> None:
        assert legs_of(replace(self.moved, status="planned")) == []

    def test_anything_else_is_one_row(self) -> None:
        one = made()
        assert legs_of(one) == [candidate_of(one)]

    def test_what_a_reconciliation_added_is_nobodys_copy(self) -> None:
        one = made(source="reconciliation")
        assert (legs_of(one), can_merge(one)) == ([], False)
