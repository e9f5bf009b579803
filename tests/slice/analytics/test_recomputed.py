"""Every report computed anew, slowly, from the rows of a ledger that somebody walked through at random.

The walk splits, transfers, refunds, edits, deletes, imports and undoes in four currencies; the rows are those that
a client reads, what they move and count is worked out by tests/support/ledger_check.py, and rates are read from
the shipped file by the few lines here. Nothing may differ by a minor unit.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from chalicelib.kernel.clock import Period, now
from tests.factories.expenses import ACCOUNTS, CATEGORIES
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.ledger_check import DIGITS, Books, Piece, minor, read
from tests.support.ledger_walk import Walk, step

pytestmark = pytest.mark.slice
ECB: Final = Path(__file__).resolve().parents[3] / "chalicelib/currency/data/ecb_rates.zip"
STEPS: Final = 40
Sum = tuple[int, int, int]


@pytest.fixture(scope="module", params=range(3, 9) if os.environ.get("XPENSE_FULL") else [3])
def walked(request: pytest.FixtureRequest, cloud: Cloud) -> tuple[SignedIn, Books]:
    person = signed_in(Client(cloud.app))
    walk = Walk(cloud, person, Random(request.param))
    walk.begin()
    for _ in range(STEPS):
        step(walk)
    cloud.drain()
    return person, read(person)


def asked(person: SignedIn, path: str, **query: str) -> Any:
    reply = person.client.get(f"/v1/analytics/{path}", query=query)
    assert reply.status == 200, reply.text
    return reply.json


def every(person: SignedIn, url: str) -> list[Any]:
    reply = person.client.get(url, query={"limit": "200"})
    assert reply.json["next_cursor"] is None
    items: list[Any] = reply.json["items"]
    return items


def counted(books: Books) -> list[Piece]:
    """Whatever counts in sums: a refund that a purchase explains counts for nothing of its own."""
    return [
        piece
        for found in books.moved.values()
        for piece in found
        if piece.counted or not piece.amount or piece.transfer
    ]


def transfers_of(person: SignedIn) -> set[str]:
    return {one["id"] for one in every(person, CATEGORIES) if one["kind"] == "transfer"}


def summed(pieces: Iterable[Piece], months: Iterable[str]) -> tuple[int, int]:
    wanted = set(months)
    mine = [one for one in pieces if str(Period.of(one.day)) in wanted]
    return (
        sum(max(one.counted, 0) for one in mine),
        sum(max(-one.counted, 0) for one in mine),
    )


def back(month: Period, months: int) -> Period:
    for _ in range(months):
        month = Period.of(month.first() - timedelta(days=1))
    return month


def stretch(until: Period, months: int) -> list[str]:
    return [str(back(until, one)) for one in reversed(range(months))]


def shown(flow: Any) -> tuple[int, int]:
    return minor(flow["income"]), minor(flow["expense"])


@pytest.mark.parametrize("by", ["category", "account"])
def test_cash_flow_is_the_plain_sum_of_the_rows(walked: tuple[SignedIn, Books], by: str) -> None:
    person, books = walked
    apart, until = transfers_of(person), Period(2026, 12)
    said = asked(person, "cash-flow", months="3", until=str(until), by=by)

    shown_currencies = {one["currency"]: one for one in said["currencies"]}
    for code in DIGITS:
        mine = [one for one in counted(books) if one.currency == code]
        spent = [one for one in mine if not one.transfer and one.category not in apart]
        moved = [one for one in mine if one.transfer or one.category in apart]
        if code not in shown_currencies:
            assert summed(mine, stretch(until, 6)) == (0, 0)
            continue
        total = shown_currencies[code]["total"]
        for name, months in (
            ("now", stretch(until, 3)),
            ("previous", stretch(back(until, 3), 3)),
            ("last_year", stretch(back(until, 12), 3)),
        ):
            assert shown(total[name]) == summed(spent, months), (code, name)
            transfers = (minor(total[name]["transfers_in"]), minor(total[name]["transfers_out"]))
            assert transfers == summed(moved, months), (code, name)
        for group in shown_currencies[code]["groups"]:
            of = [
                one
                for one in spent
                if (one.category if by == "category" else one.account) == group["id"]
            ]
            assert shown(group["total"]["now"]) == summed(of, stretch(until, 3))
            for month in group["months"]:
                assert shown(month) == summed(of, [month["month"]])


def test_years_are_the_plain_sums_of_the_rows(walked: tuple[SignedIn, Books]) -> None:
    person, books = walked
    apart, until = transfers_of(person), Period(2026, 12)
    said = asked(person, "year-over-year", until=str(until), years="2")

    assert said["currencies"]
    for one in said["currencies"]:
        spent = [
            piece
            for piece in counted(books)
            if piece.currency == one["currency"]
            and not piece.transfer
            and piece.category not in apart
        ]
        for year, total in enumerate(one["totals"]):
            assert shown(total) == summed(spent, stretch(back(until, 12 * year), 12))
        for month in one["months"]:
            assert shown(month["years"][0]) == summed(spent, [month["month"]])


# --- net worth


@cache
def ecb() -> dict[date, dict[str, str]]:
    """The shipped history, read plainly."""
    found: dict[date, dict[str, str]] = {}
    with zipfile.ZipFile(ECB) as archive:
        for name in archive.namelist():
            days, *rows = csv.reader(io.StringIO(archive.read(name).decode()))
            for place, day in list(enumerate(days))[1:]:
                found[date.fromisoformat(day)] = {row[0]: row[place] for row in rows}
    return found


def rate(currency: str, day: date) -> Fraction | None:
    """Units of a currency for one euro, of the day or up to ten days before."""
    if currency == "EUR":
        return Fraction(1)
    for days in range(11):
        row = ecb().get(day - timedelta(days=days))
        if row is not None:
            text = row.get(currency)
            return Fraction(Decimal(text)) if text and text != "N/A" else None
    return None


def worth(amount: int, currency: str, target: str, day: date) -> int | None:
    if currency == target:
        return amount
    source, end = rate(currency, day), rate(target, day)
    if source is None or end is None:
        return None
    scale = Fraction(10) ** (DIGITS[target] - DIGITS[currency])
    return round(Fraction(amount) / source * end * scale)


@pytest.mark.parametrize("target", ["EUR", "JPY"])
@pytest.mark.parametrize("until", [None, "2026-03"])
def test_net_worth_is_what_the_rows_come_to_at_the_rate_of_each_day(
    walked: tuple[SignedIn, Books], target: str, until: str | None
) -> None:
    person, books = walked
    accounts = {one["id"]: one for one in every(person, ACCOUNTS)}
    more = {"until": until} if until else {}
    said = asked(person, "net-worth", months="5", currency=target, **more)

    assert {one["id"] for one in said["accounts"]} == set(accounts)
    for place, point in enumerate(said["points"]):
        day = date.fromisoformat(point["on"])
        assert day == min(Period.of(day).last(), now().date())
        kinds: dict[str, int] = defaultdict(int)
        missing = set()
        for account in said["accounts"]:
            opening = minor(accounts[account["id"]]["opening_balance"])
            rows = [piece.amount for _, piece in books.of(account["id"]) if piece.day <= day]
            balance = account["balances"][place]
            assert minor(balance["balance"]) == opening + sum(rows)
            value = worth(opening + sum(rows), account["currency"], target, day)
            assert (None if balance["worth"] is None else minor(balance["worth"])) == value
            if value is None:
                missing.add(account["currency"])
            else:
                kinds[account["kind"]] += value
        assert set(point["missing"]) == missing
        assert minor(point["net"]) == sum(kinds.values())
        assert {one["kind"]: minor(one["net"]) for one in point["kinds"]} == kinds
        assert minor(point["net"]) == minor(point["assets"]) - minor(point["debts"])


@pytest.mark.parametrize(
    ("sides", "kinds"),
    [
        (["month", "category"], []),
        (["account"], ["expense"]),
        (["year", "kind"], ["transfer", "income", "expense", "none"]),
    ],
)
def test_a_question_of_ones_own_is_the_plain_sum_of_the_rows(
    walked: tuple[SignedIn, Books], sides: list[str], kinds: list[str]
) -> None:
    person, books = walked
    kind_by_id = {one["id"]: one["kind"] for one in every(person, CATEGORIES)}
    body = {"since": "2025-12", "until": "2026-12", "group_by": sides, "filter": {"kinds": kinds}}
    reply = person.client.post("/v1/analytics/query", body)
    assert reply.status == 200, reply.text

    plain: dict[tuple[str, tuple[str | None, ...]], list[int]] = {}
    for piece in counted(books):
        month = str(Period.of(piece.day))
        kind = "transfer" if piece.transfer else kind_by_id.get(piece.category or "", "none")
        wanted = kind in kinds if kinds else kind != "transfer"
        if wanted and "2025-12" <= month <= "2026-12":
            values = {
                "month": month,
                "year": month[:4],
                "category": piece.category,
                "account": piece.account,
                "kind": kind,
            }
            row = plain.setdefault((piece.currency, tuple(values[one] for one in sides)), [0, 0])
            row[piece.counted < 0] += abs(piece.counted)
    said = {
        (one["currency"], tuple(value["id"] for value in one["values"])): list(shown(one))
        for one in reply.json["rows"]
    }
    assert {place: row for place, row in said.items() if any(row)} == {
        place: row for place, row in plain.items() if any(row)
    }


@pytest.mark.parametrize("country", ["DE", "GB"])
def test_a_tax_year_is_the_plain_sum_of_the_rows(
    walked: tuple[SignedIn, Books], country: str
) -> None:
    person, books = walked
    chosen = [one for one in every(person, CATEGORIES) if one["kind"] == "expense"][:40]
    above = {one["id"]: one["parent_id"] for one in every(person, CATEGORIES)}
    counts = {one["id"]: "none" if at % 2 else "business-expense" for at, one in enumerate(chosen)}
    said = asked(
        person,
        "tax-summary",
        country=country,
        year="2026",
        currency="EUR",
        categories=",".join(f"{one}:{name}" for one, name in counts.items()),
    )
    first, last = date.fromisoformat(said["since"]), date.fromisoformat(said["last"])

    def counts_as(category: str | None) -> str | None:
        while category is not None and category not in counts:
            category = above.get(category)
        return counts.get(category or "")

    mine = [
        one
        for one in counted(books)
        if one.currency == "EUR"
        and first <= one.day <= last
        and counts_as(one.category) == "business-expense"
    ]
    found = [one for one in said["categories"] if one["tax_category"] == "business-expense"]
    assert sum(minor(one["amount"]) for one in found) == -sum(one.counted for one in mine)
