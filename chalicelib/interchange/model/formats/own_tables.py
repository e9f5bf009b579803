"""Our own tables read back, from CSV and from workbooks: the rows of one transaction stand together."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.own import OwnBooks, Piece, Whole, refund_of
from chalicelib.interchange.model.formats.types import Notes, ParsedStatement
from chalicelib.interchange.model.writers.csv import COLUMNS, LATER
from chalicelib.interchange.model.writers.sheets import HEADS
from chalicelib.interchange.model.writers.texts import LIST, PATH, parted
from chalicelib.kernel.cells import unguarded

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class OwnTable(NamedTuple):
    """Where the columns of a table of ours stand, by their names in CSV; `sheet` for those of a workbook."""

    header: int
    at: dict[str, int]
    sheet: bool


def find_own(rows: Sequence[Sequence[str]]) -> OwnTable | None:
    """Recognise a table of ours by all names of its header, in any order, and by days as we write them."""
    for header, cells in enumerate(rows[:5]):
        names = [cell.strip() for cell in cells]
        for sheet, wanted in ((False, COLUMNS), (True, HEADS)):
            by_name = dict(zip(COLUMNS, wanted, strict=True))
            if all(name in names for one, name in by_name.items() if one not in LATER):
                at = {one: names.index(name) for one, name in by_name.items() if name in names}
                first = next(iter(rows[header + 1 : header + 2]), ())
                day = first[at["date"]] if len(first) > at["date"] else ""
                # another program that saved it may have changed days and amounts: then it is any table
                return OwnTable(header, at, sheet) if not first or _DAY.fullmatch(day) else None
    return None


def read_own(
    own: OwnTable, rows: list[list[str]], lines: Sequence[int], notes: Notes
) -> tuple[ParsedStatement, ...]:
    """Read the transactions of a table of ours; its rows are emptied."""
    books = OwnBooks(notes)
    places = [place for place in range(own.header + 1, len(rows)) if any(rows[place])]
    reader = _Cells(own, rows, lines)
    for identity, together in groupby(
        places, key=lambda place: reader.text(place, "transaction_id")
    ):
        found = list(together)
        if not identity:
            for place in found:
                notes.add("ignored-line", "No transaction's id stands here.", line=lines[place])
            continue
        for place in found:
            books.account(reader.text(place, "account_id"), reader.text(place, "account"))
        books.add(reader.whole(found), [reader.piece(place) for place in found])
        for place in found:
            rows[place] = []
    return books.statements(lambda _: (None, None))


class _Cells:
    """The cells of a table by place and column."""

    def __init__(self, own: OwnTable, rows: list[list[str]], lines: Sequence[int]) -> None:
        self._at = own.at
        self._rows = rows
        self._lines = lines
        self._sheet = own.sheet
        self._free: Callable[[str], str] = str if own.sheet else unguarded

    def text(self, place: int, name: str) -> str:
        """Give a text as it was before it was made safe."""
        cells, at = self._rows[place], self._at.get(name)
        return self._free(cells[at]) if at is not None and at < len(cells) else ""

    def _number(self, place: int, name: str) -> str:
        text = self.text(place, name)
        # cells of a workbook have no marks: who turned them into texts may have taken a comma
        return text.replace(",", ".") if self._sheet else text

    def piece(self, place: int) -> Piece:
        """Give a row."""
        return Piece(
            self._lines[place],
            self.text(place, "part"),
            self.text(place, "date"),
            self._number(place, "amount"),
            self.text(place, "currency"),
            self.text(place, "account_id"),
            parted(self.text(place, "category"), PATH),
            self.text(place, "part_notes"),
            self.text(place, "part_id"),
        )

    def whole(self, places: Sequence[int]) -> Whole:
        """Give what the rows of a transaction share."""
        place = places[0]
        refunds = parted(self.text(place, "refund_of"), LIST)
        named = (self.text(one, "whole_account_id") for one in places)
        return Whole(
            self.text(place, "transaction_id"),
            self.text(place, "payee"),
            self.text(place, "notes"),
            self.text(place, "status"),
            parted(self.text(place, "tags"), LIST),
            self._number(place, "original_amount"),
            self.text(place, "original_currency"),
            next(filter(None, named), ""),
            tuple(filter(None, map(refund_of, refunds))),
        )
