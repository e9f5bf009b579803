"""Moves a service's aliases to what was published last: a tenth of the calls first, then all, or back.

    python -m tools.rollout functions.json --bake 300

The file is the output `functions` of a service's Terraform. While a tenth of the calls goes to the new version its alarms are
watched; one that rings takes the new version out of all functions again, and the exit code is 1. Terraform leaves
the aliases alone afterwards (`ignore_changes`), so a rollout, or its end, is no drift.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ALIAS: Final = "live"
SHARE: Final = 0.1
_LOOK_EVERY: Final = 10.0
_ASKED_AT_ONCE: Final = 100
"""Names of alarms that CloudWatch takes in one call."""


class RangAlready(RuntimeError):
    """An alarm rings before anything was done: nobody could tell what the new version does."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function, the version that was published last, and the alarms that watch it."""

    name: str
    version: str
    alarms: tuple[str, ...]

    @staticmethod
    def all_of(output: Mapping[str, Mapping[str, Any]]) -> list[Function]:
        """Read the output of a service's Terraform."""
        return [
            Function(one["function"], one["version"], tuple(one["alarms"]))
            for one in output.values()
        ]


@dataclass(frozen=True, slots=True)
class Rollout:
    """Moves aliases by clients of Lambda and CloudWatch; `sleep` waits so many seconds."""

    functions: Any
    alarms: Any
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = print

    def run(self, wanted: Sequence[Function], *, bake: float) -> bool:
        """Move what is not there yet; False when it was taken back. Raises `RangAlready`."""
        waiting = [one for one in wanted if self._live(one) != one.version]
        if not waiting:
            self.say("every function runs its newest version")
            return True
        ringing = self._ringing(waiting)
        if ringing:
            raise RangAlready(", ".join(ringing))
        for one in waiting:
            self._share(one, {one.version: SHARE})
            self.say(f"{one.name}: a tenth of the calls to version {one.version}")
        ringing = self._watched(waiting, bake)
        for one in waiting:
            if ringing:
                self._share(one, {})
            else:
                self._move(one)
        last = f"taken back: {', '.join(ringing)}" if ringing else "moved to the new version"
        self.say(f"{len(waiting)} functions: {last}")
        return not ringing

    def _live(self, one: Function) -> str:
        answer = self.functions.get_alias(FunctionName=one.name, Name=ALIAS)
        return str(answer["FunctionVersion"])

    def _share(self, one: Function, shares: Mapping[str, float]) -> None:
        self.functions.update_alias(
            FunctionName=one.name,
            Name=ALIAS,
            RoutingConfig={"AdditionalVersionWeights": dict(shares)},
        )

    def _move(self, one: Function) -> None:
        self.functions.update_alias(
            FunctionName=one.name,
            Name=ALIAS,
            FunctionVersion=one.version,
            RoutingConfig={"AdditionalVersionWeights": {}},
        )

    def _watched(self, functions: Sequence[Function], bake: float) -> list[str]:
        """Look at the alarms until the time is over or one rings."""
        left = bake
        while left > 0:
            pause = min(_LOOK_EVERY, left)
            self.sleep(pause)
            left -= pause
            ringing = self._ringing(functions)
            if ringing:
                return ringing
        return []

    def _ringing(self, functions: Sequence[Function]) -> list[str]:
        names = sorted({name for one in functions for name in one.alarms})
        ringing: list[str] = []
        for at in range(0, len(names), _ASKED_AT_ONCE):
            asked = names[at : at + _ASKED_AT_ONCE]
            answer = self.alarms.describe_alarms(AlarmNames=asked, StateValue="ALARM")
            ringing += [one["AlarmName"] for one in answer["MetricAlarms"]]
        return ringing


def clients(region: str) -> tuple[Any, Any]:
    """Make the clients of Lambda and CloudWatch."""
    from botocore.session import get_session

    session = get_session()
    return (
        session.create_client("lambda", region_name=region),
        session.create_client("cloudwatch", region_name=region),
    )


def main() -> int:
    """Roll out what a file names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("functions", type=Path)
    parser.add_argument("--bake", type=float, default=300, help="seconds with a tenth of the calls")
    parser.add_argument("--region", default="eu-central-1")
    arguments = parser.parse_args()
    wanted = Function.all_of(json.loads(arguments.functions.read_text(encoding="utf-8")))
    try:
        done = Rollout(*clients(arguments.region)).run(wanted, bake=arguments.bake)
    except RangAlready as ringing:
        print(f"not begun, because these alarms ring already: {ringing}", file=sys.stderr)
        return 1
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
