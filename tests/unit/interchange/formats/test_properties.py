"""Whatever a bank could write from some rows, the reader makes the same rows of it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from xml.sax.saxutils import escape

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.interchange.model.formats import Row, Unreadable, parse

Facts = tuple[date, Decimal, str]

payees = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters='"/'),
    min_size=1,
    max_size=12,
).map(lambda text: f"Shop {text} x")
facts = st.tuples(
    st.dates(date(2000, 1, 1), date(2035, 12, 31)),
    st.integers(-(10**10), 10**10).map(lambda cents: Decimal(cents).scaleb(-2)),
    payees,
)


@dataclass(frozen=True)
class Dialect:
    """One way of writing a table."""

    delimiter: str
    decimal: str
    group: str
    day: str
    direction: str
    newline: str
    encoding: str
    above: str
    quoting: Literal[0, 1]


QUOTING: tuple[Literal[0, 1], ...] = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
HEADERS = {
    "signed": ["Date", "Payee", "Amount"],
    "flagged": ["Date", "Payee", "Amount", "D/C"],
    "split": ["Date", "Payee", "Debit", "Credit"],
}


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    decimal, group = draw(
        st.sampled_from([(".", ""), (".", ","), (",", ""), (",", "."), (",", " ")])
    )
    direction = draw(st.sampled_from(["signed", "flagged", "split"]))
    return Dialect(
        delimiter=draw(st.sampled_from([",", ";", "\t", "|"])),
        decimal=decimal,
        group=group,
        day=draw(st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%Y%m%d", "%Y/%m/%d"])),
        direction=direction,
        newline=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])),
        above=draw(st.sampled_from(["", "My Bank", "Account;DE12\nBalance;x\n\n"])),
        quoting=draw(st.sampled_from(QUOTING)),
    )


def render(rows: list[Facts], dialect: Dialect) -> bytes:
    target = io.StringIO()
    writer = csv.writer(
        target, delimiter=dialect.delimiter, quoting=dialect.quoting, lineterminator="\n"
    )
    writer.writerow(HEADERS[dialect.direction])
    for day, amount, payee in rows:
        writer.writerow([day.strftime(dialect.day), payee, *money(amount, dialect)])
    above = dialect.above + "\n" if dialect.above else ""
    return (above + target.getvalue()).replace("\n", dialect.newline).encode(dialect.encoding)


def money(amount: Decimal, dialect: Dialect) -> list[str]:
    whole, _, cents = f"{abs(amount):.2f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", dialect.group)
    text = f"{grouped}{dialect.decimal}{cents}"
    if dialect.direction == "flagged":
        return [text, "D" if amount < 0 else "C"]
    if dialect.direction == "split":
        return [text, ""] if amount < 0 else ["", text]
    return ["-" + text if amount < 0 else text]


def read(row: Row) -> Facts:
    assert row.booked_on is not None
    assert row.amount is not None
    assert row.problems == ()
    return row.booked_on, row.amount, row.payee


@given(st.lists(facts, min_size=1, max_size=12), dialects())
def test_a_table_in_any_dialect_reads_back(rows: list[Facts], dialect: Dialect) -> None:
    parsed = parse(render(rows, dialect))

    assert [read(row) for row in parsed.rows] == rows
    assert parsed.format == "csv"


@given(st.lists(facts, min_size=1, max_size=8), dialects())
def test_a_row_gets_the_number_of_its_line(rows: list[Facts], dialect: Dialect) -> None:
    above = dialect.above.count("\n") + 1 if dialect.above else 0

    parsed = parse(render(rows, dialect))

    assert [row.line for row in parsed.rows] == [above + 2 + at for at in range(len(rows))]


def sgml(fields: list[tuple[str, str]], newline: str) -> str:
    return newline.join(f"<{name}>{escape(value)}" for name, value in fields)


def xml(fields: list[tuple[str, str]], newline: str) -> str:
    return newline.join(f"<{name}>{escape(value)}</{name}>" for name, value in fields)


@given(
    st.lists(facts, max_size=10),
    st.sampled_from([sgml, xml]),
    st.sampled_from(["\n", "\r\n", "", "\n\t\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([".", ","]),
)
def test_an_ofx_statement_in_any_spelling_reads_back(
    rows: list[Facts], write: object, newline: str, encoding: str, mark: str
) -> None:
    leaves = sgml if write is sgml else xml
    listed = newline.join(
        "<STMTTRN>"
        + leaves(
            [
                ("TRNTYPE", "OTHER"),
                ("DTPOSTED", day.strftime("%Y%m%d")),
                ("TRNAMT", f"{amount:.2f}".replace(".", mark)),
                ("FITID", str(at)),
                ("NAME", payee),
            ],
            newline,
        )
        + "</STMTTRN>"
        for at, (day, amount, payee) in enumerate(rows)
    )
    text = f"OFXHEADER:100\n\n<OFX><STMTRS>{leaves([('CURDEF', 'EUR')], newline)}<BANKTRANLIST>{listed}</BANKTRANLIST></STMTRS></OFX>"
    parsed = parse(text.encode(encoding))

    assert [read(row) for row in parsed.rows] == rows
    assert [row.provider_id for row in parsed.rows] == [str(at) for at in range(len(rows))]
    assert parsed.notes == ()


def is_answered(data: bytes) -> bool:
    """Whether bytes give statements or a refusal with its reason; anything else is raised."""
    try:
        return bool(parse(data).statements)
    except Unreadable as refusal:
        return bool(refusal.reason and refusal.detail)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert is_answered(data)


@given(st.text(alphabet='Date,Amount;\t|"\n\r0123456789.-/€()DCR <>', max_size=200))
def test_any_text_like_a_table_is_read_or_refused(text: str) -> None:
    assert is_answered(text.encode())
