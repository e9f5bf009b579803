"""The balance of an account on any day: exact, at the same cost for ten rows and ten thousand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.expenses.commands import ROWS_PER_CHUNK, SortMovements
from chalicelib.expenses.model.transactions import Filing, Status, Transaction
from chalicelib.expenses.repository import TABLE
from chalicelib.expenses.repository.movements import WAITING, read_days
from chalicelib.expenses.service import ledger
from chalicelib.kernel.context import Context, system_context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.money import Money
from chalicelib.kernel.tables import Table
from chalicelib.security import api as security
from tests.factories.expenses import (
    ACCOUNTS,
    TRANSACTIONS,
    Ears,
    balance,
    envelope,
    handed,
    laid,
    matching,
    opened,
    recorded,
    row,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud
from tests.support.taps import every_point, killed_at

pytestmark = pytest.mark.slice
OPENING: Final = {"amount": "100.00", "currency": "EUR"}


def asked(person: SignedIn, account_id: str, **query: str) -> list[Any]:
    reply = person.client.get(f"{ACCOUNTS}/{account_id}/balances", query=query)
    assert reply.status == 200, reply.text
    items: list[Any] = reply.json["items"]
    return items


def on(person: SignedIn, account_id: str, day: str) -> tuple[str, str]:
    (one,) = asked(person, account_id, to=day)
    assert one["on"] == day
    return one["balance"]["amount"], one["booked_balance"]["amount"]


def test_a_day_shows_what_was_there_at_its_end(person: SignedIn) -> None:
    account = opened(person, opening_balance=OPENING)["id"]
    recorded(person, account, "-30.00", booked_on="2026-10-31")
    recorded(person, account, "-5.00", booked_on="2026-11-02", status="pending")
    recorded(person, account, "-1.00", booked_on="2026-11-02", status="planned")
    recorded(person, account, "50.00", booked_on="2027-01-01")

    assert on(person, account, "1999-01-01") == ("100.00", "100.00")
    assert on(person, account, "2026-10-30") == ("100.00", "100.00")
    assert on(person, account, "2026-10-31") == ("70.00", "70.00")
    assert on(person, account, "2026-11-02") == ("65.00", "70.00")
    assert on(person, account, "2027-01-01") == ("115.00", "120.00")
    shown = person.client.get(f"{ACCOUNTS}/{account}").json
    assert shown["balance"]["amount"] == "115.00"
    assert shown["booked_balance"]["amount"] == "120.00"


def test_a_span_is_shown_by_day_or_by_month(person: SignedIn) -> None:
    account = opened(person)["id"]
    recorded(person, account, "-1.00", booked_on="2026-01-30")
    recorded(person, account, "-2.00", booked_on="2026-02-01")
    span = {"from": "2026-01-30", "to": "2026-03-02"}

    by_month = asked(person, account, **span, every="month")
    by_day = asked(person, account, **span)

    assert [(one["on"], one["balance"]["amount"]) for one in by_month] == [
        ("2026-01-31", "-1.00"),
        ("2026-02-28", "-3.00"),
        ("2026-03-02", "-3.00"),
    ]
    assert [one["balance"]["amount"] for one in by_day] == ["-1.00"] * 2 + ["-3.00"] * 30


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"from": "2026-02-02", "to": "2026-02-01"}, "?from"),
        ({"from": "2020-01-01", "to": "2026-02-01"}, "?from"),
        ({"from": "1900-01-01", "to": "2026-02-01", "every": "month"}, "?from"),
        ({"to": "2026-02-30"}, "?to"),
        ({"every": "year"}, "?every"),
        ({"on": "2026-02-01"}, "?on"),
    ],
)
def test_a_bad_question_is_named(
    person: SignedIn, account: str, query: dict[str, str], pointer: str
) -> None:
    reply = person.client.get(f"{ACCOUNTS}/{account}/balances", query=query)

    assert reply.status == 422
    assert [one["pointer"] for one in reply.json["errors"]] == [pointer]


def test_a_balance_costs_the_same_for_few_and_for_many(person: SignedIn) -> None:
    account = opened(person)["id"]
    costs = []
    for _ in range(2):
        recorded(person, account)
        recorded(person, account, booked_on="2026-10-30")
        with budget() as spent:
            on(person, account, "2026-11-30")
        costs.append((dict(spent.calls), spent.reads))

    # session and user; account; what waits; the months: two rows
    assert costs[0] == costs[1]
    assert costs[0] == ({"BatchGetItem": 2, "GetItem": 1, "Query": 1}, 6)


def test_a_movement_costs_one_item_and_another_day_two(person: SignedIn, account: str) -> None:
    recorded(person, account)
    with budget() as spent:
        one = recorded(person, account)
    # transaction, account, month with the count of guesses, META, CHG, outbox
    assert spent.writes == 6
    url = f"{TRANSACTIONS}/{one['id']}"
    with budget() as spent:
        one = person.client.patch(url, {"booked_on": "2026-12-24"}, headers=matching(one)).json
    # transaction, both months, META, CHG, outbox
    assert spent.writes == 6
    with budget() as spent:
        person.client.patch(url, {"notes": "x"}, headers=matching(one))
    # transaction, META, CHG
    assert spent.writes == 3


# --- the same as adding everything up


@dataclass(slots=True)
class Books:
    """Accounts of one owner, changed through the ledger, beside the plain list of what there is."""

    person: SignedIn
    accounts: list[str]
    live: dict[str, Transaction] = field(default_factory=dict)

    def unit(self) -> Context:
        ctx = system_context(self.person.owner, TABLE, vaults=security.vault)
        ctx.commit.open()
        return ctx

    def enter(self, place: int, amount: int, day: date, status: Status) -> None:
        ctx = self.unit()
        one = Transaction(
            id=new_id(),
            version=1,
            account_id=self.accounts[place],
            amount=Money(amount, "EUR"),
            booked_on=day,
            payee="x",
            payee_id=new_id(),
            notes="",
            filing=Filing(category_id=None, by="none"),
            source="manual",
            status=status,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        ledger.enter(ctx, one)
        ctx.commit.write()
        self.live[one.id] = one

    def change(self, place: int, amount: int, day: date, status: Status) -> None:
        if not self.live:
            return
        before = self.live[sorted(self.live)[amount % len(self.live)]]
        ctx = self.unit()
        after = replace(
            before,
            version=before.version + 1,
            account_id=self.accounts[place],
            amount=Money(amount, "EUR"),
            booked_on=day,
            status=status,
        )
        ledger.correct(ctx, before, after)
        ctx.commit.write()
        self.live[after.id] = after

    def strike(self, _: int, amount: int, day: date, status: Status) -> None:
        if not self.live:
            return
        gone = self.live.pop(sorted(self.live)[amount % len(self.live)])
        ctx = self.unit()
        ledger.strike(ctx, gone)
        ctx.commit.write()

    def naive(self, account: str, day: date) -> tuple[int, int, int, int]:
        known = [
            one
            for one in self.live.values()
            if one.account_id == account and one.booked_on <= day and one.status != "planned"
        ]
        amounts = [one.amount.amount_minor for one in known]
        booked = [one.amount.amount_minor for one in known if one.status != "pending"]
        open_ = [one for one in known if one.status == "posted"]
        locked = [one.amount.amount_minor for one in known if one.status == "reconciled"]
        return sum(amounts), sum(booked), sum(locked), len(open_)


_DAYS = st.dates(date(2026, 1, 28), date(2026, 3, 3))
_STEPS = st.tuples(
    st.sampled_from(["enter", "enter", "change", "change", "strike"]),
    st.integers(0, 1),
    st.integers(-10_000, 10_000),
    _DAYS,
    st.sampled_from(["posted", "posted", "pending", "reconciled", "planned"]),
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEPS, min_size=4, max_size=14))
def test_any_edits_leave_the_balance_of_every_day_the_sum_of_the_entries(
    cloud: Cloud, person: SignedIn, steps: list[Any]
) -> None:
    books = Books(person, [opened(person)["id"] for _ in range(2)])
    for name, *rest in steps:
        getattr(books, name)(*rest)

    for account in books.accounts:
        days = read_days(person.owner, account, until=date(2026, 3, 31))
        for back in range(0, 40, 3):
            day = date(2026, 3, 5) - timedelta(days=back)
            so_far = [one for when, one in days.items() if when <= day]
            assert (
                sum(one.amount for one in so_far),
                sum(one.amount - one.pending for one in so_far),
                sum(one.reconciled for one in so_far),
                sum(one.unreconciled for one in so_far),
            ) == books.naive(account, day)
        shown = person.client.get(f"{ACCOUNTS}/{account}").json
        amount, booked, *_ = books.naive(account, date(2027, 1, 1))
        assert shown["balance"]["amount"] == Money(amount, "EUR").amount
        assert shown["booked_balance"]["amount"] == Money(booked, "EUR").amount


# --- more months than a transaction has room for


def sparse(count: int, accounts: int = 1) -> list[Any]:
    """Rows of which each lies in a month of its own."""
    return [
        row(
            line,
            -line,
            statement=line % accounts,
            booked_on=date(1990 + line // 12, 1 + line % 12, 1 + line % 28),
        )
        for line in range(count)
    ]


def waits(person: SignedIn) -> int:
    item = Table(TABLE).get((str(person.owner), WAITING)) or {}
    return sum("#" in name for name in item)


def sums_of(person: SignedIn, accounts: list[str]) -> list[tuple[str, str]]:
    return [
        (on(person, account, "1993-06-15")[0], on(person, account, "2026-11-02")[0])
        for account in accounts
    ]


def expected(rows: list[Any], accounts: int) -> list[tuple[str, str]]:
    found = []
    for place in range(accounts):
        mine = [one for one in rows if one.statement == place]
        early = sum(one.amount_minor for one in mine if one.booked_on <= date(1993, 6, 15))
        whole = sum(one.amount_minor for one in mine)
        found.append((Money(early, "EUR").amount, Money(whole, "EUR").amount))
    return found


@pytest.mark.durable
@pytest.mark.parametrize("count", [1, 8])
def test_a_chunk_of_as_many_months_as_rows_fits_and_is_exact_at_once(
    cloud: Cloud, ears: Ears, person: SignedIn, count: int
) -> None:
    accounts = [opened(person)["id"] for _ in range(count)]
    rows = sparse(ROWS_PER_CHUNK, count)
    order = laid(person, rows, "", accounts={str(n): one for n, one in enumerate(accounts)})

    assert handed(cloud, envelope(person, order)) == []

    assert waits(person)
    assert sums_of(person, accounts) == expected(rows, count)
    (sort,) = [one for one in ears.envelopes if one.type == SortMovements.name]
    assert handed(cloud, sort.to_json()) == []
    for one in [one for one in ears.envelopes if one.type == SortMovements.name][1:]:
        assert handed(cloud, one.to_json()) == []
    assert waits(person) == 0
    assert sums_of(person, accounts) == expected(rows, count)
    assert all(
        balance(person, one) == whole
        for one, (_, whole) in zip(accounts, expected(rows, count), strict=True)
    )


@pytest.mark.durable
def test_sorting_what_waits_survives_a_death_at_every_call(cloud: Cloud, person: SignedIn) -> None:
    rows = sparse(ROWS_PER_CHUNK)
    ((_, whole),) = expected(rows, 1)

    def fresh() -> Any:
        account = opened(person)["id"]
        assert handed(cloud, envelope(person, laid(person, rows, account))) == []
        body = envelope(person, SortMovements())
        return account, lambda: handed(cloud, body)

    for point, side in list(every_point(fresh()[1])):
        account, act = fresh()
        assert killed_at(point, side, act) is not None
        assert on(person, account, "2026-11-02")[0] == whole
        assert act() == []
        assert act() == []
        assert on(person, account, "2026-11-02")[0] == whole


@pytest.mark.durable
def test_an_atomic_request_may_touch_as_many_months_as_it_has_operations(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    operations = [
        {
            "op": "create",
            "value": {
                "account_id": account,
                "amount": {"amount": "-1.00", "currency": "EUR"},
                "booked_on": date(2000 + place // 12, 1 + place % 12, 1).isoformat(),
            },
        }
        for place in range(50)
    ]

    reply = person.client.post(f"{TRANSACTIONS}/bulk", {"operations": operations, "atomic": True})

    assert reply.status == 200, reply.text
    assert on(person, account, "2001-12-31")[0] == "-24.00"
    cloud.drain()
    assert waits(person) == 0
    assert on(person, account, "2001-12-31")[0] == "-24.00"


def test_a_days_sum_of_coins_stays_within_what_the_store_holds(person: SignedIn) -> None:
    most = "6" * 20 + "." + "0" * 18
    account = opened(person, currency="ETH")["id"]
    recorded(person, account, most, currency="ETH")
    recorded(person, account, f"-{most}", currency="ETH", booked_on="2026-11-03")
    body = {
        "account_id": account,
        "amount": {"amount": most, "currency": "ETH"},
        "booked_on": "2026-11-02",
    }

    reply = person.client.post(TRANSACTIONS, body)

    assert (reply.status, reply.problem) == (422, "balance-out-of-range")
