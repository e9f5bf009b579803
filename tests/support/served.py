"""`python -m tests.support.served`: the product as `python -m local.serve` runs it, while it is written down which
rights its handlers need (tests/support/rights.py)."""

from __future__ import annotations

import atexit
from typing import Any

from local import provision, serve
from tests.support import rights


def _set_and_watch(*values: Any, **named: Any) -> None:
    """Watch when the environment stands: what is watched reads the settings when it is imported."""
    provision.set_environment(*values, **named)
    rights.watch()


if __name__ == "__main__":
    vars(serve)["set_environment"] = _set_and_watch
    atexit.register(rights.save)
    serve.run()
