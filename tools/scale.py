"""The two tables of docs/scale.md: what so many users ask of AWS, and which of its default quotas that meets first.

`make cost` writes them between the page's marks, from docs/costs.json. A second's mean is a month's sum spread evenly; the
peak is five times that.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.kernel.outbox import SHARDS
from tools import cost
from tools.reach import ROOT

PAGE: Final = ROOT / "docs" / "scale.md"
PEAK: Final = 5
_SECONDS: Final = cost.HOURS * 3600
_MILLION: Final = 1_000_000
_COLUMNS: Final = ((1_000, 1), (100_000, 1), (_MILLION, 1), (_MILLION, PEAK))
_BEGIN: Final = "<!-- {}: written by `make cost` -->"
_END: Final = "<!-- end of {} -->"


@dataclass(frozen=True, slots=True)
class Load:
    """What one active user asks for in a month; milliseconds are as Lambda takes (`cost.busy_ms`)."""

    requests: float
    messages: float
    read_units: float
    write_units: float
    api_ms: float
    """Of all requests together."""
    worker_ms: float
    """Of all messages together."""
    unwrapped: float

    @staticmethod
    def of(acts: Mapping[str, cost.Act]) -> Load:
        """Sum the acts of a month."""

        def monthly(name: str) -> float:
            return sum(float(act["times"] * act[name]) for act in acts.values())

        messages, each = monthly("messages"), cost.unwraps(acts)
        return Load(
            requests=monthly("requests"),
            unwrapped=sum(cost.keys_unwrapped(act, each) * act["times"] for act in acts.values()),
            messages=messages,
            read_units=monthly("read_units"),
            write_units=monthly("write_units"),
            api_ms=sum(cost.busy_ms(act, "api") * act["times"] for act in acts.values()),
            worker_ms=sum(
                (cost.busy_ms(act, "worker") + cost.busy_ms(act, "relay")) * act["times"]
                for act in acts.values()
            ),
        )

    def functions(self) -> tuple[float, float]:
        """Give the seconds that a month's requests, and its messages with their relay, keep functions busy in Lambda."""
        return self.api_ms / 1_000, self.worker_ms / 1_000


@dataclass(frozen=True, slots=True)
class Quota:
    """A default quota of AWS in us-east-1, against what a second of a million users' peak takes of it."""

    what: str
    limit: float
    taken: float
    then: str

    def row(self) -> str:
        """Write a row of the table."""
        users = self.limit / self.taken
        return f"| {self.what} | {_number(self.taken)} | {_people(users)}{self.then} |"


def sizes(figures: Mapping[str, Any]) -> list[str]:
    """Write what a second takes, for so many users."""
    load = Load.of(figures["acts"])
    asked, told = load.functions()
    rows = {
        "requests a second": load.requests,
        "functions at once: requests": asked,
        "functions at once: messages and relay": told,
        "write units a second, all tables": load.write_units,
        "read units a second": load.read_units,
        "messages a second": load.messages,
        "log lines a second": load.requests + load.messages,
    }
    dollars = cost.monthly(figures["acts"]) / cost.USERS
    gb = cost.stored_gb(figures["acts"])
    stored = [f"{gb * users:,.0f} GB" for users, _ in _COLUMNS[:3]]
    summed = (
        f"With the figures of {figures['measured']}: a user asks {load.requests:,.0f} times a month, for"
        f" {load.read_units:,.0f} read units, {load.write_units:,.0f} write units and {load.messages:,.0f} messages."
    )
    return [
        summed,
        "",
        "| | 1,000 users | 100,000 | 1,000,000 mean | 1,000,000 peak |",
        "|---|--:|--:|--:|--:|",
        *(f"| {name} | {' | '.join(_seconds(each))} |" for name, each in rows.items()),
        f"| stored after a year | {' | '.join(stored)} | |",
        f"| USD a month (cost.md) | {' | '.join(f'{dollars * users:,.0f}' for users, _ in _COLUMNS[:3])} | |",
    ]


def _seconds(monthly: float) -> list[str]:
    return [_number(monthly * users * times / _SECONDS) for users, times in _COLUMNS]


def quotas(figures: Mapping[str, Any]) -> list[str]:
    """Write which quota is met first, and when."""
    load = Load.of(figures["acts"])
    peak = PEAK * _MILLION / _SECONDS
    outbox = (
        SHARDS * 1_000 / 3
    )  # a message puts its row in a transaction (2 units) and deletes it (1)
    every = (
        Quota("Lambda: 1,000 functions at once in an account", 1_000, sum(load.functions()) * peak,
              ". Reserve concurrency for `security` and `users`, so that a storm of imports never keeps people from signing in"),
        Quota("API Gateway: 10,000 requests a second in an account", 10_000, load.requests * peak, ""),
        Quota("DynamoDB: 40,000 write units a second for a table on demand, as if there were one table", 40_000,
              load.write_units * peak,
              ". A new table begins with 4,000: pre-warm before a launch (`warm_throughput`)"),
        Quota("The outbox of one table: its shards of 1,000 write units a second, as if all messages were of one service",
              outbox, load.messages * peak, ". More shards are a constant (`SHARDS`), read by sweeps from both sides of a change"),
        Quota("SNS: 30,000 publishes a second, ten a call", 30_000, load.messages * peak, ""),
        Quota("KMS: 10,000 decrypts a second or more", 10_000, load.unwrapped * peak, ""),
    )  # fmt: skip
    return [
        "| Limit (default, can be raised) | Taken at 1 million users' peak | Reached at |",
        "|---|--:|---|",
        *(one.row() for one in every),
    ]


def _number(value: float) -> str:
    """Write two figures' worth: nobody plans with more."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _people(millions: float) -> str:
    return f"{_number(millions)} million users"


def page(text: str, figures: Mapping[str, Any]) -> str:
    """Write the tables into the page."""
    for name, lines in (("sizes", sizes(figures)), ("quotas", quotas(figures))):
        begin, end = _BEGIN.format(name), _END.format(name)
        head, _, rest = text.partition(begin)
        _, found, tail = rest.partition(end)
        if not found:
            raise ValueError(f"{PAGE.name} has no place for {name}: {begin} ... {end}")
        text = "\n".join([head + begin, *lines, end]) + tail
    return text


def main() -> int:
    """Write the tables from the figures."""
    figures = json.loads(cost.FIGURES.read_text(encoding="utf-8"))
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
