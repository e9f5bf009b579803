"""Workbooks for tests: packages made part by part, and the old binary format record by record."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

from chalicelib.interchange.model.formats.workbooks.compound import pack

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def zipped(parts: dict[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make a zip of some files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, part in parts.items():
            package.writestr(
                zipfile.ZipInfo(name), part, method
            )  # of a fixed day: the same bytes each time
    return written.getvalue()


def xlsx_parts(*sheets: str, strings: str = "") -> dict[str, str | bytes]:
    """Give the parts of a workbook; a sheet is the XML of its rows."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_LINKS}"><Relationship Id="b" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_LINKS}">{links}</Relationships>',
    }
    for n, rows in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{strings}</sst>'
    return parts


STATEMENT = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Date</t></is></c><c r="B1" t="inlineStr"><is><t>Payee</t></is></c>'
    '<c r="C1" t="inlineStr"><is><t>Amount</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>2026-01-31</t></is></c><c r="B2" t="inlineStr"><is><t>Shop</t></is></c>'
    '<c r="C2"><v>-19.99</v></c></row>'
)
"""The rows of a sheet with one payment of 19.99."""


def xlsx(*sheets: str, strings: str = "") -> bytes:
    """Make a workbook of sheets that are the XML of their rows."""
    return zipped(xlsx_parts(*(sheets or (STATEMENT,)), strings=strings))


def record(kind: int, body: bytes) -> bytes:
    """Make a record of the old format."""
    return struct.pack("<HH", kind, len(body)) + body


def label(row: int, column: int, text: str) -> bytes:
    """Make a cell that holds a text."""
    body = struct.pack("<HHHHB", row, column, 0, len(text), 0) + text.encode("latin-1")
    return record(0x0204, body)


def number(row: int, column: int, value: float) -> bytes:
    """Make a cell that holds a number."""
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


XLS_STATEMENT = (
    label(0, 0, "Date"), label(0, 1, "Payee"), label(0, 2, "Amount"),
    label(1, 0, "2026-01-31"), label(1, 1, "Shop"), number(1, 2, -19.99),
)  # fmt: skip


def xls_stream(*sheets: Sequence[bytes], before: bytes = b"") -> bytes:
    """Make the stream of an old workbook; a sheet is the records of its cells, `before` comes in front."""
    start = record(0x0809, struct.pack("<HHHHLL", 0x0600, 5, 0, 0, 0, 0)) + before
    inner = record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x10, 0, 0, 0, 0))
    end = record(0x000A, b"")
    bodies = [inner + b"".join(cells) + end for cells in sheets]
    place = len(start) + len(sheets) * len(_bound(0, 1)) + len(end)
    bounds = b""
    for n, body in enumerate(bodies, 1):
        bounds += _bound(place, n)
        place += len(body)
    return start + bounds + end + b"".join(bodies)


def _bound(place: int, n: int) -> bytes:
    name = f"S{n:03}"
    return record(0x0085, struct.pack("<LHBB", place, 0, len(name), 0) + name.encode())


def xls(*sheets: Sequence[bytes], before: bytes = b"") -> bytes:
    """Make an old workbook."""
    return pack("Workbook", xls_stream(*(sheets or (XLS_STATEMENT,)), before=before))


def ods(rows: str, *, styles: str = "") -> bytes:
    """Make an OpenDocument file with one table, given as the XML of its rows."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{office}:office:1.0" xmlns:table="{office}:table:1.0" '
        f'xmlns:text="{office}:text:1.0" xmlns:style="{office}:style:1.0">{styles}<office:body><office:spreadsheet>'
        f'<table:table table:name="Bank" table:style-name="t1">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "content.xml": content})
