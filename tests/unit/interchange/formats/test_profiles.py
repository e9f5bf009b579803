"""Profiles, built in and saved: which one a file has, and that it says what the cells leave open."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.interchange.model.formats import ColumnMap, Hints, ParsedFile, Unreadable, parse
from chalicelib.interchange.model.formats.tabular.profiles import Profile, built_in, find_profile
from chalicelib.interchange.model.formats.types import SavedProfile

HEADER = ("When", "What", "Plus", "Minus", "Left")
COLUMNS = ColumnMap(date=0, payee=(1,), money_in=2, money_out=3, header_line=1)
SAVED = SavedProfile(id="mine", header=HEADER, hints=Hints(columns=COLUMNS, date_order="mdy"))
TABLE = "When,What,Plus,Minus,Left\n02/03/2026,Shop,,1.00,9.00\n02/04/2026,Pay,5.00,,14.00\n"
BUILT_IN = {known.name: known for known in built_in()}


def read(text: str, hints: Hints, *profiles: SavedProfile) -> ParsedFile:
    return parse(text.encode(), hints=replace(hints, profiles=profiles))


def facts(parsed: ParsedFile) -> list[str]:
    return [f"{row.booked_on} {row.amount} {row.payee}" for row in parsed.rows]


# --- saved


def test_a_saved_profile_says_what_no_detection_could() -> None:
    parsed = read(TABLE, Hints(), SAVED)

    assert facts(parsed) == ["2026-02-03 -1.00 Shop", "2026-02-04 5.00 Pay"]
    assert parsed.profile == "mine"


@pytest.mark.parametrize("above", ["", "My bank\n\n", "a,b,c\n1,2,3\n\n"])
def test_its_header_may_stand_anywhere_near_the_top(above: str) -> None:
    parsed = read(above + TABLE, Hints(), SAVED)

    assert facts(parsed) == ["2026-02-03 -1.00 Shop", "2026-02-04 5.00 Pay"]


def test_case_accents_and_empty_cells_at_the_end_make_no_difference() -> None:
    text = TABLE.replace("When,What", "WHEN, whát").replace("Left", "left,,")

    assert read(text, Hints(), SAVED).profile == "mine"


def test_another_header_is_none_of_its_business() -> None:
    text = "Date,Payee,Amount\n2026-02-03,Shop,-1.00\n"

    parsed = read(text, Hints(), SAVED)

    assert facts(parsed) == ["2026-02-03 -1.00 Shop"]
    assert parsed.profile == ""


def test_what_the_user_says_for_this_file_wins_over_the_profile() -> None:
    parsed = read(TABLE, Hints(date_order="dmy"), SAVED)

    assert facts(parsed)[0] == "2026-03-02 -1.00 Shop"


def test_it_wins_over_what_is_built_in() -> None:
    text = (
        "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
    )
    text += "CARD_PAYMENT,Current,2026-01-05,2026-01-06,Bakery,-3.00,0.00,EUR,COMPLETED,97.00\n"
    mine = SavedProfile(
        id="mine",
        header=tuple(text.splitlines()[0].split(",")),
        hints=Hints(columns=ColumnMap(date=2, amount=5, payee=(0,))),
    )

    assert facts(read(text, Hints())) == ["2026-01-06 -3.00 Bakery"]
    assert facts(read(text, Hints(), mine)) == ["2026-01-05 -3.00 CARD_PAYMENT"]


def test_the_first_that_fits_is_taken() -> None:
    other = replace(SAVED, id="other", hints=replace(SAVED.hints, invert_sign=True))

    assert read(TABLE, Hints(), other, SAVED).profile == "other"
    assert facts(read(TABLE, Hints(), other, SAVED))[0] == "2026-02-03 1.00 Shop"


def test_a_delimiter_that_is_never_looked_for_comes_from_the_profile() -> None:
    text = TABLE.replace(",", "~")
    mine = replace(SAVED, hints=replace(SAVED.hints, delimiter="~"))

    assert facts(read(text, Hints(), mine)) == ["2026-02-03 -1.00 Shop", "2026-02-04 5.00 Pay"]


def test_an_encoding_comes_from_the_profile() -> None:
    text = TABLE.replace("Shop", "Läden")
    mine = replace(SAVED, hints=replace(SAVED.hints, encoding="cp850"))

    parsed = parse(text.encode("cp850"), hints=Hints(profiles=(mine,)))

    assert parsed.rows[0].payee == "Läden"
    assert parsed.encoding == "cp850"


def test_a_long_file_is_dressed_by_its_head() -> None:
    """64 KB are looked at, cut at the end of a line, whatever the characters there."""
    rows = "".join(f"02/03/2026;Läden {at};;1,00;9,00\n" for at in range(5_000))
    text = ";".join(HEADER) + "\n" + rows
    mine = replace(SAVED, hints=replace(SAVED.hints, delimiter=";", decimal=",", encoding="utf-16"))

    parsed = parse(text.encode("utf-16"), hints=Hints(profiles=(mine,)))

    assert len(parsed.rows) == 5_000
    assert parsed.rows[-1].payee == "Läden 4999"


def test_lines_that_are_no_part_of_the_table_are_left_out() -> None:
    text = f"2026-01-01,Not,,7.00,0\n{TABLE}02/09/2026,Nor,,9.00,0\n\n"
    mine = replace(SAVED, hints=replace(SAVED.hints, skip_head=1, skip_foot=1))

    assert facts(read(text, Hints(), mine)) == ["2026-02-03 -1.00 Shop", "2026-02-04 5.00 Pay"]


def test_without_a_header_the_width_tells() -> None:
    bare = "02/03/2026,Shop,,1.00,9.00\n02/04/2026,Pay,5.00,,14.00\n"
    mine = SavedProfile(
        id="bare",
        columns=5,
        hints=Hints(columns=replace(COLUMNS, header_line=None), date_order="mdy"),
    )

    assert read(bare, Hints(), mine).profile == "bare"
    assert facts(read(bare, Hints(), mine)) == ["2026-02-03 -1.00 Shop", "2026-02-04 5.00 Pay"]
    assert read("Date,Payee,In,Out,Balance\n" + bare, Hints(), mine).profile == ""
    assert read("02/03/2026,Shop,-1.00\n", Hints(), mine).profile == ""


def test_one_that_was_named_holds_though_its_header_is_another() -> None:
    text = "Date,Payee,Amount\n02/03/2026,Shop,-1.00\n"

    parsed = read(text, Hints(), replace(SAVED, is_named=True))

    assert facts(parsed) == ["2026-02-03 -1.00 Shop"]
    assert [note.code for note in parsed.notes if note.code == "profile-unfit"] == ["profile-unfit"]
    assert parsed.profile == "mine"


def test_profiles_never_make_a_file_readable_that_is_none() -> None:
    with pytest.raises(Unreadable):
        read("nothing here\n", Hints(), SAVED)


# --- built in


def test_there_are_profiles_for_many_institutions_each_with_its_source() -> None:
    banks = [known for known in built_in() if known.country]

    assert len(banks) >= 40
    assert len(built_in()) >= len(banks) + 20
    assert all(known.source and known.title for known in built_in())
    assert len({known.id for known in built_in()}) == len(built_in())


@pytest.mark.parametrize("known", built_in(), ids=lambda known: known.name)
def test_every_built_in_profile_is_described_with_its_source(known: Profile) -> None:
    page = (Path(__file__).resolve().parents[4] / "docs" / "formats.md").read_text(encoding="utf-8")

    if known.country:
        assert f"| {known.title} ({known.country}) |" in page
        assert f"| {known.source} |" in page
    else:
        assert known.title.split(" ")[0].strip(",") in page


def test_ids_of_built_in_profiles_stay_what_they_are() -> None:
    """Clients keep them: an id that changes breaks a saved choice."""
    assert BUILT_IN["ynab"].id == "782e5ef0-b36d-82a5-aea3-50fcb4943f6e"
    assert BUILT_IN["ca-td"].id == "29391eb3-a000-83ef-a58e-b5cbb2afa1f6"


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_every_built_in_profile_is_found_by_its_own_header(name: str) -> None:
    known = BUILT_IN[name]
    if not known.recognised:
        assert known.positions is not None
        return
    named = {options.split("|")[0] for _, options in known.columns}
    words = (*known.first, *sorted((known.header | named) - set(known.first)), "another")

    assert find_profile(words).name == name


def test_no_header_is_claimed_by_two_banks() -> None:
    banks = [known for known in built_in() if known.country and known.recognised]
    claims = [
        (one.name, other.name)
        for one in banks
        for other in banks
        if one is not other and one.header <= other.header and one.without.isdisjoint(other.header)
    ]

    assert claims == []


def named(known: Profile) -> Hints:
    mine = SavedProfile(id=known.id, hints=known.own_hints, is_named=True)
    return Hints(profiles=(mine,))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("ca-td", "02/03/2026,Shop,1.00,,9.00\n02/04/2026,Pay,,5.00,14.00\n", ["2026-02-03 -1.00 Shop", "2026-02-04 5.00 Pay"]),
        ("gb-barclaycard", '03 Feb 26," Shop ",Visa,ME,Household,,1.00\n04 Feb 26," Back ",Visa,ME,Household,2.00,\n', ["2026-02-03 -1.00 Shop", "2026-02-04 2.00 Back"]),
        ("ie-bank-of-ireland", "Date,Details,Debit,Credit,Balance\n02/03/2026,Shop,1.00,,9.00\n", ["2026-03-02 -1.00 Shop"]),
        ("dk-bec", "02-03-2026;Shop;-1.000,00;5,00\n", ["2026-03-02 -1000.00 Shop"]),
        ("sg-posb", "03 Feb 2026,UMC-, 7.80, ,SHOP SG,,,\n04 Feb 2026,GIRO, ,9.00,PAY,,,\n", ["2026-02-03 -7.80 SHOP SG", "2026-02-04 9.00 PAY"]),
    ],
)  # fmt: skip
def test_a_bank_without_a_header_is_read_where_it_is_named(
    name: str, text: str, expected: list[str]
) -> None:
    parsed = parse(text.encode(), hints=named(BUILT_IN[name]))

    assert facts(parsed) == expected
    assert parsed.profile == BUILT_IN[name].id
    assert {row.currency for row in parsed.rows} == {BUILT_IN[name].currency}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("us-discover", "Trans. Date,Post Date,Description,Amount,Category\n02/03/2026,02/04/2026,SHOP,12.00,Food\n02/05/2026,02/05/2026,PAYMENT,-20.00,Payments\n", ["2026-02-04 -12.00 SHOP", "2026-02-05 20.00 PAYMENT"]),
        ("us-amex", "Date,Description,Amount,Extended Details,Appears On Your Statement As,Address,City/State,Zip Code,Country,Reference,Category\n02/03/2026,SHOP,12.00,x,SHOP NY,a,b,1,US,'1',Food\n02/05/2026,PAYMENT,-20.00,,,,,,,'2',\n", ["2026-02-03 -12.00 SHOP", "2026-02-05 20.00 PAYMENT"]),
        ("us-truist", "Posted Date,Transaction Date,Transaction Type,Check/Serial #,Description,Amount,Daily Posted Balance\n02/03/2026,02/02/2026,Debit,,SHOP,($1.00),$9.00\n", ["2026-02-03 -1.00 SHOP"]),
        ("de-c24", 'Transaktionstyp,Buchungsdatum,Karteneinsatz,Betrag,Zahlungsempfänger,IBAN,BIC,Verwendungszweck,Beschreibung,Kontonummer,Kontoname\nKartenzahlung,02.03.2026,,"-1,00",Laden,,,Brot,Laden,1,Giro\n', ["2026-03-02 -1.00 Laden"]),
        ("de-sumup", 'Transaktions-ID,Datum der Transaktion,Referenz,Art der Transaktion,Zahlungsbetrag ausgehend,Zahlungsbetrag eingehend,Zahlungswährung,Zahlungsreferenz,Verfügbares Guthaben\nA,"02.03.26, 10:00",Laden,Ausgehende Banküberweisung,-1.00,0.0,EUR,x,9.00\nB,"03.03.26, 10:00",Kunde,Auszahlung,0.0,5.00,EUR,y,14.00\n', ["2026-03-02 -1.00 Laden", "2026-03-03 5.00 Kunde"]),
        ("no-sparebank1", "Dato;Beskrivelse;Rentedato;Inn;Ut;Til konto;Fra konto;\n02.03.2026;Butikk;02.03.2026;;-1,00;1;2;\n03.03.2026;Lønn;03.03.2026;5,00;;1;2;\n", ["2026-03-02 -1.00 Butikk", "2026-03-03 5.00 Lønn"]),
        ("gb-barclaycard-business", "Cardholder Name,Account Number,Transaction Date,Merchant Name,Amount,Currency,Original Amount,Original Currency,Conversion Rate,Posted Date,MCC\nME,****1,02/03/2026,SHOP,10.00,GBP,12.00,EUR,1.2,03/03/2026,5812\n", ["2026-03-03 -10.00 SHOP"]),
    ],
)  # fmt: skip
def test_a_bank_is_read_by_its_header(name: str, text: str, expected: list[str]) -> None:
    parsed = parse(text.encode())

    assert facts(parsed) == expected
    assert (parsed.dialect, parsed.profile) == (name, BUILT_IN[name].id)


@pytest.mark.parametrize(("payments", "sign"), [(1, "-"), (4, "-"), (5, "")])
def test_a_card_profile_is_doubted_where_most_amounts_have_a_minus(
    payments: int, sign: str
) -> None:
    """Another bank's export may have the same header and the usual signs."""
    amounts = ["-20.00"] * payments + ["12.00"] * (6 - payments)
    text = "Trans. Date,Post Date,Description,Amount,Category\n"
    text += "".join(f"02/03/2026,02/04/2026,SHOP,{amount},Food\n" for amount in amounts)

    parsed = parse(text.encode())

    assert str(parsed.rows[-1].amount) == f"{sign}12.00"
    assert ("unlike-profile" in {note.code for note in parsed.notes}) == (not sign)


def test_the_cells_win_over_a_built_in_decimal_mark() -> None:
    """The same bank's export in another language, or typed numbers of a workbook."""
    text = "Buchungstag;Wertstellung;Umsatzart;Buchungstext;Betrag;Währung;Auftraggeberkonto\n"
    text += "02.03.2026;02.03.2026;x;Laden;-12.34;EUR;1\n"

    assert parse(text.encode()).rows[0].amount == Decimal("-12.34")


def test_a_banks_own_categories_are_not_taken_for_the_users() -> None:
    text = "Transaction Date,Posted Date,Card No.,Description,Category,Debit,Credit\n2026-02-03,2026-02-04,1,SHOP,Dining,1.00,\n"

    assert parse(text.encode()).rows[0].extras is None
