"""Files made to cost: each is refused or read within 2 CPU seconds and 256 MB, by limits of the operating system."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.bombs import BOMBS

ROOT = Path(__file__).resolve().parents[4]
HARMLESS = {
    "sheet that claims all cells": "read 1",
    "old sheet that claims all cells": "read 1",
}
"""What only looks like a trap is read."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="limits need Linux's /proc"),
]


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_is_refused_or_read_within_bounds(name: str, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb"
    bomb.write_bytes(BOMBS[name]())
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RUST_BACKTRACE": "0"}

    ended = subprocess.run(
        [sys.executable, "-m", "tests.support.bombs", str(bomb)],
        check=False, capture_output=True, text=True, cwd=ROOT, env=environment,
    )  # fmt: skip

    assert ended.returncode == 0, ended.stderr[-2_000:]
    assert ended.stdout.startswith(HARMLESS.get(name, ("refused ", "read "))), ended.stdout
