"""OFX and QIF, as other people's readers see them, and what each leaves out."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import quiffen
from hypothesis import given, settings
from ofxtools.Parser import OFXTree

from chalicelib.interchange.model.writers.ofx import OfxWriter, account_number
from chalicelib.interchange.model.writers.qif import HIDDEN, QifWriter
from chalicelib.interchange.model.writers.types import AccountLine, Book, Line
from tests.factories.books import AT, books, example, identity, spool, written


def strict(data: bytes) -> Any:
    """What ofxtools makes of a file: it validates every element against the OFX 2.2 schema."""
    tree = OFXTree()
    tree.parse(io.BytesIO(data))
    return tree.convert()


# --- OFX


def test_ofxtools_reads_every_statement_of_an_export() -> None:
    book, lines = example()

    found = {
        one.account.acctid: one for one in strict(written(OfxWriter(spool), book, lines)).statements
    }

    giro, card, yen = (found[account_number(one.id)] for one in book.accounts[:3])
    assert (giro.curdef, yen.curdef) == ("EUR", "JPY")
    assert giro.ledgerbal.balamt == Decimal("734.17")
    assert giro.ledgerbal.dtasof == AT
    assert [str(one.trnamt) for one in card.transactions] == ["-25.00"]
    bakery = next(one for one in giro.transactions if one.name == "Corner Bakery")
    assert (bakery.trntype, bakery.trnamt, bakery.fitid) == (
        "DEBIT",
        Decimal("-12.30"),
        identity(2),
    )
    assert bakery.memo == "-2 rolls and a cake"
    kinds = {(one.fitid, one.trntype, one.trnamt) for one in giro.transactions}
    assert (identity(5), "XFER", Decimal("-100.00")) in kinds
    assert (f"{identity(5)}.fee", "FEE", Decimal("-3.53")) in kinds
    assert (giro.transactions.dtstart.date(), giro.transactions.dtend.date()) == (
        date(2026, 1, 3),
        date(2026, 4, 1),
    )


@settings(max_examples=50)
@given(drawn=books())
def test_ofxtools_takes_any_export(drawn: tuple[Book, list[Line]]) -> None:
    book, lines = drawn

    ofx = strict(written(OfxWriter(spool), book, lines))

    carried = [one for one in book.accounts if one.currency != "BTC"]
    assert {one.account.acctid for one in ofx.statements} == {
        account_number(one.id) for one in carried
    }


def test_what_ofx_cannot_carry_is_counted() -> None:
    book, lines = example()
    writer = OfxWriter(spool)

    written(writer, book, lines)

    assert writer.left_out == {"planned": 1, "pending": 1, "currency": 1}


def test_long_texts_are_cut_at_the_lengths_of_the_standard() -> None:
    book, lines = example()
    long = lines[0]._replace(payee="name " * 40, notes="note " * 200)

    (one,) = strict(written(OfxWriter(spool), book, [long])).statements[0].transactions

    assert (len(one.name), len(one.extdname), len(one.memo)) == (32, 99, 254)


def test_the_days_that_were_asked_for_are_the_period_of_every_statement() -> None:
    book, lines = example()
    asked = Book(
        accounts=book.accounts[:1],
        categories=(),
        made_at=AT,
        first=date(2026, 1, 1),
        last=date(2026, 1, 31),
        complete=False,
    )

    (found,) = strict(written(OfxWriter(spool), asked, lines[:1])).statements

    assert found.transactions.dtstart.date() == date(2026, 1, 1)
    assert found.transactions.dtend.date() == date(2026, 1, 31)


@pytest.mark.parametrize("number", [0, 1, 62, 2**128 - 1])
def test_an_accounts_number_has_22_characters(number: int) -> None:
    assert len(account_number(f"{number:032x}")) == 22


# --- QIF


def quicken(data: bytes, folder: Path) -> Any:
    path = folder / "export.qif"
    path.write_bytes(data)
    return quiffen.Qif.parse(path, day_first=False)


def test_quiffen_reads_accounts_splits_categories_and_transfers(tmp_path: Path) -> None:
    book, lines = example()

    qif = quicken(written(QifWriter(spool), book, lines), tmp_path)

    assert list(qif.accounts) == ["Giro", '=cmd-"-C calc"!A0', "Yen", "Coins"]
    giro = [one for found in qif.accounts["Giro"].transactions.values() for one in found]
    bakery = next(one for one in giro if one.payee == "Corner Bakery")
    assert (bakery.amount, bakery.date.date()) == (Decimal("-12.30"), date(2026, 1, 4))
    assert (bakery.category.parent.name, bakery.category.name) == ("Food", "Bread & rolls")
    assert bakery.memo == "-2 rolls and a cake"
    market = next(one for one in giro if one.payee == "Market")
    assert [(one.amount, one.memo) for one in market.splits] == [
        (Decimal("-20.00"), "fish"),
        (Decimal("-5.00"), None),
    ]
    away = next(one for one in giro if one.payee == "To Japan" and one.to_account)
    assert (away.to_account, away.amount) == ("Yen", Decimal("-100.00"))
    opening = next(one for one in giro if one.payee == "Opening Balance")
    assert (opening.amount, opening.date.date()) == (Decimal("100.00"), date(2026, 1, 2))


def test_accounts_of_one_name_are_told_apart_where_money_moves_between_them() -> None:
    one, two = (
        AccountLine(id=identity(number), name="Cash/[x]", kind="cash", currency="EUR")
        for number in (1, 2)
    )
    _, lines = example()
    moved = next(line for line in lines if line.transfer is not None)
    assert moved.transfer is not None
    there = moved.transfer._replace(account_id=two.id, currency="EUR", fee_minor=0)
    book = Book(accounts=(one, two), categories=(), made_at=AT)

    text = written(
        QifWriter(spool), book, [moved._replace(account_id=one.id, transfer=there)]
    ).decode()

    assert text.count("NCash-(x)\n") == 2
    assert "L[Cash-(x) (2)]\n" in text
    assert "L[Cash-(x)]\n" in text


def test_a_leg_on_an_account_that_may_not_be_seen_names_nothing() -> None:
    book, lines = example()
    seen = Book(accounts=book.accounts[:1], categories=book.categories, made_at=AT)

    text = written(QifWriter(spool), seen, lines).decode()

    assert f"L[{HIDDEN}]\n" in text
    assert "Yen" not in text


def test_no_text_of_a_user_begins_a_line_of_its_own(tmp_path: Path) -> None:
    book, lines = example()
    nasty = lines[0]._replace(payee="x\n^\n!Type:Bank", notes="y\r\nD01/01/1999")

    qif = quicken(written(QifWriter(spool), book, [nasty]), tmp_path)

    giro = [one for found in qif.accounts["Giro"].transactions.values() for one in found]
    assert [one.payee for one in giro if one.payee != "Opening Balance"] == ["x ^ !Type:Bank"]
