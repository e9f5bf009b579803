"""MT940 and MT942: the line, the dates of banks, signs, texts, messages, and what ties them together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.interchange.model.formats import Hints, ParsedFile, Row, parse

HEAD = ":20:START\n:25:10020030/1234567\n:28C:5/1\n:60F:C251230EUR100,00\n"


def read(text: str, hints: Hints | None = None) -> ParsedFile:
    return parse(text.encode(), hints=hints)


def only_row(line: str, more: str = "") -> Row:
    (row,) = read(f"{HEAD}:61:{line}\n{more}").rows
    return row


def notes(parsed: ParsedFile) -> list[tuple[str, int]]:
    return [(note.code, note.line) for note in parsed.notes]


@pytest.mark.parametrize(
    ("line", "day", "amount"),
    [
        ("2601050105DR12,34NTRFNONREF", date(2026, 1, 5), "-12.34"),
        ("260105C12,34NTRF", date(2026, 1, 5), "12.34"),
        ("260105    D65,00NOVB", date(2026, 1, 5), "-65.00"),
        ("260105    DD65,00NOVB", date(2026, 1, 5), "-65.00"),
        ("2601050105C500NTRF", date(2026, 1, 5), "500"),
        ("2601050105D10,5FMSC01916//NONREF", date(2026, 1, 5), "-10.50"),
        ("2601050105D12,35 NRTIKREF+//2016", date(2026, 1, 5), "-12.35"),
        ("2601050105DF2402,00S   X", date(2026, 1, 5), "-2402.00"),
        ("2601050105CR000000000001,62NTRF", date(2026, 1, 5), "1.62"),
        ("2601050105RC5,00NSTO", date(2026, 1, 5), "-5.00"),
        ("2601050105RDR5,00NSTO", date(2026, 1, 5), "5.00"),
        ("2512311231C5,00NTRF", date(2025, 12, 31), "5.00"),
        ("2512310102C5,00NTRF", date(2026, 1, 2), "5.00"),
        ("2601011231C5,00NTRF", date(2025, 12, 31), "5.00"),
        ("2602300301D6,00N024", date(2026, 3, 1), "-6.00"),
        ("2402280229D6,00N024", date(2024, 2, 29), "-6.00"),
        ("690105C1,00NTRF", date(1969, 1, 5), "1.00"),
    ],
)
def test_a_line_gives_its_day_and_amount(line: str, day: date, amount: str) -> None:
    row = only_row(line)

    assert (row.booked_on, row.amount, row.problems) == (day, Decimal(amount), ())


def test_a_day_of_the_banks_30_day_month_becomes_the_last_one_and_is_noted() -> None:
    parsed = read(HEAD + ":61:260230D6,00N024\n")

    assert parsed.rows[0].booked_on == date(2026, 2, 28)
    assert notes(parsed) == [("adjusted-date", 5)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2626010105C5,00NTRF", "bad-date"),
        ("26010501C", "bad-line"),
        ("", "bad-line"),
        ("260105X5,00NTRF", "bad-line"),
        ("2601050105C5,001NTRF", "too-many-decimals"),
        ("2601050105C999999999999999999,00NTRF", "amount-too-large"),
    ],
)
def test_what_cannot_be_read_is_a_problem_of_its_row(line: str, code: str) -> None:
    assert [problem.code for problem in only_row(line).problems] == [code]


def test_a_line_that_the_bank_wrapped_is_one_line() -> None:
    row = only_row("1811261126CR\n30,00N062NONREF", ":\n86:166?00GUTSCHRIFT?20SVWZ+Test\n")

    assert (row.amount, row.payee) == (Decimal("30.00"), "Test")


def test_the_currency_decides_the_decimals() -> None:
    text = HEAD.replace("EUR100,00", "JPY100,") + ":61:2601050105D5,00NTRF\n"
    (row,) = read(text).rows

    assert (row.currency, str(row.amount)) == ("JPY", "-5")


@pytest.mark.parametrize(
    ("details", "payee", "memo"),
    [
        (
            "166?00GUTSCHRIFT?100399?20EREF+TFNR 22?21SVWZ+Rechnung 7?30DRESDEFF?32KARL?33KAUFMANN",
            "KARL KAUFMANN", "Rechnung 7",
        ),
        (
            "166?00GUTSCHRIFT?20SVWZ+Strukturierter Verwend\n?21ungszweck?32Quentin Quast",
            "Quentin Quast", "Strukturierter Verwendungszweck",
        ),
        ("051?00UEBERWEISUNG?20Miete?32Bank", "Bank", "Miete"),
        ("000>100987654321\n>20HUUR KANTOOR", "HUUR KANTOOR", ""),
        ("105?00BASIS?20EREF+1?32Amt?60ABWA+Anderer", "Amt", "BASIS"),
        ("/EREF/02 22:56/BENM//NAME/Nespresso\nNederland B.V./REMI/6747/ISDT/2013", "Nespresso Nederland B.V.", "6747"),
        ("/EREF/1//CNTP/NL88INGB0/INGBNL2A/RAAMEN NV///REMI/USTD//KASSA/", "RAAMEN NV", "KASSA"),
        ("/TRTP/IDEAL/IBAN/NL30/NAME/ABC/REMI/K000/EREF/11", "ABC", "K000"),
        ("SEPA IDEAL IBAN: NL70 BIC: ABN NAAM: NS GROEP\nOMSCHRIJVING: 485 TICKET KENMERK: 1", "NS GROEP", "485 TICKET"),
        ("911 COLLECT; OD: JAN NOWAK; TYT.: PRZELEW ; TNR: 1", "JAN NOWAK", "PRZELEW"),
        ("NL47INGB9999999999 hr paulissen\n\nBetaling sieraden", "hr paulissen", "Betaling sieraden"),
        ("BEA   NR:XXX1234   CAFE, PAS999", "BEA NR:XXX1234 CAFE, PAS999", ""),
    ],
)  # fmt: skip
def test_who_was_paid_and_what_for_is_read_as_the_bank_writes_it(
    details: str, payee: str, memo: str
) -> None:
    row = only_row("2601050105D1,00NTRFNONREF", f":86:{details}\n-\n")

    assert (row.payee, row.memo) == (payee, memo)


def test_a_name_behind_the_reference_and_a_second_line_are_texts_too() -> None:
    behind = only_row("260105D1,00N0440121470966      W.P. Jansen", ":86:Terug\n:86:boeking\n")
    second = only_row("260105D1,00NTRFNONREF\n911-TRANSAKCJA")
    unswift = only_row("260105D1,00S051", ":NS:01Rent\n02March\n15Landlord\n17Booking\n")

    assert (behind.payee, behind.memo) == ("W.P. Jansen", "Terug boeking")
    assert second.payee == "911-TRANSAKCJA"
    assert (unswift.payee, unswift.memo) == ("Landlord", "Rent March")


def test_wrapped_text_that_looks_like_a_tag_is_text() -> None:
    row = only_row("260105D1,00NTRF", ":86:166?20T13\n:12:11?32Shop\n")

    assert (row.payee, row.memo) == ("Shop", "T13:12:11")


@pytest.mark.parametrize("reference", ["", "//", "//NONREF", "//000000"])
def test_what_is_no_reference_is_no_id(reference: str) -> None:
    assert only_row(f"2601050105D1,00NTRFNONREF{reference}").provider_id is None


def test_the_banks_reference_is_the_id_of_its_day_so_a_constant_one_is_no_trap() -> None:
    january = only_row("2601050105D1,00NMSCNONREF//55555")
    february = only_row("2602050205D1,00NMSCNONREF//55555")

    assert january.provider_id == "55555 2026-01-05"
    assert february.provider_id == "55555 2026-02-05"


def test_messages_of_one_account_are_one_statement_proven_by_each_of_its_balances() -> None:
    first = HEAD + ":61:260102C5,00NTRF\n:62M:C260102EUR105,00\n-\n"
    second = ":20:B\n:25:10020030/1234567\n:28C:5/2\n:60M:C260102EUR105,00\n:61:260103D1,00NTRF\n:62F:C260103EUR104,00\n"
    parsed = read(first + second)
    (statement,) = parsed.statements

    assert (statement.opening_balance, statement.closing_balance) == (Decimal(100), Decimal(104))
    assert (statement.account.number, statement.account.bank_id) == ("1234567", "10020030")
    assert (statement.period_start, statement.period_end) == (date(2025, 12, 30), date(2026, 1, 3))
    assert parsed.notes == ()


def test_balances_that_do_not_fit_are_noted_and_never_a_refusal() -> None:
    first = HEAD + ":61:260102C5,00NTRF\n:62F:C260102EUR999,00\n-\n"
    second = ":20:B\n:25:10020030/1234567\n:60F:D260102EUR1,00\n:62F:D260103EUR1,00\n"
    parsed = read(first + second)

    assert notes(parsed) == [("balance-mismatch", 1), ("balance-gap", 8)]
    assert len(parsed.rows) == 1


def test_accounts_and_currencies_are_statements_of_their_own() -> None:
    parsed = read(
        ":20:A\n:25:NL47INGB0001212121EUR\n:61:260102C5,00NTRF\n-\n"
        ":20:A\n:25:NL47INGB0001212121USD\n:61:260102C6,00NTRF\n-}{5:}\n"
        "{1:F01}{4:\n:20:A\n:25:NL47INGB0009999999EUR\n:61:260102C7,00NTRF\n"
    )

    assert [(one.account.last4, one.currency, len(one.rows)) for one in parsed.statements] == [
        ("2121", "EUR", 1), ("2121", "USD", 1), ("9999", "EUR", 1),
    ]  # fmt: skip


def test_interim_lines_are_pending_and_prove_no_balance() -> None:
    parsed = read(
        ":20:A\n:25:1\n:34F:EURD0,\n:13D:2601051815+0100\n:61:260105C5,00NTRF//X\n:90C:1EUR5,00\n"
    )

    assert parsed.dialect == "MT942"
    assert [(row.kind, row.currency) for row in parsed.rows] == [("pending", "EUR")]
    assert only_row("260105EC5,00NTRF").kind == "pending"
    assert only_row("260105C5,00NTRF").kind == "TRF"


def test_what_follows_the_end_of_a_message_belongs_to_no_row() -> None:
    row = only_row("260105C5,00NTRF", ":86:Rent\n-\nABNANL2A\n940\nABNANL2A\n")
    dash = only_row("260105C5,00NTRF", ":86:Rent\n- and more\n")

    assert row.payee == "Rent"
    assert dash.payee == "Rent - and more"


def test_a_missing_end_and_an_empty_message_are_no_trouble() -> None:
    assert len(read(HEAD + ":61:260105C5,00NTRF").rows) == 1
    assert notes(read(HEAD)) == [("no-rows", 0)]


def test_what_the_statement_does_not_say_the_user_may() -> None:
    text = ":61:2601050105C5,00NTRF\n"

    assert notes(read(text)) == [("no-currency", 0)]
    assert read(text, Hints(currency="CHF")).rows[0].currency == "CHF"
    assert read(text, Hints(invert_sign=True)).rows[0].amount == Decimal(-5)


@given(
    st.lists(
        st.tuples(
            st.dates(date(2000, 1, 1), date(2060, 12, 31)),
            st.integers(-30, 30),
            st.integers(-(10**12), 10**12),
        ),
        max_size=12,
    )
)
def test_what_is_written_is_what_is_read(entries: list[tuple[date, int, int]]) -> None:
    lines, expected, total = [HEAD], [], 10_000
    for value, lag, cents in entries:
        booked = date.fromordinal(value.toordinal() + lag)
        mark = "D" if cents < 0 else "C"
        digits = f"{abs(cents) // 100},{abs(cents) % 100:02d}"
        lines.append(f":61:{value:%y%m%d}{booked:%m%d}{mark}R{digits}NTRFNONREF\n")
        expected.append((booked, Decimal(cents).scaleb(-2)))
        total += cents
    sign = "D" if total < 0 else "C"
    lines.append(f":62F:{sign}260101EUR{abs(total) // 100},{abs(total) % 100:02d}\n-\n")
    parsed = read("".join(lines))

    assert [(row.booked_on, row.amount) for row in parsed.rows] == expected
    assert [code for code, _ in notes(parsed)] in ([], ["no-rows"])
