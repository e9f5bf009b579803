"""Which module of a service has which paths, written from the routes themselves (`make openapi`).

A function loads a route's module when the route is asked for (`functions/_edge/loading.py`), so it has to know where
each is before it has any. A test compares these files with the routes.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from tools.manifest import ENVIRONMENT, services

ROOT: Final = Path(__file__).resolve().parent.parent
_HEAD: Final = '''"""Which module has which paths: written by `make openapi`, read by `functions._edge.loading`."""

from __future__ import annotations

from typing import Final

PATHS: Final = {
'''
_LINE: Final = 101
"""What the formatter allows, with the line's end."""


def file_of(service: str) -> Path:
    """Say where a service's file is."""
    return ROOT / "functions" / service / "routes" / "paths.py"


def text(modules: Mapping[str, Iterable[str]]) -> str:
    """Write a file as the formatter has it."""
    return _HEAD + "".join(_entry(*one) for one in sorted(modules.items())) + "}\n"


def _entry(module: str, paths: Iterable[str]) -> str:
    listed = [json.dumps(path) for path in sorted(paths)]
    alone = f"    {json.dumps(module)}: ({listed[0]},),\n"
    if len(listed) == 1 and len(alone) <= _LINE:
        return alone
    lines = "".join(f"        {path},\n" for path in listed)
    return f"    {json.dumps(module)}: (\n{lines}    ),\n"


def read(service: str) -> dict[str, list[str]]:
    """Give the paths of each module of a service, from a process of its own that holds that service alone."""
    answer = subprocess.run(
        [sys.executable, "-m", "tools.paths", "--of", service],
        cwd=ROOT,
        env={**ENVIRONMENT, "XPENSE_STAGE": "manifest", "XPENSE_SERVICE": service},
        check=True,
        stdout=subprocess.PIPE,
        timeout=120,
    )
    found: dict[str, list[str]] = json.loads(answer.stdout)
    return found


def _found(service: str) -> dict[str, list[str]]:
    """Load the modules one after the other, and see what each brings."""
    app = importlib.import_module("app").app
    package = importlib.import_module(f"functions.{service}.routes")
    known = _routes(app.routes)
    found = {}
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
        new = _routes(app.routes) - known
        if new:
            found[module.name] = sorted({path for path, _ in new})
            known |= new
    return found


def _routes(routes: Mapping[str, Mapping[str, object]]) -> set[tuple[str, str]]:
    return {(path, method) for path, methods in routes.items() for method in methods}


def main() -> None:
    """Write the files of all services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--of", help=argparse.SUPPRESS)
    of = parser.parse_args().of
    if of:
        print(json.dumps(_found(of)))
        return
    for service in services():
        file_of(service).write_text(text(read(service)), encoding="utf-8")


if __name__ == "__main__":
    main()
