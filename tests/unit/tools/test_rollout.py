"""A rollout moves a tenth of the calls, watches, and then moves all of them, or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tools.rollout import Function, RangAlready, Rollout


@dataclass
class Lambda:
    """Aliases as Lambda keeps them: the version, and the shares of others."""

    versions: dict[str, str]
    shares: dict[str, dict[str, float]] = field(default_factory=dict)
    history: list[tuple[str, str, dict[str, float]]] = field(default_factory=list)

    def get_alias(self, *, FunctionName: str, Name: str) -> dict[str, Any]:  # noqa: N803 - AWS's
        assert Name == "live"
        return {"FunctionVersion": self.versions[FunctionName]}

    def update_alias(self, **request: Any) -> None:
        name = request["FunctionName"]
        self.versions[name] = request.get("FunctionVersion", self.versions[name])
        self.shares[name] = request["RoutingConfig"]["AdditionalVersionWeights"]
        self.history.append((name, self.versions[name], self.shares[name]))


@dataclass
class CloudWatch:
    """Alarms that ring from a moment on."""

    rings_after: dict[str, float]
    now: float = 0

    def describe_alarms(
        self,
        *,
        AlarmNames: list[str],  # noqa: N803 - AWS's
        StateValue: str,  # noqa: N803
        MaxRecords: int,  # noqa: N803
    ) -> dict[str, Any]:
        assert StateValue == "ALARM"
        assert len(AlarmNames) <= MaxRecords == 100
        ringing = [
            name for name in AlarmNames if self.rings_after.get(name, float("inf")) <= self.now
        ]
        return {"MetricAlarms": [{"AlarmName": name, "StateValue": "ALARM"} for name in ringing]}

    def wait(self, seconds: float) -> None:
        self.now += seconds


API = Function("api", "8", ("api-errors", "api-throttles"))
WORKER = Function("worker", "8", ("worker-errors",))
SAME = Function("sweep", "3", ("sweep-errors",))


def scene(**rings_after: float) -> tuple[Lambda, CloudWatch, Callable[..., bool]]:
    functions = Lambda({"api": "7", "worker": "7", "sweep": "3"})
    alarms = CloudWatch({name.replace("_", "-"): at for name, at in rings_after.items()})
    rollout = Rollout(functions, alarms, sleep=alarms.wait, say=lambda _: None)
    return functions, alarms, lambda bake=300: rollout.run([API, WORKER, SAME], bake=bake)


def test_all_calls_go_to_the_new_versions_after_a_tenth_went_well() -> None:
    functions, alarms, run = scene()

    assert run() is True

    assert functions.history == [
        ("api", "7", {"8": 0.1}),
        ("worker", "7", {"8": 0.1}),
        ("api", "8", {}),
        ("worker", "8", {}),
    ]
    assert alarms.now == 300


def test_an_alarm_of_one_function_takes_all_of_them_back_at_once() -> None:
    functions, alarms, run = scene(worker_errors=42)

    assert run() is False

    assert functions.versions == {"api": "7", "worker": "7", "sweep": "3"}
    assert functions.shares == {"api": {}, "worker": {}}
    assert alarms.now == 50, "it looked every ten seconds"


def test_nothing_begins_while_an_alarm_rings() -> None:
    functions, _, run = scene(api_throttles=0)

    with pytest.raises(RangAlready, match="api-throttles"):
        run()
    assert functions.history == []


def test_without_a_time_to_look_all_calls_move_at_once() -> None:
    functions, _, run = scene()

    assert run(bake=0) is True
    assert functions.history == [("api", "8", {}), ("worker", "8", {})]


def test_what_ends_an_alarm_goes_live_although_it_rings_and_another_takes_it_back() -> None:
    functions, alarms, _ = scene(api_throttles=0)
    rollout = Rollout(functions, alarms, sleep=alarms.wait, say=lambda _: None)

    assert rollout.run([API, WORKER], bake=30, despite=True) is True
    assert functions.versions == {"api": "8", "worker": "8", "sweep": "3"}

    functions, alarms, _ = scene(api_throttles=0, worker_errors=15)
    rollout = Rollout(functions, alarms, sleep=alarms.wait, say=lambda _: None)

    assert rollout.run([API, WORKER], bake=30, despite=True) is False
    assert functions.versions == {"api": "7", "worker": "7", "sweep": "3"}


def test_of_more_alarms_than_one_call_tells_none_is_overlooked() -> None:
    many = Function("api", "8", tuple(f"alarm-{number:03}" for number in range(250)))
    functions, alarms = Lambda({"api": "7"}), CloudWatch({"alarm-249": 15})
    rollout = Rollout(functions, alarms, sleep=alarms.wait, say=lambda _: None)

    assert rollout.run([many], bake=300) is False
    assert functions.versions == {"api": "7"}


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ConnectionError])
def test_a_rollout_that_is_cut_off_is_taken_back(interruption: type[BaseException]) -> None:
    functions, alarms, _ = scene()

    def wait(_seconds: float) -> None:
        raise interruption

    with pytest.raises(interruption):
        Rollout(functions, alarms, sleep=wait, say=lambda _: None).run([API, WORKER], bake=300)

    assert functions.versions == {"api": "7", "worker": "7", "sweep": "3"}
    assert functions.shares == {"api": {}, "worker": {}}


def test_what_runs_already_is_left_alone() -> None:
    functions = Lambda({"sweep": "3"})
    rollout = Rollout(functions, CloudWatch({"sweep-errors": 0}), say=lambda _: None)

    assert rollout.run([SAME], bake=300) is True
    assert functions.history == []


def test_an_alarm_elsewhere_is_not_ours() -> None:
    _, _, run = scene(sweep_errors=0)

    assert run() is True


def test_the_output_of_terraform_is_read_as_functions() -> None:
    output = {"users_api": {"function": "xpense-dev-users-api", "version": "4", "alarms": ["a"]}}

    assert Function.all_of(output) == [Function("xpense-dev-users-api", "4", ("a",))]
