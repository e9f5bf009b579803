"""How fast a ledger is written into files: CPU and wall seconds, and memory added, beside others in the same run.

`python -m benchmarks.export [--kinds csv,xlsx] [sizes ...]` writes five years of 100,000 transactions (60 payees, 40
categories, three currencies; some split, some transfers) in each format. Every figure comes from a fresh process that has
written a small file before; it is the median of three, of one where a writer needs more than ten seconds. Making the
transactions is not counted, nor is making the cells that the others are given ready to write.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from chalicelib.interchange.model.writers.making import KINDS, writer_of
from chalicelib.interchange.model.writers.texts import Digits, decimal_text
from chalicelib.interchange.model.writers.types import (
    AccountLine,
    Book,
    CategoryLine,
    Line,
    PartLine,
    TransferLine,
)

SIZES: Final = (100_000,)
_CHUNK: Final = 1_000
_WARM: Final = 50
_TURNS: Final = 3
_SLOW: Final = 10.0
_FIRST: Final = date(2021, 11, 1)
_DAYS: Final = 1_826
Cells = tuple[Any, ...]


def _id(number: int) -> str:
    return str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128, version=4))


ACCOUNTS: Final = tuple(
    AccountLine(id=_id(number), name=name, kind="bank", currency=currency, opened_on=_FIRST)
    for number, (name, currency) in enumerate(
        (("Giro", "EUR"), ("Savings", "EUR"), ("Yen", "JPY"), ("Dollars", "USD")), 1
    )
)
CATEGORIES: Final = tuple(
    CategoryLine(
        id=_id(100 + number), path=(f"Group {number % 8}", f"Things {number}"), kind="expense"
    )
    for number in range(40)
)
BOOK: Final = Book(
    accounts=ACCOUNTS, categories=CATEGORIES, made_at=datetime(2026, 11, 28, 12, tzinfo=UTC)
)


def ledger(rows: int) -> Iterator[Line]:
    """Make so many transactions, oldest first."""
    chance = random.Random(7)
    for number in range(rows):
        day = _FIRST + timedelta(days=number * _DAYS // rows)
        account = ACCOUNTS[chance.choice((0, 0, 0, 0, 2, 3))]
        minor = -chance.randint(100, 20_000)
        line = Line(
            _id(1_000 + number),
            account.id,
            day,
            minor,
            account.currency,
            f"Payee {chance.randrange(60)} & Sons",
            f"note {number}" if number % 3 == 0 else "",
            CATEGORIES[chance.randrange(40)].id,
            ("holiday",) if number % 10 == 0 else (),
            bank_payee="PAYEE 0815 BERLIN" if number % 4 == 0 else "",
        )
        if number % 50 == 0:
            parts = (
                PartLine("", minor + 50, CATEGORIES[0].id),
                PartLine("", -50, CATEGORIES[1].id),
            )
            line = line._replace(parts=parts, category_id=None)
        elif number % 50 == 1 and account.currency == "EUR":
            other = TransferLine(ACCOUNTS[1].id, -minor, "EUR")
            line = line._replace(transfer=other, kind="transfer", category_id=None)
        yield line


# --- the others: they are given ready cells of the same columns


def _cells(line: Line, digits: Digits) -> Cells:
    return (
        line.booked_on,
        "Giro",
        line.payee,
        line.amount_minor / 10 ** digits[line.currency],
        line.currency,
        "Group 1 > Things 9",
        ", ".join(line.tags),
        line.notes,
        line.status,
        line.kind,
        "",
        "",
        "",
        "",
        line.bank_payee,
        line.id,
        line.account_id,
        line.category_id or "",
    )


def _by_csv(path: Path, chunks: Iterable[list[Line]], timed: Callable[[], Any]) -> None:
    digits = Digits()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for chunk in chunks:
            rows = [
                (
                    line.booked_on.isoformat(),
                    *_cells(line, digits)[1:3],
                    decimal_text(line.amount_minor, digits[line.currency]),
                    *_cells(line, digits)[4:],
                )
                for line in chunk
            ]
            with timed():
                writer.writerows(rows)


def _by_xlsxwriter(path: Path, chunks: Iterable[list[Line]], timed: Callable[[], Any]) -> None:
    import xlsxwriter

    digits, row = Digits(), 0
    with timed():
        book = xlsxwriter.Workbook(path, {"constant_memory": True})
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        amount = book.add_format({"num_format": "#,##0.00"})
    for chunk in chunks:
        rows = [_cells(line, digits) for line in chunk]
        with timed():
            for cells in rows:
                sheet.write_datetime(row, 0, cells[0], day)
                sheet.write_number(row, 3, cells[3], amount)
                for column, text in enumerate(cells):
                    if column not in {0, 3} and text:
                        sheet.write_string(row, column, text)
                row += 1
    with timed():
        book.close()


def _by_openpyxl(path: Path, chunks: Iterable[list[Line]], timed: Callable[[], Any]) -> None:
    import openpyxl

    digits = Digits()
    with timed():
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
    for chunk in chunks:
        rows = [_cells(line, digits) for line in chunk]
        with timed():
            for cells in rows:
                sheet.append(cells)
    with timed():
        book.save(path)


OTHERS: Final = {
    "csv": {"csv.writer": _by_csv},
    "xlsx": {"XlsxWriter": _by_xlsxwriter, "openpyxl": _by_openpyxl},
}


# --- ours, and the measuring


def _by_us(kind: str, path: Path, chunks: Iterable[list[Line]], timed: Callable[[], Any]) -> None:
    writer = writer_of(kind, tempfile.TemporaryFile)
    with path.open("wb") as file:
        with timed():
            file.writelines(writer.begin(BOOK))
        for chunk in chunks:
            with timed():
                file.writelines(writer.lines(chunk))
        with timed():
            file.writelines(writer.end())


class _Clock:
    """Counts CPU and wall seconds of what runs inside a `with`."""

    def __init__(self) -> None:
        self.cpu = self.wall = 0.0

    def __call__(self) -> _Clock:
        return self

    def __enter__(self) -> None:
        self._begun = (time.process_time(), time.perf_counter())

    def __exit__(self, *_: object) -> None:
        self.cpu += time.process_time() - self._begun[0]
        self.wall += time.perf_counter() - self._begun[1]


def _write(kind: str, name: str, rows: int, path: Path, clock: _Clock) -> None:
    lines = ledger(rows)
    chunks = iter(lambda: list(itertools.islice(lines, _CHUNK)), [])
    if name == "ours":
        _by_us(kind, path, chunks, clock)
    else:
        OTHERS[kind][name](path, chunks, clock)


def cell(kind: str, name: str, rows: int) -> None:
    """Write one file in this process, and print what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"export.{kind}"
        _write(kind, name, _WARM, path, _Clock())
        before, clock = _peak_kilobytes(), _Clock()
        _write(kind, name, rows, path, clock)
        added = (_peak_kilobytes() - before) / 1024
        print(json.dumps([clock.cpu, clock.wall, added, path.stat().st_size / 1e6]))


def _peak_kilobytes() -> int:
    """The process's own peak; `ru_maxrss` would be that of the process it was forked from."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


def measured(kind: str, name: str, rows: int) -> list[float]:
    """Give CPU and wall seconds, megabytes of memory and of the file."""
    command = [sys.executable, "-m", "benchmarks.export", "--cell", kind, name, str(rows)]
    found: list[list[float]] = []
    while len(found) < _TURNS and not (found and found[0][0] > _SLOW):
        ended = subprocess.run(command, check=True, capture_output=True, text=True)
        found.append(json.loads(ended.stdout))
    return [statistics.median(column) for column in zip(*found, strict=True)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.export", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--cell", nargs=3, metavar=("KIND", "WRITER", "ROWS"))
    chosen = parser.parse_args()
    if chosen.cell:
        kind, name, rows = chosen.cell
        cell(kind, name, int(rows))
        return
    print("| Format | Rows | Writer | CPU s | Wall s | MB added | File MB |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: |", flush=True)
    for kind in chosen.kinds.split(","):
        for rows in chosen.sizes or SIZES:
            for name in (*OTHERS.get(kind, ()), "ours"):
                cpu, wall, added, size = measured(kind, name, rows)
                print(
                    f"| {kind} | {rows:,} | {name} | {cpu:.2f} | {wall:.2f} | {added:.0f} | {size:.1f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
