"""Ledgers to export: made of all that people write, with the rows that must come back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from chalicelib.interchange.model.formats.types import Extras, OwnFacts, Part, RefundOf, Row
from chalicelib.interchange.model.writers.types import (
    AccountKind,
    AccountLine,
    Book,
    CategoryKind,
    CategoryLine,
    Line,
    PartLine,
    RefundLine,
    Status,
    TransferLine,
    Writer,
)
from chalicelib.kernel.money import Money

MADE = datetime(2026, 11, 1, tzinfo=UTC)
KINDS: tuple[AccountKind, ...] = ("cash", "bank", "card", "savings", "loan", "asset", "crypto")
CURRENCIES = ("EUR", "USD", "JPY", "BHD", "ETH", "BTC")
STATUSES: tuple[Status, ...] = ("posted", "posted", "pending", "reconciled", "planned")
NASTY = (
    'He said "no" \\ and left; so what',
    "two\nlines\tand a tab",
    "שלום עולם",
    "💸🇪🇺👨‍👩‍👧",
    "* ! (code) = | ; # %",
    "; comment",
    '2020-01-01 * "x"',
    "a:b::c",
    "[2020/99/99] date:2020-99-99",
    "  spaces   inside  ",
    "(brackets) first",
    "= 5 EUR @@ {10}",
    "%41%zz 100%",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "ﬁ ligature Å",
    "हिन्दी 中文 ไทย",
    "end\\",
    "\u2028\u0085\u00a0\u200b\u202e",
)  # fmt: skip


def money(minor: int, currency: str) -> Decimal:
    return Money(minor, currency).to_decimal()


def write(writer: Writer, book: Book, lines: list[Line], *, chunk: int = 7) -> bytes:
    """Drive a writer as the job does: begin once, chunk by chunk, end once."""
    out = [*writer.begin(book)]
    for at in range(0, len(lines), chunk):
        out += writer.lines(lines[at : at + chunk])
    out += writer.end()
    return b"".join(out)


@dataclass(frozen=True)
class Ledger:
    """A book with its lines, oldest first."""

    book: Book
    lines: list[Line]

    @property
    def pair(self) -> tuple[Book, list[Line]]:
        """What a writer is given."""
        return self.book, self.lines


class _Maker:
    """Makes accounts, categories and lines of random shape."""

    def __init__(self, seed: int, texts: tuple[str, ...]) -> None:
        self._rng = random.Random(seed)
        self._texts = texts
        self.accounts = tuple(map(self._account, range(6)))
        self.categories = tuple(map(self._category, range(12)))

    def _text(self, limit: int = 200) -> str:
        """Give a text as the ledger would keep it, or none."""
        rng = self._rng
        return rng.choice(self._texts).strip()[:limit].strip() if rng.random() < 0.8 else ""

    def _account(self, at: int) -> AccountLine:
        rng = self._rng
        return AccountLine(
            id=f"acc-{at}",
            name=self._text(50) or f"Account {at}",
            kind=rng.choice(KINDS),
            currency=rng.choice(CURRENCIES),
            opening_minor=rng.choice((0, 0, rng.randint(-10_000, 10_000))),
            opened_on=rng.choice((None, date(2023, 1, 1), date(2030, 1, 1))),
            closed=rng.random() < 0.2,
        )

    def _category(self, at: int) -> CategoryLine:
        rng = self._rng
        kinds: tuple[CategoryKind, ...] = ("expense", "income", "transfer")
        names = (self._text(50) or "Food" for _ in range(rng.randint(1, 3)))
        return CategoryLine(id=f"cat-{at}", path=tuple(names), kind=rng.choice(kinds))

    def _minor(self, currency: str) -> int:
        rng = self._rng
        most = 10 ** (37 if currency == "ETH" else 15)
        return rng.choice(
            (0, 1, rng.randint(1, 10_000), rng.randint(1, 10_000), rng.randint(1, most))
        )

    def lines(self, count: int) -> list[Line]:
        """Make lines, oldest first."""
        made, day = [], date(2024, 1, 1)
        for at in range(count):
            day += timedelta(days=self._rng.choice((0, 0, 1, 30)))
            made.append(self._line(at, day))
        return made

    def _line(self, at: int, day: date) -> Line:
        rng, account = self._rng, self._rng.choice(self.accounts)
        tags = tuple(dict.fromkeys(tag for _ in range(3) if (tag := self._text(50))))
        line = Line(
            id=f"txn-{at}",
            account_id=account.id,
            booked_on=day,
            amount_minor=rng.choice((-1, 1)) * self._minor(account.currency),
            currency=account.currency,
            payee=self._text(),
            notes=self._text(1000),
            category_id=rng.choice((None, *(one.id for one in self.categories))),
            tags=rng.choice((tags, ("food", "trip"))),
            status=rng.choice(STATUSES),
        )
        shapes = (
            self._plain,
            self._foreign,
            self._split,
            self._transfer,
            self._apart,
            self._refund,
        )
        return rng.choice(shapes)(line)

    def _plain(self, line: Line) -> Line:
        return line

    def _foreign(self, line: Line) -> Line:
        return line._replace(original_minor=-123, original_currency="JPY")

    def _split(self, line: Line) -> Line:
        rng = self._rng
        amounts = [rng.randint(-500, 500) for _ in range(rng.randint(2, 5))]
        parts = tuple(
            PartLine(f"p{at}", minor, rng.choice((None, self.categories[at].id)), self._text(200))
            for at, minor in enumerate(amounts)
        )
        return line._replace(amount_minor=sum(amounts), parts=parts, category_id=None)

    def _apart(self, line: Line) -> Line:
        """Spread a split transaction over the accounts of its currency."""
        split = self._split(line)
        there = [None, *(one.id for one in self.accounts if one.currency == line.currency)]
        return split._replace(
            parts=tuple(one._replace(account_id=self._rng.choice(there)) for one in split.parts)
        )

    def _refund(self, line: Line) -> Line:
        links = (
            RefundLine("txn-1", 250, line.currency, 250, "p1"),
            RefundLine("txn-2", 3, "JPY", 7),
        )
        return line._replace(refunds=links[: self._rng.randint(1, 2)])

    def _transfer(self, line: Line) -> Line:
        rng = self._rng
        other = rng.choice([one for one in self.accounts if one.id != line.account_id])
        minor = -max(1, abs(line.amount_minor))
        same = other.currency == line.currency
        transfer = TransferLine(
            account_id=other.id,
            amount_minor=-minor if same else max(1, self._minor(other.currency)),
            currency=other.currency,
            received_on=rng.choice((None, line.booked_on + timedelta(days=2))),
            fee_minor=rng.choice((0, 7)),
            fee_category_id=rng.choice((None, self.categories[0].id)),
        )
        return line._replace(
            amount_minor=minor, transfer=transfer, category_id=None, kind="transfer"
        )


def ledger(seed: int, *, texts: tuple[str, ...] = NASTY, count: int = 60) -> Ledger:
    """Make a ledger of random shape whose texts are taken from `texts`."""
    maker = _Maker(seed, texts)
    book = Book(accounts=maker.accounts, categories=maker.categories, made_at=MADE)
    return Ledger(book, maker.lines(count))


def expected(made: Ledger) -> dict[str, list[Row]]:
    """Give the rows that must come back, by the id of their account."""
    rows: dict[str, list[Row]] = {}
    for line in made.lines:
        if line.status != "planned":
            for account_id, row in _rows(line, made.book):
                rows.setdefault(account_id, []).append(row)
    return rows


def _path(book: Book, category_id: str | None) -> tuple[str, ...]:
    return book.category_by_id[category_id].path if category_id else ()


def _row(line: Line, minor: int, currency: str, extras: Extras, day: date | None = None) -> Row:
    return Row(
        line=0,
        booked_on=day or line.booked_on,
        amount=money(minor, currency),
        currency=currency,
        payee=line.payee,
        memo=line.notes,
        provider_id=None,
        kind="pending" if line.status == "pending" else "",
        mcc=None,
        balance=None,
        problems=(),
        extras=replace(
            extras,
            tags=line.tags,
            own_id=line.id,
            own=replace(extras.own, reconciled=line.status == "reconciled"),
        ),
    )


def _rows(line: Line, book: Book) -> Iterator[tuple[str, Row]]:
    to = line.transfer
    if to is None:
        yield from _shares(line, book) if line.parts else [_plain(line, book)]
        return
    names = {one.id: one.name for one in book.accounts}
    there = Extras(transfer=line.id, other_account=names[to.account_id])
    back = Extras(transfer=line.id, other_account=names[line.account_id])
    if to.fee_minor:
        paid = money(to.fee_minor, line.currency)
        own = OwnFacts(fee=paid, fee_category=_path(book, to.fee_category_id))
        there = replace(there, own=own)
    minor = line.amount_minor - to.fee_minor
    yield line.account_id, _row(line, minor, line.currency, there)
    yield to.account_id, _row(line, to.amount_minor, to.currency, back, to.received_on)


def _plain(line: Line, book: Book) -> tuple[str, Row]:
    original = line.original_minor
    currency = line.original_currency if original is not None else None
    extras = Extras(
        category=_path(book, line.category_id),
        original_amount=money(original, currency) if original and currency else None,
        original_currency=currency,
        own=OwnFacts(
            refunds=tuple(
                RefundOf(
                    one.transaction_id,
                    money(one.amount_minor, one.currency),
                    money(one.covered_minor, line.currency),
                    one.part_id or "",
                )
                for one in line.refunds
            )
        ),
    )
    return line.account_id, _row(line, line.amount_minor, line.currency, extras)


APART = "apart"
"""Stands for the name that an account has in the journal."""


def _shares(line: Line, book: Book) -> Iterator[tuple[str, Row]]:
    """Say what each account sees of a split transaction; the transaction's own sees all of it."""
    where = [one.account_id or line.account_id for one in line.parts]
    home = line.account_id if line.account_id in where else where[0]
    parts = [
        Part(
            amount=money(one.amount_minor, line.currency),
            category=_path(book, one.category_id),
            memo=one.notes,
            elsewhere=APART if there != home else "",
            own_id=one.id,
        )
        for one, there in zip(line.parts, where, strict=True)
    ]
    mark = line.id if len(set(where)) > 1 else ""
    for account_id in dict.fromkeys(where):
        own = [
            (one.amount_minor, replace(part, elsewhere=""))
            for one, part, there in zip(line.parts, parts, where, strict=True)
            if there == account_id
        ]
        extras = Extras(own=OwnFacts(split=mark, share=APART if mark else ""))
        if account_id == home:
            extras = Extras(own=OwnFacts(split=mark), parts=tuple(parts))
        elif len(own) > 1:
            extras = replace(extras, parts=tuple(part for _, part in own))
        else:
            extras = replace(extras, category=own[0][1].category)
        yield account_id, _row(line, sum(minor for minor, _ in own), line.currency, extras)
