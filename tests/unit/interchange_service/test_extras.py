"""What apps and journals know of rows: kept where it is exact, left out with a note where it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses import commands
from chalicelib.expenses.commands import Came, Fee, ImportRow, RowExtras, RowPart
from chalicelib.expenses.model import parts, tags
from chalicelib.interchange.model.belonging import Tie
from chalicelib.interchange.model.examining import Examined, PageRow, examine
from chalicelib.interchange.model.extras import MAX_NOTES
from chalicelib.interchange.model.formats.types import (
    AccountHint,
    Extras,
    OwnFacts,
    ParsedFile,
    ParsedStatement,
    Part,
    RefundOf,
    Row,
)
from chalicelib.interchange.model.labels import Named

DAY = date(2026, 11, 2)
OWN = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"


def row(amount: str, extras: Extras | None, *, line: int = 1, payee: str = "Shop") -> Row:
    return Row(line, DAY, Decimal(amount), None, payee, "", None, "", None, None, (), extras)


def statement(*rows: Row, currency: str = "EUR") -> ParsedStatement:
    return ParsedStatement(AccountHint(), currency, None, None, None, None, rows)


def read(*statements: ParsedStatement) -> Examined:
    return examine(ParsedFile("csv", "", "utf-8", statements), account_currency="EUR")


def extras(found: Examined, place: int = 0) -> RowExtras:
    more = found.rows[place].row.extras
    assert more is not None
    return more


def notes(found: Examined) -> list[tuple[int, str | None, str]]:
    return [(one.line, one.column, one.code) for one in found.notes]


def part(amount: str, *category: str, memo: str = "") -> Part:
    return Part(amount=Decimal(amount), category=category, memo=memo)


def test_the_bounds_of_a_row_are_those_of_the_ledger() -> None:
    assert commands.TAGS_PER_ROW == tags.MAX_TAGS
    assert commands.TAG_LENGTH == tags.MAX_TAG
    assert commands.PARTS_PER_ROW == parts.MAX_PARTS
    assert commands.PART_MEMO_LENGTH == parts.MAX_PART_NOTES


def test_a_banks_row_carries_nothing_and_writes_one_null() -> None:
    found = read(statement(row("-1", None), row("-2", Extras())))

    assert [one.row.extras for one in found.rows] == [None, None]
    assert found.rows[0].row.to_json()[-1] is None
    assert (found.labels, found.pairs) == ((), ())


def test_all_that_a_row_carries_is_kept_exactly() -> None:
    one = Extras(
        category=("Food", "  Bread  and\tbuns "),
        tags=("Trip", "trip", "for\x00work", ""),
        parts=(part("-1.10", "Food"), part("-2.90", memo="soap\nand more")),
        other_account="Savings",
        original_amount=Decimal("-4.40"),
        original_currency="USD",
        own_id=OWN,
    )

    assert extras(read(statement(row("-4", one)))) == RowExtras(
        label=("Food", "Bread and buns"),
        tags=("Trip", "forwork"),
        parts=(
            RowPart(amount_minor=-110, label=("Food",)),
            RowPart(amount_minor=-290, memo="soap and more"),
        ),
        other_account="Savings",
        original_minor=-440,
        original_currency="USD",
        own_id=OWN,
    )


def test_parts_that_do_not_sum_up_leave_the_row_whole_and_importable() -> None:
    """The balance is made of the amount: better a row without its parts than none."""
    found = read(statement(row("-4", Extras(parts=(part("-1"), part("-2.99"))), line=7)))

    assert found.rows[0].row.importable
    assert found.rows[0].row.extras is None
    assert notes(found) == [(7, "parts", "parts-mismatch")]


def test_parts_finer_than_the_currency_or_too_many_leave_the_row_whole() -> None:
    fine = Extras(parts=(part("-0.005"), part("-3.995")))
    many = Extras(category=("Food",), parts=(part("-0.01"),) * 51)
    found = read(statement(row("-4", fine, line=1), row("-0.51", many, line=2)))

    assert notes(found) == [(1, "parts", "part-unfit"), (2, "parts", "too-many-parts")]
    assert extras(found, 1) == RowExtras(label=("Food",))


def test_a_single_part_is_no_split_and_says_the_category() -> None:
    found = read(statement(row("-4", Extras(parts=(part("-4", "Food"),)))))

    assert extras(found) == RowExtras(label=("Food",))
    assert notes(found) == []


@given(st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=50), st.integers(-3, 3))
def test_parts_are_kept_when_and_only_when_they_sum_up(cents: list[int], off: int) -> None:
    one = Extras(parts=tuple(Part(amount=Decimal(cent).scaleb(-2)) for cent in cents))
    amount = Decimal(sum(cents) + off).scaleb(-2)
    found = read(statement(row(str(amount), one)))

    kept = found.rows[0].row.extras
    assert found.rows[0].row.importable
    assert (kept is not None) == (off == 0)
    if kept is not None:
        assert [one.amount_minor for one in kept.parts] == cents


def test_an_original_amount_of_another_sign_or_too_fine_is_left_out() -> None:
    odd = Extras(original_amount=Decimal(5), original_currency="USD")
    fine = Extras(original_amount=Decimal("-5.5"), original_currency="JPY")
    unknown = Extras(original_amount=Decimal(-5), original_currency="???")
    same = Extras(original_amount=Decimal(-4), original_currency="EUR")
    found = read(statement(*(row("-4", one) for one in (odd, fine, unknown, same))))

    assert [one.row.extras for one in found.rows] == [None] * 4
    assert [code for _, _, code in notes(found)] == ["original-unfit"] * 3


def test_what_is_no_id_of_ours_is_no_id() -> None:
    found = read(statement(row("-4", Extras(own_id="42")), row("-4", Extras(own_id=OWN.upper()))))

    assert [one.row.extras for one in found.rows] == [None, None]


class TestTransfers:
    """Two rows with one mark are the legs of a transfer, or a note says why not."""

    def test_each_leg_names_the_place_of_the_other(self) -> None:
        key = Extras(transfer="t1")
        found = read(
            statement(row("-1", None), row("-50", key)),
            statement(row("55", key), currency="USD"),
        )

        assert found.pairs == (Tie(1, 2),)
        assert extras(found, 1).other_side == 2
        assert extras(found, 2).other_side == 1
        assert notes(found) == []

    def test_what_cannot_be_one_is_noted_and_imported_as_it_is(self) -> None:
        def leg(amount: str, mark: str, *pieces: Part) -> Row:
            return row(amount, Extras(transfer=mark, parts=pieces))

        found = read(
            statement(leg("-1", "one account"), leg("1", "one account")),
            statement(leg("-1", "both out"), leg("-5", "more in"), leg("-1", "three")),
            statement(leg("-1", "both out"), leg("6", "more in"), leg("1", "three")),
            statement(leg("2", "three"), leg("-2", "split", part("-1"), part("-1"))),
            statement(leg("2", "split"), leg("2", "alone")),
        )

        assert found.pairs == ()
        assert [code for _, _, code in notes(found)] == ["not-a-transfer"] * 5
        assert all(one.row.importable for one in found.rows)

    def test_a_row_that_cannot_be_imported_is_no_leg(self) -> None:
        key = Extras(transfer="t1")
        found = read(
            statement(row("-0.001", key)), statement(row("0.001", key)), statement(row("1", key))
        )

        assert found.pairs == ()

    def test_a_fee_is_part_of_what_left_and_has_a_category(self) -> None:
        fee = Extras(transfer="t1", own=OwnFacts(fee=Decimal("1.50"), fee_category=("Fees",)))
        found = read(
            statement(row("-51.50", fee)),
            statement(row("55", Extras(transfer="t1")), currency="USD"),
        )

        assert found.pairs == (Tie(0, 1, Fee(amount_minor=150, label=("Fees",))),)
        assert found.labels == (Named(("Fees",), 1, 0, own=False),)

    def test_a_fee_that_is_no_part_of_it_is_left_out(self) -> None:
        found = read(
            statement(row("-1", Extras(transfer="t1", own=OwnFacts(fee=Decimal(1))))),
            statement(row("1", Extras(transfer="t1"))),
            statement(row("-1", Extras(transfer="t2", own=OwnFacts(fee=Decimal("0.001"))))),
        )

        assert found.pairs == (Tie(0, 1),)
        assert [code for _, _, code in notes(found)] == ["fee-unfit"] * 2


class TestOverAccounts:
    """Rows with one mark are one transaction, whose parts lie on several accounts."""

    def home(self, *parts: Part, amount: str = "-3") -> Row:
        return row(amount, Extras(own=OwnFacts(split="s"), parts=parts, own_id=OWN))

    def away(self, amount: str, share: str = "card") -> Row:
        return row(amount, Extras(own=OwnFacts(split="s", share=share), own_id=OWN))

    def test_the_home_row_names_where_each_part_lies(self) -> None:
        there = Part(amount=Decimal(-2), category=("Cash",), elsewhere="card")
        found = read(
            statement(self.home(part("-3", "Food"), there)),
            statement(row("-9", None), self.away("-2")),
        )

        assert [one.statement for one in extras(found, 0).parts] == [None, 1]
        assert extras(found, 2).within == 0
        assert found.rows[1].row.extras is None
        assert notes(found) == []

    def test_what_does_not_fit_stands_for_itself(self) -> None:
        there = Part(amount=Decimal(-2), elsewhere="card")
        for other in (self.away("-1"), self.away("-2", "purse"), row("-2", None)):
            found = read(
                statement(self.home(part("-3", "Food"), part("0"), there)), statement(other)
            )

            assert [one.statement for one in extras(found, 0).parts] == [None, None]
            assert (found.rows[1].row.extras or RowExtras()).within is None
            assert [code for _, _, code in notes(found)] == ["not-a-split"]


class TestRefunds:
    """A refund names the purchase, and may name its part."""

    def read(self, link: RefundOf) -> Examined:
        bought = Extras(own_id=OWN, parts=(part("-1"), replace(part("-3"), own_id="p2")))
        return read(
            statement(row("4", Extras(own=OwnFacts(refunds=(link,)))), row("-4", bought)),
        )

    def test_they_are_tied_by_their_places(self) -> None:
        found = self.read(RefundOf(OWN, Decimal(2), Decimal("2.5"), "p2"))

        came = Came(amount_minor=200, covered_minor=250, part=1)
        assert found.pairs == (Tie(0, 1, came),)
        assert extras(found, 0).tied
        assert extras(found, 1).tied

    def test_a_purchase_that_is_not_in_the_file_is_no_trouble(self) -> None:
        found = self.read(RefundOf(OWN.replace("0", "1"), Decimal(2), Decimal(2)))

        assert (found.pairs, notes(found)) == ((), [])

    @pytest.mark.parametrize(
        "link",
        [
            RefundOf(OWN, Decimal(0), Decimal(2)),
            RefundOf(OWN, Decimal("0.001"), Decimal(2)),
            RefundOf(OWN, Decimal(2), Decimal(2), "of another"),
        ],
    )
    def test_what_fits_no_purchase_is_noted(self, link: RefundOf) -> None:
        found = self.read(link)

        assert found.pairs == ()
        assert [code for _, _, code in notes(found)] == ["not-a-refund"]


def test_labels_are_counted_by_direction_and_those_of_parts_in_place_of_the_rows() -> None:
    food, home = ("Food",), ("Home", "Rent")
    split = Extras(category=food, parts=(part("-3", *home), part("1", *food)))
    found = read(
        statement(
            row("-1", Extras(category=food)),
            row("1", Extras(category=food)),
            row("-2", split),
            row("-0.001", Extras(category=home)),
        )
    )

    assert found.labels == (Named(food, 3, 2, own=False), Named(home, 1, 0, own=False))


def test_many_notes_are_counted_and_leave_room_for_the_parsers() -> None:
    bad = Extras(parts=(part("-1"), part("-1")))
    found = read(statement(*(row("-4", bad, line=line) for line in range(MAX_NOTES + 5))))

    assert len(found.notes) == MAX_NOTES + 1
    assert found.notes[-1].detail.startswith("5 ")


def test_a_row_of_our_export_is_its_transaction_whatever_changed_since() -> None:
    def one(amount: str, payee: str, kind: str = "") -> ImportRow:
        more = Extras(own_id=OWN)
        parsed = Row(1, DAY, Decimal(amount), None, payee, "", None, kind, None, None, (), more)
        return read(statement(parsed)).rows[0].row

    assert one("-1", "Shop").identity() == one("-2", "Kiosk").identity()
    assert one("-1", "Shop").identity() != one("-1", "Shop", "pending").identity()


TEXTS = st.text(max_size=12)
PATHS = st.lists(TEXTS, max_size=4).map(tuple)


@given(
    st.builds(
        RowExtras,
        label=PATHS,
        tags=st.lists(TEXTS, max_size=4).map(tuple),
        parts=st.lists(
            st.builds(
                RowPart,
                amount_minor=st.integers(),
                label=PATHS,
                memo=TEXTS,
                statement=st.none() | st.integers(0, 9),
            ),
            max_size=4,
        ).map(tuple),
        other_side=st.none() | st.integers(0, 10**6),
        other_account=TEXTS,
        original_minor=st.integers(),
        original_currency=st.just("USD"),
        own_id=st.just("") | st.just(OWN),
        fee_minor=st.integers(1),
        fee_label=PATHS,
        reconciled=st.booleans(),
        tied=st.booleans(),
        within=st.none() | st.integers(0, 9),
    )
)
def test_what_lies_in_a_page_is_read_back(more: RowExtras) -> None:
    written = PageRow(
        ImportRow(
            statement=0,
            line=1,
            booked_on=DAY,
            amount_minor=-1,
            currency="EUR",
            payee="",
            memo="",
            provider_id="",
            kind="",
            mcc="",
            ordinal=0,
            importable=True,
            extras=more,
        ),
        (),
    )

    assert PageRow.from_json(written.to_json()) == written
