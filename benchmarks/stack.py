"""The whole local stack as a process of its own, for figures of whole walks."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chalicelib.kernel.metering import MESSAGE
from local.rest import Rest

ROOT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack: its address, its process, and where its data lies."""

    url: str
    pid: int
    data_dir: Path

    def use_cases(self) -> list[dict[str, Any]]:
        """Give what each use-case took so far, oldest first: the lines of the log."""
        files = sorted(self.data_dir.glob("log.jsonl*"), reverse=True)  # .1 is older than none
        lines = (json.loads(line) for one in files for line in one.read_text().splitlines())
        return [line for line in lines if line["message"] == MESSAGE]


@contextmanager
def stack(
    *, memory: bool = False, data_dir: Path | None = None, app: str = "app", engine: str = ""
) -> Iterator[str]:
    """Start `local.serve` of an app on a free port with data of its own, give its address, and stop it.

    `engine` is the address of a DynamoDB that runs already.
    """
    with running(memory=memory, data_dir=data_dir, app=app, engine=engine) as found:
        yield found.url


@contextmanager
def running(
    *, memory: bool = False, data_dir: Path | None = None, app: str = "app", engine: str = ""
) -> Iterator[Stack]:
    """Do the same, and give what there is to know of it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "local.serve", "--port", "0", "--app", app]
        command += ["--memory"] if memory else ["--data-dir", str(data_dir or folder)]
        command += ["--engine", engine] if engine else []
        command += ["--engine", engine] if engine else []
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ}
        )
        try:
            yield Stack(_address(process), process.pid, Path(data_dir or folder))
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
