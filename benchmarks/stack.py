"""The whole local stack as a process of its own, for figures of whole walks."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from local.rest import Rest

ROOT: Final = Path(__file__).resolve().parents[1]


@contextmanager
def stack(
    *, memory: bool = False, data_dir: Path | None = None, app: str = "app", engine: str = ""
) -> Iterator[str]:
    """Start `local.serve` of an app on a free port with data of its own, give its address, and stop it.

    `engine` is the address of a DynamoDB that runs already.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "local.serve", "--port", "0", "--app", app]
        command += ["--memory"] if memory else ["--data-dir", str(data_dir or folder)]
        command += ["--engine", engine] if engine else []
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ}
        )
        try:
            yield _address(process)
        finally:
            process.terminate()
            process.wait(timeout=60)
            if process.stdout is not None:
                process.stdout.close()


def _address(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        raise RuntimeError("the stack has no output")
    for line in process.stdout:
        if line.startswith("ready "):
            return line.split()[1]
    raise RuntimeError("the stack did not start")


def person(url: str) -> Rest:
    """Sign a new person up."""
    rest = Rest(url)
    rest.sign_up(f"bench-{secrets.token_hex(6)}@xpense.local")
    return rest
