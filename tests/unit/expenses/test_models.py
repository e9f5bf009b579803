"""The ledger's pure decisions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.errors import (
    AccountArchived,
    BalanceOutOfRange,
    FutureTransaction,
    WrongCurrency,
)
from chalicelib.expenses.events import Posting
from chalicelib.expenses.model.accounts import Account, accept, in_range
from chalicelib.expenses.model.catalogue import StoredCategory, catalogue, children_of
from chalicelib.expenses.model.categories import DEFAULTS, default_id
from chalicelib.expenses.model.condition_reading import read_condition
from chalicelib.expenses.model.importing import by_account, totals
from chalicelib.expenses.model.rulebook import accounts_of
from chalicelib.expenses.model.transactions import check_day
from chalicelib.expenses.service.paging import cut
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.money import Money

AT = datetime(2026, 11, 2, tzinfo=UTC)
postings = st.builds(
    Posting,
    account_id=st.sampled_from(("a", "b")),
    category_id=st.sampled_from((None, "x", "y")),
    amount_minor=st.integers(-(10**18) + 1, 10**18 - 1),
    currency=st.sampled_from(("EUR", "USD")),
    booked_on=st.dates(date(2025, 12, 1), date(2026, 2, 28)),
)


@given(st.lists(postings, max_size=85))
def test_totals_add_up_to_the_rows(rows: list[Posting]) -> None:
    sums = totals(rows)

    assert sum(one.count for one in sums) == len(rows)
    assert all(one.income_minor >= 0 and one.expense_minor >= 0 for one in sums)
    keys = [(one.account_id, one.category_id, one.month, one.currency) for one in sums]
    assert len(set(keys)) == len(keys) <= 85
    for one in sums:
        mine = [
            row
            for row in rows
            if (row.account_id, row.category_id, str(row.booked_on)[:7], row.currency)
            == (one.account_id, one.category_id, one.month, one.currency)
        ]
        assert one.income_minor - one.expense_minor == sum(row.amount_minor for row in mine)
    assert totals(reversed(rows)) == sums


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers()), max_size=85))
def test_accounts_move_by_the_sum_of_their_rows(rows: list[dict[str, int]]) -> None:
    moved = by_account(rows)

    assert sum(amount for amount, _ in moved.values()) == sum(sum(row.values()) for row in rows)
    assert sum(count for _, count in moved.values()) == sum(map(len, rows))


def account(**more: Any) -> Account:
    given: dict[str, Any] = {
        "id": new_id(),
        "version": 1,
        "name": "A",
        "kind": "bank",
        "currency": "EUR",
        "opening_minor": 0,
        "balance_minor": 0,
        "entries": 0,
        "archived": False,
        "created_at": AT,
        "updated_at": AT,
        **more,
    }
    return Account(**given)


def test_an_account_takes_its_own_currency_while_it_is_open() -> None:
    accept(account(), Money(1, "EUR"))
    with pytest.raises(WrongCurrency):
        accept(account(), Money(1, "USD"))
    with pytest.raises(AccountArchived):
        accept(account(archived=True), Money(1, "EUR"))


def test_a_balance_has_at_most_38_digits() -> None:
    assert in_range(10**38 - 1) == 10**38 - 1
    for minor in (10**38, -(10**38)):
        with pytest.raises(BalanceOutOfRange):
            in_range(minor)


def test_a_year_ahead_can_be_booked() -> None:
    today = date(2026, 11, 22)
    check_day(date(2027, 11, 23), today)
    check_day(date(1970, 1, 1), today)
    with pytest.raises(FutureTransaction):
        check_day(date(2027, 11, 24), today)


def stored(**more: Any) -> StoredCategory:
    given: dict[str, Any] = {
        "id": new_id(),
        "version": 4,
        "name": "Bread",
        "kind": "expense",
        "parent_id": default_id("food"),
        "archived": False,
        "created_at": AT,
        "updated_at": AT,
        **more,
    }
    return StoredCategory(**given)


def test_without_rows_there_are_the_shipped_categories() -> None:
    entries = catalogue([])

    assert [entry.category for entry in entries.values()] == list(DEFAULTS)
    assert {entry.version for entry in entries.values()} == {1}


def test_a_row_without_a_kind_changes_a_shipped_category() -> None:
    food = default_id("food")
    entries = catalogue([stored(id=food, kind=None, parent_id=None, name="", archived=True)])

    assert entries[food].category.archived
    assert entries[food].category.name == "Food and drink"
    assert entries[food].version == 4


def test_the_children_of_a_category_stand_right_under_it() -> None:
    top = stored(parent_id=None)
    middle = stored(parent_id=top.id)
    entries = catalogue([top, middle, stored(parent_id=middle.id), stored(parent_id=top.id)])

    assert len(children_of(top.id, entries)) == 2


def test_the_accounts_that_a_condition_names_are_found_at_any_depth() -> None:
    one, two = new_id(), new_id()
    condition = read_condition(
        {
            "any": [
                {"not": {"field": "account_id", "operator": "equals", "value": one}},
                {"all": [{"field": "account_id", "operator": "one_of", "value": [one, two]}]},
                {"field": "payee", "operator": "contains", "value": one},
            ]
        }
    )

    assert not isinstance(condition, tuple)
    assert accounts_of(condition) == {one, two}


@given(count=st.integers(0, 30), limit=st.integers(1, 12))
def test_pages_of_a_short_list_hold_each_item_once(count: int, limit: int) -> None:
    items = list(range(count))
    ids = [f"id-{item}" for item in items]
    found: list[int] = []
    start = None
    while True:
        page = cut(items, ids, start, limit)
        found += page.items
        start = page.resume
        if start is None:
            break

    assert found == items


def test_a_page_goes_on_after_its_item_wherever_that_is_now() -> None:
    first = cut([1, 2, 3], ["a", "b", "c"], None, 2)

    assert cut([0, 1, 2, 3], ["z", "a", "b", "c"], first.resume, 2).items == (3,)
    assert cut([1, 3], ["a", "c"], first.resume, 2).items == (3,)
