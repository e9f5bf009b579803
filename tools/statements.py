"""Read every statement file of some folders and count: imported, refused with a reason, wrong.

    python -m tools.statements ../shared/data/statements

A file whose content is known to `tests/corpus/expectations.json` is compared with what a person read
in it (rows, problems, sums to the cent, a digest of dates and amounts). Where a `manifest.json` lies
above the folder, the number of rows is compared with the transactions that it counted. Any other
file is only read. The exit code is 1 if something is wrong, or crashed.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from chalicelib.interchange.model.formats import ParsedFile, Unreadable, parse
from chalicelib.kernel.currencies import EXPONENTS

EXPECTATIONS: Final = Path(__file__).resolve().parents[1] / "tests/corpus/expectations.json"
_CRASHES: Final = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, csv.Error,
)  # fmt: skip
"""What a reader must never raise; it is reported as wrong, and the other files are read all the same."""
_SLOW: Final = 2.0
"""Seconds after which reading one file counts as wrong."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of one file: facts only, no text of any transaction.

    `sums` are of the importable rows, in minor units by currency (in hundredths under `-`, where the
    file names no currency); `digest` is over their dates, amounts and currencies, sorted.
    """

    rows: int = 0
    problems: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    digest: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One file of the report."""

    path: Path
    format: str
    reading: Reading
    detail: str
    wrong: str


def read(data: bytes, name: str) -> tuple[Reading, str, str]:
    """Parse one file; give the reading, its format and a sentence about it."""
    try:
        parsed = parse(data, filename=name)
    except Unreadable as refusal:
        return Reading(refused=refusal.reason), "", refusal.detail
    codes = Counter(problem.code for row in parsed.rows for problem in row.problems)
    said = [f"{code} x{times}" for code, times in sorted(codes.items())]
    said += sorted({f"note {note.code}" for note in parsed.notes})
    return summarise(parsed), parsed.format, ", ".join(said)


def summarise(parsed: ParsedFile) -> Reading:
    """Reduce a parsed file to counts, sums and a digest."""
    good = [row for row in parsed.rows if not row.problems]
    sums: dict[str, int] = {}
    facts = []
    for row in good:
        if row.amount is None or row.booked_on is None:
            raise ValueError("a row without problems lacks date or amount")
        currency = row.currency or "-"
        digits = EXPONENTS.get(currency, 2)
        sums[currency] = sums.get(currency, 0) + int(row.amount.scaleb(digits))
        facts.append(f"{row.booked_on.isoformat()} {row.amount:.{digits}f} {currency}")
    return Reading(
        rows=len(parsed.rows),
        problems=len(parsed.rows) - len(good),
        sums=dict(sorted(sums.items())),
        digest=digest(facts),
    )


def digest(facts: Iterable[str]) -> str:
    """Hash lines of `2026-01-31 -12.34 EUR` in sorted order, 16 hex digits."""
    return hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest()[:16]


def expectations() -> dict[str, Any]:
    """Give what is known about files, by the SHA-256 of their content."""
    known = json.loads(EXPECTATIONS.read_text(encoding="utf-8"))
    return {entry["sha256"]: entry for entry in known["files"].values()}


def counts(folder: Path) -> dict[str, int]:
    """Give the transactions counted by the manifest above a folder, by SHA-256; empty without one."""
    for parent in (folder, *folder.resolve().parents):
        manifest = parent / "manifest.json"
        if manifest.is_file():
            counted = {
                entry["sha256"]: _counted(entry.get("facts", {}))
                for entry in json.loads(manifest.read_text(encoding="utf-8"))
            }
            return {key: count for key, count in counted.items() if count is not None}
    return {}


def _counted(facts: dict[str, Any]) -> int | None:
    """Give what others counted in a file: tags, lines, records, or entries of all its statements."""
    for name in ("raw_STMTTRN_tags", "raw_61_lines", "transactions_16"):
        if name in facts:
            return int(facts[name])
    if "lxml" in facts:
        return sum(int(part["entries"]) for part in facts["statements"])
    return None


def judge(reading: Reading, entry: dict[str, Any] | None, counted: int | None) -> str:
    """Say what is wrong with a reading, or nothing."""
    if entry is not None:
        wanted = Reading(**{name: entry[name] for name in asdict(reading) if name in entry})
        if reading != wanted:
            return f"expected {_shown(wanted)}, got {_shown(reading)}"
    if counted is not None and reading.rows != counted:
        return f"the manifest counts {counted} transactions, got {_shown(reading)}"
    return ""


def _shown(reading: Reading) -> str:
    if reading.refused:
        return f"refusal {reading.refused}"
    sums = " ".join(f"{code} {minor}" for code, minor in reading.sums.items())
    return f"{reading.rows} rows, {reading.problems} with problems, {sums} {reading.digest}"


def report(folder: Path) -> list[Line]:
    """Read every file below a folder."""
    known, counted = expectations(), counts(folder)
    lines = []
    for path in sorted(found for found in folder.rglob("*") if found.is_file()):
        data = path.read_bytes()
        key = hashlib.sha256(data).hexdigest()
        started = time.perf_counter()
        try:
            reading, format_, detail = read(data, path.name)
        except _CRASHES as crash:
            lines.append(Line(path, "", Reading(), "", f"crashed: {crash!r}"))
            continue
        wrong = judge(reading, known.get(key), counted.get(key))
        if time.perf_counter() - started > _SLOW:
            wrong = wrong or f"took more than {_SLOW} seconds"
        lines.append(Line(path, format_, reading, detail, wrong))
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.statements", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--verbose", action="store_true", help="a line per file, with its reason")
    chosen = parser.parse_args(arguments)
    wrong = 0
    print(
        f"{'folder':<40} {'files':>6} {'imported':>9} {'refused':>8} {'WRONG':>6} {'rows':>7} {'problems':>9}"
    )
    for folder in chosen.folders:
        if not folder.is_dir():
            print(f"{folder} is no folder", file=sys.stderr)
            return 2
        lines = report(folder)
        wrong += _print(folder, lines, verbose=chosen.verbose)
    return 1 if wrong else 0


def _print(folder: Path, lines: Sequence[Line], *, verbose: bool) -> int:
    bad = [line for line in lines if line.wrong]
    refused = [line for line in lines if line.reading.refused and not line.wrong]
    imported = len(lines) - len(bad) - len(refused)
    rows = sum(line.reading.rows for line in lines)
    problems = sum(line.reading.problems for line in lines)
    print(
        f"{str(folder)[-40:]:<40} {len(lines):>6} {imported:>9} {len(refused):>8} {len(bad):>6} {rows:>7} {problems:>9}"
    )
    _print_formats(lines)
    for reason, times in sorted(Counter(line.reading.refused for line in refused).items()):
        print(f"    refused: {reason} x{times}")
    for line in lines:
        if verbose or line.wrong:
            said = f"WRONG {line.wrong}" if line.wrong else f"{_shown(line.reading)}  {line.detail}"
            print(f"    {line.path.relative_to(folder)}: {said}")
    return len(bad)


def _print_formats(lines: Sequence[Line]) -> None:
    """Print a line for each format, where a folder holds several."""
    formats = Counter(line.format for line in lines if line.format)
    for name, files in sorted(formats.items()) if len(formats) > 1 else ():
        mine = [line for line in lines if line.format == name]
        bad = sum(1 for line in mine if line.wrong)
        rows = sum(line.reading.rows for line in mine)
        problems = sum(line.reading.problems for line in mine)
        print(f"    {name:<36} {files:>6} {files - bad:>9} {0:>8} {bad:>6} {rows:>7} {problems:>9}")


if __name__ == "__main__":
    sys.exit(main())
