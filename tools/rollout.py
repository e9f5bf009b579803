"""Moves a service's aliases to what was published last: a tenth of the calls first, then all, or back.

    python -m tools.rollout functions.json --bake 300

The file is the output `functions` of a service's Terraform. While a tenth of the calls goes to the new version its alarms are
watched; one that rings takes the new version out of all functions again, and the exit code is 1; so does a call that fails,
and Ctrl-C. Terraform leaves the aliases alone afterwards (`ignore_changes`), so a rollout, or its end, is no drift.
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

from botocore.exceptions import BotoCoreError, ClientError

from tools.stages import aws, explained

ALIAS: Final = "live"
SHARE: Final = 0.1
_LOOK_EVERY: Final = 10.0
_MOST_NAMES: Final = 100
"""How many alarms CloudWatch tells of in one call."""


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

    def run(self, wanted: Sequence[Function], *, bake: float, despite: bool = False) -> bool:
        """Move what is not there yet; False when it was taken back. Raises `RangAlready`.

        With `despite`, alarms that ring already don't matter: what is brought may be what ends them.
        """
        waiting = [one for one in wanted if self._live(one) != one.version]
        if not waiting:
            self.say("every function runs its newest version")
            return True
        before = self._ringing(waiting)
        if before and not despite:
            raise RangAlready(", ".join(sorted(before)))
        rings = self._watched(waiting, bake, before)
        if rings:
            self._take_back(waiting)
        else:
            self._move(waiting)
        last = f"taken back: {', '.join(sorted(rings))}" if rings else "moved to the new version"
        self.say(f"{len(waiting)} functions: {last}")
        return not rings

    def _watched(self, waiting: Sequence[Function], bake: float, known: set[str]) -> set[str]:
        """Try the new versions for a while; whatever cuts that off takes them back."""
        ended = False
        try:
            rings = self._tried(waiting, bake, known) if bake > 0 else set[str]()
            ended = True
        finally:
            if not ended:
                self._take_back(waiting)
                self.say(f"{len(waiting)} functions: taken back")
        return rings

    def _tried(self, waiting: Sequence[Function], bake: float, known: set[str]) -> set[str]:
        """Give a tenth of the calls to the new versions, and tell which alarms ring that did not before."""
        for one in waiting:
            self._share(one, {one.version: SHARE})
        self.say(f"{len(waiting)} functions: a tenth of the calls to the new version, {bake:.0f} s")
        rings, left = set[str](), bake
        while left > 0 and not rings:
            pause = min(_LOOK_EVERY, left)
            self.sleep(pause)
            left -= pause
            rings = self._ringing(waiting) - known
        return rings

    def _live(self, one: Function) -> str:
        answer = self.functions.get_alias(FunctionName=one.name, Name=ALIAS)
        return str(answer["FunctionVersion"])

    def _share(self, one: Function, shares: Mapping[str, float]) -> None:
        self.functions.update_alias(
            FunctionName=one.name,
            Name=ALIAS,
            RoutingConfig={"AdditionalVersionWeights": dict(shares)},
        )

    def _take_back(self, functions: Sequence[Function]) -> None:
        for one in functions:
            try:
                self._share(one, {})
            except (BotoCoreError, ClientError) as failed:  # the others are taken back all the same
                self.say(f"{one.name} still has a tenth of its calls on the new version: {failed}")

    def _move(self, functions: Sequence[Function]) -> None:
        for one in functions:
            self.functions.update_alias(
                FunctionName=one.name,
                Name=ALIAS,
                FunctionVersion=one.version,
                RoutingConfig={"AdditionalVersionWeights": {}},
            )

    def _ringing(self, functions: Sequence[Function]) -> set[str]:
        names = sorted({name for one in functions for name in one.alarms})
        ringing = set[str]()
        for begin in range(0, len(names), _MOST_NAMES):
            some = names[begin : begin + _MOST_NAMES]
            answer = self.alarms.describe_alarms(
                AlarmNames=some, StateValue="ALARM", MaxRecords=_MOST_NAMES
            )
            # AWS answers those that ring alone; the state is looked at all the same
            ringing |= {
                one["AlarmName"] for one in answer["MetricAlarms"] if one["StateValue"] == "ALARM"
            }
        return ringing


def main() -> int:
    """Roll out what a file names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("functions", type=Path)
    parser.add_argument("--bake", type=float, default=300, help="seconds with a tenth of the calls")
    parser.add_argument("--region", default="", help="default: the shell's")
    parser.add_argument("--despite-alarms", action="store_true", help="of those that ring already")
    arguments = parser.parse_args()
    wanted = Function.all_of(json.loads(arguments.functions.read_text(encoding="utf-8")))
    client = aws(arguments.region)
    try:
        done = Rollout(client("lambda"), client("cloudwatch")).run(
            wanted, bake=arguments.bake, despite=arguments.despite_alarms
        )
    except RangAlready as ringing:
        print(f"not begun, because these alarms ring already: {ringing}", file=sys.stderr)
        return 1
    return 0 if done else 1


if __name__ == "__main__":
    with explained():
        sys.exit(main())
