from __future__ import annotations

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

HEAD = "Date,Payee,Amount\n"


def read(text: str, hints: Hints | None = None) -> ParsedFile:
    return parse(text.encode(), hints=hints)


def amounts(text: str, hints: Hints | None = None) -> list[Decimal | None]:
    return [row.amount for row in read(text, hints).rows]


def flaws(row: Row) -> list[str]:
    return [problem.code for problem in row.problems]


def codes(parsed: ParsedFile) -> set[str]:
    return {note.code for note in parsed.notes}


def decimals(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "no-amount"),
        ("1e400", "bad-amount"),
        ("NaN", "bad-amount"),
        ("Infinity", "bad-amount"),
        ("12..34", "bad-amount"),
        ("１２.３４", "bad-amount"),
        ("9" * 19, "amount-too-large"),
        ("=1+1", "bad-amount"),
    ],
)
def test_a_flaw_stays_in_its_row(cell: str, code: str) -> None:
    rows = read(f"{HEAD}2026-01-29,a,-1.00\n2026-01-30,b,{cell}\n2026-01-31,c,-3.00\n").rows

    assert [flaws(row) for row in rows] == [[], [code], []]
    assert rows[1].amount is None
    assert rows[1].problems[0].line == 3


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "no-date"),
        ("2026-02-30", "bad-date"),
        ("Pending", "not-booked"),
        ("1111/11/11", "bad-date"),
    ],
)
def test_a_row_without_a_date_is_a_problem(cell: str, code: str) -> None:
    rows = read(f"{HEAD}2026-01-29,a,-1.00\n{cell},b,-2.00\n").rows

    assert [flaws(row) for row in rows] == [[], [code]]


@pytest.mark.parametrize("state", ["PENDING", "Declined", "reverted", "交易关闭"])
def test_what_the_bank_has_not_booked_is_a_problem(state: str) -> None:
    text = f"Date,Payee,Amount,State\n2026-01-29,a,-1.00,COMPLETED\n2026-01-30,b,-2.00,{state}\n"

    assert [flaws(row) for row in read(text).rows] == [[], ["not-booked"]]


def test_debit_and_credit_columns_are_out_and_in() -> None:
    text = "Date,Payee,Debit,Credit\n2026-01-30,a,12.34,\n2026-01-31,b,,5.00\n2026-01-31,c,0.00,7.00\n2026-01-31,d,0,0\n"

    assert amounts(text) == decimals("-12.34", "5.00", "7.00", "0")


def test_debits_may_be_written_with_their_minus() -> None:
    text = "Date;Libellé;Débit;Crédit\n30/01/2026;a;-50,00;\n31/01/2026;b;;1300,00\n"

    assert amounts(text) == decimals("-50.00", "1300.00")


def test_a_single_negative_debit_is_one_taken_back() -> None:
    text = (
        "Date,Payee,Debit,Credit\n2026-01-29,a,50.00,\n2026-01-30,b,-50.00,\n2026-01-31,c,,1.00\n"
    )

    assert amounts(text) == decimals("-50.00", "50.00", "1.00")


def test_a_row_that_goes_both_ways_is_a_problem() -> None:
    rows = read("Date,Payee,Debit,Credit\n2026-01-30,a,1.00,\n2026-01-31,b,2.00,3.00\n").rows

    assert [flaws(row) for row in rows] == [[], ["both-directions"]]


def test_the_balance_shows_that_debits_are_the_bookkeepers() -> None:
    # On the ledger's side of the account a debit is money in, and signs are decoration.
    text = (
        "Date,Label,Debit,Credit,Balance\n12/15/2018,a,0.00,20.00,-10.00\n12/15/2018,b,0.00,-13.50,-23.50\n"
        '12/15/2018,c,-33.50,0.00,10.00\n12/15/2018,d,"1,500.00",0.00,"1,510.00"\n'
    )
    parsed = read(text)

    assert [row.amount for row in parsed.rows] == decimals("-20", "-13.50", "33.50", "1500")
    assert "sign-from-balance" in codes(parsed)


@pytest.mark.parametrize(
    ("header", "out", "into"),
    [
        ("D/C", "D", "C"), ("CR/DR", "Dr", "Cr"), ("Soll/Haben", "S", "H"), ("Af Bij", "Af", "Bij"),
        ("D/K", "D", "K"), ("收/支", "支出", "收入"), ("Bevétel/Kiadás", "outflow", "inflow"), ("+/-", "-", "+"),
        ("Transaction Type", "debit", "credit"), ("Type", "WITHDRAWAL", "Deposit"),
    ],
)  # fmt: skip
def test_a_flag_column_gives_the_direction(header: str, out: str, into: str) -> None:
    text = f"Date,Payee,Amount,{header}\n2026-01-30,a,12.34,{out}\n2026-01-31,b,5.00,{into}\n"

    assert amounts(text) == decimals("-12.34", "5.00")


def test_flags_beside_signed_amounts_only_confirm_them() -> None:
    text = f"{HEAD[:-1]},Type\n2026-01-30,a,-12.34,DEBIT\n2026-01-31,b,5.00,CREDIT\n"

    assert amounts(text) == decimals("-12.34", "5.00")


def test_a_credit_written_with_a_minus_is_still_a_credit_if_all_are() -> None:
    text = f"{HEAD[:-1]},D/C\n2026-01-30,a,33.50,D\n2026-01-31,b,-1533.50,C\n"

    assert amounts(text) == decimals("-33.50", "1533.50")


def test_a_row_whose_flag_says_neither_is_a_problem() -> None:
    rows = read(
        f"{HEAD[:-1]},收/支\n2026-01-29,a,1,支出\n2026-01-30,b,2,/\n2026-01-31,c,3,收入\n"
    ).rows

    assert [flaws(row) for row in rows] == [[], ["no-direction"], []]


def test_where_only_credits_are_marked_the_rest_is_spent() -> None:
    in_a_column = 'Date Processed,Description,Amount,\n12-Dec-2019,a,£18.89,\n02-Dec-2019,b,"+ £1,100.00",CR\n'
    in_the_cell = f'{HEAD}2026-01-30,a,18.89\n2026-01-31,b,"1,100.00 CR"\n'

    assert amounts(in_a_column) == decimals("-18.89", "1100.00")
    assert amounts(in_the_cell) == decimals("-18.89", "1100.00")


def test_amounts_that_are_all_positive_are_taken_as_written_and_pointed_out() -> None:
    text = f"{HEAD}2026-01-30,a,1.00\n2026-01-31,b,2.00\n"

    assert amounts(text) == decimals("1.00", "2.00")
    assert "only-positive-amounts" in codes(read(text))
    assert amounts(text, Hints(invert_sign=True)) == decimals("-1.00", "-2.00")
    assert "only-positive-amounts" not in codes(read(text, Hints(invert_sign=True)))


def test_a_falling_balance_proves_that_positive_amounts_were_spent() -> None:
    rows = "".join(
        f"2026-01-{day:02d},x,{day}.00,{1000 - day * (day + 1) // 2}.00\n" for day in range(1, 7)
    )
    parsed = read(f"{HEAD[:-1]},Balance\n{rows}")

    assert [row.amount for row in parsed.rows] == [Decimal(-day) for day in range(1, 7)]
    assert "sign-from-balance" in codes(parsed)


def test_two_unnamed_columns_of_numbers_are_asked_about_and_not_guessed() -> None:
    text = "18.09.2017;a;;33,87\n19.09.2017;b;24,00;\n20.09.2017;c;;14,00\n"
    parsed = read(text)

    assert [flaws(row) for row in parsed.rows] == [["no-direction"]] * 3
    assert "direction-unknown" in codes(parsed)
    assert parsed.columns is not None
    assert (parsed.columns.money_out, parsed.columns.money_in) == (2, 3)


def test_the_user_says_which_unnamed_column_is_which() -> None:
    text = "18.09.2017;a;;33,87\n19.09.2017;b;24,00;\n20.09.2017;c;;14,00\n"
    columns = ColumnMap(date=0, payee=(1,), money_in=2, money_out=3)
    parsed = read(text, Hints(columns=columns))

    assert [row.amount for row in parsed.rows] == decimals("-33.87", "24.00", "-14.00")
    assert codes(parsed) == {"no-currency"}


def test_a_lone_debit_column_is_money_out_even_if_one_is_taken_back() -> None:
    assert amounts("Date,Payee,Debit\n2026-01-30,a,5.00\n2026-01-31,b,-2.00\n") == decimals(
        "-5.00", "2.00"
    )
    assert amounts("Date,Payee,Debit\n2026-01-30,a,-5.00\n2026-01-31,b,-2.00\n") == decimals(
        "-5.00", "-2.00"
    )


def test_a_rising_balance_of_positive_amounts_may_be_a_debt_and_is_pointed_out() -> None:
    rows = "".join(
        f"2026-01-{day:02d},x,{day}.00,{day * (day + 1) // 2}.00\n" for day in range(1, 7)
    )
    parsed = read(f"{HEAD[:-1]},Balance\n{rows}")

    assert parsed.rows[0].amount == Decimal("1.00")
    assert "only-positive-amounts" in codes(parsed)


def test_unnamed_positive_amounts_are_asked_about_and_not_guessed() -> None:
    parsed = read("18.09.2017;a;33,87\n19.09.2017;b;24,00\n")

    assert [flaws(row) for row in parsed.rows] == [["no-direction"]] * 2


def test_a_step_that_the_balance_does_not_follow_is_pointed_out() -> None:
    text = f"{HEAD[:-1]},Balance\n" + "".join(
        f"2026-01-{day:02d},x,-1.00,{100 - day if day < 12 else 80 - day}.00\n"
        for day in range(1, 25)
    )
    found = [note for note in read(text).notes if note.code == "balance-mismatch"]

    assert [note.line for note in found] == [13]


def test_currencies_of_rows_are_those_of_their_column() -> None:
    text = "Date,Payee,Amount,Currency\n2026-01-30,a,-1.00,EUR\n2026-01-31,b,-5,JPY\n2026-01-31,c,-5.5,JPY\n2026-01-31,d,-5.5,QQQ\n2026-01-31,e,-5.5,\n"
    rows = read(text, Hints(currency="CHF")).rows

    assert [row.currency for row in rows] == ["EUR", "JPY", "JPY", "QQQ", "CHF"]
    assert [flaws(row) for row in rows] == [[], [], ["too-many-decimals"], ["unknown-currency"], []]


def test_amounts_in_several_currencies_are_never_taken_for_one() -> None:
    rows = read(f"{HEAD}2026-01-29,a,€-1.00\n2026-01-30,b,$-2.00\n2026-01-31,c,-3 USD\n").rows

    assert [(row.currency, flaws(row)) for row in rows] == [
        ("EUR", []), (None, ["unclear-currency"]), ("USD", []),
    ]  # fmt: skip


def test_a_lone_dollar_names_no_currency() -> None:
    parsed = read(f"{HEAD}2026-01-30,a,-$1.00\n")

    assert parsed.rows[0].currency is None
    assert "no-currency" in codes(parsed)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.234,56", "-1.000,00"], ["1234.56", "-1000"]),
        (["1 234,56", "-1 000,00"], ["1234.56", "-1000"]),
        (["1,234.56", "-1,000.00"], ["1234.56", "-1000"]),
        (["1'234.56", "-1'000"], ["1234.56", "-1000"]),
        (["-1,234", "5.50"], ["-1234", "5.50"]),
        (["-1.234", "5,50"], ["-1234", "5.50"]),
    ],
)
def test_the_whole_file_tells_thousands_from_decimals(cells: list[str], values: list[str]) -> None:
    rows = "".join(f"2026-01-31;x;{cell}\n" for cell in cells)

    assert amounts(f"Date;Payee;Amount\n{rows}") == decimals(*values)


def test_thousands_without_proof_are_pointed_out() -> None:
    text = "Date;Payee;Amount\n2026-01-31;x;-1,234\n"

    assert amounts(text) == decimals("-1234")
    assert "ambiguous-decimals" in codes(read(text))
    assert amounts(text, Hints(decimal=",")) == decimals("-1.234")
    assert "ambiguous-decimals" not in codes(read(text, Hints(currency="EUR")))


def test_an_order_history_is_money_spent() -> None:
    text = "Order Date,Order ID,Title,Item Total,Currency\n01/29/16,1,Soap,$21.90,USD\n"

    assert amounts(text) == decimals("-21.90")


def test_a_separate_fee_is_part_of_what_left_the_account() -> None:
    text = (
        "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
        "TRANSFER,Current,2026-01-30 10:00:00,2026-01-30 10:00:01,a,-10.00,0.50,EUR,COMPLETED,89.50\n"
    )

    assert amounts(text) == decimals("-10.50")


def test_ambiguous_days_are_pointed_out_and_can_be_told() -> None:
    text = f"{HEAD}01/02/2026,a,-1.00\n"
    parsed = read(text)

    assert "ambiguous-dates" in codes(parsed)
    assert str(read(text, Hints(date_order="mdy")).rows[0].booked_on) == "2026-01-02"
    assert str(read(text, Hints(date_order="dmy")).rows[0].booked_on) == "2026-02-01"
    assert (
        str(read(text.replace("01/02/2026", "01/02/03"), Hints(date_order="ymd")).rows[0].booked_on)
        == "2001-02-03"
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (f"{HEAD[:-1]},Currency\n01/02/2026,a,-1.00,USD\n", "2026-01-02"),
        (f"{HEAD[:-1]},Currency\n01/02/2026,a,-1.00,GBP\n", "2026-02-01"),
        ('Datum,Naam,Bedrag\n01/02/2026,a,"-1,00"\n', "2026-02-01"),
        (f"{HEAD}01.02.2026,a,-1.00\n", "2026-02-01"),
    ],
)
def test_the_rest_of_the_file_settles_the_order_of_day_and_month(text: str, day: str) -> None:
    parsed = read(text)

    assert str(parsed.rows[0].booked_on) == day
    assert "ambiguous-dates" not in codes(parsed)


def test_an_unclosed_quote_is_a_problem_of_the_row_where_it_opens() -> None:
    rows = read(f'{HEAD}2026-01-29,a,-1.00\n2026-01-30,"b,-2.00\n2026-01-31,c,-3.00\n').rows

    assert flaws(rows[0]) == []
    assert "broken-quotes" in flaws(rows[1])
    assert len(rows) == 2


def test_a_stray_quote_that_swallows_rows_is_a_problem() -> None:
    rows = read(f'{HEAD}2026-01-29,"a,-1.00\n2026-01-30,b,-2.00\n2026-01-31,"c",-3.00\n').rows

    assert ["broken-quotes" in flaws(row) for row in rows] == [True]


def test_a_quoted_text_may_go_over_lines() -> None:
    first, second = read(f'{HEAD}2026-01-30,"a\nb",-2.00\n2026-01-31,c,-3.00\n').rows

    assert (first.payee, first.line, first.problems) == ("a b", 2, ())
    assert second.line == 4


def test_a_line_of_ten_megabytes_is_refused() -> None:
    with pytest.raises(Unreadable) as refusal:
        read(f"{HEAD}2026-01-30,{'x' * 10_000_000},-2.00\n")

    assert refusal.value.reason == "line-too-long"


def test_more_rows_than_allowed_are_refused() -> None:
    with pytest.raises(Unreadable) as refusal:
        read(HEAD + "2026-01-30,a,-2\n" * 200_001)

    assert refusal.value.reason == "too-many-rows"


def test_more_columns_than_allowed_are_refused() -> None:
    with pytest.raises(Unreadable) as refusal:
        read(f"{HEAD}{'1,' * 300}\n")

    assert refusal.value.reason == "too-many-columns"


def test_payee_and_memo_are_single_printable_lines() -> None:
    row = read(f'{HEAD[:-1]},Notes\n2026-01-30,"  a\t b\u2028c\u0007",-2.00,/\n').rows[0]

    assert (row.payee, row.memo) == ("a b c", "")


def test_litas_esis_records_are_cents_with_a_flag() -> None:
    text = (
        "000\t20120304\t\tX" + "\t" * 13 + "LT00\tLTL\n"
        "020\tLikutisPR\t20120101\t\t10000\t10000\n"
        "010\t1\t20120127\t\t100\t100\tD\t\t\t1\t77\t\t\tFee\t\t\t\tBank\n"
        "010\t1\t20120128\t\t5\t5\tC\n010\t1\t2012\t\tx\t5\tC\n"
        "020\tLikutisPB\t20120304\t\t9905\t9905\n999\t1\nXYZ\n"
    )
    parsed = read(text)
    (statement,) = parsed.statements

    assert (parsed.dialect, statement.account.number, statement.currency) == (
        "litas-esis",
        "LT00",
        "LTL",
    )
    assert (statement.opening_balance, statement.closing_balance) == (
        Decimal(100),
        Decimal("99.05"),
    )
    assert [row.amount for row in statement.rows] == [Decimal(-1), Decimal("0.05"), None]
    assert (statement.rows[0].payee, statement.rows[0].provider_id) == ("Bank", "77")
    assert flaws(statement.rows[2]) == ["bad-amount", "bad-date"]
    assert [note.code for note in parsed.notes] == ["ignored-line"]
