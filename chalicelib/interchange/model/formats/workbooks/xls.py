"""XLS, the binary workbook of Excel 97 to 2003: read by calamine from a container that is made anew.

The container is a small file system with chains of sectors, which a damaged or hostile file can tie into
loops; calamine follows them for ever. So the one stream that holds the sheets is taken out here, with every
step counted, its records are walked to see how far the cells reach, and calamine gets a container in
which there is nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.interchange.model.formats.types import MAX_CONTAINER, Unreadable
from chalicelib.interchange.model.formats.workbooks.compound import pack, streams
from chalicelib.interchange.model.formats.workbooks.records import harmless
from chalicelib.interchange.model.formats.workbooks.rust import encrypted, open_sheets
from chalicelib.interchange.model.formats.workbooks.sheets import Sheet

_WORKBOOKS = ("Workbook", "Book")


def read_xls(data: bytes) -> Iterator[Sheet]:
    """Give the sheets of a workbook; refuse what is encrypted, damaged, or beyond all bounds."""
    if len(data) > MAX_CONTAINER:
        detail = f"The file has {len(data)} bytes; {MAX_CONTAINER} are allowed for workbooks."
        raise Unreadable("too-large", detail)
    found = streams(data, (*_WORKBOOKS, "EncryptedPackage"))
    if "EncryptedPackage" in found:
        raise encrypted()
    stream = found.get("Workbook") or found.get("Book")
    if not stream:
        raise Unreadable("unsupported-format", "The file is of an office program, but no workbook.")
    name = "Workbook" if "Workbook" in found else "Book"
    yield from open_sheets(pack(name, harmless(stream)))
