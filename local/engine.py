"""Picks and starts the DynamoDB engine: dynoxide where it runs, moto (not durable) where it does not.

No code path outside this file depends on which engine it is. Reasons: docs/adr/0002-local-cloud.md.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local import fetch
from local.child import HOST, Child, free_port, spawn, wait_until_it_answers
from local.errors import EngineUnavailable

DYNOXIDE: Final = "dynoxide"
MOTO: Final = "moto"
EXTERNAL: Final = "external"
_STARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine. `durable` is None for an engine that somebody else runs: we cannot know."""

    name: str
    endpoint: str
    durable: bool | None
    note: str = ""
    child: Child | None = None

    def alive(self) -> bool:
        """Tell whether our child still runs; an external engine is taken as alive."""
        return self.child is None or self.child.alive()

    def close(self) -> None:
        """Stop the child, if the engine is one."""
        if self.child is not None:
            self.child.close()


def start_engine(data_dir: Path | None, *, prefer: str | None = None) -> Engine:
    """Start a DynamoDB engine on a free loopback port and return when it answers.

    Parameters
    ----------
    data_dir
        Where the tables live; None keeps them in memory.
    prefer
        `dynoxide`, `moto`, or the http(s) address of an engine that runs already. None takes
        dynoxide and falls back to moto with the reason in `note`.

    Raises
    ------
    EngineUnavailable
        The preferred engine cannot be had, or none can.
    """
    if prefer and prefer.startswith(("http://", "https://")):
        return Engine(EXTERNAL, prefer.rstrip("/"), durable=None)
    if prefer == MOTO:
        return _moto(note="asked for")
    if prefer not in {None, "", DYNOXIDE}:
        raise EngineUnavailable(f"there is no engine called {prefer!r}")
    try:
        return _dynoxide(data_dir)
    except EngineUnavailable as reason:
        if prefer == DYNOXIDE:
            raise
        return _moto(note=str(reason))


def _dynoxide(data_dir: Path | None) -> Engine:
    binary = str(fetch.dynoxide())
    storage: list[str] = []
    log: Path | None = None
    if data_dir is not None:
        storage = ["--db-path", str(data_dir.resolve() / "tables.sqlite")]
        log = data_dir / "engine.log"
    for attempt in range(1, _STARTS + 1):
        port = free_port()
        child = spawn([binary, "serve", "--host", HOST, "--port", str(port), *storage], log=log)
        try:
            wait_until_it_answers(child, port, seconds=20)
        except EngineUnavailable:
            if attempt == _STARTS:
                raise
            continue  # somebody took the free port between our look and the child's bind
        return Engine(DYNOXIDE, f"http://{HOST}:{port}", data_dir is not None, child=child)
    raise EngineUnavailable("dynoxide did not start")


def _moto(*, note: str) -> Engine:
    port = free_port()
    child = spawn([sys.executable, "-m", "local.moto_child", HOST, str(port)])
    wait_until_it_answers(child, port, seconds=60)
    return Engine(MOTO, f"http://{HOST}:{port}", durable=False, note=note, child=child)
