"""Each item that each act writes or reads, with its bytes and units: where the costs of docs/cost.md come from.

`python -m tools.cost_items` (a minute; `--act "record a transaction"` for one, `--parts` for the bytes of each
attribute) does the acts of `tools.cost_month` against the real engine. A line of "by the rules" and "by the engine" holds
our reading of AWS's rules against what the engine counted: a write is a unit a KB of the larger of the item before and
after, in a transaction two; an index entry one a KB, two where its key changed. Storage counts 100 bytes an item more.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, Final

from benchmarks.stack import stack
from local.demo import EMAIL
from local.demo import main as seed
from local.rest import Rest
from tools import cost_month
from tools.cost_storage import ITEM

TIMES: Final = 3
_KB: Final = 1_024
_SWEEPS: Final = frozenset({"OBX"})
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """One write of an act: what kind of item, its bytes before and after, and what it took."""

    table: str
    kind: str
    operation: str
    before: int
    after: int
    units: float
    index_units: float
    stays: int
    """Bytes that are stored from now on, index entries and overhead included."""
    days: float
    """Days until it expires, or 0 where it stays."""
    parts: Mapping[str, int]


def kind_of(key: Sequence[str]) -> str:
    """Name the kind of an item by its key."""
    partition, sort = key
    first = partition.split("#")[0]
    if first not in {"U", "H"}:
        return first
    parts = sort.split("#")
    return "#".join(parts[:2])[:6] if parts[0] in {"LRN", "CFG"} else parts[0]


def written(line: Line) -> Iterator[Written]:
    """Read the writes of a call, with the units that AWS's rules give them."""
    several = line["call"] == "TransactWriteItems"
    for one in line["written"]:
        before, after = one["before"], one["after"]
        units = ceil(max(before, after, 1) / _KB) * (2 if several else 1)
        entries, index_units = 0, 0.0
        for was, is_now in one["indexes"]:
            entries += int(is_now) - int(was)
            if was or is_now:
                index_units += ceil(max(before if was else 0, after if is_now else 0) / _KB)
        there = bool(after) - bool(before)
        stays = after - before + ITEM * there
        stays += sum((after if now else 0) - (before if was else 0) for was, now in one["indexes"])
        yield Written(
            table=one["table"].rpartition("-")[2],
            kind=kind_of(one["key"]),
            operation=one["kind"],
            before=before,
            after=after,
            units=units,
            index_units=index_units,
            stays=stays + ITEM * entries,
            days=max(0.0, (one["ttl"] - line["at"]) / 86_400) if one["ttl"] else 0.0,
            parts=one["parts"],
        )


def measure(wanted: str = "") -> dict[str, list[list[Line]]]:
    """Do every act some times, and give the lines of each time: its own, its messages' and the relay's."""
    found: dict[str, list[list[Line]]] = {}
    with tempfile.TemporaryDirectory() as here:
        file = Path(here) / "watched.jsonl"
        os.environ["XPENSE_WATCHED"] = str(file)
        with stack(data_dir=Path(here) / "data", app="tools.cost_watch") as url:
            if seed(["--url", url, "--until", str(cost_month.UNTIL)]):
                raise SystemExit("the demo person could not be made")
            rest = Rest(url)
            rest.log_in(EMAIL)
            month = cost_month.Month(rest)
            cost_month.log_in(month)
            rest.settle()
            for habit in cost_month.HABITS:
                if wanted in habit.name:
                    found[habit.name] = [_once(month, habit, file) for _ in range(TIMES)]
    return found


def _once(month: cost_month.Month, habit: cost_month.Habit, file: Path) -> list[Line]:
    begun = file.stat().st_size
    habit.act(month)
    month.rest.settle()
    time.sleep(0.3)  # the relay deletes what it published after the queues are empty
    with file.open(encoding="utf-8") as lines:
        lines.seek(begun)
        return [json.loads(line) for line in lines]


def report(name: str, times: Sequence[Sequence[Line]], *, parts: bool) -> Iterator[str]:
    """Write the items of an act, as the mean of its times."""
    yield f"\n## {name}"
    writes: dict[tuple[str, str, str, str], list[Written]] = defaultdict(list)
    reads: dict[tuple[str, str], list[float]] = defaultdict(list)
    engine = 0.0
    for line in (line for lines in times for line in lines):
        if line["written"]:
            engine += line["units"]
            for one in written(line):
                who = line["operation"] or "relay"
                writes[who, one.table, one.kind, one.operation].append(one)
        elif line["operation"] and line["read"].split(" ")[1] not in _SWEEPS:
            reads[line["operation"], f"{line['call']} {line['read']}"].append(line["units"])
    yield from _written(writes, len(times), engine, parts=parts)
    yield f"{'':2}{'reads':<74}{'calls':>6}{'units':>8}"
    for (operation, what), units in sorted(reads.items()):
        shown = f"{operation}: {what}"
        yield f"{'':2}{shown[:73]:<74}{len(units) / len(times):>6.1f}{sum(units) / len(times):>8.1f}"


def _written(
    writes: Mapping[tuple[str, str, str, str], list[Written]],
    times: int,
    engine: float,
    *,
    parts: bool,
) -> Iterator[str]:
    yield f"{'':2}{'writes':<58}{'items':>6}{'bytes':>8}{'units':>7}{'index':>7}{'stored':>8}{'days':>6}"
    total = 0.0
    for (operation, table, kind, how), found in writes.items():
        units = sum(one.units for one in found) / times
        index = sum(one.index_units for one in found) / times
        total += units + index
        size = sum(max(one.before, one.after) for one in found) / len(found)
        stays = sum(one.stays for one in found) / times
        days = max(one.days for one in found)
        shown = f"{operation}: {how} {table} {kind}"
        yield (
            f"{'':2}{shown[:57]:<58}{len(found) / times:>6.1f}{size:>8.0f}{units:>7.1f}{index:>7.1f}{stays:>8.0f}{days:>6.0f}"
        )
        if parts:
            yield f"{'':6}" + " ".join(f"{name}={size}" for name, size in found[-1].parts.items())
    yield f"{'':2}together by the rules {total:.1f}, by the engine {engine / times:.1f}"


def main(argv: Sequence[str] | None = None) -> int:
    """Do the acts and print their items."""
    parser = argparse.ArgumentParser(prog="python -m tools.cost_items", description=__doc__)
    parser.add_argument("--act", default="", help="only acts whose name has this")
    parser.add_argument("--parts", action="store_true", help="the bytes of each attribute, too")
    given = parser.parse_args(argv)
    for name, times in measure(given.act).items():
        print("\n".join(report(name, times, parts=given.parts)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
