"""A child process that never outlives us: a database that nobody owns would hold the next start up."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from local.errors import EngineUnavailable

HOST: Final = "127.0.0.1"
ROOT: Final = Path(__file__).resolve().parent.parent
_STOP_SECONDS: Final = 5.0
_PDEATHSIG: Final = 1
_LEASH: Final = f"""
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl({_PDEATHSIG}, signal.SIGKILL)
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Linux kills a process that asked for it when its parent dies (prctl(2), PR_SET_PDEATHSIG); the
request survives exec. Run as a program of its own, because code between fork and exec is not safe
in a process that has threads."""


def free_port() -> int:
    """Give a TCP port of the loopback that is free at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Child:
    """A running child; its standard input stays open for as long as we live."""

    process: subprocess.Popen[bytes]

    def alive(self) -> bool:
        """Tell whether the process still runs."""
        return self.process.poll() is None

    def close(self) -> None:
        """Ask the child to stop, and make it after five seconds."""
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()


def spawn(command: Sequence[str], *, log: Path | None = None) -> Child:
    """Start a command on a leash; its output goes to `log`, or nowhere."""
    leashed = list(command)
    if sys.platform == "linux":
        leashed = [sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()), *command]
    with _output(log) as sink:
        process = subprocess.Popen(
            leashed,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us: the child stops last, when all is written
        )
    return Child(process)


def _output(log: Path | None) -> IO[bytes]:
    return Path(os.devnull).open("wb") if log is None else log.open("ab")


def wait_until_it_answers(child: Child, port: int, *, seconds: float) -> None:
    """Return when the port answers HTTP; raise `EngineUnavailable` when it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not child.alive():
            raise EngineUnavailable(f"the engine stopped with code {child.process.returncode}")
        if _answers(port):
            return
        time.sleep(0.02)
    child.close()
    raise EngineUnavailable(f"the engine did not answer within {seconds:.0f} s")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except OSError:
        return False
    except http.client.HTTPException:
        return True
    else:
        return True
    finally:
        connection.close()
