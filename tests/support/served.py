"""`python -m tests.support.served`: the product as `python -m local.serve` runs it, while it is written down which
rights its handlers need (tests/support/rights.py)."""

from __future__ import annotations

import atexit

from local.serve import run
from tests.support import rights

if __name__ == "__main__":
    rights.watch()
    atexit.register(rights.save)
    run()
