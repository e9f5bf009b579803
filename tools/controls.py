"""Remove each security control and see a test fail: `python -m tools.controls [NAME ...]`.

`tests/attack/controls.toml` lists them: which text of which file is the control, what stands there without it, and
which tests must notice. Each is taken out alone, in a copy of the tree, and its tests are run there: a control whose
absence nobody notices is the finding.
"""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
LIST: Final = ROOT / "tests" / "attack" / "controls.toml"
_COPIED: Final = ("app.py", "pyproject.toml", "chalicelib", "functions", "local", "tests", "tools")
_PASSED: Final = 0
_FAILED: Final = 1
"""pytest's exit codes; a mistake in collecting tests has another one, and says nothing about a control."""
_PATIENCE: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A control: `text` of `file` becomes `without`, and then one of `tests` must fail."""

    name: str
    file: str
    text: str
    without: str
    tests: tuple[str, ...]

    def removed(self, source: str) -> str:
        """Give the file's text without the control; raise ValueError unless it stands there exactly once."""
        if source.count(self.text) != 1:
            msg = f"{self.name}: the text stands {source.count(self.text)} times in {self.file}"
            raise ValueError(msg)
        return source.replace(self.text, self.without)


def controls(path: Path = LIST) -> list[Control]:
    """Read the list."""
    read = tomllib.loads(path.read_text(encoding="utf-8"))["control"]
    return [Control(**{**one, "tests": tuple(one["tests"])}) for one in read]


def noticed(control: Control, tree: Path) -> bool:
    """Take a control out of a copy of the tree, run its tests there, and put it back."""
    target = tree / control.file
    whole = target.read_text(encoding="utf-8")
    target.write_text(control.removed(whole), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", *control.tests]
    try:
        ran = subprocess.run(
            command,
            cwd=tree,
            capture_output=True,
            timeout=_PATIENCE,
            env=_everyday(),
            check=False,
        )
    finally:
        target.write_text(whole, encoding="utf-8")
    none_ran = ran.returncode == _PASSED and b" passed" not in ran.stdout
    if none_ran or ran.returncode not in {_PASSED, _FAILED}:
        msg = f"{control.name}: its tests could not be run\n{ran.stdout[-2_000:].decode()}"
        raise RuntimeError(msg)
    return ran.returncode == _FAILED


def _everyday() -> dict[str, str]:
    """Give the environment: everyday figures must notice, and on the real engine no test is left to another pass."""
    kept = {name: value for name, value in os.environ.items() if name != "XPENSE_FULL"}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "XPENSE_TEST_ENGINE": "durable"}


def copied(to: Path) -> Path:
    """Copy what the tests need, with the data beside it, and compile it: a control's tests import it all anew."""
    tree = to / "tree"
    tree.mkdir()
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tree / name)
    for name in ("docs", "vendor", "requirements.txt", "requirements.lock"):
        (tree / name).symlink_to(ROOT / name)
    (to / "shared").symlink_to(ROOT.parent / "shared")
    engines = Path(".cache", "engines")
    (ROOT / engines).mkdir(parents=True, exist_ok=True)
    (tree / engines.parent).mkdir()
    (tree / engines).symlink_to(ROOT / engines)
    compileall.compile_dir(tree / "chalicelib", quiet=1)
    compileall.compile_dir(tree / "functions", quiet=1)
    return tree


def main(names: Sequence[str]) -> int:
    """Print a line a control; exit code 1 when the absence of one goes unnoticed."""
    wanted = [one for one in controls() if not names or one.name in names]
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        tree = copied(Path(folder))
        for control in wanted:
            seen = noticed(control, tree)
            print(f"{'noticed' if seen else 'MISSED ':8} {control.name}", flush=True)
            if not seen:
                missed.append(control.name)
    print(f"{len(wanted)} controls removed one at a time, {len(missed)} of them unnoticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
