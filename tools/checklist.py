"""Which rows of the security checklist a test shows to be met: `python -m tools.checklist [FAMILY ...]`.

A test names its rows by `@pytest.mark.covers("V6.2.1", ...)`. Rows that no test can show, or that are not met yet,
stand in `docs/security-checklist.md` with the reason. The checklist itself lies beside the project.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
CHECKLIST: Final = ROOT.parent / "shared" / "security-checklist.md"
REASONS: Final = ROOT / "docs" / "security-checklist.md"
MET_SO_FAR: Final = ("AUTH", "SESS", "TOK", "OAUTH", "FN", "ISO", "RL", "CRY", "PRIV")
"""The families whose rows must all be named by a test or by a reason."""
_ROW: Final = re.compile(r"^\| *(V[0-9]+\.[0-9]+\.[0-9]+|R-[0-9]{2}) *\|(.*)$")
_FAMILY: Final = re.compile(r"\b[A-Z]{2,5}\b")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the checklist."""

    id: str
    families: frozenset[str]
    text: str


def rows(text: str, families: frozenset[str]) -> list[Row]:
    """Read the rows of some families, in the order of the checklist, each once."""
    found: dict[str, Row] = {}
    for line in text.splitlines():
        match = _ROW.match(line)
        if match is None:
            continue
        cells = [cell.strip() for cell in match.group(2).split("|")]
        named = frozenset(_FAMILY.findall(" ".join(cells[:2])[:40])) & families
        if named and match.group(1) not in found:
            requirement = next((cell for cell in cells if len(cell) > 12), "")
            found[match.group(1)] = Row(match.group(1), named, requirement)
    return list(found.values())


def covered(folder: Path) -> dict[str, list[str]]:
    """Read which tests cover which rows, without importing them: row id to `file::test`."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        whole = [row for node in tree.body if isinstance(node, ast.Assign) for row in _rows(node)]
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                own = [row for mark in node.decorator_list for row in _rows(mark)]
                for row in (*whole, *own):
                    name = f"{path.relative_to(folder.parent)}::{node.name}"
                    found.setdefault(row, []).append(name)
    return found


def _rows(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "covers"
        ):
            yield from (str(one.value) for one in call.args if isinstance(one, ast.Constant))


def reasons(text: str) -> Mapping[str, str]:
    """Read our own page: rows that no test shows, with the reason."""
    found = (_ROW.match(line) for line in text.splitlines())
    return {match.group(1): match.group(2).strip(" |") for match in found if match}


def main(arguments: list[str]) -> int:
    """Print the rows of the families without a test or a reason; exit code 1 when there are any."""
    if not CHECKLIST.exists():
        print(f"the checklist is not there: {CHECKLIST.name} beside the project", file=sys.stderr)
        return 2
    wanted = rows(CHECKLIST.read_text(encoding="utf-8"), frozenset(arguments or MET_SO_FAR))
    tests, given = covered(ROOT / "tests"), reasons(REASONS.read_text(encoding="utf-8"))
    open_rows = [row for row in wanted if row.id not in tests and row.id not in given]
    for row in open_rows:
        print(f"{row.id:9} {','.join(sorted(row.families)):10} {row.text}")
    shown = sum(row.id in tests for row in wanted)
    print(
        f"{len(wanted)} rows: {shown} shown by tests, {len(open_rows)} open, the rest with a reason"
    )
    return 1 if open_rows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
