from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chalicelib.interchange.model.formats import (
    ColumnMap,
    Hints,
    ParsedFile,
    Row,
    Unreadable,
    parse,
)
from chalicelib.interchange.model.formats.tabular import vocabulary

DAY = date(2026, 1, 31)


def read(text: str, hints: Hints | None = None) -> ParsedFile:
    return parse(text.encode(), hints=hints)


def only_row(text: str, hints: Hints | None = None) -> Row:
    (row,) = read(text, hints).rows
    return row


def codes(parsed: ParsedFile) -> set[str]:
    return {note.code for note in parsed.notes}


def refusal(text: str, hints: Hints | None = None) -> str:
    with pytest.raises(Unreadable) as refused:
        read(text, hints)
    return refused.value.reason


def test_a_word_of_the_vocabulary_stands_once() -> None:
    words = [word.strip() for listed in vocabulary._WORDS.values() for word in listed.split("|")]

    assert sorted(words) == sorted(set(words))


def test_every_word_of_the_vocabulary_is_in_its_folded_form() -> None:
    words = [word.strip() for listed in vocabulary._WORDS.values() for word in listed.split("|")]

    assert [word for word in words if vocabulary.fold(word) != word] == []


@pytest.mark.parametrize(
    ("header", "separator"),
    [
        ("Date,Description,Amount,Currency", ","),
        ("Buchungstag;Verwendungszweck;Betrag;Währung", ";"),
        ("Date opération;Libellé;Montant;Devise", ";"),
        ("Fecha;Concepto;Importe;Moneda", ";"),
        ("Data operazione;Descrizione;Importo;Divisa", ";"),
        ("Data;Descrição;Valor;Moeda", ";"),
        ("Datum;Omschrijving;Bedrag;Munt", ";"),
        ("Bokföringsdag;Text;Belopp;Valuta", ";"),
        ("Dato;Tekst;Beløb;Valuta", ";"),
        ("Kirjauspäivä;Saaja;Määrä;Valuutta", ";"),
        ("Data transakcji;Opis;Kwota;Waluta", ";"),
        ("Datum zaúčtování;Popis;Částka;Měna", ";"),
        ("Könyvelés dátuma;Megnevezés;Összeg;Devizanem", ";"),
        ("Data;Gavėjas;Suma;Valiuta", "\t"),
        ("Дата;Описание;Сумма;Валюта", "|"),
        ("交易时间;交易对方;金额;币种", ","),
        ("Tarih;Açıklama;Tutar;Döviz", ";"),
    ],
)
def test_headers_of_many_languages_are_understood(header: str, separator: str) -> None:
    names = header.replace(",", ";").split(";")
    lines = [separator.join(names), separator.join(["2026-01-31", "Shop", "-12.34", "EUR"])]
    row = only_row("\n".join(lines))

    assert (row.booked_on, row.amount, row.currency, row.payee) == (
        DAY, Decimal("-12.34"), "EUR", "Shop",
    )  # fmt: skip


def test_the_booking_date_wins_over_the_others() -> None:
    text = "Transaction Date,Value Date,Posted Date,Description,Amount\n2026-01-01,2026-01-02,2026-01-31,x,-1\n"

    assert only_row(text).booked_on == DAY


def test_the_amount_in_the_accounts_currency_wins_over_the_original_one() -> None:
    text = (
        "Date,Original Amount,Original Currency,Amount,Currency\n2026-01-31,-9.95,USD,-8.78,EUR\n"
    )
    row = only_row(text)

    assert (row.amount, row.currency) == (Decimal("-8.78"), "EUR")


@pytest.mark.parametrize(
    "header", ["Amount (EUR)", "Amount EUR", "EUR Amount", "Betrag (€)", "Amount [EUR]"]
)
def test_a_currency_in_the_header_is_that_of_the_rows(header: str) -> None:
    assert only_row(f"Date,Payee,{header}\n2026-01-31,x,-1.00\n").currency == "EUR"


def test_a_word_of_two_meanings_is_settled_by_what_stands_below_it() -> None:
    value_day = "Datum;Bedrag;Munt;Valuta\n31/01/2026;-1,00;EUR;30/01/2026\n"
    currency = "Dato;Tekst;Beløb;Valuta\n31.01.2026;x;-1,00;DKK\n"

    assert only_row(value_day).currency == "EUR"
    assert only_row(currency).currency == "DKK"


def test_an_amount_column_that_holds_dates_is_passed_over() -> None:
    row = only_row("Fecha;Valor;Concepto;Importe\n31/01/2026;30/01/2026;x;-1,00\n")

    assert row.amount == Decimal("-1.00")


def test_of_two_currency_columns_the_one_beside_the_amount_counts() -> None:
    row = only_row("Buchung;Text;Saldo;Währung;Betrag;Währung\n31.01.2026;x;10,00;EUR;-1,00;CHF\n")

    assert row.currency == "CHF"


def test_lines_before_the_header_and_after_the_table_are_no_rows() -> None:
    text = (
        "My Bank;created 01.02.2026\nIBAN;DE12 3456\nBalance;150,00;EUR\n\n"
        "Buchung;Empfänger;Verwendungszweck;Betrag;Währung\n"
        "31.01.2026;Shop;Bread;-12,34;EUR\n\n"
        "Total;;;-12,34;EUR\nBuchung;Empfänger;Verwendungszweck;Betrag;Währung\nEnd of file\n"
    )
    parsed = read(text)

    assert [(row.line, row.amount) for row in parsed.rows] == [(6, Decimal("-12.34"))]
    assert [(note.code, note.line) for note in parsed.notes] == [
        ("summary-line", 8), ("repeated-header", 9), ("ignored-line", 10),
    ]  # fmt: skip


def test_text_under_a_transaction_belongs_to_it() -> None:
    text = "Date,Description,Withdrawals (SGD),Deposits (SGD)\n31/01/2026,DEBIT,6.66,\n,15/01 MEALS,,\n,more,,\n30/01/2026,PAY,,5\n"
    rows = read(text).rows

    assert [(row.payee, row.memo) for row in rows] == [("DEBIT", "15/01 MEALS more"), ("PAY", "")]
    assert rows[0].currency == "SGD"


def test_opening_and_closing_lines_inside_the_table_are_no_rows() -> None:
    text = "Date,Description,Amount\n2026-01-01,Opening Balance,100.00\n2026-01-31,Shop,-1.00\n2026-01-31,Closing balance,99.00\n"
    parsed = read(text)

    assert [row.payee for row in parsed.rows] == ["Shop"]
    assert [note.line for note in parsed.notes if note.code == "summary-line"] == [2, 4]


@pytest.mark.parametrize(
    "text",
    [
        "31.01.2026;Shop;30.01.2026;-12,34;EUR\n30.01.2026;Pay;30.01.2026;10,00;EUR\n",
        "A sentence above\n2026-01-31,Shop,-12.34\n2026-01-30,Pay,10.00\n",
        "| Shop|20260131|Bread|-12.34|\n| Pay|20260130|Money|10.00|\n",
    ],
)
def test_a_table_without_header_is_read_by_its_content(text: str) -> None:
    rows = read(text).rows

    assert [(row.booked_on, row.amount) for row in rows] == [
        (DAY, Decimal("-12.34")), (date(2026, 1, 30), Decimal("10.00")),
    ]  # fmt: skip
    assert "Shop" in {rows[0].payee, rows[0].memo}


def test_without_header_the_balance_tells_which_number_is_the_amount() -> None:
    text = "".join(
        f"2026-01-{day:02d},x,{balance}.00,{amount}.00\n"
        for day, balance, amount in [
            (1, 90, -10),
            (2, 85, -5),
            (3, 105, 20),
            (4, 104, -1),
            (5, 100, -4),
        ]
    )
    parsed = read(text)

    assert [row.amount for row in parsed.rows] == [Decimal(n) for n in (-10, -5, 20, -1, -4)]
    assert parsed.statements[0].opening_balance == Decimal(100)
    assert parsed.statements[0].closing_balance == Decimal(100)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hello\nworld\n", "not-a-statement"),
        ("Start Date,End Date,Balance\n2026-01-01,2026-01-31,\n", "not-a-statement"),
        ("Date,Description\n2026-01-31,x\n", "no-amount-column"),
        ("Symbol,Quantity,Price,Market Value,Open Date\nX,1,$2.00,$2.00,01/31/2026\n", "not-a-statement"),
        ("2026-01-31,x,1.00,-2.00\n2026-01-31,x,1.50,-2.00\n", "amount-column-unclear"),
    ],
)  # fmt: skip
def test_what_is_no_statement_is_refused(text: str, reason: str) -> None:
    assert refusal(text) == reason


def test_a_table_of_no_rows_is_a_statement_all_the_same() -> None:
    parsed = read("Date,Description,Amount\n")

    assert parsed.rows == ()
    assert codes(parsed) == {"no-rows"}


def test_given_columns_replace_detection() -> None:
    text = '12/15/2018,Your payment,EUR,"1,525.00","-1,000.00",Azure Interior\n'
    columns = ColumnMap(date=0, amount=3, currency=2, payee=(5,), memo=(1,))
    row = only_row(text, Hints(columns=columns))

    assert refusal(text) == "amount-column-unclear"
    assert (row.amount, row.currency, row.payee, row.memo) == (
        Decimal("1525.00"), "EUR", "Azure Interior", "Your payment",
    )  # fmt: skip


def test_given_columns_start_after_the_given_header() -> None:
    text = "2026-01-01,7,9\nwhen,how much,left\n2026-01-31,-1.00,5.00\n"
    columns = ColumnMap(date=0, amount=1, balance=2, header_line=2)
    parsed = read(text, Hints(columns=columns))

    assert [(row.line, row.amount, row.balance) for row in parsed.rows] == [
        (3, Decimal("-1.00"), Decimal("5.00")),
    ]  # fmt: skip
    assert parsed.columns is not None
    assert parsed.columns.names == ("when", "how much", "left")


@pytest.mark.parametrize(
    "columns",
    [
        ColumnMap(date=0),
        ColumnMap(date=-1, amount=1),
        ColumnMap(date=0, amount=256),
        ColumnMap(date=0, amount=1, memo=(-3,)),
    ],
)
def test_given_columns_that_cannot_be_are_refused(columns: ColumnMap) -> None:
    assert refusal("2026-01-31,-1\n", Hints(columns=columns)) == "bad-columns"


def test_given_columns_beyond_the_table_make_problems_not_crashes() -> None:
    row = only_row("2026-01-31,-1\n", Hints(columns=ColumnMap(date=0, amount=9, payee=(200,))))

    assert [problem.code for problem in row.problems] == ["no-amount"]


def test_rows_that_are_narrower_than_their_header_are_realigned_if_they_all_are() -> None:
    text = 'Date,Bank,City,Country,Name,Amount\n2026-01-31,b,"Vilnius, LT",Shop,-1.00\n2026-01-30,b,"Kaunas, LT",Pay,5.00\n'
    parsed = read(text)

    assert [(row.payee, row.amount) for row in parsed.rows] == [
        ("Shop", Decimal("-1.00")), ("Pay", Decimal("5.00")),
    ]  # fmt: skip
    assert "shifted-columns" in codes(parsed)


def test_a_stray_delimiter_never_moves_an_amount() -> None:
    text = "Date,Payee,Amount,Balance\n2026-01-30,A,-1.00,9.00\n2026-01-31,Paid 5,00,-2.00,7.00\n"
    good, bad = read(text).rows

    assert good.amount == Decimal("-1.00")
    assert "too-many-cells" in {problem.code for problem in bad.problems}


def test_further_cells_are_text_where_every_row_has_them() -> None:
    text = "Datum;Betrag;Umsatztext\n31.01.2026;-1,00;a;b;c\n30.01.2026;-2,00;d;e\n"

    assert [row.payee + row.memo for row in read(text).rows] == ["a b c", "d e"]


def test_accounts_named_in_the_table_become_statements() -> None:
    text = "Date,Payee,Amount,Account\n2026-01-31,a,-1,Checking\n2026-01-30,b,-2,Cash\n2026-01-29,c,-3,Checking\n"
    parsed = read(text)

    assert [(part.account.number, len(part.rows)) for part in parsed.statements] == [
        ("Checking", 2), ("Cash", 1),
    ]  # fmt: skip
    assert [row.payee for row in parsed.rows] == ["a", "c", "b"]


def test_a_column_of_ids_is_used_only_if_no_id_repeats() -> None:
    head = "Date,Payee,Amount,Transaction ID\n"
    unique = read(head + "2026-01-31,a,-1,x1\n2026-01-31,b,-2,x2\n")
    repeated = read(head + "2026-01-31,a,-1,x1\n2026-01-31,b,-2,x1\n")

    assert [row.provider_id for row in unique.rows] == ["x1", "x2"]
    assert [row.provider_id for row in repeated.rows] == [None, None]


def test_a_payment_reference_is_no_id() -> None:
    assert only_row("Date,Payee,Amount,Reference\n2026-01-31,a,-1,RENT\n").provider_id is None


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_the_spreadsheets_delimiter_line_is_obeyed(first: str) -> None:
    row = only_row(f"{first}\nDate;Payee;Amount\n2026-01-31;a,b,c;-1,5\n")

    assert (row.line, row.payee, row.amount) == (3, "a,b,c", Decimal("-1.5"))


@pytest.mark.parametrize("delimiter", ["", "ab", '"', "\n"])
def test_a_delimiter_is_one_character(delimiter: str) -> None:
    assert refusal("Date,Amount\n2026-01-31,-1\n", Hints(delimiter=delimiter)) == "bad-delimiter"


def test_a_rare_delimiter_can_be_given() -> None:
    assert only_row("Date^Amount\n2026-01-31^-1\n", Hints(delimiter="^")).amount == Decimal(-1)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\r\r\n"])
def test_every_kind_of_line_end_is_one(newline: str) -> None:
    text = newline.join(["Date,Payee,Amount", "2026-01-31,Shop,-12.34", ""])

    assert only_row(text).amount == Decimal("-12.34")
