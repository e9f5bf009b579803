"""Ledgers to export: drawn by hypothesis, and one with something of everything."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st

from chalicelib.interchange.model.writers.types import (
    AccountLine,
    Book,
    CategoryLine,
    Line,
    PartLine,
    RefundLine,
    TransferLine,
    Writer,
)

AT: Final = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)
CURRENCIES: Final = ("EUR", "USD", "JPY", "BHD", "BTC")
NASTY: Final = "=+-@;,|'\"\\>&<^![]:/$#%_x000D ＝aé漢😀"


def identity(number: int) -> str:
    return str(UUID(int=number, version=4))


def one_line(most: int = 20) -> st.SearchStrategy[str]:
    """A text as the API takes it for names: no ends of lines, no spaces around, none twice."""
    return st.text(NASTY, max_size=most).map(lambda text: " ".join(text.split()))


def named(most: int = 20) -> st.SearchStrategy[str]:
    return one_line(most).filter(bool)


def notes() -> st.SearchStrategy[str]:
    """Notes may have lines."""
    return st.lists(one_line(), max_size=3).map("\n".join).map(str.strip)


AMOUNTS: Final = st.integers(-(10**12), 10**12)
DAYS: Final = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@st.composite
def books(draw: st.DrawFn, *, most: int = 5) -> tuple[Book, list[Line]]:
    """A book of two to five accounts, and its transactions, oldest first."""
    accounts = tuple(
        AccountLine(
            id=identity(100 + number),
            name=draw(named()),
            kind=draw(st.sampled_from(("cash", "bank", "card", "savings", "loan", "asset"))),
            currency=draw(st.sampled_from(CURRENCIES)),
            opening_minor=draw(AMOUNTS),
            opened_on=draw(DAYS),
        )
        for number in range(draw(st.integers(2, 5)))
    )
    categories = tuple(
        CategoryLine(
            id=identity(500 + number),
            path=tuple(draw(st.lists(named(8), min_size=1, max_size=3))),
            kind=draw(st.sampled_from(("expense", "income"))),
        )
        for number in range(draw(st.integers(1, 4)))
    )
    book = Book(accounts=accounts, categories=categories, made_at=AT)
    count = draw(st.integers(0, most))
    lines = [draw(_line(book, number)) for number in range(count)]
    return book, sorted(lines, key=lambda line: (line.booked_on, line.id))


@st.composite
def _line(draw: st.DrawFn, book: Book, number: int) -> Line:
    account = draw(st.sampled_from(book.accounts))
    minor = draw(AMOUNTS)
    category = draw(st.sampled_from([None, *(one.id for one in book.categories)]))
    plain = Line(
        id=identity(10_000 + number),
        account_id=account.id,
        booked_on=draw(DAYS),
        amount_minor=minor,
        currency=account.currency,
        payee=draw(one_line()),
        notes=draw(notes()),
        category_id=category,
        tags=tuple(draw(st.lists(named(6), max_size=3, unique_by=str.casefold))),
        status=draw(st.sampled_from(("posted", "reconciled", "pending", "planned"))),
        kind="income" if minor > 0 else "expense",
        bank_payee=draw(one_line()),
    )
    return draw(st.sampled_from((_plain, _split, _moved, _foreign, _refund)))(draw, book, plain)


def _plain(_draw: st.DrawFn, _book: Book, plain: Line) -> Line:
    return plain


def _foreign(draw: st.DrawFn, _book: Book, plain: Line) -> Line:
    currency = draw(st.sampled_from([one for one in CURRENCIES if one != plain.currency]))
    sign = -1 if plain.amount_minor < 0 else 1
    original = sign * draw(st.integers(0, 10**9))
    return plain._replace(original_minor=original, original_currency=currency)


def _refund(draw: st.DrawFn, book: Book, plain: Line) -> Line:
    """Money that came back for other transactions, which a filter may have left out."""
    part = st.none() | st.just(identity(900_000))
    links = tuple(
        RefundLine(
            identity(10_000 + draw(st.integers(0, 5))),
            draw(st.integers(1, 10**9)),
            draw(st.sampled_from([one.currency for one in book.accounts])),
            draw(st.integers(0, 10**9)),
            draw(part),
        )
        for _ in range(draw(st.integers(1, 3)))
    )
    return plain._replace(refunds=links)


def _split(draw: st.DrawFn, book: Book, plain: Line) -> Line:
    same = [one.id for one in book.accounts if one.currency == plain.currency]
    parts = tuple(
        PartLine(
            id=identity(900_000 + number),
            amount_minor=draw(AMOUNTS),
            category_id=draw(st.sampled_from([None, *(one.id for one in book.categories)])),
            notes=draw(one_line()),
            account_id=draw(st.sampled_from([None, *same])),
        )
        for number in range(draw(st.integers(2, 4)))
    )
    total = sum(one.amount_minor for one in parts)
    split = plain._replace(parts=parts, amount_minor=total, category_id=None)
    return split._replace(kind="income" if total > 0 else "expense")


def _moved(draw: st.DrawFn, book: Book, plain: Line) -> Line:
    others = [one for one in book.accounts if one.id != plain.account_id]
    other = draw(st.sampled_from(others))
    sent = draw(st.integers(1, 10**9))
    arrived = sent if other.currency == plain.currency else draw(st.integers(1, 10**9))
    transfer = TransferLine(
        account_id=other.id,
        amount_minor=arrived,
        currency=other.currency,
        received_on=draw(st.none() | DAYS),
        fee_minor=draw(st.integers(0, 500)),
        fee_category_id=draw(st.sampled_from([None, book.categories[0].id])),
    )
    return plain._replace(amount_minor=-sent, kind="transfer", transfer=transfer, category_id=None)


def written(writer: Writer, book: Book, lines: Sequence[Line], *, at_once: int = 3) -> bytes:
    """A whole export, its transactions in several chunks."""
    chunks = [lines[start : start + at_once] for start in range(0, len(lines), at_once)]
    return b"".join(
        [
            *writer.begin(book),
            *(piece for chunk in chunks for piece in writer.lines(chunk)),
            *writer.end(),
        ]
    )


def spool() -> io.BytesIO:
    return io.BytesIO()


def accounts_of(line: Line) -> Iterator[str]:
    yield line.account_id
    if line.transfer:
        yield line.transfer.account_id
    yield from (part.account_id for part in line.parts if part.account_id)


def example() -> tuple[Book, list[Line]]:
    """Something of everything: formulas, parts on two accounts, a transfer with a fee, coins, a refund."""
    giro, card, yen, coins = (identity(number) for number in (101, 102, 103, 104))
    food, bread, rent, pay = (identity(number) for number in (501, 502, 503, 504))
    accounts = (
        AccountLine(id=giro, name="Giro", kind="bank", currency="EUR", opening_minor=10_000,
                    balance_minor=73_417, opened_on=date(2026, 1, 2)),
        AccountLine(id=card, name='=cmd|"/C calc"!A0', kind="card", currency="EUR", balance_minor=-2_500),
        AccountLine(id=yen, name="Yen", kind="cash", currency="JPY", balance_minor=6_000, closed=True),
        AccountLine(id=coins, name="Coins", kind="crypto", currency="ETH", balance_minor=10**18),
    )  # fmt: skip
    categories = (
        CategoryLine(id=food, path=("Food",), kind="expense"),
        CategoryLine(id=bread, path=("Food", "Bread & rolls"), kind="expense"),
        CategoryLine(id=rent, path=("Housing, rent > all",), kind="expense"),
        CategoryLine(id=pay, path=("Salary",), kind="income"),
    )
    made: Any = {"created_at": AT, "updated_at": AT}
    lines = [
        Line(identity(1), giro, date(2026, 1, 3), 250_000, "EUR", "Employer", "", pay, kind="income", **made),
        Line(identity(2), giro, date(2026, 1, 4), -1_230, "EUR", "Corner Bakery", "-2 rolls\nand a cake", bread,
             ("Bread", "a, b"), bank_payee="CRNR BKRY 0123", source="import", filed_by="rule", **made),
        Line(identity(3), giro, date(2026, 2, 1), -80_000, "EUR", "Landlord", "=1+1", rent, **made),
        Line(identity(4), giro, date(2026, 2, 5), -5_000, "EUR", "Market", "", None, (),
             (PartLine(identity(41), -2_000, food, "fish"), PartLine(identity(42), -500, bread),
              PartLine(identity(43), -2_500, None, "cash back", card)), "reconciled", **made),
        Line(identity(5), giro, date(2026, 3, 1), -10_000, "EUR", "To Japan", "", None, kind="transfer",
             transfer=TransferLine(yen, 16_000, "JPY", date(2026, 3, 3), 353, food), **made),
        Line(identity(6), yen, date(2026, 3, 9), -10_000, "JPY", "Ramen", "", food, original_minor=-6_100,
             original_currency="EUR", **made),
        Line(identity(7), giro, date(2026, 4, 1), 400, "EUR", "Landlord", "", rent, kind="income",
             refunds=(RefundLine(identity(3), 400, "EUR", 400),), **made),
        Line(identity(8), giro, date(2026, 12, 1), -100, "EUR", "Later", "", food, status="planned", **made),
        Line(identity(9), giro, date(2026, 11, 27), -77, "EUR", "Kiosk", "", food, status="pending", **made),
        Line(identity(10), coins, date(2026, 11, 28), 10**18, "ETH", "Mined", "", None, kind="income", **made),
    ]  # fmt: skip
    book = Book(accounts=accounts, categories=categories, made_at=AT)
    return book, sorted(lines, key=lambda line: line.booked_on)


def without(lines: Iterable[Line], *states: str) -> list[Line]:
    return [line for line in lines if line.status not in states]
