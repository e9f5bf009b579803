"""Who and what takes the reads, writes, bytes and milliseconds: the lines that each use-case logs, summed up.

`python -m tools.meter --by owner` (or `operation`, `day`, `status`) reads what `tools.logs` reads. Owners are ids.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.kernel.metering import MESSAGE
from tools.logs import Line, read
from tools.stages import add_arguments, explained, since, span, stage_of

_BY: Final = ("operation", "owner", "day", "status")


@dataclass(slots=True)
class Sum:
    """What the use-cases of one group took together."""

    count: int = 0
    failed: int = 0
    milliseconds: float = 0
    cpu: float = 0
    calls: int = 0
    read_units: float = 0
    write_units: float = 0
    bytes: int = 0

    def add(self, line: Line) -> None:
        """Add a use-case's line."""
        self.count += 1
        self.failed += int(line.get("failed", 0))
        self.milliseconds += float(line.get("duration_ms", 0))
        self.cpu += float(line.get("cpu_ms", 0))
        self.calls += sum(line.get("calls", {}).values())
        self.read_units += float(line.get("read_units", 0))
        self.write_units += float(line.get("write_units", 0))
        self.bytes += int(line.get("bytes_sent", 0)) + int(line.get("bytes_received", 0))


def summed(lines: Iterable[Line], by: str) -> dict[str, Sum]:
    """Sum the lines of use-cases by one of their fields; others are passed over."""
    found: defaultdict[str, Sum] = defaultdict(Sum)
    for line in lines:
        if line["message"] == MESSAGE:
            found[_group(line, by)].add(line)
    return dict(found)


def _group(line: Line, by: str) -> str:
    value: Any = line["timestamp"][:10] if by == "day" else line.get(by)
    return str(value) if value not in {None, ""} else "-"


def table(sums: dict[str, Sum], most: int) -> list[str]:
    """Write the sums as lines, those that write most first."""
    head = f"{'count':>8}{'failed':>8}{'ms':>11}{'cpu ms':>11}{'calls':>9}{'reads':>10}{'writes':>10}{'kB':>10}"
    rows = sorted(sums.items(), key=lambda one: (-one[1].write_units, -one[1].read_units, one[0]))
    written = [
        f"{one.count:>8}{one.failed:>8}{one.milliseconds:>11.0f}{one.cpu:>11.0f}{one.calls:>9}"
        f"{one.read_units:>10.1f}{one.write_units:>10.1f}{one.bytes / 1_000:>10.1f}  {name}"
        for name, one in rows[:most]
    ]
    return [head, *written]


def main(argv: Sequence[str] | None = None) -> int:
    """Print a row a group; give 1 when there is none."""
    parser = argparse.ArgumentParser(prog="python -m tools.meter", description=__doc__)
    add_arguments(parser)
    parser.add_argument("--by", choices=_BY, default="operation")
    parser.add_argument("--since", type=span, default="1d", help="30m, 2h, 7d; default: 1d")
    parser.add_argument("--most", type=int, default=50, help="rows at most; default: 50")
    given = parser.parse_args(argv)
    sums = summed(read(stage_of(given), begin=since(given.since)), given.by)
    print("\n".join(table(sums, given.most)))
    return 0 if sums else 1


if __name__ == "__main__":
    with explained():
        sys.exit(main())
