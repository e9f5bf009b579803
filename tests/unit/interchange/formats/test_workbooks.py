"""Workbooks: cells that have types, sheets that are statements, and packages that are traps."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from chalicelib.interchange.model.formats import Hints, ParsedFile, Unreadable, parse
from chalicelib.interchange.model.formats.types import MAX_CONTAINER, ColumnMap
from chalicelib.interchange.model.formats.workbooks.cells import as_texts
from chalicelib.interchange.model.formats.workbooks.compound import pack, streams
from tests.support import workbooks

HEADER: list[Any] = ["Date", "Payee", "Amount"]


def book(
    *sheets: Sequence[Sequence[Any]], names: list[str] | None = None, hidden: tuple[int, ...] = ()
) -> bytes:
    made = openpyxl.Workbook()
    assert made.active is not None
    made.remove(made.active)
    for at, rows in enumerate(sheets):
        sheet = made.create_sheet(names[at] if names else f"Sheet{at + 1}")
        for row in rows:
            sheet.append(row)
        if at in hidden:
            sheet.sheet_state = "hidden"
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def amounts(parsed: ParsedFile) -> list[Decimal | None]:
    return [row.amount for row in parsed.rows]


def codes(parsed: ParsedFile) -> list[str]:
    return [note.code for note in parsed.notes]


def refusal(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as found:
        parse(data)
    return found.value


# --- cells


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (19.99, "19.99"), (-0.1, "-0.1"), (0.1 + 0.2, "0.3"), (1084.0, "1084"), (-0.0, "-0"), (1.234, "1.2340"),
        (2207.6799999999998, "2207.68"), (0.12345678, "0.12345678"), (12345678901.25, "12345678901.25"),
        (4200000069201710.0, "4200000069201710"), (1e300, "1e+300"), (float("inf"), "inf"), (1e-7, "0.0000001"),
        (Decimal("19.989999999999998"), "19.99"), (Decimal("1.234"), "1.2340"), (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"), (Decimal("1E+300"), "1E+300"), (Decimal("-0.5e-7"), "-0.00000005"), (7, "7"), (True, "TRUE"), (False, "FALSE"), ("'0012", "0012"), (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 23, 59), "2026-01-31"), (time(8, 30), "08:30:00"), (timedelta(hours=1), "1:00:00"),
    ],
)  # fmt: skip
def test_a_cell_is_written_as_people_see_it(cell: Any, text: str) -> None:
    alone = as_texts(lambda: [[cell]], None).rows
    among_others = as_texts(lambda: [[cell], ["x"], [""]], None).rows

    assert alone[0][0].rstrip("0") == text.rstrip("0")
    assert among_others == [[text], ["x"], [""]]


def test_floats_are_the_decimals_that_were_typed() -> None:
    typed = [Decimal(cents).scaleb(-2) for cents in range(-25_000, 25_000, 7)]
    texts = as_texts(lambda: [[float(one)] for one in typed], None).rows

    assert [Decimal(row[0]) for row in texts] == typed


def test_a_number_beside_text_with_commas_is_written_with_one() -> None:
    rows = [
        [
            HEADER,
            ["31.01.2026", "a", "-1.234,56"],
            ["30.01.2026", "b", 1084.5],
            ["29.01.2026", "c", 1.234],
        ]
    ]

    parsed = parse(book(*rows), hints=Hints(round_to_currency=True, currency="EUR"))

    assert amounts(parsed) == [Decimal("-1234.56"), Decimal("1084.50"), Decimal("1.23")]


def test_text_that_could_be_thousands_beside_numbers_is_pointed_out() -> None:
    rows = [HEADER, ["31.01.2026", "a", "1,234"], ["30.01.2026", "b", -10.5]]

    assert "ambiguous-decimals" in codes(parse(book(rows)))


def test_dates_beside_texts_that_are_dates_are_pointed_out() -> None:
    rows = [HEADER, [date(2026, 3, 4), "a", -1], ["13/04/2026", "b", -2]]

    parsed = parse(book(rows))

    assert "mixed-dates" in codes(parsed)
    assert [row.booked_on for row in parsed.rows] == [date(2026, 3, 4), date(2026, 4, 13)]


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    made = openpyxl.Workbook()
    made.epoch = CALENDAR_MAC_1904
    sheet = made.active
    assert sheet is not None
    for row in (HEADER, [date(2026, 1, 31), "a", -1.5]):
        sheet.append(row)
    written = io.BytesIO()
    made.save(written)

    assert parse(written.getvalue()).rows[0].booked_on == date(2026, 1, 31)


def test_lines_and_columns_are_those_of_the_sheet() -> None:
    rows: list[list[Any]] = [[], [], ["", "", *HEADER], ["", "", date(2026, 1, 31), "a", -1.5]]
    data = book(rows)

    parsed = parse(data)
    by_hand = parse(
        data, hints=Hints(columns=ColumnMap(date=2, amount=4, payee=(3,), header_line=3))
    )

    assert (parsed.rows[0].line, parsed.columns.date if parsed.columns else None) == (4, 2)
    assert by_hand.rows == parsed.rows


# --- sheets


def one(day: date, amount: float) -> list[list[Any]]:
    return [HEADER, [day, "a", amount]]


def test_sheets_of_months_are_one_statement() -> None:
    data = book(
        one(date(2026, 1, 31), -1.5), one(date(2026, 2, 28), 2), names=["Jan 2026", "Feb 2026"]
    )

    parsed = parse(data)

    assert [len(found.rows) for found in parsed.statements] == [2]
    assert parsed.statements[0].account.name == ""


def test_sheets_of_accounts_are_a_statement_each() -> None:
    data = book(one(date(2026, 1, 31), -1.5), one(date(2026, 2, 28), 2), names=["Giro", "Savings"])

    assert [found.account.name for found in parse(data).statements] == ["Giro", "Savings"]


def test_balances_of_pages_are_kept_where_they_follow_on_each_other() -> None:
    header = [*HEADER, "Balance"]

    def page(month: int) -> list[list[Any]]:
        days = [date(2026, month, day) for day in range(1, 6)]
        steps = zip(days, (-1, -2, 3, 4, -4), (9, 7, 10, 14, 10), strict=True)
        return [header, *([day, "a", amount, balance] for day, amount, balance in steps)]

    first, second = page(1), page(2)
    second[-1][2:] = [-6, 8]

    forth = parse(book(first, second)).statements[0]
    back = parse(book(second, first)).statements[0]

    assert (forth.opening_balance, forth.closing_balance) == (Decimal(10), Decimal(8))
    assert (back.opening_balance, back.closing_balance) == (Decimal(10), Decimal(8))


def test_a_sheet_without_a_table_is_left_out_with_a_note() -> None:
    parsed = parse(book([["Summary"], ["all is well"]], one(date(2026, 1, 31), -1.5)))

    assert len(parsed.rows) == 1
    assert codes(parsed)[-1] == "sheet-left-out"


def test_a_hidden_sheet_is_left_out_with_a_note_unless_it_is_all_there_is() -> None:
    rows = one(date(2026, 1, 31), -1.5)
    beside = parse(book(rows, one(date(2025, 1, 1), 7), hidden=(1,)))
    empty = parse(book([[""]], rows, hidden=(1,)))

    assert amounts(beside) == [Decimal("-1.50")]
    assert "sheet-left-out" in codes(beside)
    assert amounts(empty) == [Decimal("-1.50")]


def test_a_workbook_without_anything_is_refused() -> None:
    assert refusal(book([])).reason == "empty-file"
    assert refusal(book([["a", "b"]], [["c", "d"]])).reason == "not-a-statement"


# --- packages


def test_a_package_made_by_hand_is_read() -> None:
    assert amounts(parse(workbooks.xlsx())) == [Decimal("-19.99")]
    assert amounts(parse(workbooks.xls())) == [Decimal("-19.99")]


def test_a_package_with_a_remark_at_its_end_is_read_after_it_was_written_anew() -> None:
    written = io.BytesIO(workbooks.xlsx())
    with zipfile.ZipFile(written, "a") as package:
        package.comment = b"made by a bank"

    assert amounts(parse(written.getvalue())) == [Decimal("-19.99")]


def test_cells_without_places_are_read() -> None:
    rows = (
        '<row><c t="str"><v>Date</v></c><c t="str"><v>Amount</v></c></row>'
        '<row><c t="str"><v>2026-01-31</v></c><c><v>-5.5</v></c></row>'
    )

    assert amounts(parse(workbooks.xlsx(rows))) == [Decimal("-5.50")]


def test_a_styled_cell_far_out_that_holds_nothing_does_no_harm() -> None:
    rows = workbooks.STATEMENT.replace("</row>", '<c r="XFD1" s="0"/></row>', 1)

    assert amounts(
        parse(workbooks.xlsx(rows + '<row r="1048576"><c r="A1048576" s="0"/></row>'))
    ) == [Decimal("-19.99")]


def far(row: int, column: str) -> str:
    return f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (far(1_048_576, "XFD"), "too-many-rows"),
        (far(300_000, "T"), "too-complex"),
        (far(5, "A").replace('r="A5"', 'x=" r=" r="A00999999"'), "too-many-rows"),
        (far(5, "A").replace('r="A5"', 't="n"&#32;r="A5"'), "damaged-workbook"),
        (far(5, "A").replace('"A5"', '"?5"'), "damaged-workbook"),
        (far(5, "A").replace('"A5"', '"A5" r="XFD1048576"'), "damaged-workbook"),
        ("<row>" + "<c><v>1</v></c>" * 9 + "</row>" + far(390_000, "A"), "too-complex"),
        ("<a>" * 100 + "</a>" * 100 + far(300_000, "T"), "too-complex"),
    ],
)
def test_a_sheet_that_would_need_gigabytes_is_refused(rows: str, reason: str) -> None:
    assert refusal(workbooks.xlsx(workbooks.STATEMENT + rows)).reason == reason


def test_a_sheet_that_hides_what_it_is_is_measured_all_the_same() -> None:
    parts = workbooks.xlsx_parts(workbooks.STATEMENT + far(300_000, "T"))
    sheet = str(parts["xl/worksheets/sheet1.xml"])

    for hidden in (sheet.replace("worksheet", "x"), f"<!--{'-x' * 40_000}-->{sheet}"):
        parts["xl/worksheets/sheet1.xml"] = hidden
        assert refusal(workbooks.zipped(parts)).reason == "too-complex"


def test_texts_that_are_repeated_beyond_measure_are_refused() -> None:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 2_001))

    many = refusal(workbooks.xlsx(cells, strings=f"<si><t>{'long' * 8_000}</t></si>"))
    bad = refusal(workbooks.xlsx("", strings="<si/>" * 1_000_001))
    other_way = refusal(
        workbooks.xlsx(
            cells.replace(' t="s"', "  t='s'"), strings=f"<si><t>{'long' * 8_000}</t></si>"
        )
    )

    assert (many.reason, bad.reason, other_way.reason) == ("too-complex",) * 3


def with_part(name: str, part: str | bytes) -> bytes:
    return workbooks.zipped({**workbooks.xlsx_parts(workbooks.STATEMENT), name: part})


def test_document_types_are_refused_and_what_a_sheet_does_not_need_is_ignored() -> None:
    for text in ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', '<a><!ENTITY x "y"></a>'):
        assert refusal(with_part("xl/styles.xml", text)).reason == "too-complex"
    for name in ("xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "customXml/item1.xml"):
        assert len(parse(with_part(name, "<a/>".encode("utf-16"))).rows) == 1


def test_one_part_shown_as_many_sheets_is_refused() -> None:
    parts = workbooks.xlsx_parts(workbooks.STATEMENT, workbooks.STATEMENT)
    links, listed = str(parts["xl/_rels/workbook.xml.rels"]), str(parts["xl/workbook.xml"])

    same_part = {**parts, "xl/_rels/workbook.xml.rels": links.replace("sheet2", "sheet1")}
    same_link = {**parts, "xl/workbook.xml": listed.replace('r:id="r2"', 'r:id="r1"')}

    assert refusal(workbooks.zipped(same_part)).reason == "damaged-workbook"
    assert refusal(workbooks.zipped(same_link)).reason == "damaged-workbook"


def test_the_same_page_of_the_web_may_be_linked_from_many_cells() -> None:
    links = "".join(
        f'<Relationship Id="h{n}" Type="x/hyperlink" Target="https://bank.example/" TargetMode="External"/>'
        for n in (1, 2)
    )

    data = with_part(
        "xl/worksheets/_rels/sheet1.xml.rels", f"<Relationships>{links}</Relationships>"
    )

    assert amounts(parse(data)) == [Decimal("-19.99")]


def test_packages_that_are_locked_doubled_or_of_another_kind_are_refused() -> None:
    locked = workbooks.xlsx().replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
    )
    doubled = io.BytesIO(workbooks.xlsx())
    with (
        zipfile.ZipFile(doubled, "a") as package,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        package.writestr("xl/workbook.xml", "<a/>")

    assert refusal(locked).reason == "encrypted"
    assert refusal(doubled.getvalue()).reason == "damaged-workbook"
    assert refusal(with_part("xl/workbook.bin", b"x")).reason == "unsupported-format"
    assert refusal(
        workbooks.zipped({"xl/workbook.xml": "<a/>"}, method=zipfile.ZIP_BZIP2)
    ).reason == ("damaged-workbook")
    assert refusal(workbooks.xlsx()[:-40]).reason == "damaged-workbook"


def test_a_part_that_goes_on_behind_its_claimed_size_is_refused() -> None:
    """A reader that believes the size sees a harmless sheet, one that does not sees another cell behind it."""
    parts = workbooks.xlsx_parts(workbooks.STATEMENT + far(1_048_576, "XFD"))
    name = "xl/worksheets/sheet1.xml"
    whole = str(parts[name]).encode()
    shown = whole[: whole.index(b'<row r="1048576"')]
    data = workbooks.zipped(parts)
    seen = struct.pack("<LLL", zlib.crc32(whole), len(zlib.compress(whole, -1)[2:-4]), len(whole))
    at = [found for found in range(len(data)) if data.startswith(seen, found)]

    lying = bytearray(data)
    for place in at:
        struct.pack_into("<L", lying, place, zlib.crc32(shown))
        struct.pack_into("<L", lying, place + 8, len(shown))

    assert len(at) == 2
    with zipfile.ZipFile(io.BytesIO(bytes(lying))) as package:
        assert package.read(name) == shown
    assert refusal(bytes(lying)).reason == "damaged-workbook"


def test_packages_beyond_all_bounds_are_refused() -> None:
    dense = with_part("xl/media/a.xml", bytes(9_000_000))
    large = workbooks.xlsx() + bytes(MAX_CONTAINER)
    many = workbooks.zipped({**workbooks.xlsx_parts(""), **{f"a/{n}": "" for n in range(2_001)}})

    assert refusal(dense).reason == "too-complex"
    assert refusal(large).reason in {"too-large", "unsupported-format"}
    assert refusal(many).reason == "too-complex"


# --- the old binary format


def test_a_container_is_read_back_as_it_was_packed() -> None:
    for size in (10, 4_096, 70_000, 9_000_000):
        stream = (bytes(range(256)) * (size // 256 + 1))[:size]
        packed = pack("Book", stream)

        assert streams(packed, ["Book"])["Book"][:size] == stream


def test_what_an_old_sheet_claims_as_its_size_is_not_believed() -> None:
    claim = workbooks.record(0x0200, struct.pack("<LLHHH", 0, 0xFFFF, 0, 0xFFFF, 0))

    parsed = parse(workbooks.xls((claim, *workbooks.XLS_STATEMENT)))

    assert amounts(parsed) == [Decimal("-19.99")]


@pytest.mark.parametrize(
    ("cells", "before", "reason"),
    [
        ((workbooks.number(65_000, 200, 1.0),), b"", "too-complex"),
        (
            tuple(workbooks.record(0xFD, struct.pack("<HHHL", n, 0, 0, 0)) for n in range(2_000)),
            workbooks.record(0xFC, struct.pack("<LLHB", 2_000, 1, 20_000, 0) + b"a" * 8_000)
            + workbooks.record(0x3C, b"\0" + b"a" * 8_000)
            + workbooks.record(0x3C, b"\0" + b"a" * 4_000)
            + workbooks.record(0x3C, b"x" * 8_000) * 10,
            "too-complex",
        ),
        ((), workbooks.record(0x2F, bytes(6)), "encrypted"),
        ((), workbooks.record(0x85, bytes(8)), "damaged-workbook"),
    ],
)
def test_an_old_workbook_that_is_a_trap_is_refused(
    cells: tuple[bytes, ...], before: bytes, reason: str
) -> None:
    assert (
        refusal(workbooks.xls((*workbooks.XLS_STATEMENT, *cells), before=before)).reason == reason
    )


def test_a_container_whose_chains_are_loops_is_refused() -> None:
    packed = workbooks.xls()
    table = packed.rindex(struct.pack("<L", 0xFFFFFFFD)) // 512 * 512
    looped = packed[:table] + struct.pack("<L", 0) + packed[table + 4 :]

    assert refusal(looped).reason == "damaged-workbook"
    assert refusal(packed[:600]).reason == "damaged-workbook"
    assert refusal(pack("WordDocument", bytes(5_000))).reason == "unsupported-format"
    assert refusal(pack("EncryptedPackage", bytes(5_000))).reason == "encrypted"


# --- plain XML, OpenDocument, web pages

SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"


def excel_2003(rows: str, visible: str = "SheetVisible") -> bytes:
    return (
        f'<?xml version="1.0"?>\n<Workbook xmlns="{SPREADSHEET}" xmlns:ss="{SPREADSHEET}"><Worksheet ss:Name="A">'
        f"<Table>{rows}</Table><WorksheetOptions><Visible>{visible}</Visible></WorksheetOptions></Worksheet></Workbook>"
    ).encode()


def test_excel_2003_xml_is_read_with_its_gaps() -> None:
    def cell(kind: str, text: str, more: str = "") -> str:
        return f'<Cell {more}><Data ss:Type="{kind}">{text}</Data></Cell>'

    head = cell("String", "Bank", 'ss:MergeAcross="2"') + cell("String", "x")
    names = (
        cell("String", "Date") + cell("String", "Payee") + cell("String", "Amount", 'ss:Index="4"')
    )
    row = (
        cell("DateTime", "2026-01-31T00:00:00.000")
        + cell("String", "A&amp;B")
        + cell("Number", "-1234.5", 'ss:Index="4"')
    )

    parsed = parse(excel_2003(f'<Row>{head}</Row><Row ss:Index="5">{names}</Row><Row>{row}</Row>'))

    (found,) = parsed.rows
    assert (found.line, found.booked_on, found.payee) == (6, date(2026, 1, 31), "A&B")
    assert found.amount == Decimal("-1234.50")
    assert parsed.format == "spreadsheetml"


@pytest.mark.parametrize(
    "rows",
    [
        '<Row ss:Index="9999999"><Cell><Data ss:Type="String">a</Data></Cell></Row>',
        '<Row><Cell ss:Index="9999999"><Data ss:Type="String">a</Data></Cell></Row>',
        "<Row>" + "<b>" * 200,
        "<Row>&undefined;</Row>",
    ],
)
def test_excel_2003_xml_beyond_all_bounds_is_refused(rows: str) -> None:
    assert refusal(excel_2003(rows)).reason in {
        "too-many-rows", "too-many-columns", "too-complex", "damaged-workbook",
    }  # fmt: skip


ODS_HEAD = "".join(
    f'<table:table-cell office:value-type="string"><text:p>{name}</text:p></table:table-cell>'
    for name in HEADER
)
ODS_ROW = (
    '<table:table-cell office:value-type="date" office:date-value="2026-01-31T12:00:00"/>'
    "<table:table-cell><office:annotation><text:p>remark</text:p></office:annotation><text:p>A</text:p><text:p>B</text:p>"
    '</table:table-cell><table:table-cell office:value-type="currency" office:value="-5.5"/>'
)


def test_open_document_sheets_are_read_and_their_empty_rest_is_not() -> None:
    rest = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    rows = f'<table:table-row>{ODS_HEAD}</table:table-row><table:table-row table:number-rows-repeated="2">{ODS_ROW}</table:table-row>'

    parsed = parse(workbooks.ods(rows + rest))

    assert [(row.payee, row.amount, row.booked_on) for row in parsed.rows] == [
        ("A B", Decimal("-5.50"), date(2026, 1, 31))
    ] * 2


def test_open_document_cells_repeated_beyond_measure_are_refused() -> None:
    row = ODS_ROW.replace(
        "<table:table-cell>", '<table:table-cell table:number-columns-repeated="9000">'
    )
    many = f'<table:table-row table:number-rows-repeated="1000000">{ODS_ROW}</table:table-row>'

    assert (
        refusal(workbooks.ods(f"<table:table-row>{row}</table:table-row>")).reason
        == "too-many-columns"
    )
    assert refusal(workbooks.ods(many)).reason == "too-many-rows"


def test_the_tables_of_a_web_page_are_read() -> None:
    page = (
        "<html><head><title>x</title><style>td{}</style></head><body><!-- <table> --><table><tr><td>Menu</table>"
        "<TABLE border=0><tr><th colspan='2'>Bank<th>x</tr><tr><td>Date<td>Payee</td><td>Amount</td></tr>"
        "<tr><td>31.01.2026</td><td>M&uuml;ller<br>&amp; Co</td><td>-1.234,56</td></tr></table>"
        "<script>if (a<b) {}</script></body></html>"
    )

    parsed = parse(page.encode())

    (row,) = parsed.rows
    assert (row.booked_on, row.amount, row.payee) == (
        date(2026, 1, 31),
        Decimal("-1234.56"),
        "Müller & Co",
    )
    assert parsed.format == "html"


def test_a_web_page_without_a_table_is_refused() -> None:
    assert refusal(b"<!doctype html><p>Please log in").reason == "not-a-statement"
