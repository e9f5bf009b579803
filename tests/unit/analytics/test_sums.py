"""What events add to which sums: any order, any mixture, exact to the minor unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analytics.events import ChangedTotals
from chalicelib.analytics.model import periods
from chalicelib.analytics.model import sums as model
from chalicelib.analytics.model.sums import Cell, Deltas, Label, Sums
from chalicelib.expenses.events import (
    Posting,
    Total,
    TransactionChanged,
    TransactionRecorded,
    TransactionRemoved,
    TransactionsImported,
    TransactionsRevised,
)
from chalicelib.kernel.clock import Period
from chalicelib.kernel.events import Envelope, Message, encode

GROCERIES = "00000000-0000-8000-8000-000000000001"
SALARY = "00000000-0000-8000-8000-000000000002"
MOVED = "00000000-0000-8000-8000-000000000003"
LABELS = {
    GROCERIES: Label("Groceries", None, "expense"),
    SALARY: Label("Salary", None, "income"),
    MOVED: Label("Own accounts", None, "transfer"),
}
POSTINGS = st.builds(
    Posting,
    account_id=st.sampled_from(["a1", "a2"]),
    category_id=st.sampled_from([None, GROCERIES, SALARY]),
    amount_minor=st.integers(-(10**18) + 1, 10**18 - 1),
    currency=st.sampled_from(["EUR", "JPY"]),
    booked_on=st.dates(date(2026, 10, 1), date(2026, 12, 31)),
)


def posting(amount: int, **other: object) -> Posting:
    fields: dict[str, object] = {
        "account_id": "a1",
        "category_id": GROCERIES,
        "amount_minor": amount,
        "currency": "EUR",
        "booked_on": date(2026, 11, 5),
    }
    return Posting(**{**fields, **other})  # type: ignore[arg-type]


def merged(parts: list[Deltas]) -> dict[Cell, Sums]:
    found: dict[Cell, Sums] = {}
    for part in parts:
        for cell, sums in part.items():
            found[cell] = found.get(cell, Sums()) + sums
    return {cell: sums for cell, sums in found.items() if sums}


def test_a_payment_counts_upwards_as_expense() -> None:
    deltas = model.recorded(
        TransactionRecorded(transaction_id="t", postings=(posting(-1234),), source="manual")
    )

    assert deltas == {Cell("2026-11", "EUR", GROCERIES, "a1"): Sums(0, 1234, 1)}


def test_a_refund_counts_as_income_of_its_category() -> None:
    deltas = model.recorded(
        TransactionRecorded(transaction_id="t", postings=(posting(500),), source="manual")
    )

    assert deltas == {Cell("2026-11", "EUR", GROCERIES, "a1"): Sums(500, 0, 1)}


def test_a_transaction_of_nothing_is_counted() -> None:
    deltas = model.recorded(
        TransactionRecorded(transaction_id="t", postings=(posting(0),), source="manual")
    )

    assert list(deltas.values()) == [Sums(0, 0, 1)]


def test_a_change_of_nothing_that_counts_adds_nothing() -> None:
    same_month = posting(-1, booked_on=date(2026, 11, 6))

    assert not model.changed(
        TransactionChanged(transaction_id="t", before=(posting(-1),), after=(same_month,))
    )


def test_a_changed_amount_adds_the_difference_only() -> None:
    fact = TransactionChanged(transaction_id="t", before=(posting(-100),), after=(posting(-250),))

    assert model.changed(fact) == {Cell("2026-11", "EUR", GROCERIES, "a1"): Sums(0, 150, 0)}


def test_a_payment_turned_into_income_changes_sides() -> None:
    fact = TransactionChanged(transaction_id="t", before=(posting(-100),), after=(posting(100),))

    assert list(model.changed(fact).values()) == [Sums(100, -100, 0)]


def test_a_move_touches_both_places() -> None:
    after = posting(-100, category_id=None, booked_on=date(2026, 12, 1))
    deltas = model.changed(
        TransactionChanged(transaction_id="t", before=(posting(-100),), after=(after,))
    )

    assert deltas == {
        Cell("2026-11", "EUR", GROCERIES, "a1"): Sums(0, -100, -1),
        Cell("2026-12", "EUR", None, "a1"): Sums(0, 100, 1),
    }
    assert model.touched(deltas) == (
        ChangedTotals(month="2026-11", currency="EUR", categories=(GROCERIES,)),
        ChangedTotals(month="2026-12", currency="EUR", categories=(None,)),
    )


def test_totals_of_one_cell_in_one_chunk_are_added_up() -> None:
    one = Total(
        account_id="a1",
        category_id=None,
        month="2026-11",
        currency="EUR",
        income_minor=1,
        expense_minor=2,
        count=3,
    )
    fact = TransactionsImported(
        import_id="i", chunk=0, chunks=1, recorded=6, duplicates=0, totals=(one, one), change=1
    )

    assert model.imported(fact) == {Cell("2026-11", "EUR", None, "a1"): Sums(2, 4, 6)}


def test_many_changes_together_move_from_their_totals_before_to_those_after() -> None:
    one = Total(
        account_id="a1",
        category_id=None,
        month="2026-11",
        currency="EUR",
        income_minor=1,
        expense_minor=2,
        count=3,
    )
    other = replace(one, category_id=GROCERIES, count=2)
    fact = TransactionsRevised(job_id="j", before=(one, one), after=(one, other), change=1)

    assert model.revised(fact) == {
        Cell("2026-11", "EUR", None, "a1"): Sums(-1, -2, -3),
        Cell("2026-11", "EUR", GROCERIES, "a1"): Sums(1, 2, 2),
    }


@dataclass(frozen=True, slots=True)
class Life:
    """What happens to one transaction, and what is left of it."""

    postings: list[Posting]
    removed: bool

    def facts(self, name: str) -> list[Deltas]:
        found = [
            model.recorded(
                TransactionRecorded(
                    transaction_id=name, postings=(self.postings[0],), source="manual"
                )
            )
        ]
        found += [
            model.changed(TransactionChanged(transaction_id=name, before=(before,), after=(after,)))
            for before, after in zip(self.postings, self.postings[1:], strict=False)
        ]
        if self.removed:
            found.append(
                model.removed(
                    TransactionRemoved(transaction_id=name, postings=(self.postings[-1],))
                )
            )
        return found


LIVES = st.builds(Life, st.lists(POSTINGS, min_size=1, max_size=5), st.booleans())


@given(st.lists(LIVES, max_size=8), st.randoms(use_true_random=False))
def test_events_in_any_order_add_up_to_what_is_left(lives: list[Life], chance: object) -> None:
    parts = [part for number, life in enumerate(lives) for part in life.facts(f"t{number}")]
    chance.shuffle(parts)  # type: ignore[attr-defined]
    left = [life.postings[-1] for life in lives if not life.removed]

    sums = merged(parts)

    assert sum(one.count for one in sums.values()) == len(left)
    for currency in ("EUR", "JPY"):
        net = sum(one.net for cell, one in sums.items() if cell.currency == currency)
        assert net == sum(one.amount_minor for one in left if one.currency == currency)
    assert sums == merged(
        [
            model.recorded(
                TransactionRecorded(transaction_id="t", postings=(one,), source="manual")
            )
            for one in left
        ]
    )


# --- answers


def test_categories_add_up_to_their_currency_and_transfers_stand_apart() -> None:
    (euro,) = model.spending(
        [
            (Cell("2026-11", "EUR", GROCERIES, "a1"), Sums(100, 3000, 4)),
            (Cell("2026-11", "EUR", GROCERIES, "a2"), Sums(0, 1000, 1)),
            (Cell("2026-11", "EUR", SALARY, "a1"), Sums(200000, 0, 1)),
            (Cell("2026-11", "EUR", MOVED, "a1"), Sums(0, 5000, 1)),
            (Cell("2026-11", "EUR", MOVED, "a2"), Sums(5000, 0, 1)),
            (Cell("2026-11", "EUR", None, "a1"), Sums(0, 1, 1)),
        ],
        LABELS,
    )

    assert euro.sums == Sums(200100, 4001, 7)
    assert euro.transfers == Sums(5000, 5000, 2)
    assert [(one.category_id, one.sums, one.share) for one in euro.categories] == [
        (GROCERIES, Sums(100, 4000, 5), 9998),
        (None, Sums(0, 1, 1), 2),
        (SALARY, Sums(200000, 0, 1), 0),
    ]
    assert sum((one.sums for one in euro.categories), Sums()) == euro.sums


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=40),
    st.dictionaries(st.integers(0, 39), st.integers(1, 10**18), max_size=20),
)
def test_a_parents_roll_up_is_the_sum_of_its_whole_branch(
    parents: list[int], spent: dict[int, int]
) -> None:
    # a parent's number is below its child's, so there is no circle; 0 stands at the top
    above = {n: parent % n if n else None for n, parent in enumerate(parents)}
    labels = {
        str(n): Label(str(n), None if parent is None else str(parent), "expense")
        for n, parent in above.items()
    }
    cells = [
        (Cell("2026-11", "EUR", str(n), "a1"), Sums(0, amount, 1))
        for n, amount in spent.items()
        if n in above
    ]

    found = model.spending(cells, labels)

    def branch(n: int) -> int:
        below = [child for child, parent in above.items() if parent == n]
        return spent.get(n, 0) + sum(branch(child) for child in below)

    shown = {one.category_id: one for one in (found[0].categories if found else ())}
    assert {n for n in above if branch(n)} == {int(str(one)) for one in shown}
    for n in above:
        if branch(n):
            assert shown[str(n)].rolled_up.expense == branch(n)
            assert shown[str(n)].sums.expense == spent.get(n, 0)


def test_currencies_are_never_added_together() -> None:
    found = model.spending(
        [
            (Cell("2026-11", "USD", None, "a1"), Sums(0, 5, 1)),
            (Cell("2026-11", "EUR", None, "a1"), Sums(0, 7, 1)),
        ],
        {},
    )

    assert [(one.currency, one.sums.expense) for one in found] == [("EUR", 7), ("USD", 5)]


def test_what_was_removed_to_nothing_is_not_shown() -> None:
    (euro,) = model.spending(
        [
            (Cell("2026-11", "EUR", None, "a1"), Sums(0, 5, 1)),
            (Cell("2026-11", "EUR", None, "a2"), Sums(0, -5, -1)),
        ],
        {},
    )

    assert euro.categories == ()


@given(st.lists(st.integers(0, 10**20), max_size=60))
def test_shares_are_whole_and_sum_to_one(amounts: list[int]) -> None:
    parts = model.shares(amounts)

    assert sum(parts) == (model.WHOLE if any(amounts) else 0)
    total = sum(amounts)
    for amount, part in zip(amounts, parts, strict=True):
        assert abs(part * total - amount * model.WHOLE) < max(total, 1)


def test_a_trend_has_every_month_and_no_transfers() -> None:
    months = periods.span(Period(2027, 1), 3)

    (euro,) = model.trends(
        [
            (Cell("2026-11", "EUR", GROCERIES, "a1"), Sums(0, 5, 1)),
            (Cell("2026-11", "EUR", MOVED, "a1"), Sums(0, 9, 1)),
            (Cell("2027-01", "EUR", SALARY, "a1"), Sums(8, 0, 1)),
        ],
        LABELS,
        months,
    )

    assert euro.months == (
        ("2026-11", Sums(0, 5, 1)),
        ("2026-12", Sums()),
        ("2027-01", Sums(8, 0, 1)),
    )


def test_a_span_stops_where_the_calendar_starts() -> None:
    assert periods.span(Period(1, 2), 12) == (Period(1, 1), Period(1, 2))
    assert [str(one) for one in periods.span(Period(2026, 2), 4)] == [
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
    ]


def test_parts_count_where_they_belong_and_legs_of_a_transfer_apart() -> None:
    told = TransactionRecorded(
        transaction_id="t",
        postings=(
            posting(-100),
            posting(-50, category_id=None, account_id="a2"),
            posting(-500, category_id=None, transfer=True),
            posting(480, category_id=None, transfer=True, account_id="a2"),
        ),
        source="manual",
    )

    assert model.recorded(told) == {
        Cell("2026-11", "EUR", GROCERIES, "a1"): Sums(0, 100, 1),
        Cell("2026-11", "EUR", None, "a2"): Sums(0, 50, 1),
        Cell("2026-11", "EUR", "transfer", "a1"): Sums(0, 500, 1),
        Cell("2026-11", "EUR", "transfer", "a2"): Sums(480, 0, 1),
    }
    assert not merged(
        [
            model.recorded(told),
            model.removed(TransactionRemoved(transaction_id="t", postings=told.postings)),
        ]
    )


def test_a_refund_makes_its_purchase_smaller_and_is_no_income() -> None:
    purchase, refund = posting(-100, netted_minor=-30), posting(30, netted_minor=30)

    assert model.recorded(
        TransactionRecorded(transaction_id="t", postings=(purchase,), source="manual")
    ) == {Cell("2026-11", "EUR", GROCERIES, "a1"): Sums(0, 70, 1)}
    assert not model.recorded(
        TransactionRecorded(transaction_id="r", postings=(refund,), source="manual")
    )


def test_facts_of_the_time_of_one_posting_are_still_read() -> None:
    one = '{"account_id":"a","category_id":null,"amount_minor":-5,"currency":"EUR","booked_on":"2026-11-05"}'
    recorded = heard(
        TransactionRecorded, f'{{"transaction_id":"t","posting":{one},"source":"manual"}}'
    )
    changed = heard(TransactionChanged, f'{{"transaction_id":"t","before":{one},"after":{one}}}')
    removed = heard(TransactionRemoved, f'{{"transaction_id":"t","posting":{one}}}')

    assert recorded.postings == changed.before == changed.after == removed.postings  # type: ignore[attr-defined]
    assert heard(TransactionRecorded, encode(recorded)) == recorded


def heard(kind: type[Message], data: str) -> Message:
    return Envelope(
        id="i",
        type=kind.name,
        time=datetime(2026, 11, 5, tzinfo=UTC),
        owner="U#1",
        subject="t",
        sequence=1,
        trace="t",
        data=data,
    ).message()
