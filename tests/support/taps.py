"""Hooks on every AWS call of this process: to kill a handler between calls, and to order two of them.

`Killed` is no Exception, so that no `except Exception` of ours survives it: like a Lambda that dies, the
handler just stops.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast

from chalicelib.kernel import aws

Side = Literal["before", "after"]
Tap = Callable[[str], None]


class Killed(BaseException):
    """The process died here."""


def _clients() -> list[Any]:
    made = (aws.dynamodb(), aws.sqs(), aws.sns(), aws.s3(), aws.sesv2())
    return [cast("Any", one) for one in made]


@contextmanager
def tapped(before: Tap | None = None, after: Tap | None = None) -> Iterator[None]:
    """Call the taps around each AWS call, with its name such as `dynamodb.TransactWriteItems`."""
    hooks: list[tuple[Any, str, Callable[..., None]]] = []
    for client in _clients():
        service = client.meta.service_model.service_name
        for event, tap in (("before-call", before), ("after-call", after)):
            if tap is None:
                continue

            def hook(model: Any, *, _tap: Tap = tap, _service: str = service, **_: Any) -> None:
                _tap(f"{_service}.{model.name}")

            client.meta.events.register(f"{event}.{service}", hook)
            hooks.append((client, f"{event}.{service}", hook))
    try:
        yield
    finally:
        for client, event, hook in hooks:
            client.meta.events.unregister(event, hook)


def calls_of(act: Callable[[], object], *, ignore: frozenset[str] = frozenset()) -> list[str]:
    """Run something once and list its AWS calls, but for some that are the harness's own."""
    seen: list[str] = []
    with tapped(before=seen.append):
        act()
    return [name for name in seen if name not in ignore]


def killed_at(
    point: int, side: Side, act: Callable[[], object], *, ignore: frozenset[str] = frozenset()
) -> str | None:
    """Run something and kill it before or after its n-th call (from 0); gives the call, None if none."""
    count = itertools.count()
    hit: list[str] = []

    def tap(name: str) -> None:
        if name not in ignore and next(count) == point:
            hit.append(name)
            raise Killed(name)

    with tapped(before=tap if side == "before" else None, after=tap if side == "after" else None):
        try:
            act()
        except Killed:
            return hit[0]
    return None


def every_point(act: Callable[[], object]) -> Iterator[tuple[int, Side]]:
    """Give each point at which a run of `act` could die; `act` is run once to count them."""
    for point in range(len(calls_of(act))):
        yield point, "before"
        yield point, "after"


@dataclass(slots=True)
class Conductor:
    """Lets two or more threads make their AWS calls one at a time, in a given order."""

    order: list[str]
    done: set[str] = field(default_factory=set)
    calls: list[tuple[str, str]] = field(default_factory=list)
    _holder: str | None = None
    _turn: threading.Condition = field(default_factory=threading.Condition)

    def before(self, call: str) -> None:
        me = threading.current_thread().name
        with self._turn:
            while not self._mine(me):
                if not self._turn.wait(timeout=60):
                    raise AssertionError(f"{me} waits for ever: {self.order}, {self.done}")
            self._holder = me
            self.calls.append((me, call))
            if self.order:
                self.order.pop(0)

    def _mine(self, me: str) -> bool:
        while self.order and self.order[0] in self.done:
            self.order.pop(0)
        return self._holder is None and (not self.order or self.order[0] == me)

    def after(self, _call: str) -> None:
        with self._turn:
            self._holder = None
            self._turn.notify_all()

    def finish(self, name: str) -> None:
        with self._turn:
            self.done.add(name)
            if self._holder == name:
                self._holder = None
            self._turn.notify_all()


def interleaved(order: Sequence[str], **acts: Callable[[], object]) -> dict[str, object]:
    """Run named acts in threads with their calls in `order`; gives each one's result or exception."""
    conductor = Conductor(list(order))
    results: dict[str, object] = {}

    def run(name: str, act: Callable[[], object]) -> None:
        try:
            results[name] = act()
        except Exception as error:
            results[name] = error
        finally:
            conductor.finish(name)

    with tapped(before=conductor.before, after=conductor.after):
        threads = [
            threading.Thread(target=run, args=(name, act), name=name) for name, act in acts.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=150)
    return results


_EXHAUSTIVE: Final = 8


def orders(first: int, second: int, *, most: int = 70, seed: int = 1) -> list[tuple[str, ...]]:
    """Give the interleavings of two runs with so many calls: all of up to 8 in total, else a seeded sample."""
    total = first + second
    if total <= _EXHAUSTIVE:
        return [
            tuple("a" if index in chosen else "b" for index in range(total))
            for chosen in itertools.combinations(range(total), first)
        ]
    rng = random.Random(seed)
    found: set[tuple[str, ...]] = set()
    while len(found) < most:
        deck = ["a"] * first + ["b"] * second
        rng.shuffle(deck)
        found.add(tuple(deck))
    return sorted(found)
