"""Files made to cost: each is refused or read within 4 CPU seconds and 256 MB, by limits of the operating system.

Every third of them in the normal run, all with XPENSE_FULL.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.bombs import BOMBS

ROOT = Path(__file__).resolve().parents[4]
CHOSEN = sorted(BOMBS)[:: 1 if os.environ.get("XPENSE_FULL") else 3]
HARMLESS = {
    "sheet that claims all cells": "read 1",
    "old sheet that claims all cells": "read 1",
}
"""What only looks like a trap is read."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="limits need Linux's /proc"),
]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, str]:
    """What came of each bomb, each read in a process of its own."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.support.bombs", *CHOSEN],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "RUST_BACKTRACE": "0"},
    )
    return dict(json.loads(line) for line in ended.stdout.splitlines())


@pytest.mark.parametrize("name", CHOSEN)
def test_a_bomb_is_refused_or_read_within_bounds(name: str, outcomes: dict[str, str]) -> None:
    assert outcomes[name].startswith(HARMLESS.get(name, ("refused ", "read "))), outcomes[name]
