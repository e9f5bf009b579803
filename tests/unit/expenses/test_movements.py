"""Balances by day: the sum of what moved, whatever took whose place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.accounts import Account
from chalicelib.expenses.model.movements import (
    Moved,
    balances,
    count_points,
    difference,
    moves,
    points,
    summed,
    up_to,
)
from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.reconciliations import Reconciliation, compare, on_statement
from chalicelib.expenses.model.transactions import Filing, Status, Transaction
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.money import Money

DAY = date(2026, 11, 2)
AT = datetime(2026, 11, 2, tzinfo=UTC)
DAYS = st.dates(date(2025, 12, 1), date(2026, 3, 31))


def transaction(amount: int = -100, *, status: Status = "posted", **more: object) -> Transaction:
    made = Transaction(
        id=new_id(),
        version=1,
        account_id="a",
        amount=Money(amount, "EUR"),
        booked_on=DAY,
        payee="",
        payee_id="p",
        notes="",
        filing=Filing(category_id=None, by="none"),
        source="manual",
        status=status,
        created_at=AT,
        updated_at=AT,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def test_each_status_says_what_it_is() -> None:
    assert moves(None) == {}
    assert moves(transaction(status="planned")) == {}
    assert moves(transaction(status="pending")) == {("a", DAY): Moved(-100, pending=-100)}
    assert moves(transaction(status="posted")) == {("a", DAY): Moved(-100, unreconciled=1)}
    assert moves(transaction(status="reconciled")) == {("a", DAY): Moved(-100, reconciled=-100)}


def test_parts_on_one_account_are_one_entry_there() -> None:
    pieces = [(-60, None), (-30, None), (-10, "b")]
    parts = tuple(
        Part(id=new_id(), category_id=None, amount=Money(amount, "EUR"), account_id=account)
        for amount, account in pieces
    )

    assert moves(transaction(parts=parts)) == {
        ("a", DAY): Moved(-90, unreconciled=1),
        ("b", DAY): Moved(-10, unreconciled=1),
    }


def test_a_transfer_moves_each_account_on_its_own_day() -> None:
    later = DAY + timedelta(days=2)
    leg = Transfer(
        to_account_id="b",
        received=Money(90, "USD"),
        received_on=later,
        fee=Money(5, "EUR"),
    )

    assert moves(transaction(transfer=leg)) == {
        ("a", DAY): Moved(-105, unreconciled=1),
        ("b", later): Moved(90, unreconciled=1),
    }


def test_what_does_not_change_moves_nothing() -> None:
    one = transaction()

    assert difference(one, replace(one, payee="x")) == {}
    assert difference(one, replace(one, booked_on=date(2026, 12, 1))) == {
        ("a", DAY): Moved(100, unreconciled=-1),
        ("a", date(2026, 12, 1)): Moved(-100, unreconciled=1),
    }


@given(
    st.integers(-1_000, 1_000),
    st.lists(st.tuples(DAYS, st.integers(-500, 500), st.sampled_from(["posted", "pending"]))),
    st.lists(DAYS, min_size=1, max_size=6).map(sorted),
)
def test_a_balance_is_the_opening_one_and_all_entries_up_to_the_day(
    opening: int, entries: list[tuple[date, int, Status]], wanted: list[date]
) -> None:
    parts = [
        moves(transaction(amount, status=status, booked_on=day)) for day, amount, status in entries
    ]
    days = {day: one for (_, day), one in summed(parts).items()}

    for one in balances(opening, days, wanted):
        so_far = [entry for entry in entries if entry[0] <= one.on]
        assert one.amount_minor == opening + sum(amount for _, amount, _ in so_far)
        booked = sum(amount for _, amount, status in so_far if status == "posted")
        assert one.booked_minor == opening + booked
        assert one.reconciled_minor == opening
        assert up_to(days, one.on).unreconciled == sum(status == "posted" for *_, status in so_far)


@given(DAYS, DAYS, st.sampled_from(["day", "month"]))
def test_the_points_of_a_span_are_in_order_and_end_with_its_last_day(
    one: date, other: date, every: str
) -> None:
    first, last = min(one, other), max(one, other)

    found = list(points(first, last, every))  # type: ignore[arg-type]

    assert len(found) == count_points(first, last, every)  # type: ignore[arg-type]
    assert found == sorted(set(found))
    assert found[-1] == last
    assert all(first <= day <= last for day in found)
    if every == "month":
        assert all((day + timedelta(days=1)).day == 1 for day in found[:-1])


# --- reconciliation

ENTRIES = st.lists(
    st.tuples(DAYS, st.integers(-500, 500), st.sampled_from(["posted", "pending", "reconciled"])),
    max_size=12,
)


@given(st.integers(-1_000, 1_000), ENTRIES, DAYS, st.data())
def test_what_is_on_the_statement_and_what_is_left_out_make_the_books(
    opening: int, entries: list[tuple[date, int, Status]], day: date, data: st.DataObject
) -> None:
    known = [transaction(amount, status=status, booked_on=on) for on, amount, status in entries]
    candidates = [one for one in known if on_statement("a", one, day) is not None]
    left_out = [one for one in candidates if data.draw(st.booleans())]
    account = account_of(opening)
    statement = statement_of(
        closing=opening
        + sum(
            one.amount.amount_minor
            for one in known
            if one.booked_on <= day and one.status != "pending" and one not in left_out
        ),
        day=day,
        left_out=tuple(one.id for one in left_out),
    )

    before = compare(account, statement, days_of(known), left_out)

    assert before.difference_minor == 0
    assert before.unreconciled == len(candidates) - len(left_out)
    locked = [
        replace(one, status="reconciled") if one in candidates and one not in left_out else one
        for one in known
    ]
    finished = replace(statement, state="finished")
    after = compare(account, finished, days_of(locked), ())
    assert (after.difference_minor, after.unreconciled) == (0, len(left_out))


def days_of(known: list[Transaction]) -> dict[date, Moved]:
    return {day: one for (_, day), one in summed(map(moves, known)).items()}


def account_of(opening: int) -> Account:
    return Account(
        id="a",
        version=1,
        name="A",
        kind="bank",
        currency="EUR",
        opening_minor=opening,
        balance_minor=opening,
        entries=0,
        archived=False,
        created_at=AT,
        updated_at=AT,
    )


def statement_of(*, closing: int, day: date, left_out: tuple[str, ...]) -> Reconciliation:
    return Reconciliation(
        id="r",
        version=1,
        account_id="a",
        day=day,
        closing_minor=closing,
        state="open",
        left_out=left_out,
        created_at=AT,
        updated_at=AT,
    )
