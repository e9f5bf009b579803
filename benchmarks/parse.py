"""How fast statements are read: transactions per CPU second, and memory added, beside others and the floor.

`python -m benchmarks.parse [--kinds csv,ofx1] [sizes ...]` makes statements of 10,000 and 100,000 rows in each format
and reads each with every reader. Every figure comes from a fresh process that has read a small file before; it is the
median of three, of one where a reader needs more than ten seconds.

The floors are what nobody can beat in Python: cells or tags and one Decimal a transaction, without any check. For
workbooks the floor is calamine, which reads the cells for us too.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.parse_files import MAKERS
from benchmarks.parse_readers import READERS, Read, ours

SIZES: Final = (10_000, 100_000)
_TURNS: Final = 3
_SLOW: Final = 10.0
_PATIENCE: Final = 30.0
"""CPU seconds that a reader may be expected to take; slower ones are left out of the larger file."""
_WARM: Final = 20


def cell(kind: str, reader: str, rows: int, path: Path) -> None:
    """Read one file in this process, and print what it cost."""
    read = _reader(kind, reader)
    read(MAKERS[kind](_WARM))
    data = path.read_bytes()
    before = _peak_kilobytes()
    started = time.process_time()
    found = read(data)
    spent = time.process_time() - started
    if found != rows:
        raise SystemExit(f"{reader} found {found} rows of {rows}")
    print(json.dumps([spent, (_peak_kilobytes() - before) / 1024]))


def _reader(kind: str, name: str) -> Read:
    return ours if name == "ours" else READERS[kind][name]


def _peak_kilobytes() -> int:
    """The process's own peak; `ru_maxrss` would be that of the process it was forked from."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


def measured(kind: str, reader: str, rows: int, path: Path) -> tuple[float, float] | str:
    """Give CPU seconds and megabytes of a reader, or why there are none."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.parse",
        "--cell",
        kind,
        reader,
        str(rows),
        str(path),
    ]
    spent: list[float] = []
    added: list[float] = []
    while len(spent) < _TURNS and not (spent and spent[0] > _SLOW):
        ended = subprocess.run(command, check=False, capture_output=True, text=True)
        if ended.returncode:
            return ended.stderr.strip().rpartition("\n")[2][:60]
        seconds, megabytes = json.loads(ended.stdout)
        spent.append(seconds)
        added.append(megabytes)
    return statistics.median(spent), statistics.median(added)


def report(kind: str, sizes: list[int]) -> None:
    """Print a line per size and reader."""
    slow: dict[str, float] = {}
    for rows in sizes:
        with tempfile.NamedTemporaryFile() as file:
            file.write(MAKERS[kind](rows))
            file.flush()
            floor = 0.0
            for reader in (*READERS[kind], "ours"):
                if slow.get(reader, 0.0) * rows > _PATIENCE:
                    print(f"| {kind} | {rows:,} | {reader} | too slow | | |", flush=True)
                    continue
                found = measured(kind, reader, rows, Path(file.name))
                if isinstance(found, str):
                    print(f"| {kind} | {rows:,} | {reader} | {found} | | |", flush=True)
                    continue
                seconds, megabytes = found
                slow[reader] = seconds / rows
                floor = floor or seconds
                share = f"{floor / seconds:.2f}"
                print(
                    f"| {kind} | {rows:,} | {reader} | {rows / seconds:,.0f} | {share} | {megabytes:.0f} |",
                    flush=True,
                )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parse", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--kinds", default=",".join(MAKERS))
    parser.add_argument("--cell", nargs=4, metavar=("KIND", "READER", "ROWS", "FILE"))
    chosen = parser.parse_args()
    if chosen.cell:
        kind, reader, rows, path = chosen.cell
        cell(kind, reader, int(rows), Path(path))
        return
    print("| Format | Rows | Reader | Transactions a CPU second | Of the floor | MB added |")
    print("| --- | ---: | --- | ---: | ---: | ---: |", flush=True)
    for kind in chosen.kinds.split(","):
        report(kind, chosen.sizes or list(SIZES))


if __name__ == "__main__":
    main()
