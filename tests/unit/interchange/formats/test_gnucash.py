"""GnuCash books: accounts, splits, what has not happened, packed files, and what is refused."""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from chalicelib.interchange.model.formats import ParsedFile, Unreadable, parse
from tests.factories.gnucash import book, file, slot, transaction

DAY = date(2024, 2, 3)
SPLIT = re.compile(
    rb"<split:quantity>(-?[0-9]+)/100</split:quantity><split:account type=\"guid\">([a-z]+)<"
)


def held(parsed: ParsedFile) -> dict[tuple[str, str | None], Decimal]:
    return {
        (part.account.name, part.currency): sum(
            (row.amount for row in part.rows if row.amount is not None), part.opening_balance or Decimal(0)
        )
        for part in parsed.statements
    }  # fmt: skip


def held_by_file(data: bytes) -> dict[str, Decimal]:
    """Sum quantities by account, straight from the XML."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for cents, account in SPLIT.findall(data):
        sums[account.decode()] += Decimal(cents.decode()).scaleb(-2)
    return sums


@pytest.mark.parametrize("seed", range(6))
def test_accounts_hold_what_the_splits_sum_to(seed: int) -> None:
    data = book(seed, count=30)

    parsed = parse(data)

    sums = held_by_file(data)
    names = {
        "bank": "Assets:Bank",
        "cash": "Assets:Cash & coins",
        "card": "Card",
        "abroad": "Assets:Abroad",
    }
    currencies = {"abroad": "USD"}
    assert held(parsed) == {
        (name, currencies.get(guid, "EUR")): sums[guid] for guid, name in names.items() if guid in sums
    }  # fmt: skip


def test_an_expense_has_its_category_its_notes_and_the_id_of_its_split() -> None:
    data = file(
        transaction(
            "t1", DAY, "Shop & Co", [("bank", -1234, -1234), ("food", 1234, 1234)], slots=slot("notes", "bread")
        )
    )  # fmt: skip

    (part,) = parse(data).statements

    (row,) = part.rows
    assert (part.account.name, part.account.kind, part.account.account_type) == (
        "Assets:Bank",
        "bank",
        "asset",
    )
    assert (row.booked_on, row.amount, row.currency) == (DAY, Decimal("-12.34"), "EUR")
    assert (row.payee, row.memo, row.provider_id) == ("Shop & Co", "bread", "t1-0")
    assert row.extras is not None
    assert row.extras.category == ("Food",)


def test_a_transfer_abroad_with_a_fee_is_two_legs_and_an_expense() -> None:
    data = file(
        transaction("t1", DAY, "Wire", [("bank", -10_100, -10_100), ("abroad", 10_000, 11_000), ("fees", 100, 100)])
    )  # fmt: skip

    rows = parse(data).rows

    facts = [
        (
            row.amount,
            row.currency,
            row.extras and row.extras.transfer,
            row.extras and row.extras.category,
        )
        for row in rows
    ]
    mark = facts[0][2]
    assert mark
    assert facts == [
        (Decimal("-100.00"), "EUR", mark, ()),
        (Decimal("-1.00"), "EUR", "", ("Fees",)),
        (Decimal("110.00"), "USD", mark, ()),
    ]


def test_the_opening_balance_is_no_row() -> None:
    data = file(
        transaction("t1", DAY, "Opening", [("bank", 5_000, 5_000), ("equity", -5_000, -5_000)]),
        transaction("t2", DAY, "Shop", [("bank", -100, -100), ("food", 100, 100)]),
    )

    (part,) = parse(data).statements

    assert (part.opening_balance, part.period_start, len(part.rows)) == (Decimal("50.00"), DAY, 1)


def test_shares_named_like_a_currency_are_left_out() -> None:
    data = file(
        transaction("t1", DAY, "Buy", [("bank", -5_000, -5_000), ("shares", 5_000, 300)]),
    )

    parsed = parse(data)

    assert [part.account.name for part in parsed.statements] == ["Assets:Bank"]
    assert [note.code for note in parsed.notes] == ["securities-left-out"]


def test_what_is_scheduled_or_voided_is_left_out() -> None:
    voided = transaction(
        "t1", DAY, "Void", [("bank", 0, 0), ("food", 0, 0)], slots=slot("void-reason", "x")
    )
    real = transaction("t2", DAY, "Shop", [("bank", -100, -100), ("food", 100, 100)])
    template = transaction("t3", DAY, "Rent", [("bank", -900, -900), ("food", 900, 900)])
    data = file(
        voided, real, rest=f"<gnc:template-transactions>{template}</gnc:template-transactions>"
    )

    parsed = parse(data)

    assert [row.payee for row in parsed.rows] == ["Shop"]
    assert [note.code for note in parsed.notes] == ["not-booked", "scheduled-left-out"]


def test_a_packed_book_is_the_same() -> None:
    assert parse(gzip.compress(book(2))).statements == parse(book(2)).statements


def test_the_day_is_the_one_in_the_slot_where_there_is_one() -> None:
    posted = '<slot><slot:key>date-posted</slot:key><slot:value type="gdate"><gdate>2024-02-04</gdate></slot:value></slot>'
    data = file(transaction("t1", DAY, "x", [("bank", -1, -1), ("food", 1, 1)], slots=posted))

    assert [row.booked_on for row in parse(data).rows] == [date(2024, 2, 4)]


def test_a_cut_book_keeps_what_is_whole_and_says_so() -> None:
    data = book(1, count=20)

    parsed = parse(data[: len(data) * 2 // 3])

    assert parsed.rows
    assert [note.code for note in parsed.notes] == ["truncated-file"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<gnc-v2></gnc-v2>", "no-statement"),
        (b"<gnc-v2>", "not-a-statement"),
        (b'<?xml version="1.0"?><!DOCTYPE a []><gnc-v2></gnc-v2>', "unsupported-format"),
        (b"<gnc-v2><!DOCTYPE a []></gnc-v2>", "not-a-statement"),
        (b"<gnc-v2>" + b"<a>" * 100, "too-complex"),
        (gzip.compress(b"<gnc-v2>" + b" " * 20_000_000), "too-large"),
        (gzip.compress(b"<gnc-v2>" + bytes(range(1, 256)) * 99)[:-30], "not-a-statement"),
    ],
    ids=["empty", "cut", "document type", "late document type", "deep", "bomb", "damaged"],
)
def test_what_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(data)

    assert refusal.value.reason == reason


def test_a_split_without_a_number_keeps_its_place() -> None:
    data = file(transaction("t1", DAY, "x", [("bank", -1, -1), ("food", 1, 1)])).replace(
        b">-1/100<", b">1/0<"
    )

    (row,) = parse(data).rows

    assert (row.amount, [problem.code for problem in row.problems]) == (None, ["no-amount"])
