"""Workbooks: tables whose cells have types, in XLSX, XLS, OpenDocument, Excel 2003 XML and web pages.

A reader gives sheets, `sheets.combine` makes one parsed file of them. What a cell holds becomes the text
that a table in CSV would have there (`cells`), so headers, columns, dates, signs and balances are found
by the code that finds them in CSV.
"""

from __future__ import annotations

from chalicelib.interchange.model.formats.types import Hints, ParsedFile


def parse_workbook(data: bytes, kind: str, hints: Hints) -> ParsedFile:
    """Read a workbook of a kind that `detect` names; refuse one without a table of transactions."""
    from chalicelib.interchange.model.formats.types import Notes
    from chalicelib.interchange.model.formats.workbooks.sheets import combine

    notes = Notes()
    # Each reader is imported where it is used: who meets a web page never loads calamine.
    if kind == "xlsx":
        from chalicelib.interchange.model.formats.workbooks.xlsx import read_xlsx

        return combine(kind, read_xlsx(data), hints, notes)
    if kind == "xls":
        from chalicelib.interchange.model.formats.workbooks.xls import read_xls

        return combine(kind, read_xls(data), hints, notes)
    if kind == "ods":
        from chalicelib.interchange.model.formats.workbooks.ods import read_ods

        return combine(kind, read_ods(data), hints, notes)
    if kind == "spreadsheetml":
        from chalicelib.interchange.model.formats.workbooks.spreadsheetml import read_spreadsheetml

        return combine(kind, read_spreadsheetml(data), hints, notes)
    from chalicelib.interchange.model.formats.workbooks.webpage import read_webpage

    return combine(kind, read_webpage(data, hints), hints, notes)
