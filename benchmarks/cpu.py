"""CPU time of processes, as Linux counts it: on a machine that others use, wall time says little."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROCESSES: Final = Path("/proc")
_TICK: Final = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds of CPU: of the product's process, and of the processes that it started, which are the engine."""

    product: float
    engine: float

    def since(self, before: Used) -> Used:
        """Give what was used since then."""
        return Used(self.product - before.product, self.engine - before.engine)


def used(pid: int) -> Used:
    """Say what a process and its children have used so far."""
    stats = _stats()
    children = (of for parent, of in stats.values() if parent == pid)
    return Used(stats[pid][1], sum(children))


def _stats() -> dict[int, tuple[int, float]]:
    """Give the parent and the CPU seconds of every process."""
    found = {}
    for one in _PROCESSES.glob("[0-9]*/stat"):
        try:
            text = one.read_text()
        except OSError:
            continue  # it has ended meanwhile
        fields = text.rpartition(")")[2].split()  # a name may hold blanks and brackets
        found[int(one.parent.name)] = (int(fields[1]), (int(fields[11]) + int(fields[12])) * _TICK)
    return found
