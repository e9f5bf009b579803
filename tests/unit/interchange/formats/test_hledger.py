"""hledger and Ledger: the language bit by bit, amounts in every style, and what moves no money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chalicelib.interchange.model.formats import Hints, ParsedFile, Row, Unreadable, detect, parse
from chalicelib.interchange.model.formats.journals.hledger import parse_hledger
from chalicelib.interchange.model.formats.types import Extras, Part
from tests.support import judges


def read(text: str, hints: Hints | None = None) -> ParsedFile:
    return parse_hledger(text.encode(), hints or Hints())


def only(text: str, hints: Hints | None = None) -> Row:
    (row,) = read(text, hints).rows
    return row


def extras(row: Row) -> Extras:
    assert row.extras is not None
    return row.extras


def notes(parsed: ParsedFile) -> list[str]:
    return [note.code for note in parsed.notes]


def spent(amount: str, head: str = "2024-01-02 Shop") -> str:
    return f"{head}\n    assets:bank  {amount}\n    expenses:food\n"


@pytest.mark.parametrize(
    ("written", "value", "currency"),
    [
        ("$-10", "-10", "USD"),
        ("-$10.50", "-10.50", "USD"),
        ("$ -1,234.50", "-1234.50", "USD"),
        ("-10,50 €", "-10.50", "EUR"),
        ("-1.234,50 EUR", "-1234.50", "EUR"),
        ("-1 234,50 EUR", "-1234.50", "EUR"),
        ("EUR-10.5", "-10.5", "EUR"),
        ('-10.00 "EUR"', "-10.00", "EUR"),
        ("-£10", "-10", "GBP"),
        ("R$ -10.00", "-10.00", "BRL"),
        ("-1E1 EUR", "-10", "EUR"),
        ("-.5 EUR", "-0.5", "EUR"),
        ("-10. EUR", "-10", "EUR"),
        ("+10.00 EUR", "10.00", "EUR"),
        ("-1,000,000.00 EUR", "-1000000.00", "EUR"),
        ("-10 eur", "-10", "EUR"),
        ("-10 Kč", "-10", "CZK"),
        ("($-10 + $2.50)", "-7.50", "USD"),
        ("-10.00 EUR {=1.00 EUR}", "-10.00", "EUR"),
    ],
)
def test_amounts_of_every_style(written: str, value: str, currency: str) -> None:
    row = only(spent(written))

    assert (row.amount, row.currency) == (Decimal(value), currency)
    assert row.problems == ()


@pytest.mark.parametrize(
    ("head", "written", "value"),
    [
        ("decimal-mark ,\n", "-1,000 EUR", "-1.000"),
        ("decimal-mark .\n", "-1,000 EUR", "-1000"),
        ("commodity 1.000,00 EUR\n", "-1.000 EUR", "-1000"),
        ("commodity EUR\n  format 1.000,00 EUR\n", "-1.000 EUR", "-1000"),
        ("D 1.000,00 EUR\n", "-1.000", "-1000"),
        ("2024-01-01 x\n    expenses:x  1.50 EUR\n    equity:x\n", "-1,000 EUR", "-1000"),
    ],
)
def test_the_file_says_which_mark_is_the_decimal_one(head: str, written: str, value: str) -> None:
    row = read(head + spent(written)).rows[-1]

    assert (row.amount, row.currency) == (Decimal(value).quantize(Decimal("0.01")), "EUR")


def test_nothing_that_tells_thousands_from_decimals_is_noted() -> None:
    assert notes(read(spent("-1,000 EUR"))) == ["ambiguous-decimals"]


@pytest.mark.parametrize(
    ("currency", "code", "noted"),
    [(None, "USD", True), ("CAD", "CAD", False), ("EUR", "USD", True)],
)
def test_a_dollar_is_the_account_s_own_or_noted(
    currency: str | None, code: str, noted: bool
) -> None:
    parsed = read(spent("$-10"), Hints(currency=currency))

    assert parsed.rows[0].currency == ("USD" if currency == "EUR" else code)
    assert ("assumed-currency" in notes(parsed)) is noted


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("2024-01-02", date(2024, 1, 2)),
        ("2024/1/2=2024/1/5", date(2024, 1, 2)),
        ("2024.01.02", date(2024, 1, 2)),
        ("Y2023\n1/2", date(2023, 1, 2)),
        ("year 2023\n01-02", date(2023, 1, 2)),
        ("apply year 2023\n01-02", date(2023, 1, 2)),
        ("1/2", None),
        ("2024-02-30", None),
    ],
)
def test_days(head: str, day: date | None) -> None:
    row = only(spent("-1 EUR", f"{head} Shop"))

    assert row.booked_on == day
    assert [problem.code for problem in row.problems] == ([] if day else ["bad-date"])


def test_the_first_line_of_a_transaction() -> None:
    row = only(spent("-1 EUR", "2024-01-02 ! (77) Shop | bread ; trip:, :food:bio: key: value"))

    assert (row.payee, row.memo, row.kind) == ("Shop", "bread", "pending")
    assert row.provider_id == "77 2024-01-02"
    assert extras(row).tags == ("food", "bio", "trip")


def test_comments_below_say_tags_notes_and_days() -> None:
    row = only(
        "2024-01-02 * Shop\n    ; id: abc\n    ; big:\n    assets:bank  -10 EUR  ; date:2024-01-05\n"
        "    expenses:food  7 EUR  ; note: bread\n    ; more\n    expenses:home\n"
    )

    assert (row.booked_on, row.provider_id, extras(row).tags) == (date(2024, 1, 5), "abc", ("big",))
    assert extras(row).parts == (
        Part(amount=Decimal(-7), category=("food",), memo="bread"),
        Part(amount=Decimal(-3), category=("home",)),
    )


def test_virtual_postings_rules_and_prices_move_no_money() -> None:
    text = (
        "= expenses:food\n    (budget:food)  *-1\n~ monthly\n    expenses:rent  500 EUR\n    assets:bank\n"
        "P 2024-01-01 $ 0.9 EUR\n"
        + spent("-1 EUR")
        + "    (assets:envelope)  1 EUR\n    [assets:a]  1 EUR\n    [assets:b]\n"
    )

    parsed = read(text)

    assert [row.amount for row in parsed.rows] == [-1]
    assert [note.detail for note in parsed.notes] == [
        "What moves no money was left aside: 1 automated rules, 1 periodic rules, 1 prices, 3 virtual postings."
    ]


def test_an_assigned_balance_gives_the_amount() -> None:
    text = spent("-30 EUR") + "2024-01-03 Found\n    assets:bank  = 5 EUR\n    income:other\n"

    parsed = read(text)

    assert [row.amount for row in parsed.rows] == [-30, 35]
    assert notes(parsed) == ["balance-assignment"]
    assert parsed.statements[0].closing_balance == 5


def test_a_false_assertion_is_noted_and_a_true_one_at_the_end_closes() -> None:
    true, false = read(spent("-1 EUR = -1 EUR")), read(spent("-1 EUR = 7 EUR"))

    assert (true.statements[0].closing_balance, notes(true)) == (Decimal(-1), [])
    assert notes(false) == ["balance-mismatch"]


def test_an_inclusive_assertion_counts_what_lies_below() -> None:
    text = (
        spent("-1 EUR").replace("assets:bank ", "assets:bank:a ")
        + "2024-01-03 check\n    assets:bank  0 EUR =* -1 EUR\n"
    )

    parsed = read(text)

    assert (notes(parsed), len(parsed.rows)) == ([], 1)


def test_pending_money_is_no_part_of_the_closing_balance() -> None:
    text = (
        spent("-5 EUR")
        + spent("-1 EUR", "2024-01-03 ! Shop")
        + "2024-01-04 check\n    assets:bank  0 EUR = -6 EUR\n"
    )

    assert read(text).statements[0].closing_balance == -5


def test_two_currencies_without_a_price_are_an_exchange() -> None:
    parsed = read("2024-01-02 fx\n    assets:bank  -10 EUR\n    assets:abroad  11 USD\n")

    assert [(row.amount, row.currency) for row in parsed.rows] == [
        (Decimal(-10), "EUR"),
        (Decimal(11), "USD"),
    ]
    assert len({extras(row).transfer for row in parsed.rows}) == 1
    assert notes(parsed) == []


def test_conversion_accounts_only_balance_currencies() -> None:
    parsed = read(
        "2024-01-02 fx\n    assets:bank  -10 EUR\n    equity:conversion  10 EUR\n"
        "    equity:conversion  -11 USD\n    assets:abroad  11 USD\n"
    )

    assert len({extras(row).transfer for row in parsed.rows}) == 1


def test_declared_types_win_over_names() -> None:
    text = "account Giro  ; type: C\naccount Essen\n    ; type: X\n2024-01-02 x\n    Giro:Konto  -1 EUR\n    Essen:Brot\n"

    row = only(text)

    assert (row.amount, extras(row).category) == (Decimal(-1), ("Brot",))


def test_names_of_other_languages_are_known() -> None:
    row = only("2024-01-02 x\n    Vermögen:Giro  -1 EUR\n    Ausgaben:Essen\n")

    assert (row.amount, extras(row).category) == (Decimal(-1), ("Essen",))


def test_prefixes_aliases_and_default_accounts() -> None:
    text = (
        "alias bank = assets:bank\napply account personal\nend apply account\n"
        "2024-01-02 x\n    bank:giro  -1 EUR\n    expenses:food\n"
        "end aliases\napply account assets\n2024-01-03 y\n    bank:giro  -1 EUR\n    x\nend apply account\n"
        "bucket assets:cash\n2024-01-04 z\n    expenses:food  3 EUR\n"
    )

    parsed = read(text)

    assert [part.account.name for part in parsed.statements] == [
        "assets:bank:giro",
        "assets:x",
        "assets:cash",
    ]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("include x.journal\n", "include-not-followed"),
        ("alias /^(a+)+$/ = x\n", "alias-not-applied"),
        ("nonsense\n", "ignored-line"),
        ("2024 x\n    a  1 EUR\n    b\n", "ignored-line"),
        ("2024-01-03 y\n    other:food  1 EUR\n    other:rent\n", "unknown-account-type"),
        ("2024-01-03 y\n    assets:bank  1 EUR\n    expenses:rent  3 EUR\n", "unbalanced"),
        (
            "2024-01-03 y\n    assets:shares  3 AAPL @ 1 EUR\n    expenses:rent\n",
            "securities-left-out",
        ),
    ],
)
def test_what_was_left_aside_is_said(text: str, note: str) -> None:
    assert notes(read(spent("-1 EUR") + text)) == [note]


def test_comments_are_nothing() -> None:
    text = (
        "; a\n# b\n* c\ncomment\n2024-01-01 x\n    assets:a  1 EUR\n    b\nend comment\n"
        + spent("-1 EUR ; x")
    )

    parsed = read(text)

    assert (len(parsed.rows), notes(parsed)) == (1, [])


def test_what_is_no_amount_is_a_problem_of_the_row() -> None:
    row = only(spent("ten euros = x"))

    assert [problem.code for problem in row.problems] == ["no-amount"]


def test_ledgers_lots_weigh_what_they_cost() -> None:
    row = only(
        "2024/01/02 Broker\n    Assets:Shares  10 AAPL {$5.00} [2020/01/01] (note)\n    Assets:Cash\n"
    )

    assert (row.amount, row.currency) == (Decimal("-50.00"), "USD")


def test_a_quoted_payee_with_a_dollar_is_ledger_and_not_beancount() -> None:
    assert (
        parse(b'2024-01-02 * "Shop"\n    Assets:Cash   $-10.00\n    Expenses:Food\n').format
        == "hledger"
    )


def test_a_journal_without_money_is_refused() -> None:
    with pytest.raises(Unreadable, match="no-statement"):
        read("2024-01-02 x\n    this:a  1 EUR\n    that:b\n")


def test_the_styles_of_amounts_are_hledgers_own() -> None:
    text = (
        "commodity 1.000,00 EUR\ncommodity $1,000.00\n\n2024-01-02 x\n    assets:a  -1.234,5 EUR\n    expenses:b\n\n"
        "2024/1/3 y\n    assets:c  $-1,234\n    expenses:b  $1,000\n    liabilities:d  $234.00\n"
    )

    assert judges.held_by_us(read(text)) == {
        ("assets:a", "EUR"): Decimal("-1234.50"),
        ("assets:c", "USD"): Decimal(-1234),
        ("liabilities:d", "USD"): Decimal(234),
    }
    judges.hledger(text.encode(), "check")


@pytest.mark.parametrize(
    ("head", "pending", "payee"),
    [
        ("*Shop", False, "Shop"),
        ("!(7)Shop", True, "Shop"),
        ("* (7)", False, ""),
        ("(x", False, "(x"),
        ("", False, ""),
    ],
)
def test_marks_and_codes_need_no_blank_behind_them(head: str, pending: bool, payee: str) -> None:
    row = only(spent("-1 EUR", f"2024-01-02 {head}"))

    assert (row.payee, row.kind == "pending") == (payee, pending)


@pytest.mark.parametrize(("gain", "parts"), [("$-500", [3000, 500]), ("$0", [3500, 0])])
def test_sold_shares_weigh_their_cost_where_only_that_balances(gain: str, parts: list[int]) -> None:
    row = only(
        f"2024-01-02 Sale\n    assets:shares  -5 AAPL {{$600}} @ $700\n    assets:cash  $3500\n    income:gains  {gain}\n"
    )

    assert row.amount == 3500
    assert [part.amount for part in extras(row).parts] == parts


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-02 x\n  assets  5\n  income\n",
        "account assets:bank\n",
        "; c\n\n1/2 * x\n\t! assets:bank\t5\n",
        "2024/01/02=2024/01/05 x\n    ; note\n    assets:bank  5\n",
    ],
)
def test_journals_are_recognised(text: str) -> None:
    assert detect(text.encode()) == "hledger"


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-02,Shop\n  more: text,5\n",
        '2024-01-02;"Shop\n   at 10:30  5";-1\n',
        "2024-01-02\tShop\t5\n",
        "01.02.2024 Shop 5\n01.03.2024 Shop 6\n",
        "Date,Text\n2024-01-02,account a:b\n",
        "option a,b\n",
    ],
)
def test_tables_with_days_are_no_journals(text: str) -> None:
    assert detect(text.encode()) == "csv"
