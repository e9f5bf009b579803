"""docs/cost.md: what a thousand active users cost a month, from what each act takes and the published prices.

`make cost` measures anew (`tools.cost_month`, a minute) and writes the page; `python -m tools.cost` alone writes it from
docs/costs.json, which a test holds against what the product does now.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tools.manifest import read as manifest_of
from tools.manifest import services
from tools.reach import ROOT

FIGURES: Final = ROOT / "docs" / "costs.json"
PAGE: Final = ROOT / "docs" / "cost.md"
USERS: Final = 1_000
HOURS: Final = 730
_MILLION: Final = 1_000_000
PRICED_ON: Final = "2026-11-28"
SLOWER: Final = 3.0
"""A function of 512 MB has 0.29 of a core (1,769 MB have one), so it takes about three times what was measured here."""
RELAY_S: Final = 0.01
"""Seconds that the relay takes for a message."""
_GB: Final = {"api": 0.5, "queue": 0.5, "relay": 0.25}


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for so many units, as AWS publishes them for us-east-1, without any free tier."""

    name: str
    dollars: float
    per: float
    unit: str

    def of(self, count: float) -> float:
        """Give the price of a count of units."""
        return count * self.dollars / self.per


HTTP: Final = Price("API Gateway, HTTP API", 1.00, _MILLION, "requests")
REST: Final = Price("API Gateway, REST API", 3.50, _MILLION, "requests")
INVOKED: Final = Price("Lambda, arm64", 0.20, _MILLION, "invocations")
COMPUTED: Final = Price("Lambda, arm64", 0.0000133334, 1, "GB-seconds")
READ: Final = Price("DynamoDB on demand", 0.125, _MILLION, "read units")
WRITTEN: Final = Price("DynamoDB on demand", 0.625, _MILLION, "write units")
STORED: Final = Price("DynamoDB, with point-in-time recovery", 0.25 + 0.20, 1, "GB-months")
QUEUED: Final = Price("SQS", 0.40, _MILLION, "requests")
PUBLISHED: Final = Price("SNS, deliveries to SQS included", 0.50, _MILLION, "publishes")
PUT: Final = Price("S3", 0.005, 1_000, "PUT, POST, LIST")
GOT: Final = Price("S3", 0.0004, 1_000, "GET")
LOGGED: Final = Price("CloudWatch Logs", 0.50, 1, "GB taken in")
METRIC: Final = Price("CloudWatch", 0.30, 1, "custom metrics a month")
ALARM: Final = Price("CloudWatch", 0.10, 1, "alarms a month")
KEY: Final = Price("KMS", 1.00, 1, "keys a month")
UNWRAPPED: Final = Price("KMS", 0.03, 10_000, "requests")
PRICES: Final = (
    HTTP, REST, INVOKED, COMPUTED, READ, WRITTEN, STORED, QUEUED, PUBLISHED, PUT, GOT,
    LOGGED, METRIC, ALARM, KEY, UNWRAPPED,
)  # fmt: skip
_POLLS: Final = 5 * 3 * 60 * HOURS
"""Requests a month on an idle queue: Lambda's five pollers, each waiting twenty seconds (AWS states both)."""
STORED_KB: Final = 150
"""Kilobytes that a month of one active user leaves in the tables and indexes: 100 rows of 1 to 1.5 KB with log and index."""
KEY_LIFE: Final = 8
"""Requests of one user that a warm process answers before it must unwrap the data key again: one visit's."""

Act = Mapping[str, Any]


def act_cost(act: Act) -> dict[str, float]:
    """Give what one act costs in dollars, by what it is paid for."""
    calls: Mapping[str, float] = act["calls"]
    messages = act["messages"]
    worked = act["api_ms"] * _GB["api"] + act["worker_ms"] * _GB["queue"]
    # a message is published or sent, received and deleted; its outbox row was written with the act, and is deleted
    return {
        "gateway": HTTP.of(act["requests"]),
        "functions": INVOKED.of(act["requests"] + messages * 2)
        + COMPUTED.of(SLOWER * worked / 1_000 + messages * RELAY_S * _GB["relay"]),
        "reads": READ.of(act["read_units"]),
        "writes": WRITTEN.of(act["write_units"] + messages),
        "messages": PUBLISHED.of(messages) + QUEUED.of(2 * messages),
        "objects": PUT.of(_s3(calls, "Put")) + GOT.of(_s3(calls, "Get")),
        "logs": LOGGED.of(act["log_bytes"] * 1.3 / 1e9),
        "keys": UNWRAPPED.of(act["requests"] / KEY_LIFE),
    }


def _s3(calls: Mapping[str, float], kind: str) -> float:
    return sum(count for name, count in calls.items() if name.startswith(f"s3.{kind}"))


def fixed() -> list[tuple[str, float, str]]:
    """Give what a stage costs when nobody uses it: name, dollars a month, and how it comes about."""
    told = [manifest_of(name) for name in services()]
    queues = sum(one["kind"] == "queue" for each in told for one in each["functions"].values())
    runs = sum(_runs(one["source"]["expression"]) for each in told
               for one in each["functions"].values() if one["kind"] == "schedule")  # fmt: skip
    sweeps = sum(name.endswith("_sweep") for each in told for name in each["functions"])
    swept = sweeps * 60 * HOURS
    alarms = sum(
        2 * len(each["functions"]) + 2 * len(each["queues"]) + len(each["alarms"]) + 2
        for each in told
    )
    return [
        (
            "polling idle queues",
            QUEUED.of(queues * _POLLS),
            f"{queues} queues, {_POLLS:,} requests each",
        ),
        (
            "schedules",
            INVOKED.of(runs) + COMPUTED.of(runs * 0.02 * 0.25),
            f"{runs:,.0f} runs of 20 ms",
        ),
        ("sweeping outboxes", READ.of(swept * 8), f"{sweeps} outboxes of 8 shards, each minute"),
        ("keys", KEY.of(3), "data keys' root, files, settings"),
        (
            "metrics by service",
            METRIC.of(4 * len(told)),
            f"4 for each of {len(told)} services; XPENSE_METRICS=off: 0",
        ),
        (
            "alarms",
            ALARM.of(alarms),
            f"{alarms}: errors and throttles a function, age and dead letters a queue, failures a service",
        ),
    ]


def _runs(expression: str) -> float:
    """Give the runs a month of a rate or a daily cron."""
    if expression.startswith("rate("):
        count, unit = expression[5:-1].split()
        return HOURS * {"m": 60, "h": 1, "d": 1 / 24}[unit[0]] / int(count)
    return HOURS / 24


def kinds(acts: Mapping[str, Act]) -> dict[str, float]:
    """Give what `USERS` active users cost a month, in dollars, by what it is paid for."""
    found: dict[str, float] = {}
    for act in acts.values():
        for kind, dollars in act_cost(act).items():
            found[kind] = found.get(kind, 0) + dollars * act["times"] * USERS
    return {**found, "storage, after a year": STORED.of(12 * USERS * STORED_KB / 1e6)}


def monthly(acts: Mapping[str, Act]) -> float:
    """Give what `USERS` active users cost a month, in dollars."""
    return sum(kinds(acts).values())


def page(figures: Mapping[str, Any]) -> str:
    """Write the page."""
    acts: Mapping[str, Act] = figures["acts"]
    rows = []
    for name, act in acts.items():
        each = sum(act_cost(act).values())
        rows.append(
            f"| {name} | {act['times']} | {act['messages']:.1f} | {act['read_units']:.1f} | {act['write_units']:.1f}"
            f" | {act['api_ms']:.0f} + {act['worker_ms']:.0f} | {each * _MILLION:.1f}"
            f" | {each * act['times'] * USERS:.2f} |"
        )
    by_kind = kinds(acts)
    total = monthly(acts)
    requests = sum(act["times"] * act["requests"] for act in acts.values())
    return "\n".join([
        *_head(figures["measured"], total, requests),
        *rows,
        "",
        *_kinds(by_kind, total),
        *_idle(),
        *_prices(),
    ]) + "\n"  # fmt: skip


def _head(measured: str, total: float, requests: float) -> list[str]:
    sum_up = (
        f"**{USERS:,} active users cost {total:.2f} USD a month**, {total / USERS * 100:.2f} cents each, at list prices"
        f" without any free tier, with {requests:.0f} requests a user. What a stage costs when nobody uses it comes on top; see below."
    )
    how = (
        f"Measured on {measured} with the demo person's two years of data on the real engine: a request with all messages"
        " that it caused. Units are DynamoDB's own; milliseconds are of this machine, for the request and for its messages."
    )
    return [
        "# What it costs",
        "",
        "Generated by `make cost`; do not edit. Figures in `docs/costs.json`, held by `tests/journeys/test_costs.py`.",
        "",
        sum_up,
        "",
        "## An active user's month",
        how,
        "",
        "| Act | times a month | messages | read units | write units | ms | millionths of a dollar each | USD a month |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]


def _kinds(by_kind: Mapping[str, float], total: float) -> list[str]:
    taken = (
        f"Functions are taken to run {SLOWER:.0f} times as long as measured here, since 512 MB buy 0.29 of a core. A message is"
        " one publish, two queue requests, two invocations (relay and consumer, though batches share one) and one write to delete"
        f" its outbox row. Storage is {STORED_KB} KB a user and month. A data key is unwrapped once in {KEY_LIFE} requests."
    )
    return [
        "## What it is paid for",
        "",
        "| | USD a month | share |",
        "|---|--:|--:|",
        *(f"| {kind} | {cost:.2f} | {cost / total:.0%} |" for kind, cost in by_kind.items()),
        f"| **together** | **{total:.2f}** | |",
        "",
        taken,
        "",
    ]


def _idle() -> list[str]:
    costs = fixed()
    free = (
        "AWS's always-free tier takes part of it away on an account of one's own: a million SQS requests, a million invocations"
        " and 400,000 GB-seconds, ten metrics and ten alarms, 25 GB in DynamoDB. Metrics and alarms can be switched off by variables."
    )
    return [
        "## A stage that nobody uses",
        "",
        "| | USD a month | how it comes about |",
        "|---|--:|---|",
        *(f"| {name} | {dollars:.2f} | {why} |" for name, dollars, why in costs),
        f"| **together** | **{sum(dollars for _, dollars, _ in costs):.2f}** | |",
        "",
        free,
        "",
    ]


def _prices() -> list[str]:
    source = (
        "As published by AWS for us-east-1 (aws.amazon.com, the services' pricing pages),"
        f" looked up on {PRICED_ON}; eu-central-1 is up to a fifth dearer."
    )
    return [
        "## Prices",
        "",
        source,
        "",
        "| Service | USD | for |",
        "|---|--:|---|",
        *(f"| {one.name} | {one.dollars:g} | {one.per:,.0f} {one.unit} |" for one in PRICES),
    ]


def main() -> int:
    """Write the page from the figures."""
    PAGE.write_text(page(json.loads(FIGURES.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
