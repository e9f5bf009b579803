"""XLSX: read by calamine, after a look into the package for what would make it burst.

calamine lays a sheet out as a full grid up to the furthest filled cell, and copies a shared text into
every cell that shows it. A file of a kilobyte can so ask for gigabytes, and the process would be killed.
`package` measures both before calamine sees the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.interchange.model.formats.workbooks.package import checked
from chalicelib.interchange.model.formats.workbooks.rust import open_sheets
from chalicelib.interchange.model.formats.workbooks.sheets import Sheet


def read_xlsx(data: bytes) -> Iterator[Sheet]:
    """Give the sheets of a workbook; refuse what is encrypted, damaged, or beyond all bounds."""
    yield from open_sheets(checked(data))
