"""Exports as journals: their programs accept them, and read back they are what was written."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.interchange.model.formats import ParsedFile, Row, detect, parse
from chalicelib.interchange.model.writers.beancount import BeancountWriter
from chalicelib.interchange.model.writers.hledger import HledgerWriter
from chalicelib.interchange.model.writers.types import (
    AccountLine,
    Book,
    CategoryLine,
    Line,
    PartLine,
    TransferLine,
    Writer,
)
from tests.factories.journals import APART, MADE, NASTY, Ledger, expected, ledger, money, write
from tests.support import judges

WRITERS: dict[str, Callable[[], Writer]] = {"beancount": BeancountWriter, "hledger": HledgerWriter}
NAUGHTY = (
    Path(__file__).resolve().parents[5] / "shared" / "data" / "security" / "naughty_strings.txt"
)
both = pytest.mark.parametrize("name", sorted(WRITERS))


def accepted(name: str, text: bytes) -> None:
    if name == "beancount":
        _, complaints = judges.beancount(text.decode())
        assert complaints == []
    else:
        judges.hledger(text, "check", "--strict")


def by_account(parsed: ParsedFile) -> dict[tuple[str, str | None], Counter[Row]]:
    """Count the rows of each account, without what the file alone decides: lines and marks of transfers."""
    found: dict[tuple[str, str | None], Counter[Row]] = {}
    for part in parsed.statements:
        rows = found.setdefault((part.account.name, part.currency), Counter())
        for row in part.rows:
            extras = row.extras
            if extras is not None:
                extras = replace(
                    extras,
                    transfer=extras.transfer and extras.own_id,
                    own=replace(extras.own, share=extras.own.share and APART),
                    parts=tuple(
                        replace(one, elsewhere=one.elsewhere and APART) for one in extras.parts
                    ),
                )
            rows[row._replace(line=0, extras=extras)] += 1
    return found


def wanted(made: Ledger) -> dict[tuple[str, str | None], Counter[Row]]:
    rows = expected(made)
    found: dict[tuple[str, str | None], Counter[Row]] = {}
    for one in made.book.accounts:
        if rows.get(one.id) or one.opening_minor:
            counted = found.setdefault((one.name, one.currency), Counter())
            counted.update(rows.get(one.id, ()))
    return found


@both
@pytest.mark.parametrize("seed", range(8))
def test_what_comes_back_is_what_was_written(name: str, seed: int) -> None:
    made = ledger(seed)

    text = write(WRITERS[name](), *made.pair)

    parsed = parse(text)
    assert parsed.format == name
    assert by_account(parsed) == wanted(made)
    assert {note.code for note in parsed.notes} <= {"ambiguous-decimals"}
    accepted(name, text)


@both
def test_naughty_strings_survive_in_every_text(name: str) -> None:
    if not NAUGHTY.is_file():
        pytest.skip("the naughty strings are not at ../shared/data/security")
    lines = NAUGHTY.read_text(encoding="utf-8").splitlines()
    texts = tuple(
        text for text in lines if text.strip() and min(text) >= " " and not text.startswith("# ")
    )
    made = ledger(1, texts=texts, count=400)

    text = write(WRITERS[name](), *made.pair)

    assert by_account(parse(text)) == wanted(made)
    accepted(name, text)


@both
def test_an_export_without_anything_is_a_journal(name: str) -> None:
    text = write(WRITERS[name](), Book(accounts=(), categories=(), made_at=MADE), [])

    accepted(name, text)


BANK = AccountLine(
    id="bank", name="Bank", kind="bank", currency="EUR", opening_minor=10_000, number="DE12"
)
YEN = AccountLine(id="yen", name="Yen", kind="bank", currency="JPY")
FOOD = CategoryLine(id="food", path=("Food", "Groceries"), kind="expense")
BOOK = Book(accounts=(BANK, YEN), categories=(FOOD,), made_at=MADE)
SPENT = Line("t1", "bank", date(2026, 1, 2), -1_234, "EUR", "Shop", "bread", "food")


@both
def test_the_opening_balance_and_the_balance_at_the_end_come_back(name: str) -> None:
    parsed = parse(write(WRITERS[name](), BOOK, [SPENT]))

    bank = next(part for part in parsed.statements if part.account.name == "Bank")
    assert (bank.opening_balance, bank.closing_balance) == (
        money(10_000, "EUR"),
        money(8_766, "EUR"),
    )
    assert (bank.account.kind, bank.account.number) == ("bank", "DE12")


@both
def test_a_changed_amount_is_found_by_the_balance_at_the_end(name: str) -> None:
    text = write(WRITERS[name](), BOOK, [SPENT]).replace(b"12.34", b"12.99")

    assert [note.code for note in parse(text).notes] == ["balance-mismatch"]
    with pytest.raises(AssertionError):
        accepted(name, text)


@both
def test_without_all_transactions_there_are_no_balances(name: str) -> None:
    text = write(WRITERS[name](), replace(BOOK, complete=False), [SPENT])

    accepted(name, text)
    (bank,) = (part for part in parse(text).statements)
    assert (bank.opening_balance, bank.closing_balance) == (Decimal(0), None)


@both
def test_plans_are_left_out_and_pending_ones_are_not(name: str) -> None:
    lines = [SPENT._replace(status="planned"), SPENT._replace(id="t2", status="pending")]
    writer = WRITERS[name]()

    parsed = parse(write(writer, BOOK, lines))

    assert writer.left_out == {"planned": 1}
    assert [(row.kind, row.extras and row.extras.own_id) for row in parsed.rows] == [
        ("pending", "t2")
    ]


@both
@pytest.mark.parametrize("yen", [1, 7, 33_333])
def test_a_transfer_into_yen_has_its_exact_price(name: str, yen: int) -> None:
    transfer = TransferLine("yen", yen, "JPY", date(2026, 1, 5), 99, None)
    line = SPENT._replace(amount_minor=-700, transfer=transfer, category_id=None, kind="transfer")

    text = write(WRITERS[name](), BOOK, [line])

    accepted(name, text)
    rows = parse(text).rows
    assert [(row.booked_on, row.amount, row.currency) for row in rows] == [
        (date(2026, 1, 2), money(-799, "EUR"), "EUR"),
        (date(2026, 1, 5), money(yen, "JPY"), "JPY"),
    ]


@both
def test_money_on_accounts_that_the_reader_may_not_see_has_no_category(name: str) -> None:
    parts = (PartLine("a", -200, "food"), PartLine("b", -300, "food", account_id="hidden"))
    lines = [
        SPENT._replace(
            amount_minor=-500,
            category_id=None,
            transfer=TransferLine("hidden", 600, "USD"),
            kind="transfer",
        ),
        SPENT._replace(id="t2", amount_minor=-500, parts=parts, category_id=None),
        SPENT._replace(id="t3", account_id="hidden"),
    ]

    text = write(WRITERS[name](), BOOK, lines)

    accepted(name, text)
    rows = parse(text).rows
    assert [(row.amount, row.extras and row.extras.category) for row in rows] == [
        (money(-500, "EUR"), ()),
        (money(-200, "EUR"), ("Food", "Groceries")),
    ]


@both
def test_accounts_of_one_name_stay_apart(name: str) -> None:
    accounts = tuple(
        replace(BANK, id=f"a{at}", name=text) for at, text in enumerate(("A b", "A-b", "A  b", ""))
    )
    lines = [
        SPENT._replace(id=f"t{at}", account_id=f"a{at}", amount_minor=-at - 1) for at in range(4)
    ]

    text = write(WRITERS[name](), replace(BOOK, accounts=accounts), lines)

    accepted(name, text)
    assert [row.amount for row in parse(text).rows] == [money(-at, "EUR") for at in range(1, 5)]


@both
def test_the_longest_amounts_of_coins_are_exact(name: str) -> None:
    coins = AccountLine(id="eth", name="Coins", kind="crypto", currency="ETH")
    whole = 10**37 + 123_456_789_012_345_678_901
    parts = tuple(PartLine(str(at), -whole - at, None) for at in range(3))
    line = Line("t1", "eth", date(2026, 1, 2), -3 * whole - 3, "ETH", parts=parts)

    text = write(WRITERS[name](), replace(BOOK, accounts=(coins,)), [line])

    accepted(name, text)
    (row,) = parse(text).rows
    assert row.amount == money(-3 * whole - 3, "ETH")
    assert row.extras is not None
    assert [part.amount for part in row.extras.parts] == [
        money(-whole - at, "ETH") for at in range(3)
    ]


@both
def test_memory_does_not_grow_with_the_lines(name: str) -> None:
    def peak(count: int) -> int:
        writer = WRITERS[name]()
        tracemalloc.start()
        for _ in writer.begin(BOOK):
            pass
        for _ in writer.lines(SPENT._replace(id=f"t{at}") for at in range(count)):
            pass
        for _ in writer.end():
            pass
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    few, many = peak(200), peak(4_000)
    assert many < few + 20_000


@both
def test_names_are_readable(name: str) -> None:
    text = write(WRITERS[name](), BOOK, [SPENT]).decode()

    assert "Assets:Bank" in text
    assert "Expenses:Food:Groceries" in text
    assert detect(text.encode()) == name


def test_every_nasty_text_is_tried() -> None:
    seen = {line.payee for seed in range(8) for line in ledger(seed).lines}

    assert {text.strip() for text in NASTY} <= seen
