"""CAMT.052, .053 and .054: entries, their details, parties, ids, balances, and XML that is an attack."""

from __future__ import annotations

import contextlib
import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.interchange.model.formats import Hints, ParsedFile, Row, Unreadable, parse

BOOKED = "<Sts>BOOK</Sts><BookgDt><Dt>2026-01-31</Dt></BookgDt>"
ACCOUNT = "<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Me</Nm></Ownr></Acct>"


def document(body: str, *, version: str = "053.001.08", kind: str = "Stmt") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{version}">'
        f"<BkToCstmr{kind}><GrpHdr><MsgId>1</MsgId></GrpHdr>{body}</BkToCstmr{kind}></Document>"
    ).encode()


def statement(*entries: str, more: str = "", kind: str = "Stmt") -> str:
    return f"<{kind}><Id>1</Id>{ACCOUNT}{more}{''.join(entries)}</{kind}>"


def entry(
    amount: str = "5.00", *, sign: str = "DBIT", more: str = BOOKED, details: str = ""
) -> str:
    inside = f"<NtryDtls>{details}</NtryDtls>" if details else ""
    return f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{more}{inside}</Ntry>'


def balance(code: str, amount: str, day: str, *, sign: str = "CRDT", currency: str = "EUR") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>'
    )


def read(*entries: str, more: str = "") -> ParsedFile:
    return parse(document(statement(*entries, more=more)))


def only_row(one: str) -> Row:
    (row,) = read(one).rows
    return row


def notes(parsed: ParsedFile) -> list[str]:
    return [note.code for note in parsed.notes]


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        parse(data)
    return refused.value.reason


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        (f"05{message}.001.{number:02d}", kind)
        for message, kind in ((2, "Rpt"), (3, "Stmt"), (4, "Ntfctn"))
        for number in range(1, 14)
    ],
)
def test_every_version_of_the_three_messages_is_read(version: str, kind: str) -> None:
    parsed = parse(document(statement(entry(), kind=kind), version=version, kind=kind))
    (row,) = parsed.rows

    assert parsed.dialect == f"CAMT.{version}"
    assert (row.booked_on, row.amount, row.currency) == (date(2026, 1, 31), Decimal("-5.00"), "EUR")
    assert parsed.statements[0].account.last4 == "2051"


def test_a_prefix_for_the_namespace_changes_nothing() -> None:
    plain = document(statement(entry())).decode()
    prefixed = plain.replace("</", "\0").replace("<", "<n:").replace("\0", "</n:")
    prefixed = prefixed.replace("<n:?xml", "<?xml").replace("xmlns=", "xmlns:n=")

    assert parse(prefixed.encode()).rows == parse(plain.encode()).rows


@pytest.mark.parametrize(
    ("more", "sign", "amount"),
    [
        (BOOKED, "DBIT", "-5.00"),
        (BOOKED, "CRDT", "5.00"),
        (BOOKED + "<RvslInd>true</RvslInd>", "CRDT", "5.00"),
        (BOOKED + "<RvslInd>true</RvslInd>", "DBIT", "-5.00"),
    ],
)
def test_the_direction_of_a_reversal_is_already_the_reversed_one(
    more: str, sign: str, amount: str
) -> None:
    assert only_row(entry(sign=sign, more=more)).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("status", "pending"),
    [
        ("<Sts>BOOK</Sts>", False),
        ("<Sts><Cd>BOOK</Cd></Sts>", False),
        ("<Sts>PDNG</Sts>", True),
        ("<Sts><Cd>PDNG</Cd></Sts>", True),
        ("<Sts>INFO</Sts>", True),
        ("", False),
    ],
)
def test_only_what_is_booked_is_no_longer_pending(status: str, pending: bool) -> None:
    row = only_row(entry(more=f"{status}<ValDt><DtTm>2026-01-30T23:59:00+02:00</DtTm></ValDt>"))

    assert (row.kind == "pending") is pending
    assert row.booked_on == date(2026, 1, 30)


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (entry("five"), "bad-amount"),
        (entry(""), "no-amount"),
        (entry("5.001"), "too-many-decimals"),
        (entry(sign="NONE"), "no-direction"),
        (entry(more="<BookgDt><Dt>2026-02-30</Dt></BookgDt>"), "bad-date"),
        (entry(more=""), "no-date"),
    ],
)
def test_what_cannot_be_read_is_a_problem_of_its_row(broken: str, code: str) -> None:
    bad, good = read(broken, entry()).rows

    assert [problem.code for problem in bad.problems] == [code]
    assert good.problems == ()


PARTIES = (
    "<RltdPties><Dbtr><Nm>Payer</Nm></Dbtr><Cdtr><Pty><Nm>Shop</Nm></Pty></Cdtr></RltdPties>"
    "<RmtInf><Ustrd>Bread</Ustrd><Ustrd>and milk</Ustrd></RmtInf>"
)


def test_the_other_party_and_the_purpose_are_read() -> None:
    sent = only_row(entry(details=f"<TxDtls>{PARTIES}</TxDtls>"))
    come = only_row(entry(sign="CRDT", details=f"<TxDtls>{PARTIES}</TxDtls>"))
    back = BOOKED + "<RvslInd>true</RvslInd>"
    taken = only_row(entry(sign="CRDT", more=back, details=f"<TxDtls>{PARTIES}</TxDtls>"))

    assert (sent.payee, sent.memo) == ("Shop", "Bread and milk")
    assert come.payee == "Payer"
    assert taken.payee == "Shop"


def test_the_owner_is_no_other_party_and_a_note_stands_for_it() -> None:
    mine = "<TxDtls><RltdPties><Cdtr><Nm>Me</Nm></Cdtr></RltdPties></TxDtls>"
    row = only_row(entry(more=BOOKED + "<AddtlNtryInf>CARD FEE</AddtlNtryInf>", details=mine))

    assert (row.payee, row.memo) == ("CARD FEE", "")


def detail(amount: str, name: str, *, currency: str = "EUR", sign: str = "") -> str:
    direction = f"<CdtDbtInd>{sign}</CdtDbtInd>" if sign else ""
    return (
        f"<TxDtls><Refs><EndToEndId>{name}-1</EndToEndId></Refs>"
        f'<Amt Ccy="{currency}">{amount}</Amt>{direction}'
        f"<RltdPties><Cdtr><Nm>{name}</Nm></Cdtr></RltdPties></TxDtls>"
    )


def test_details_that_sum_to_their_entry_are_rows() -> None:
    parsed = read(
        entry("5.00", details=detail("6.00", "A") + detail("1.00", "B", sign="CRDT")), entry("7.00")
    )

    assert [(row.payee, row.amount, row.provider_id) for row in parsed.rows] == [
        ("A", Decimal("-6.00"), "A-1 2026-01-31"),
        ("B", Decimal("1.00"), "B-1 2026-01-31"),
        ("", Decimal("-7.00"), None),
    ]
    assert parsed.notes == ()


def test_the_amount_of_a_detail_may_lie_where_version_2_has_it() -> None:
    old = "<TxDtls><AmtDtls><TxAmt><Amt Ccy='EUR'>{}</Amt></TxAmt></AmtDtls></TxDtls>"
    rows = read(entry("5.00", details=old.format("2.00") + old.format("3.00"))).rows

    assert [row.amount for row in rows] == [Decimal("-2.00"), Decimal("-3.00")]


@pytest.mark.parametrize(
    "details",
    [
        detail("1.00", "A") + detail("3.00", "B"),
        detail("2.00", "A") + detail("3.00", "B", currency="USD"),
        "<TxDtls></TxDtls><TxDtls></TxDtls>",
    ],
)
def test_details_that_do_not_sum_to_it_leave_the_entry_one_row(details: str) -> None:
    parsed = read(entry("5.00", details=details))

    assert [row.amount for row in parsed.rows] == [Decimal("-5.00")]
    assert notes(parsed) == ["details-left-out"]


@pytest.mark.parametrize(
    ("more", "details", "reference"),
    [
        ("<AcctSvcrRef>BANK1</AcctSvcrRef><NtryRef>7</NtryRef>", "", "BANK1 2026-01-31"),
        ("<AcctSvcrRef>NONREF</AcctSvcrRef><NtryRef>7</NtryRef>", "", "7 2026-01-31"),
        ("", "<TxDtls><Refs><EndToEndId>E2E</EndToEndId></Refs></TxDtls>", "E2E 2026-01-31"),
        ("", "<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs></TxDtls>", None),
        ("", "", None),
    ],
)
def test_the_bank_s_reference_comes_first_and_the_value_day_is_part_of_the_id(
    more: str, details: str, reference: str | None
) -> None:
    assert only_row(entry(more=BOOKED + more, details=details)).provider_id == reference


def test_a_statement_is_proven_by_its_balances_without_what_is_pending() -> None:
    ends = balance("OPBD", "10.00", "2026-01-30") + balance(
        "CLBD", "3.00", "2026-01-31", sign="DBIT"
    )
    good = read(entry("13.00"), entry("1.00", more="<Sts>PDNG</Sts>" + BOOKED[15:]), more=ends)
    bad = read(entry("14.00"), more=ends)

    assert notes(good) == []
    assert good.statements[0].opening_balance == Decimal(10)
    assert good.statements[0].closing_balance == Decimal(-3)
    assert notes(bad) == ["balance-mismatch"]


def test_a_balance_in_another_currency_proves_nothing() -> None:
    parsed = read(entry(), more=balance("CLBD", "3.00", "2026-01-31", currency="SEK"))

    assert parsed.statements[0].closing_balance is None
    assert notes(parsed) == ["bad-balance"]


def test_entries_without_a_day_get_that_of_a_statement_of_one_day() -> None:
    ends = balance("OPBD", "10.00", "2026-01-31") + balance("CLBD", "5.00", "2026-01-31")
    parsed = read(entry(more=""), more=ends)
    longer = read(entry(more=""), more=ends.replace("2026-01-31", "2026-01-01", 1))

    assert [row.booked_on for row in parsed.rows] == [date(2026, 1, 31)]
    assert notes(parsed) == ["date-of-statement"]
    assert [problem.code for row in longer.rows for problem in row.problems] == ["no-date"]


def test_statements_of_one_account_are_one_and_those_of_others_are_not() -> None:
    other = statement(entry()).replace("202051", "999999")
    parsed = parse(document(statement(entry()) + statement(entry("6.00")) + other))

    assert [(one.account.last4, len(one.rows)) for one in parsed.statements] == [
        ("2051", 2), ("9999", 1),
    ]  # fmt: skip


def test_a_file_that_breaks_off_keeps_its_whole_entries() -> None:
    data = document(statement(entry(), entry("7.00")))
    parsed = parse(data[: data.index(b"7.00")])

    assert [row.amount for row in parsed.rows] == [Decimal("-5.00")]
    assert notes(parsed) == ["truncated-file"]


def test_the_encoding_may_be_any() -> None:
    text = document(statement(entry(more=BOOKED + "<AddtlNtryInf>Café</AddtlNtryInf>"))).decode()

    for encoding, name in (("utf-16", "UTF-16"), ("latin-1", "ISO-8859-1"), ("cp1252", "UTF-8")):
        (row,) = parse(text.replace("UTF-8", name).encode(encoding)).rows
        assert row.payee == "Café"


@pytest.mark.parametrize(
    "body",
    [b"", b"<Stmt", b"</a>"],
)
def test_what_holds_no_statement_is_refused(body: bytes) -> None:
    assert refusal(document(body.decode())) in {"no-statement", "not-a-statement"}


START = b'<?xml version="1.0"?>'
ROOT = b"<Document><BkToCstmrStmt><Stmt>"
LAUGHS = b"".join(
    b'<!ENTITY a%d "%s">' % (at, b"&a%d;" % (at - 1) * 10 if at else b"ha") for at in range(20)
)


@pytest.mark.parametrize(
    "bomb",
    [
        START + b"<!DOCTYPE x [" + LAUGHS + b"]>" + ROOT + b"&a19;",
        START + b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 50_000 + b'">]>' + ROOT + b"&a;" * 100_000,
        START + b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + ROOT + b"&a;",
        START + b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">' + ROOT,
        START + b'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1/"> %a;]>' + ROOT,
        START + b"<!DOCTYPE x [<!ENTITY a '&a;'>]>" + ROOT + b"&a;",
        START + ROOT + b"<a>" * 1_000_000,
        START + ROOT + b"<Ntry>" * 1_000_000,
        START + ROOT + b"<a/>" * 8_000_000,
        START + ROOT + b"&a;" * 1_000,
    ],
)
def test_xml_bombs_are_refused_at_once(bomb: bytes) -> None:
    started = time.process_time()

    with contextlib.suppress(Unreadable):
        assert parse(bomb).rows == ()  # the file breaks off where an unknown entity stands
    assert time.process_time() - started < 2


def test_a_document_type_is_refused_whatever_it_declares() -> None:
    assert refusal(START + b"<!DOCTYPE x>" + ROOT) == "too-complex"


@given(st.lists(st.integers(-(10**14), 10**14), max_size=12))
def test_what_is_written_is_what_is_read(amounts: list[int]) -> None:
    entries = [
        entry(str(Decimal(abs(cents)).scaleb(-2)), sign="DBIT" if cents < 0 else "CRDT")
        for cents in amounts
    ]
    total = Decimal(sum(amounts)).scaleb(-2)
    ends = balance("OPBD", "0", "2026-01-01") + balance(
        "CLBD", str(abs(total)), "2026-01-31", sign="DBIT" if total < 0 else "CRDT"
    )
    parsed = read(*entries, more=ends)

    assert [row.amount for row in parsed.rows] == [Decimal(cents).scaleb(-2) for cents in amounts]
    assert notes(parsed) in ([], ["no-rows"])


def test_a_hint_turns_the_sign() -> None:
    (row,) = parse(document(statement(entry())), hints=Hints(invert_sign=True)).rows

    assert row.amount == Decimal("5.00")
