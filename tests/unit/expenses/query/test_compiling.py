"""Compiled queries against a plain reading of the same trees, and the days outside which they find nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.catalogue import Entry, StoredCategory, catalogue
from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.payee import fold
from chalicelib.expenses.model.query import (
    Names,
    Query,
    QueryProblem,
    Subject,
    compile_query,
    day_bounds,
    names_needed,
    parse_query,
    print_query,
)
from chalicelib.expenses.model.query.tree import (
    Amounts,
    Choice,
    Days,
    Every,
    Some,
    Span,
    Unless,
    Words,
)
from chalicelib.expenses.model.query.values import days_of
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Money
from tests.unit.expenses.query.strategies import queries

TODAY: Final = date(2026, 11, 28)
NOW: Final = datetime(2026, 11, 28, tzinfo=UTC)
TEXTS: Final = ("Cake", "cake shop", "Bäckerei Cäke", "re-cake", "pan cake sale", "sale")
ACCOUNTS: Final = {derived_id("a", name): name for name in ("Cake", "Sale", "Joint cake")}
FOOD: Final = derived_id("c", "food")
CAKES: Final = derived_id("c", "cakes")
CATEGORIES: Final = catalogue(
    StoredCategory(
        id=identity,
        version=1,
        name=name,
        kind="expense",
        parent_id=parent,
        archived=False,
        created_at=NOW,
        updated_at=NOW,
    )
    for identity, name, parent in ((FOOD, "sale", None), (CAKES, "cake", FOOD))
)
NAMES: Final = Names(ACCOUNTS, CATEGORIES)


def transaction(amount: Money, **more: object) -> Transaction:
    given_: dict[str, object] = {
        "id": derived_id("t"),
        "version": 1,
        "account_id": next(iter(ACCOUNTS)),
        "amount": amount,
        "booked_on": TODAY,
        "payee": "",
        "payee_id": "",
        "notes": "",
        "filing": Filing(category_id=None, by="none"),
        "source": "manual",
        "created_at": NOW,
        "updated_at": NOW,
        **more,
    }
    return Transaction(**given_)  # type: ignore[arg-type]


def _with(one: Transaction, shape: str) -> dict[str, object]:
    money = one.amount
    if shape == "split":
        half = Money(money.amount_minor // 2, money.currency)
        rest = Money(money.amount_minor - half.amount_minor, money.currency)
        parts = (
            Part(id="1", category_id=CAKES, amount=half, account_id=list(ACCOUNTS)[1]),
            Part(id="2", category_id=None, amount=rest),
        )
        return {"parts": parts}
    leg = Transfer(to_account_id=list(ACCOUNTS)[2], received=Money(1, money.currency))
    return {"transfer": leg} if shape == "transfer" else {}


_texts = st.sampled_from(("", *TEXTS))
_filings = st.builds(
    Filing,
    category_id=st.sampled_from((None, FOOD, CAKES, default_id("groceries"))),
    by=st.sampled_from(("user", "rule", "none")),
)


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    currency = draw(st.sampled_from(("EUR", "JPY", "TND")))
    money = Money(draw(st.integers(-2_000, 2_000) | st.integers(-(10**9), 10**9)), currency)
    more = {
        "account_id": draw(st.sampled_from(list(ACCOUNTS))),
        "booked_on": draw(st.dates(date(2024, 1, 1), date(2027, 12, 31)) | st.just(TODAY)),
        "payee": draw(_texts),
        "bank_payee": draw(_texts),
        "notes": draw(_texts),
        "filing": draw(_filings),
        "tags": tuple(draw(st.lists(st.sampled_from(TEXTS), max_size=2, unique=True))),
        "status": draw(st.sampled_from(("planned", "pending", "posted", "reconciled"))),
        "source": draw(st.sampled_from(("manual", "import", "receipt"))),
    }
    one = transaction(money, **more)
    shape = draw(st.sampled_from(("plain", "split", "transfer")))
    return transaction(money, **more, **_with(one, shape))


def plain(query: Query, one: Transaction) -> bool:
    """Read a tree word for word, without any of the compiler's ways."""
    match query:
        case Every(parts):
            return all(plain(part, one) for part in parts)
        case Some(parts):
            return any(plain(part, one) for part in parts)
        case Unless(part):
            return not plain(part, one)
        case _:
            return _plain_term(query, one)


def _plain_term(term: Query, one: Transaction) -> bool:
    match term:
        case Words():
            return _plain_words(term, one)
        case Amounts(field, span):
            amount = Decimal(one.amount.amount)
            return _plain_amount(span, abs(amount) if field == "amount" else amount)
        case Days(span):
            return _plain_day(span, one.booked_on)
        case Choice(field, value):
            return _plain_choice(field, value, one)
        case _:
            raise TypeError(term)


def _plain_day(span: Span, day: date) -> bool:
    if span.low is not None:
        first, last = days_of(span.low, TODAY)
        if day < first or (span.above and day <= last):
            return False
    if span.high is not None:
        first, last = days_of(span.high, TODAY)
        if day > last or (span.below and day >= first):
            return False
    return True


def _plain_amount(span: Span, value: Decimal) -> bool:
    low = span.low is None or value >= Decimal(span.low)
    high = span.high is None or value <= Decimal(span.high)
    if span.above and span.low is not None:
        low = value > Decimal(span.low)
    if span.below and span.high is not None:
        high = value < Decimal(span.high)
    return low and high


def _plain_words(words: Words, one: Transaction) -> bool:
    value = fold(words.value)
    if words.field in {"text", "payee", "notes"}:
        texts = {"payee": (one.payee, one.bank_payee), "notes": (one.notes,)}.get(
            words.field, (one.payee, one.bank_payee, one.notes)
        )
        if words.match == "exact":
            return value in [fold(text) for text in texts]
        if words.match == "plain":
            return any(value in fold(text) for text in texts)
        return any(
            fold(text)[place:].startswith(value)
            and (place == 0 or not re.match(r"[^\W_]", fold(text)[place - 1]))
            for text in texts
            for place in range(len(text) + 1)
        )

    def named(name: str) -> bool:
        return fold(name).startswith(value) if words.match == "begins" else fold(name) == value

    if words.field == "tag":
        return any(map(named, one.tags))
    if words.field == "account":
        return any(named(ACCOUNTS[account_id]) for account_id in one.accounts)
    return _plain_category(words, one, {i for i, e in CATEGORIES.items() if named(e.category.name)})


def _plain_category(words: Words, one: Transaction, wanted: set[str]) -> bool:
    if one.transfer is not None:
        return False
    own = [part.category_id for part in one.parts] or [one.filing.category_id]
    if words.value == "none":
        return None in own
    entries = cast("Mapping[str, Entry]", CATEGORIES)
    for identity in filter(None, own):
        line = [identity]
        while words.match != "exact" and (parent := entries[line[-1]].category.parent_id):
            line.append(parent)
        if wanted & set(line):
            return True
    return False


def _plain_choice(field: str, value: str, one: Transaction) -> bool:
    said: dict[str, object] = {
        "currency": one.amount.currency,
        "status": one.status,
        "kind": one.kind,
        "source": one.source,
        "import": one.import_id,
        "by": one.filing.by,
    }
    if field in said:
        return said[field] == value
    has = {
        "notes": one.notes,
        "payee": one.payee,
        "tags": one.tags,
        "parts": one.parts,
        "split": one.parts,
        "refund": one.refunded if field == "has" else one.refunds,
        "original": one.original,
        "category": not _plain_category(Words("category", "none"), one, set())
        and one.transfer is None,
    }
    if value == "category" and one.parts:
        return any(part.category_id for part in one.parts)
    return bool(has[value]) if value in has else value in {one.kind, one.status}


_asked = queries(st.sampled_from(("cake", "CAKE", "Sale", "bäck", "none", "shop", "ca")))


@given(query=_asked, rows=st.lists(transactions(), min_size=1, max_size=6))
def test_a_compiled_query_finds_what_reading_it_word_for_word_finds(
    query: Query, rows: list[Transaction]
) -> None:
    test = compile_query(query, names=NAMES, today=TODAY)
    if isinstance(test, QueryProblem):
        assert "has this name" in test.detail
        return

    assert [test(Subject(one)) for one in rows] == [plain(query, one) for one in rows], print_query(
        query
    )


@given(query=_asked, one=transactions())
def test_nothing_is_found_outside_the_days_of_a_query(query: Query, one: Transaction) -> None:
    test = compile_query(query, names=NAMES, today=TODAY)
    bounds = day_bounds(query, TODAY)

    if not isinstance(test, QueryProblem) and test(Subject(one)):
        assert not bounds.empty
        assert bounds.first is None or bounds.first <= one.booked_on
        assert bounds.last is None or one.booked_on <= bounds.last


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("date:2026-02", "2026-02-01", "2026-02-28"),
        ("date:last-month cake", "2026-10-01", "2026-10-31"),
        ("date:last-week", "2026-11-16", "2026-11-22"),
        ("date:this-week", "2026-11-23", "2026-11-29"),
        ("date:yesterday", "2026-11-27", "2026-11-27"),
        ("date:last-year..today", "2025-01-01", "2026-11-28"),
        ("after:2026-06 before:2026-09", "2026-07-01", "2026-08-31"),
        ("date>=2026", "2026-01-01", None),
        ("date:2026-01 OR date:2026-03", "2026-01-01", "2026-03-31"),
        ("(date:2026-01 OR cake) date:2026", "2026-01-01", "2026-12-31"),
        ("date:2026-01 OR (date:2026-04 date:2026-03)", "2026-01-01", "2026-01-31"),
        ("-date:2026-01", None, None),
        ("cake", None, None),
        ("after:9999", "9999-12-31", None),
    ],
)
def test_the_dates_of_a_query_bound_what_is_read(
    text: str, first: str | None, last: str | None
) -> None:
    query = parse_query(text)
    assert not isinstance(query, QueryProblem)

    bounds = day_bounds(query, TODAY)

    assert (str(bounds.first or "") or None, str(bounds.last or "") or None) == (first, last)
    assert not bounds.empty


def test_dates_that_exclude_each_other_leave_nothing_to_read() -> None:
    query = parse_query("date:2026-01 date:2026-02")
    assert not isinstance(query, QueryProblem)

    assert day_bounds(query, TODAY).empty


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("amount:12.5", ["-12.50", "12.50"]),
        ("amount>12.50", ["12.51", "-100.00"]),
        ("amount<12.505", ["-12.50", "12.50", "0.00"]),
        ("amount>12.505", ["12.51", "-100.00"]),
        ("amount:12.505", []),
        ("signed:-12.505..0", ["-12.50", "0.00"]),
        ("signed<-12.5", ["-100.00"]),
        ("signed>=12.51", ["12.51"]),
    ],
)
def test_amounts_are_compared_exactly(text: str, amounts: list[str]) -> None:
    query = parse_query(text)
    assert not isinstance(query, QueryProblem)
    test = compile_query(query, names=NAMES, today=TODAY)
    assert not isinstance(test, QueryProblem)

    rows = [Money.parse(one, "EUR") for one in ("-12.50", "12.50", "12.51", "-100.00", "0.00")]

    assert [one.amount for one in rows if test(Subject(transaction(one)))] == amounts


def test_a_number_means_the_same_in_every_currency() -> None:
    query = parse_query("amount:1500..1500.999")
    assert not isinstance(query, QueryProblem)
    test = compile_query(query, names=NAMES, today=TODAY)
    assert not isinstance(test, QueryProblem)

    found = {
        currency: test(Subject(transaction(Money(minor, currency))))
        for currency, minor in (("JPY", 1_500), ("EUR", 150_099), ("TND", 1_500_999))
    }

    assert found == {"JPY": True, "EUR": True, "TND": True}


@pytest.mark.parametrize("text", ["account:nobody", "category:nothing", "-(cake account:x*)"])
def test_a_name_that_nothing_has_is_a_problem_at_its_place(text: str) -> None:
    query = parse_query(text)
    assert not isinstance(query, QueryProblem)

    problem = compile_query(query, names=NAMES, today=TODAY)

    assert isinstance(problem, QueryProblem)
    assert text[problem.at - 1 :].startswith(("account:", "category:"))


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("cake amount>1 tag:cake", set()),
        (f"account:{next(iter(ACCOUNTS))} category:none", set()),
        ("-account:joint OR cake", {"account"}),
        (f"category:{FOOD} account:joint", {"category", "account"}),
    ],
)
def test_names_are_read_only_where_a_query_has_some(text: str, needed: set[str]) -> None:
    query = parse_query(text)
    assert not isinstance(query, QueryProblem)

    assert names_needed(query) == needed


def test_two_thousand_rows_are_tested_in_a_blink() -> None:
    import time

    query = parse_query('bakery OR "corner shop"* -notes:cake amount:10..20 date:2026')
    assert not isinstance(query, QueryProblem)
    test = compile_query(query, names=NAMES, today=TODAY)
    assert not isinstance(test, QueryProblem)
    rows = [
        transaction(
            Money(-n, "EUR"),
            payee=f"Corner Shop {n}",
            notes="pan cake",
            booked_on=TODAY - timedelta(days=n % 365),
        )
        for n in range(2_000)
    ]

    began = time.process_time()
    for one in rows:
        test(Subject(one))

    assert time.process_time() - began < 0.5
