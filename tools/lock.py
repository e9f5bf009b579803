"""Cut one package with its hashes out of the lock, so that a fresh clone can install the installer first."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_HEADER = "# Made by `make lock`: the installer alone, so that it can install requirements.lock.\n"


def entry(lock: str, name: str) -> str:
    """The requirement of `name` with its hash lines, as the lock writes it; KeyError when absent."""
    found = re.search(rf"^{re.escape(name)}==(?:.*\\\n)+ +--hash=.*\n", lock, re.MULTILINE)
    if found is None:
        raise KeyError(name)
    return found[0]


def main() -> None:
    """Print the entry: `python -m tools.lock requirements.lock uv`."""
    path, name = sys.argv[1:]
    sys.stdout.write(_HEADER + entry(Path(path).read_text(encoding="utf-8"), name))


if __name__ == "__main__":
    main()
