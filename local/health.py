"""What `/health` says: which engines run, whether they keep data, and how far everything lags."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from local.child import ROOT
from local.cloud.cloud import Cloud
from local.engine import Engine

_LOG: Final = logging.getLogger("xpense.local")
DEAD: Final = "-dead"


@cache
def version() -> str:
    """Give the project's version."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


@dataclass(frozen=True, slots=True)
class Vitals:
    """Where the health page looks."""

    cloud: Cloud
    engine: Engine | None
    outbox: Callable[[], Mapping[str, int]]
    in_flight: Callable[[], int]
    sockets: Callable[[], int]

    def report(self) -> dict[str, object]:
        """Collect the figures; `status` is `degraded` when tables do not answer or letters are dead."""
        names = self.cloud.queues.names()
        dead = {
            name: self.cloud.queues.depth(name).waiting for name in names if name.endswith(DEAD)
        }
        alive = self.engine is None or self.engine.alive()
        outbox = self._outbox()
        good = alive and outbox is not None and not any(dead.values())
        return {
            "status": "ok" if good else "degraded",
            "version": version(),
            "engines": self._engines(alive=alive),
            "queues": {name: self._queue(name) for name in names if not name.endswith(DEAD)},
            "dead_letters": dead,
            "outbox": outbox,
            "batches_in_work": self.in_flight(),
            "websockets": self.sockets(),
        }

    def _outbox(self) -> dict[str, int] | None:
        """Count what waits to be published; None when the tables do not answer."""
        try:
            return dict(self.outbox())
        except Exception:
            _LOG.exception("the tables do not answer")
            return None

    def _engines(self, *, alive: bool) -> dict[str, object]:
        kept = {"name": "local", "durable": self.cloud.durable}
        found: dict[str, object] = {"queues": kept, "topic": kept, "mail": kept, "objects": kept}
        if self.engine is not None:
            found["tables"] = {
                "name": self.engine.name,
                "durable": self.engine.durable,
                "alive": alive,
                "endpoint": self.engine.endpoint,
                **({"note": self.engine.note} if self.engine.note else {}),
            }
        return found

    def _queue(self, name: str) -> dict[str, object]:
        depth = self.cloud.queues.depth(name)
        return {
            "waiting": depth.waiting,
            "in_flight": depth.in_flight,
            "delayed": depth.delayed,
            "oldest_seconds": round(depth.oldest_seconds, 3),
        }
