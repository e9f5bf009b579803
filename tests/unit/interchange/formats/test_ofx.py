from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chalicelib.interchange.model.formats import (
    AccountHint,
    Hints,
    ParsedFile,
    Row,
    Unreadable,
    parse,
)
from chalicelib.interchange.model.formats.types import MAX_TEXT

HEADER = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"
SHOP = "<TRNTYPE>DEBIT<DTPOSTED>20260131120000[-5:EST]<TRNAMT>-12.34<FITID>1<NAME>Shop<MEMO>Bread"


def transaction(body: str = SHOP) -> str:
    return f"<STMTTRN>{body}</STMTTRN>\n"


def bank(*transactions: str, currency: str = "USD", extra: str = "") -> bytes:
    listed = "".join(transactions)
    return (
        f"{HEADER}<OFX>\n<BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>{currency}\n"
        "<BANKACCTFROM><BANKID>12<ACCTID>4711<ACCTTYPE>CHECKING</BANKACCTFROM>\n"
        f"<BANKTRANLIST><DTSTART>20260101<DTEND>20260131\n{listed}</BANKTRANLIST>{extra}\n"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    ).encode()


def only_row(data: bytes, hints: Hints | None = None) -> Row:
    (row,) = parse(data, hints=hints).rows
    return row


def codes(parsed: ParsedFile) -> list[str]:
    return [note.code for note in parsed.notes]


def flaws(row: Row) -> list[str]:
    return [problem.code for problem in row.problems]


def test_a_bank_statement_tells_account_period_and_rows() -> None:
    closing = "<LEDGERBAL><BALAMT>100.99<DTASOF>20260131</LEDGERBAL>"
    parsed = parse(bank(transaction(), extra=closing))
    (statement,) = parsed.statements

    assert (parsed.format, parsed.dialect, parsed.encoding) == ("ofx", "OFX 1.02", "utf-8")
    assert statement.account == AccountHint("bank", "4711", "12", "CHECKING")
    assert statement.account.last4 == "4711"
    assert (statement.period_start, statement.period_end) == (date(2026, 1, 1), date(2026, 1, 31))
    assert statement.closing_balance == Decimal("100.99")
    assert statement.rows == (
        Row(
            11, date(2026, 1, 31), Decimal("-12.34"), "USD", "Shop", "Bread", "1", "DEBIT",
            None, None, (),
        ),
    )  # fmt: skip
    assert not parsed.notes


def test_sgml_and_xml_say_the_same() -> None:
    xml = "".join(
        f"<{name}>{value}</{name}>"
        for name, value in (
            ("TRNTYPE", "DEBIT"), ("DTPOSTED", "20260131"), ("TRNAMT", "-12.34"), ("FITID", "1"),
            ("NAME", "Shop"), ("MEMO", "Bread"),
        )
    )  # fmt: skip

    assert only_row(bank(transaction(xml))) == only_row(bank(transaction()))


@pytest.mark.parametrize(
    "text",
    [
        bank(transaction()).decode().lower(),
        bank(transaction()).decode().replace("<STMTTRN>", "< STMTTRN >"),
        bank(transaction()).decode().replace("\n", "\r\n"),
        bank(transaction()).decode().replace("\n", "\r"),
        bank(transaction()).decode().replace("\n", ""),
        bank(transaction()).decode().replace(HEADER, "\n\n\n"),
        bank(transaction()).decode().replace(HEADER, "").replace("<OFX>", '<OFX xmlns="x">'),
        bank(transaction()).decode().replace("</STMTTRN>", ""),
        bank(transaction()).decode().replace("<NAME>", "<CHECKNUM/><INTU.X>y<NAME>"),
    ],
)
def test_tags_are_read_however_a_bank_spells_them(text: str) -> None:
    row = only_row(text.encode())

    assert (row.booked_on, row.amount) == (date(2026, 1, 31), Decimal("-12.34"))
    assert row.payee.lower() == "shop"


def test_comments_hide_and_keep_the_lines() -> None:
    hidden = "<!-- <STMTTRN>\n<TRNAMT>9</STMTTRN>\n -->"
    parsed = parse(bank(hidden, transaction()))

    assert [(row.line, row.amount) for row in parsed.rows] == [(13, Decimal("-12.34"))]


def test_an_unclosed_comment_hides_nothing() -> None:
    assert len(parse(bank(transaction(), "<!-- ", transaction())).rows) == 2


def test_cdata_is_text() -> None:
    body = SHOP.replace("Shop", "<![CDATA[A & B <C>]]>")

    assert only_row(bank(transaction(body))).payee == "A & B <C>"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("AT&amp;T", "AT&T"),
        ("AT&T", "AT&T"),
        ("A &lt; B &#38; C&#x26;D&apos;", "A < B & C&D'"),
        ("A < B", "A < B"),
        ("A <B C", "A <B C"),
        ("a > b", "a > b"),
        ("mail <a@b.example>", "mail <a@b.example>"),
        ("  two   blanks\n and a line ", "two blanks and a line"),
        ("&#0;&#xD800;x", "x"),
        ("a&#x85;b&#x2028;c&#x7;d", "a b c d"),
        ("&nosuch;", "&nosuch;"),
    ],
)
def test_names_survive_what_banks_do_to_them(written: str, meant: str) -> None:
    assert only_row(bank(transaction(SHOP.replace("Shop", written)))).payee == meant


def test_an_entity_declaration_expands_nothing() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    text = bank(transaction(SHOP.replace("Shop", "&b;&f;"))).decode().replace(HEADER, bomb)

    assert only_row(text.encode()).payee == "&b;&f;"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("-12.34", ""), "no-amount"),
        (("-12.34", "$120"), "bad-amount"),
        (("-12.34", "1e400"), "bad-amount"),
        (("-12.34", "NaN"), "bad-amount"),
        (("-12.34", "Infinity"), "bad-amount"),
        (("-12.34", "1,234.56"), "bad-amount"),
        (("-12.34", "1,234"), "too-many-decimals"),
        (("-12.34", "115.8331"), "too-many-decimals"),
        (("-12.34", "9" * 17), "amount-too-large"),
        (("-12.34", "9" * 30), "amount-too-large"),
        (("-12.34", "１２"), "bad-amount"),
        (("20260131120000[-5:EST]", ""), "no-date"),
        (("20260131120000[-5:EST]", "20260231"), "bad-date"),
        (("20260131120000[-5:EST]", "201120000000"), "bad-date"),
        (("20260131120000[-5:EST]", "soon"), "bad-date"),
    ],
)
def test_a_flaw_stays_in_its_row(change: tuple[str, str], code: str) -> None:
    parsed = parse(bank(transaction(), transaction(SHOP.replace(*change)), transaction()))

    assert [flaws(row) for row in parsed.rows] == [[], [code], []]
    assert parsed.rows[1].problems[0].line == 12


def test_a_transaction_of_prose_has_both_flaws() -> None:
    assert flaws(only_row(bank(transaction("\n*snipped*\n")))) == ["no-amount", "no-date"]


@pytest.mark.parametrize(
    ("written", "value"),
    [("-1,55", "-1.55"), ("-00000000001500.0000", "-1500"), ("+3", "3"), ("-0", "0"), (" 5 ", "5")],
)
def test_amounts_are_exact(written: str, value: str) -> None:
    assert only_row(bank(transaction(SHOP.replace("-12.34", written)))).amount == Decimal(value)


def test_rounding_is_the_users_word() -> None:
    data = bank(transaction(SHOP.replace("-12.34", "-197.1063")))

    assert only_row(data).amount is None
    assert only_row(data, Hints(round_to_currency=True)).amount == Decimal("-197.11")


@pytest.mark.parametrize(
    "stamp", ["20260131", "20260131093914:014", "20260131000000.000[0:GMT]", "2026-01-31"]
)
def test_the_day_is_the_day_at_the_bank(stamp: str) -> None:
    data = bank(transaction(SHOP.replace("20260131120000[-5:EST]", stamp)))

    assert only_row(data).booked_on == date(2026, 1, 31)


def test_currency_says_in_what_the_amount_is_and_origcurrency_in_what_it_was() -> None:
    own = transaction(SHOP + "<CURRENCY><CURRATE>1.06<CURSYM>EUR</CURRENCY>")
    was = transaction(SHOP + "<ORIGCURRENCY><CURRATE>1.06<CURSYM>EUR</ORIGCURRENCY>")

    assert [row.currency for row in parse(bank(own, was, transaction())).rows] == [
        "EUR", "USD", "USD",
    ]  # fmt: skip


def test_a_missing_currency_is_noted_and_the_user_may_fill_it_in() -> None:
    data = bank(transaction(), currency="")

    assert only_row(data).currency is None
    assert "no-currency" in codes(parse(data))
    assert only_row(data, Hints(currency="CHF")).currency == "CHF"
    assert only_row(bank(transaction()), Hints(currency="CHF")).currency == "USD"


def test_an_unknown_currency_is_a_flaw_of_every_row() -> None:
    assert flaws(only_row(bank(transaction(), currency="QQQ"))) == ["unknown-currency"]


def test_the_memo_or_the_check_number_stands_in_for_a_missing_name() -> None:
    nameless = SHOP.replace("<NAME>Shop", "")

    assert only_row(bank(transaction(nameless))).payee == "Bread"
    assert only_row(bank(transaction("<TRNAMT>1<CHECKNUM>1000"))).payee == "# 1000"


def test_the_merchant_category_is_kept_if_it_is_one() -> None:
    rows = parse(bank(transaction(SHOP + "<SIC>5411"), transaction(SHOP + "<SIC>x"))).rows

    assert [row.mcc for row in rows] == ["5411", None]


def test_two_transactions_in_one_are_never_mixed() -> None:
    merged = parse(bank(f"<STMTTRN>{SHOP}{SHOP.replace('-12.34', '-99.00')}</STMTTRN>"))

    assert [flaws(row) for row in merged.rows] == [["merged-rows"]]


def test_a_file_cut_inside_a_row_never_gives_half_an_amount() -> None:
    data = bank(transaction(), transaction())
    cut = data[: data.rindex(b"2.34")]
    parsed = parse(cut)

    assert flaws(parsed.rows[0]) == []
    assert "truncated-row" in flaws(parsed.rows[1])
    assert "truncated-file" in codes(parsed)


def test_a_file_cut_between_rows_says_so() -> None:
    data = bank(transaction(), transaction(SHOP.replace("<FITID>1", "<FITID>2")))
    parsed = parse(data[: data.rindex(b"</BANKTRANLIST>")])

    assert [flaws(row) for row in parsed.rows] == [[], []]
    assert codes(parsed) == ["truncated-file"]


def test_a_card_and_a_second_account_are_statements_of_their_own() -> None:
    card = (
        bank(transaction()).decode().replace("STMTRS>", "CCSTMTRS>").replace("BANKACCT", "CCACCT")
    )
    both = bank(transaction()).decode().replace("</OFX>\n", card[card.index("<BANKMSG") :])
    parsed = parse(both.encode())

    assert [part.account.kind for part in parsed.statements] == ["bank", "card"]
    assert [len(part.rows) for part in parsed.statements] == [1, 1]


def test_the_cash_of_a_broker_is_read_and_trades_are_counted_not_dropped_silently() -> None:
    text = (
        f"{HEADER}<OFX><INVSTMTRS><CURDEF>USD<INVACCTFROM><BROKERID>b<ACCTID>7</INVACCTFROM><INVTRANLIST>"
        "<BUYSTOCK><INVBUY><INVTRAN><FITID>9</INVTRAN><TOTAL>-50</INVBUY></BUYSTOCK>"
        f"<INVBANKTRAN>{transaction()}<SUBACCTFUND>CASH</INVBANKTRAN>"
        "<TRANSFER><INVACCTFROM><ACCTID>8</INVACCTFROM></TRANSFER><SELLMF></SELLMF>"
        "</INVTRANLIST></INVSTMTRS></OFX>"
    )
    parsed = parse(text.encode())
    (statement,) = parsed.statements

    assert statement.account == AccountHint("investment", "7", "b", "")
    assert [row.amount for row in statement.rows] == [Decimal("-12.34")]
    assert [(note.code, note.detail[:2]) for note in parsed.notes] == [
        ("securities-left-out", "3 ")
    ]


def test_pending_transactions_are_counted() -> None:
    pending = "<BANKTRANLISTP><STMTTRNP><TRNAMT>5</STMTTRNP></BANKTRANLISTP>"
    parsed = parse(bank(transaction(), extra=pending))

    assert len(parsed.rows) == 1
    assert codes(parsed) == ["pending-left-out"]


@pytest.mark.parametrize("balance", ["", " ", "<BALAMT/>"])
def test_an_empty_balance_is_no_reason_to_refuse(balance: str) -> None:
    extra = f"<LEDGERBAL><BALAMT>{balance}<DTASOF></LEDGERBAL>"
    parsed = parse(bank(transaction(), extra=extra))

    assert len(parsed.rows) == 1
    assert parsed.statements[0].closing_balance is None


@pytest.mark.parametrize(
    ("body", "reason", "word"),
    [
        ("", "no-statement", ""),
        ("<SIGNONMSGSRSV1><SONRS></SONRS></SIGNONMSGSRSV1>", "no-statement", "sign-on"),
        ("<SIGNUPMSGSRSV1><ACCTINFORS></SIGNUPMSGSRSV1>", "no-statement", "accounts"),
        ("<PROFMSGSRSV1></PROFMSGSRSV1>", "no-statement", "server"),
        (
            "<STMTTRNRS><STATUS><CODE>2000<SEVERITY>ERROR<MESSAGE>Sorry</STATUS></STMTTRNRS>",
            "provider-error",
            "2000",
        ),
    ],
)
def test_an_answer_without_statement_is_refused_for_what_it_is(
    body: str, reason: str, word: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(f"{HEADER}<OFX>{body}</OFX>".encode())

    assert refusal.value.reason == reason
    assert word in refusal.value.detail


def test_positive_debits_are_pointed_out_and_can_be_inverted() -> None:
    data = bank(transaction(SHOP.replace("-12.34", "12.34")))

    assert codes(parse(data)) == ["debits-without-sign"]
    assert only_row(data, Hints(invert_sign=True)).amount == Decimal("-12.34")


def test_ids_that_repeat_are_pointed_out() -> None:
    assert codes(parse(bank(transaction(), transaction()))) == ["repeated-ids"]


def test_long_texts_are_cut_with_a_note() -> None:
    parsed = parse(bank(transaction(SHOP.replace("Shop", "x" * 5000))))

    assert len(parsed.rows[0].payee) == MAX_TEXT
    assert codes(parsed) == ["long-text-cut"]


def test_latin1_under_a_header_that_claims_ascii_is_read() -> None:
    data = bank(transaction(SHOP.replace("Shop", "Café"))).decode().encode("latin-1")

    assert only_row(data).payee == "Café"


def test_too_many_statements_are_refused() -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(f"{HEADER}<OFX>{'<STMTRS></STMTRS>' * 600}</OFX>".encode())

    assert refusal.value.reason == "too-many-statements"


def test_rows_outside_any_statement_are_still_read() -> None:
    assert only_row(f"{HEADER}<OFX>{transaction()}</OFX>".encode()).amount == Decimal("-12.34")
