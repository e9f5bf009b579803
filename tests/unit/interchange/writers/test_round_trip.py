"""`parse(write(x)) == x` on what each format carries; docs/formats.md has the table of that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import assume, given

from chalicelib.interchange.model.formats import ParsedFile, Row, parse
from chalicelib.interchange.model.writers.csv import CsvWriter
from chalicelib.interchange.model.writers.jsonl import JsonlWriter
from chalicelib.interchange.model.writers.ofx import OfxWriter, account_number
from chalicelib.interchange.model.writers.qif import QifWriter
from chalicelib.interchange.model.writers.types import Book, Line, Writer
from chalicelib.interchange.model.writers.xlsx import XlsxWriter
from chalicelib.kernel.money import Money
from tests.factories.books import books, example, spool, written

WRITERS: Final[dict[str, Callable[[], Writer]]] = {
    "csv": CsvWriter,
    "csv with a mark": lambda: CsvWriter(bom=True),
    "xlsx": XlsxWriter,
    "jsonl": JsonlWriter,
    "ofx": lambda: OfxWriter(spool),
    "qif": lambda: QifWriter(spool),
}
RICH: Final = ("csv", "csv with a mark", "xlsx", "jsonl")


class Seen(NamedTuple):
    """What an importer is to see of a row, whatever format it came in."""

    day: str
    amount: Decimal
    currency: str
    payee: str
    notes: str
    pending: bool
    category: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    parts: tuple[tuple[Decimal, tuple[str, ...], str, str, str], ...] = ()
    """Of each part amount, category, notes, the account where it is another one, and its id."""
    transfer: bool = False
    fee: tuple[Decimal, tuple[str, ...]] | None = None
    reconciled: bool = False
    split: str = ""
    share: str = ""
    refunds: tuple[tuple[str, Decimal, Decimal, str], ...] = ()
    original: tuple[Decimal, str] | None = None
    own_id: str = ""


def expected(book: Book, lines: list[Line]) -> dict[str, Counter[Seen]]:
    """What the rows of each account are, said without any of the writers' code."""
    paths = {one.id: one.path for one in book.categories}
    found: dict[str, Counter[Seen]] = {}
    for line in lines:
        if line.status != "planned":
            for account_id, seen in _rows(line, paths):
                found.setdefault(account_id, Counter())[seen] += 1
    return found


def _rows(line: Line, paths: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, Seen]]:
    def seen(minor: int, currency: str = line.currency, **more: Any) -> Seen:
        more.setdefault("day", line.booked_on.isoformat())
        more.setdefault("notes", line.notes)
        return Seen(
            amount=Money(minor, currency).to_decimal(),
            currency=currency,
            payee=line.payee,
            pending=line.status == "pending",
            tags=line.tags,
            own_id=line.id,
            reconciled=line.status == "reconciled",
            **more,
        )

    if line.transfer is not None:
        other = line.transfer
        fee = None
        if other.fee_minor:
            cost = Money(other.fee_minor, line.currency).to_decimal()
            fee = (cost, paths.get(other.fee_category_id or "", ()))
        yield line.account_id, seen(line.amount_minor - other.fee_minor, transfer=True, fee=fee)
        day = (other.received_on or line.booked_on).isoformat()
        yield other.account_id, seen(other.amount_minor, other.currency, day=day, transfer=True)
    elif line.parts:
        yield from _split(line, paths, seen)
    else:
        original = None
        if line.original_minor is not None and line.original_currency is not None:
            paid = Money(line.original_minor, line.original_currency)
            original = (paid.to_decimal(), paid.currency)
        category = paths.get(line.category_id or "", ())
        refunds = tuple(
            (
                one.transaction_id,
                Money(one.amount_minor, one.currency).to_decimal(),
                Money(one.covered_minor, line.currency).to_decimal(),
                one.part_id or "",
            )
            for one in line.refunds
        )
        yield (
            line.account_id,
            seen(line.amount_minor, category=category, original=original, refunds=refunds),
        )


def _split(
    line: Line, paths: dict[str, tuple[str, ...]], seen: Callable[..., Seen]
) -> Iterator[tuple[str, Seen]]:
    """Say what each account sees of a split transaction; one of them sees all of it."""
    where = [one.account_id or line.account_id for one in line.parts]
    home = line.account_id if line.account_id in where else where[0]
    parts = [
        (
            Money(one.amount_minor, line.currency).to_decimal(),
            paths.get(one.category_id or "", ()),
            one.notes,
            there if there != home else "",
            one.id,
        )
        for one, there in zip(line.parts, where, strict=True)
    ]
    apart = len(set(where)) > 1
    for account_id in dict.fromkeys(where):
        own = [part for part, there in zip(parts, where, strict=True) if there == account_id]
        minor = sum(
            one.amount_minor
            for one, there in zip(line.parts, where, strict=True)
            if there == account_id
        )
        marks = {"split": line.id, "share": "" if account_id == home else account_id}
        more: dict[str, Any] = marks if apart else {}
        if account_id == home:
            yield account_id, seen(minor, parts=tuple(parts), **more)
        elif len(own) > 1:
            named = tuple((*part[:3], "", part[4]) for part in own)
            yield account_id, seen(minor, parts=named, **more)
        else:
            ((_, category, memo, _, _),) = own
            yield account_id, seen(minor, category=category, notes=line.notes or memo, **more)


def read(parsed: ParsedFile) -> dict[str, Counter[Seen]]:
    return {
        one.account.number: Counter(map(_seen, one.rows)) for one in parsed.statements if one.rows
    }


def _seen(row: Row) -> Seen:
    extras = row.extras
    assert not row.problems
    assert row.booked_on is not None
    assert row.amount is not None
    assert extras is not None
    original = None
    if extras.original_amount is not None and extras.original_currency is not None:
        original = (extras.original_amount, extras.original_currency)
    return Seen(
        row.booked_on.isoformat(),
        row.amount,
        row.currency or "",
        row.payee,
        row.memo,
        row.kind == "pending",
        extras.category,
        extras.tags,
        tuple(
            (one.amount, one.category, one.memo, one.elsewhere, one.own_id) for one in extras.parts
        ),
        bool(extras.transfer),
        None if extras.own.fee is None else (extras.own.fee, extras.own.fee_category),
        extras.own.reconciled,
        extras.own.split,
        extras.own.share,
        tuple((one.own_id, one.amount, one.covered, one.part) for one in extras.own.refunds),
        original,
        extras.own_id,
    )


@pytest.mark.parametrize("name", RICH)
@given(drawn=books())
def test_what_is_rich_comes_back_whole(name: str, drawn: tuple[Book, list[Line]]) -> None:
    book, lines = drawn
    # readers of workbooks take one away: it is how a spreadsheet keeps digits a text
    assume(name != "xlsx" or not (_has_apostrophe(book) or any(map(_has_apostrophe, lines))))

    parsed = parse(written(WRITERS[name](), book, lines))

    assert read(parsed) == expected(book, lines)


def _has_apostrophe(one: Book | Line) -> bool:
    """Whether a cell would begin with an apostrophe."""
    if isinstance(one, Book):
        texts = [account.name for account in one.accounts]
        texts += [category.path[0] for category in one.categories]
    else:
        texts = [one.payee, one.notes, one.bank_payee, *one.tags[:1]]
        texts += [part.notes for part in one.parts]
    return any(text.startswith("'") for text in texts)


def test_the_two_legs_of_a_transfer_and_no_other_rows_share_a_mark() -> None:
    book, lines = example()
    for name in RICH:
        parsed = parse(written(WRITERS[name](), book, lines))

        marks = Counter(row.extras.transfer for row in parsed.rows if row.extras is not None)

        del marks[""]
        assert list(marks.values()) == [2]


@given(drawn=books())
def test_ofx_brings_back_days_amounts_names_and_ids(drawn: tuple[Book, list[Line]]) -> None:
    book, lines = drawn
    numbers = {account_number(one.id): one for one in book.accounts if one.currency != "BTC"}

    parsed = parse(written(OfxWriter(spool), book, lines)) if numbers else None

    found = {
        numbers[one.account.number].id: Counter(map(_plainly, one.rows))
        for one in (parsed.statements if parsed else ())
        if one.rows
    }
    booked = [one for one in lines if one.status != "pending"]
    notes = {one.id: " ".join(one.notes.split()) for one in lines}
    assert found == {
        account_id: Counter(_as_a_bank(one, notes[one.own_id]) for one in rows.elements())
        for account_id, rows in expected(book, booked).items()
        if account_id in {one.id for one in numbers.values()}
    }


def _plainly(row: Row) -> tuple[object, ...]:
    extras = row.extras
    assert extras is not None
    payee, memo = row.payee, row.memo
    return (row.booked_on, row.amount, row.currency, payee, memo, extras.own_id)


def _as_a_bank(seen: Seen, notes: str) -> tuple[object, ...]:
    # where there is no name, readers let the memo stand for it
    texts = (seen.payee, notes) if seen.payee else (notes, "")
    return (date.fromisoformat(seen.day), seen.amount, seen.currency, *texts, seen.own_id)


def plainly(rows: Counter[Seen]) -> Iterator[Seen]:
    """Say what a format sees that has fees as rows of their own, and of a split only what lies on the account."""
    for seen in rows.elements():
        own = tuple(one for one in seen.parts if not one[3])
        alone = own[0][1] if len(own) == 1 else seen.category
        bare = seen._replace(parts=own if len(own) > 1 else (), category=alone, fee=None)
        if seen.fee is not None:
            cost, category = seen.fee
            yield bare._replace(amount=seen.amount + cost)
            yield bare._replace(amount=-cost, category=category)
        else:
            yield bare


@given(drawn=books())
def test_qif_brings_back_days_amounts_and_balances(drawn: tuple[Book, list[Line]]) -> None:
    book, lines = drawn

    data = written(QifWriter(spool), book, lines)

    # a file without any transaction is none for a reader of QIF
    parsed = parse(data) if data.count(b"!Type:") > 1 else None
    wanted = expected(book, lines)
    there = [one for one in book.accounts if one.id in wanted or one.opening_minor]
    for account, statement in zip(there, parsed.statements if parsed else (), strict=True):
        rows = plainly(wanted.get(account.id, Counter()))
        assert Counter(row.amount for row in statement.rows) == Counter(one.amount for one in rows)
        opening = Money(account.opening_minor, account.currency).to_decimal()
        assert (statement.opening_balance or 0) == opening


def test_qif_brings_back_categories_and_parts() -> None:
    book, lines = example()

    parsed = parse(written(QifWriter(spool), book, lines))

    wanted = expected(book, lines)
    there = [one for one in book.accounts if one.id in wanted or one.opening_minor]
    for account, statement in zip(there, parsed.statements, strict=True):
        found = Counter(
            (
                row.amount,
                row.extras.category if row.extras else (),
                tuple((one.amount, one.category) for one in row.extras.parts) if row.extras else (),
            )
            for row in statement.rows
        )
        assert found == Counter(
            (seen.amount, seen.category, tuple(one[:2] for one in seen.parts))
            for seen in plainly(wanted.get(account.id, Counter()))
        )


@pytest.mark.parametrize("name", WRITERS)
def test_an_export_of_nothing_is_a_whole_file(name: str) -> None:
    book, _ = example()

    data = written(WRITERS[name](), book, [])

    assert parse(data).rows == ()


@pytest.mark.parametrize("name", WRITERS)
def test_the_chunks_do_not_show(name: str) -> None:
    book, lines = example()

    one_by_one = written(WRITERS[name](), book, lines, at_once=1)

    assert one_by_one == written(WRITERS[name](), book, lines, at_once=100)


@pytest.mark.parametrize(
    "text", ["<OFX>", "OFXHEADER:100", "urn:iso:std:iso:20022:tech:xsd:camt.053"]
)
def test_no_text_in_an_export_makes_it_another_format(text: str) -> None:
    book, lines = example()
    lines = [line._replace(payee=text) for line in lines]
    for name in ("csv", "csv with a mark", "jsonl"):
        parsed = parse(written(WRITERS[name](), book, lines))

        assert {row.payee for row in parsed.rows} == {text}
