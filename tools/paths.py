"""Which module of a service has which paths, written from the routes themselves (`make openapi`).

A function loads a route's module when the route is asked for (`functions/_edge/loading.py`), so it has to know where
each is before it has any. A test compares these files with the routes.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
_HEAD: Final = '''"""Which module has which paths: written by `make openapi`, read by `functions._edge.loading`."""

from __future__ import annotations

from typing import Final

PATHS: Final = {
'''
_LINE: Final = 101
"""What the formatter allows, with the line's end."""


def files() -> Iterator[tuple[Path, str]]:
    """Give each file and what it has to hold, for the services of this process, which must be all."""
    for service, modules in sorted(_modules().items()):
        lines = [_entry(module, sorted(paths)) for module, paths in sorted(modules.items())]
        yield ROOT / "functions" / service / "routes" / "paths.py", _HEAD + "".join(lines) + "}\n"


def _entry(module: str, paths: list[str]) -> str:
    """Write one module's paths as the formatter has them."""
    alone = f"    {json.dumps(module)}: ({json.dumps(paths[0])},),\n"
    if len(paths) == 1 and len(alone) <= _LINE:
        return alone
    listed = "".join(f"        {json.dumps(path)},\n" for path in paths)
    return f"    {json.dumps(module)}: (\n{listed}    ),\n"


def _modules() -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = {}
    for path, methods in importlib.import_module("app").everything().routes.items():
        for entry in methods.values():
            match entry.view_function.__module__.split("."):
                case ["functions", service, "routes", module]:
                    found.setdefault(service, {}).setdefault(module, set()).add(path)
    return found


def main() -> None:
    """Write the files."""
    for path, text in files():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
