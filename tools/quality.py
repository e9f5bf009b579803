"""The full figures, family by family, and the table of them in docs/quality.md.

`make test-all` runs each family that has not passed since the sources changed, so that it can be stopped and gone on
with; `make test-all FAMILY="crash fuzz"` runs those named, whatever they said before. A family's result is kept in
docs/full-runs.json as soon as it ends, and the table is written from it. A family that does not end within its minutes is
stopped, and has failed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "docs" / "full-runs.json"
PAGE: Final = ROOT / "docs" / "quality.md"
REPORTS: Final = ROOT / ".cache" / "quality"
_BLOCK: Final = re.compile(
    r"(<!-- full runs: make test-all -->\n).*(<!-- end of full runs -->\n)", re.DOTALL
)
CHANGED: Final = "+"
_PASSED: Final = 0
_FAILED: Final = 1
"""pytest's exit codes; also of a run without a failed test, where a handler did what its role may not."""


@dataclass(frozen=True, slots=True)
class Family:
    """Test files that are run together: on the real engine, on moto with everyday figures, or without AWS at all."""

    name: str
    what: str
    paths: tuple[str, ...]
    """Files and folders under tests/; a file belongs to whoever names the most of its path."""
    minutes: int
    """After so many it is stopped: several times what two quiet cores need."""
    on: str = "plain"
    spread: str = "loadfile"
    """How pytest-xdist hands out tests: whole files, or single tests where one file has most of the work."""


MARKS: Final = {
    "plain": "not slice",
    "engine": "slice and not engine",
    "everyday": "slice and not durable",
}
FAMILIES: Final = (
    Family("contracts", "every route and outside contract; the house's own rules", ("contract", "architecture"), 30),
    Family("units", "tokens, keys, formats, rules, tools: pure code", ("unit",), 40),
    Family("money", "conversion, taxes, recurrence, ledger, sums: pure code", ("unit/currency", "unit/expenses", "unit/analytics"), 60),
    Family("corpus", "statement files of banks; made households and receipts", ("corpus",), 30),
    Family("walks", "real processes: journeys, local cloud, Terraform", ("journeys", "local", "infra"), 40),
    Family("moto", "slices on moto, everyday figures", ("slice", "attack", "contract"), 60, "everyday"),
    Family("slices", "slices on the real engine", ("slice", "contract"), 60, "engine"),
    Family("expenses", "the ledger's slices on the real engine", ("slice/expenses",), 60, "engine"),
    Family("attack", "strangers, thieves, erasures, canaries", ("attack",), 60, "engine"),
    Family("crash", "whole walks killed at every call", ("attack/test_crash_points.py",), 60, "engine", "worksteal"),
    Family("controls", "each security control taken out alone", ("architecture/test_controls.py",), 60, spread="worksteal"),
    Family("ledger", "everything mixed at random", ("attack/test_ledger_together.py", "slice/expenses/test_model.py"), 120, "engine", "worksteal"),
    Family("fuzz", "damaged files and bombs, every format", ("unit/interchange/formats",), 90, spread="worksteal"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """How a family ended: counts of tests, and seconds by the clock and of CPU."""

    ended: str
    sources: str
    complete: bool
    """Nothing but failed tests is wrong: it was not stopped, did not fall, and no handler exceeded its rights."""
    tests: int
    failed: int
    skipped: int
    seconds: int
    cpu_seconds: int
    load: float
    """Processes that wanted a core in the minute before: from 1 on, the minutes are an upper bound."""

    @property
    def good(self) -> bool:
        """Tell whether everything ran, and nothing failed."""
        return self.complete and not self.failed


def files_of(
    family: Family, families: Sequence[Family] = FAMILIES, tests: Path = ROOT / "tests"
) -> list[str]:
    """List a family's test files: those below its paths that no other family on the same ground names more closely."""
    rivals = [(path, one.name) for one in families if one.on == family.on for path in one.paths]
    mine = []
    for file in sorted(tests.rglob("test_*.py")):
        place = file.relative_to(tests).as_posix()
        named = [(len(path), name) for path, name in rivals if f"{place}/".startswith(f"{path}/")]
        if named and max(named)[1] == family.name:
            mine.append(f"{tests.name}/{place}")
    return mine


def sources() -> str:
    """Name the last commit that changed more than docs, marked where something has changed since."""
    but_docs = ("--", ".", ":!docs", ":!*.md")
    commit = _git("log", "-1", "--format=%h", *but_docs)
    return commit + (CHANGED if _git("status", "--porcelain", *but_docs) else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(("git", *arguments), cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def run(family: Family, *, workers: int, more: Sequence[str]) -> Result:
    """Run a family to its end, or until its minutes are over."""
    report = REPORTS / f"{family.name}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        f"--junitxml={report}",
        "--timeout",
        str(family.minutes * 60),
    ]
    command += [
        "-n",
        str(workers),
        "--dist",
        family.spread,
        "--no-loadscope-reorder",
        "-m",
        MARKS[family.on],
        *more,
        *files_of(family),
    ]
    load, begun, used, before = os.getloadavg()[0], time.monotonic(), _used(), sources()
    code = _waited(command, family)
    seconds = round(time.monotonic() - begun)
    counted = _counted(report)
    return Result(
        ended=str(datetime.now(UTC).date()),
        sources=before if before == sources() else before.removesuffix(CHANGED) + CHANGED,
        complete=code == _PASSED or (code == _FAILED and counted["failed"] > 0),
        tests=counted.total(),
        failed=counted["failed"],
        skipped=counted["skipped"],
        seconds=seconds,
        cpu_seconds=round(_used() - used),
        load=round(load, 1),
    )


def _waited(command: Sequence[str], family: Family) -> int | None:
    """Give the exit code, None where the time was over; whatever happens, nothing of it is left running."""
    environment = {**os.environ, "XPENSE_FULL": "1", "XPENSE_TEST_ENGINE": "durable"}
    if family.on == "everyday":
        del environment["XPENSE_FULL"]
    if family.on != "engine":
        del environment["XPENSE_TEST_ENGINE"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        return process.wait(timeout=family.minutes * 60)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _used() -> float:
    """CPU seconds of all processes that this one has started and seen end, theirs included."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _counted(report: Path) -> Counter[str]:
    """Count a report's tests by how they ended; nothing where pytest did not come to write it."""
    if not report.exists():
        return Counter()
    cases = ET.parse(report).getroot().iter("testcase")  # noqa: S314 - we have just written it
    return Counter(_ending({part.tag for part in case}) for case in cases)


def _ending(parts: AbstractSet[str]) -> str:
    if parts & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in parts else "passed"


def kept() -> dict[str, Result]:
    """Read the last result of each family there still is."""
    told = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    return {one.name: Result(**told[one.name]) for one in FAMILIES if one.name in told}


def keep(results: Mapping[str, Result]) -> None:
    """Write the results, and the table of them."""
    told = {name: asdict(one) for name, one in results.items()}
    RESULTS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")


def page(text: str, results: Mapping[str, Result]) -> str:
    """Put the table into the page, where the last one stands."""
    parts = _BLOCK.search(text)
    if parts is None:
        raise ValueError(f"{PAGE.name} has no place for the table of full runs")
    return text[: parts.end(1)] + table(results) + text[parts.start(2) :]


def table(results: Mapping[str, Result]) -> str:
    """Write a line a family."""
    lines = [
        "| Family | What | Tests | Passed | Failed | Skipped | Minutes | CPU minutes | Load before | Date | Sources |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    for family in FAMILIES:
        one = results.get(family.name)
        if one is None:
            lines.append(f"| {family.name} | {family.what} | never run | | | | | | | | |")
            continue
        failed = one.failed if one.complete else f"{one.failed}, not whole"
        lines.append(
            f"| {family.name} | {family.what} | {one.tests:,} | {one.tests - one.failed - one.skipped:,} | {failed}"
            f" | {one.skipped} | {one.seconds / 60:.1f} | {one.cpu_seconds / 60:.1f} | {one.load} | {one.ended} | {one.sources} |"
        )
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Run what is asked for, keep each result at once, and print the table; exit code 1 unless all that ran is good."""
    parser = argparse.ArgumentParser(prog="python -m tools.quality", description=__doc__)
    parser.add_argument(
        "families", nargs="*", metavar="FAMILY", help=", ".join(one.name for one in FAMILIES)
    )
    parser.add_argument(
        "--table", action="store_true", help="write the table anew, and run nothing"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--pytest", default="", help="more arguments for pytest: such a result is printed, not kept"
    )
    given = parser.parse_args(argv)
    if unknown := set(given.families) - {one.name for one in FAMILIES}:
        parser.error(f"there is no family {', '.join(sorted(unknown))}")
    results = kept()
    if given.table:
        keep(results)
        return 0
    good = True
    for family in chosen(given.families, results, sources()):
        print(f"== {family.name}: {family.what}", flush=True)
        results[family.name] = run(family, workers=given.workers, more=shlex.split(given.pytest))
        good = results[family.name].good and good
        if not given.pytest:
            keep(results)
    print(table(results))
    return 0 if good else 1


def chosen(names: Sequence[str], results: Mapping[str, Result], now: str) -> list[Family]:
    """Give the families named; where none is, those that have not passed with the sources as they are."""
    if names:
        return [one for one in FAMILIES if one.name in names]
    passed = {name for name, one in results.items() if one.good and one.sources == now}
    return [one for one in FAMILIES if one.name not in passed or now.endswith(CHANGED)]


if __name__ == "__main__":
    sys.exit(main())
