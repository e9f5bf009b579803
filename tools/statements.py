"""Read every statement file of some folders and count: imported, refused with a reason, wrong.

    python -m tools.statements ../shared/data/statements --banks

A file whose content is known to `tests/corpus/expectations.json` is compared with what a person read
in it (rows, problems, sums to the cent, a digest of dates and amounts). Where a `manifest.json` lies
above the folder, the number of rows is compared with the transactions that it counted. Any other
file is only read: any folder will do, with folders in it, or single files. Links to folders are not followed.
`--banks` prints a line for each format and bank: the bank is what the manifest calls it, or the folder. The
exit code is 1 if something is wrong, or crashed, 2 if a path is not there.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import struct
import sys
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from chalicelib.interchange.model.formats import ParsedFile, Unreadable, detect, parse
from chalicelib.interchange.model.formats.types import MAX_BYTES
from chalicelib.kernel.currencies import EXPONENTS

EXPECTATIONS: Final = Path(__file__).resolve().parents[1] / "tests/corpus/expectations.json"
_CRASHES: Final = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, RuntimeError, TypeError,
    ValueError, csv.Error, struct.error, zipfile.BadZipFile, zlib.error,
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
    bank: str
    reading: Reading
    detail: str
    wrong: str


def read(data: bytes, name: str) -> tuple[Reading, str, str]:
    """Parse one file; give the reading, its format and a sentence about it."""
    try:
        parsed = parse(data, filename=name)
    except Unreadable as refusal:
        return Reading(refused=refusal.reason), detect(data), refusal.detail
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


def manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """Give the entries of the manifest above a folder, by SHA-256; empty without one."""
    for parent in (folder, *folder.resolve().parents):
        listed = parent / "manifest.json"
        if listed.is_file():
            entries = json.loads(listed.read_text(encoding="utf-8"))
            return {entry["sha256"]: entry for entry in entries}
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
    """Read every file below a folder, or the one file."""
    known, listed = expectations(), manifest(folder)
    paths = _files(folder)
    lines = []
    for at, path in enumerate(paths):
        _show_progress(at, len(paths))
        lines.append(_line(path, folder, known, listed))
    _show_progress(len(paths), len(paths))
    return lines


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return [folder]
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() or (path.is_symlink() and not path.exists())
    )


def _show_progress(done: int, of: int) -> None:
    if sys.stderr.isatty() and (done % 20 == 0 or done == of):
        print(
            f"\r{done} of {of} files", end="\n" if done == of else "", file=sys.stderr, flush=True
        )


def _line(
    path: Path, folder: Path, known: dict[str, Any], listed: dict[str, dict[str, Any]]
) -> Line:
    bank = path.parent.relative_to(folder).as_posix() if folder.is_dir() else ""
    try:
        if path.stat().st_size > MAX_BYTES:
            return Line(path, "", bank, Reading(refused="too-large"), "", "")
        data = path.read_bytes()
    except OSError as error:
        return Line(path, "", bank, Reading(refused="unreadable"), error.strerror or "", "")
    key = hashlib.sha256(data).hexdigest()
    entry = listed.get(key, {})
    bank = entry.get("dialect") or bank
    started = time.process_time()
    try:
        reading, format_, detail = read(data, path.name)
    except _CRASHES as crash:
        return Line(path, "", bank, Reading(), "", f"crashed: {crash!r}")
    wrong = judge(reading, known.get(key), _counted(entry.get("facts", {})))
    if time.process_time() - started > _SLOW:
        wrong = wrong or f"took more than {_SLOW} seconds"
    return Line(path, format_, bank, reading, detail, wrong)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.statements", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="folders, or single files")
    parser.add_argument("--verbose", action="store_true", help="a line per file, with its reason")
    parser.add_argument("--banks", action="store_true", help="a line per format and bank")
    chosen = parser.parse_args(arguments)
    wrong = 0
    print(
        f"{'folder':<40} {'files':>6} {'imported':>9} {'refused':>8} {'WRONG':>6} {'rows':>7} {'problems':>9}"
    )
    for folder in chosen.folders:
        if not folder.exists():
            print(f"{folder} is not there", file=sys.stderr)
            return 2
        lines = report(folder)
        wrong += _print(folder, lines, verbose=chosen.verbose, banks=chosen.banks)
    return 1 if wrong else 0


def _print(folder: Path, lines: Sequence[Line], *, verbose: bool, banks: bool) -> int:
    bad = [line for line in lines if line.wrong]
    refused = [line for line in lines if line.reading.refused and not line.wrong]
    _print_counts(str(folder)[-40:], lines)
    for group, mine in _groups(lines, banks=banks).items():
        _print_counts(f"    {group[:36]}", mine)
    for reason, times in sorted(Counter(line.reading.refused for line in refused).items()):
        print(f"    refused: {reason} x{times}")
    for line in lines:
        if verbose or line.wrong:
            said = f"WRONG {line.wrong}" if line.wrong else f"{_shown(line.reading)}  {line.detail}"
            print(f"    {line.path.relative_to(folder) if folder.is_dir() else line.path}: {said}")
    return len(bad)


def _groups(lines: Sequence[Line], *, banks: bool) -> dict[str, list[Line]]:
    """Give the lines by format, or by format and bank; of formats only where there are several."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        name = line.format or "-"
        groups.setdefault(f"{name}  {line.bank}" if banks else name, []).append(line)
    formats = groups.keys() - {"-"}
    return dict(sorted(groups.items())) if banks or len(formats) > 1 else {}


def _print_counts(name: str, lines: Sequence[Line]) -> None:
    bad = sum(1 for line in lines if line.wrong)
    refused = sum(1 for line in lines if line.reading.refused and not line.wrong)
    rows = sum(line.reading.rows for line in lines)
    problems = sum(line.reading.problems for line in lines)
    print(
        f"{name:<40} {len(lines):>6} {len(lines) - bad - refused:>9} {refused:>8} {bad:>6} {rows:>7} {problems:>9}"
    )


if __name__ == "__main__":
    sys.exit(main())
