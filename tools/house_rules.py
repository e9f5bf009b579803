"""The rules of the house that no linter knows, read from the syntax tree.

`python -m tools.house_rules` prints each breach as `path:line: rule`; tests/architecture runs the same.
Where a rule has an exception, the exception and its reason stand in the table here, not in the code.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MOST_LINES_OF_A_FUNCTION: Final = 40
MOST_LINES_OF_A_FILE: Final = 400
_FOLDERS: Final = ("chalicelib", "functions", "local", "tools", "benchmarks")
_DEPLOYED: Final = ("app.py", "chalicelib/", "functions/")
_FIXME: Final = re.compile(r"\b(?:FIXME|TODO|XXX|HACK)\b(?!.*#\d+)")
_LOOSE: Final = re.compile(r"\b[Dd]ict\[str, (?:typing\.)?Any\]")
_WALL_CLOCK: Final = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today"})
_ROOMS_WITH_TYPES: Final = re.compile(r"chalicelib/\w+/(?:api|service|repository)(?:\.py|/)")

MAY_USE_FLOATS: Final = {
    # a log-probability is not money
    "chalicelib/expenses/model/categoriser.py",
}
MAY_CATCH_ALL: Final = (
    "functions/_edge/",
    "local/",
)  # a crash becomes a 500, a log line, a dead letter
MAY_READ_THE_CLOCK: Final = ("chalicelib/kernel/clock.py", "local/", "tools/", "benchmarks/")
MAY_READ_THE_ENVIRONMENT: Final = (
    "chalicelib/kernel/settings.py",
    "local/",
    "tools/",
    "benchmarks/",
)


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """One rule broken at one line of one file (a path relative to the root, with slashes)."""

    path: str
    line: int
    rule: str

    def __str__(self) -> str:
        """Write it so that an editor can jump there."""
        return f"{self.path}:{self.line}: {self.rule}"


Rule = Callable[[str, str, ast.Module], Iterator[tuple[int, str]]]


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def floats(path: str, _text: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Money is never a float: no call of `float` in what is deployed."""
    if not path.startswith(_DEPLOYED) or path in MAY_USE_FLOATS:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _dotted(node.func) == "float":
            yield node.lineno, "float() in deployed code; money is integer minor units"


def broad_excepts(path: str, _text: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Only the edge and the local host may catch what they do not know."""
    if path.startswith(MAY_CATCH_ALL):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            names = {_dotted(one) if one is not None else "everything" for one in caught}
            for name in names & {"Exception", "BaseException", "everything"}:
                yield node.lineno, f"catches {name} outside functions/_edge and local"


def wall_clock(path: str, _text: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Only kernel.clock reads the wall clock."""
    if path.startswith(MAY_READ_THE_CLOCK):
        return
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and ".".join(_dotted(node).split(".")[-2:]) in _WALL_CLOCK
        ):
            yield node.lineno, f"{_dotted(node)} outside chalicelib.kernel.clock"


def environment(path: str, _text: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Only kernel.settings reads the environment."""
    if path.startswith(MAY_READ_THE_ENVIRONMENT):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _dotted(node) in {"os.environ", "os.getenv"}:
            yield node.lineno, f"{_dotted(node)} outside chalicelib.kernel.settings"


def long_functions(_path: str, _text: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """A function fits on a screen; its docstring is not counted."""
    for node in _functions(tree):
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        first = node.body[0]
        if ast.get_docstring(node, clean=False) is not None:
            lines -= (first.end_lineno or first.lineno) - first.lineno + 1
        if lines > MOST_LINES_OF_A_FUNCTION:
            yield node.lineno, f"{node.name} has {lines} lines; {MOST_LINES_OF_A_FUNCTION} at most"


def long_files(_path: str, text: str, _tree: ast.Module) -> Iterator[tuple[int, str]]:
    """A room that outgrows the limit becomes a package of the same name."""
    lines = text.count("\n")
    if lines > MOST_LINES_OF_A_FILE:
        yield lines, f"{lines} lines; {MOST_LINES_OF_A_FILE} at most"


def open_ends(_path: str, text: str, _tree: ast.Module) -> Iterator[tuple[int, str]]:
    """An open end names its issue: `FIXME #12`."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and _FIXME.search(token.string):
            yield token.start[0], "an open end without an issue number"


def loose_types(path: str, _text: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What crosses rooms has a type of its own."""
    if not _ROOMS_WITH_TYPES.match(path) or "/kernel/" in path:
        return
    for node in _functions(tree):
        notes = [one.annotation for one in (*node.args.args, *node.args.kwonlyargs)]
        if node.name.startswith("_"):
            continue
        for note in [*notes, node.returns]:
            if note is not None and _LOOSE.search(ast.unparse(note)):
                yield node.lineno, f"{node.name} passes dict[str, Any] across rooms"


RULES: Final[tuple[Rule, ...]] = (
    floats,
    broad_excepts,
    wall_clock,
    environment,
    long_functions,
    long_files,
    open_ends,
    loose_types,
)


def breaches_of(path: str, text: str) -> list[Breach]:
    """Judge one file by all rules; `path` decides which of them it is excused from."""
    tree = ast.parse(text)
    return sorted(
        Breach(path, line, said) for rule in RULES for line, said in rule(path, text, tree)
    )


def files(root: Path) -> list[Path]:
    """Give the Python files that the rules are for: everything but tests and what was made."""
    found = [path for folder in _FOLDERS for path in (root / folder).rglob("*.py")]
    return sorted([*found, *root.glob("app.py")])


def breaches(root: Path) -> list[Breach]:
    """Judge the whole tree."""
    return [
        breach
        for path in files(root)
        for breach in breaches_of(
            path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
        )
    ]


def main() -> int:
    """Print the breaches; the exit code says whether there were any."""
    found = breaches(Path(__file__).resolve().parent.parent)
    for breach in found:
        print(breach)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
