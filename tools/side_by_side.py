"""Roots of Terraform applied or destroyed several at once: a line when each begins and ends, and all failures at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tools.deployed import Stage
from tools.terraform import Failed, Root

AT_ONCE: Final = 4
"""Roots at once: each is a Terraform with a provider, 300 MB together."""


def applied(stage: Stage, roots: Mapping[str, Root], at_once: int) -> None:
    """Apply roots, by the names of their states; raise `Failed` with all that could not be, after the others ended."""
    _each(stage, roots, at_once, _applied)


def destroyed(stage: Stage, roots: Mapping[str, Root], at_once: int) -> None:
    """Remove what roots hold; those that hold nothing are passed over."""
    _each(stage, roots, at_once, _destroyed)


def _applied(root: Root) -> str:
    return root.apply()


def _destroyed(root: Root) -> str:
    return root.destroy() if root.holds() else "nothing there"


def _ready(root: Root, locked: threading.Event, *, first: bool) -> None:
    """Make a root ready; the first of a folder alone, since that writes the folder's lock file."""
    if not first:
        locked.wait()
    try:
        root.init()
    finally:
        locked.set()


def _each(
    stage: Stage, roots: Mapping[str, Root], at_once: int, act: Callable[[Root], str]
) -> None:
    """Let several work at once, and raise what went wrong when all have ended."""
    failures: list[Failed] = []
    first = next(iter(roots), None)
    locked = threading.Event()
    for name in roots:
        stage.log(name).unlink(missing_ok=True)

    def one(name: str, root: Root) -> None:
        begun = time.monotonic()
        print(f"{name} ...", flush=True)
        try:
            _ready(root, locked, first=name == first)
            what = act(root)
        except Failed as failure:
            failures.append(failure)
            what = "FAILED"
        print(f"{name}: {what} ({time.monotonic() - begun:.0f} s)", flush=True)

    pool = ThreadPoolExecutor(max(1, at_once))
    try:
        for result in [pool.submit(one, name, root) for name, root in roots.items()]:
            result.result()
    finally:
        pool.shutdown(cancel_futures=True)
    if failures:
        said = "\n".join(str(failure) for failure in failures)
        raise Failed(f"{said}\n{_advice(stage, said)}")


def _advice(stage: Stage, said: str) -> str:
    if "state lock" in said:
        return f"somebody deploys, or was killed doing it: then make unlock ENV={stage.name}"
    return "what was done stays; the same command goes on where this ended"
