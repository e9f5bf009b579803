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

from tools.cost_month import TIMES
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
"""A function of 512 MB has 0.29 of a core (1,769 MB have one), so its CPU takes about three times what was measured here."""
CALL_MS: Final = 5.0
"""Milliseconds that a call to a service of AWS in the same region takes: DynamoDB's are single-digit, as AWS says."""
_GB: Final = {"api": 0.5, "worker": 0.5, "relay": 0.25}


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
STORED: Final = Price("DynamoDB tables, with point-in-time recovery", 0.25 + 0.20, 1, "GB-months")
INDEXED: Final = Price("DynamoDB indexes, which that recovery leaves out", 0.25, 1, "GB-months")
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
    HTTP, REST, INVOKED, COMPUTED, READ, WRITTEN, STORED, INDEXED, QUEUED, PUBLISHED, PUT,
    GOT, LOGGED, METRIC, ALARM, KEY, UNWRAPPED,
)  # fmt: skip
_POLLS: Final = 5 * 3 * 60 * HOURS
"""Requests a month on an idle queue: Lambda's five pollers, each waiting twenty seconds (AWS states both)."""
MONTHS: Final = 12
"""Storage is that of the month after so many: what stays is paid for again each month."""
_DAYS: Final = HOURS / 24
_RUN_BYTES: Final = 400
"""Bytes of the lines START, END and REPORT that Lambda writes itself, with 26 that CloudWatch adds to each event."""
VISITS: Final = 60
"""Times a month that a user comes: twice a day. A process holds a key for five minutes, so each function unwraps it once a visit."""

Act = Mapping[str, Any]


def unwraps(acts: Mapping[str, Act]) -> dict[str, float]:
    """Give how often a key is unwrapped for one use of it, by the function that uses it."""
    uses: dict[str, float] = {}
    for act in acts.values():
        for function, count in act["vaults"].items():
            uses[function] = uses.get(function, 0) + count * act["times"]
    return {function: min(1.0, VISITS / count) for function, count in uses.items()}


def keys_unwrapped(act: Act, each: Mapping[str, float]) -> float:
    """Give how often an act has a key unwrapped."""
    return sum(float(count) * each[function] for function, count in act["vaults"].items())


def act_cost(act: Act, each: Mapping[str, float]) -> dict[str, float]:
    """Give what one act costs in dollars, by what it is paid for; `each` is what `unwraps` gives."""
    opened = keys_unwrapped(act, each)
    calls: Mapping[str, float] = act["calls"]
    runs = act["requests"] + act["messages"] + act["relays"]
    worked = sum(busy_ms(act, kind) * memory for kind, memory in _GB.items())
    # a message is sent to its queue, received and deleted; a topic's own deliveries are free
    sent, published = _calls(calls, "sqs.Send"), _calls(calls, "sns.Publish")
    return {
        "gateway": HTTP.of(act["requests"]),
        "functions": INVOKED.of(runs) + COMPUTED.of(worked / 1_000),
        "reads": READ.of(act["read_units"]),
        "writes": WRITTEN.of(act["write_units"]),
        "messages": PUBLISHED.of(published) + QUEUED.of(sent + 2 * act["messages"]),
        "objects": PUT.of(_calls(calls, "s3.Put")) + GOT.of(_calls(calls, "s3.Get")),
        "logs": LOGGED.of((act["log_bytes"] + _RUN_BYTES * runs) / 1e9),
        # the wrapped key is read for each unwrapping, and for each message, to see that its owner was not erased
        "keys": UNWRAPPED.of(opened) + READ.of(opened + act["messages"]),
        "storage, after a year": STORED.of(MONTHS * act["table_bytes"] / 1e9)
        + INDEXED.of(MONTHS * act["index_bytes"] / 1e9)
        + STORED.of(act["passing_byte_days"] / _DAYS / 1e9),
    }


def busy_ms(act: Act, kind: str) -> float:
    """Give the milliseconds that an act keeps functions of a kind (`api`, `worker`, `relay`) busy in Lambda."""
    return SLOWER * float(act[f"{kind}_ms"]) + CALL_MS * float(act[f"{kind}_calls"])


def _calls(calls: Mapping[str, float], kind: str) -> float:
    return sum(count for name, count in calls.items() if name.startswith(kind))


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
            METRIC.of(2 * len(told)),
            f"2 for each of {len(told)} services; XPENSE_METRICS=off: 0",
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
    each = unwraps(acts)
    for act in acts.values():
        for kind, dollars in act_cost(act, each).items():
            found[kind] = found.get(kind, 0) + dollars * act["times"] * USERS
    return found


def stored_gb(acts: Mapping[str, Act]) -> float:
    """Give the GB that a year of one active user leaves in tables and indexes."""
    left: float = sum(
        float(act["table_bytes"] + act["index_bytes"]) * act["times"] for act in acts.values()
    )
    return MONTHS * left / 1e9


def monthly(acts: Mapping[str, Act]) -> float:
    """Give what `USERS` active users cost a month, in dollars."""
    return sum(kinds(acts).values())


def page(figures: Mapping[str, Any]) -> str:
    """Write the page."""
    acts: Mapping[str, Act] = figures["acts"]
    rows, opened = [], unwraps(acts)
    for name, act in acts.items():
        each = sum(act_cost(act, opened).values())
        rows.append(
            f"| {name} | {act['times']} | {act['messages']:.1f} | {act['read_units']:.1f} | {act['write_units']:.1f}"
            f" | {(act['table_bytes'] + act['index_bytes']) / 1_000:.1f}"
            f" | {act['api_ms']:.0f} + {act['worker_ms'] + act['relay_ms']:.0f} | {each * _MILLION:.1f}"
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
        f"Measured on {measured} with the demo person's two years of data on the real engine: an act's requests with"
        " all messages that they caused, and the relays. Units are DynamoDB's own; kilobytes are what it leaves in tables and indexes"
        f" for good; milliseconds are CPU of this machine, the least of {TIMES} times, for the requests and for what follows. `python -m tools.cost_items` shows each item."
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
        "| Act | times a month | messages | read units | write units | KB left | ms | millionths of a dollar each | USD a month |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]


def _kinds(by_kind: Mapping[str, float], total: float) -> list[str]:
    taken = (
        f"Functions are taken to compute {SLOWER:.0f} times as long as measured here, since 512 MB buy 0.29 of a core, and to wait"
        f" {CALL_MS:.0f} ms for each call to AWS. A message is"
        " a publish or a send, two queue requests and an invocation, and so is a relay's run, though in the cloud one takes what several"
        f" acts wrote. Storage is what {MONTHS} such months left in tables and indexes, 100 bytes an item and index entry included, and what"
        f" expires for the days that it lives. Logs are our lines, and {_RUN_BYTES} bytes that Lambda writes itself about each run."
        f" A user comes {VISITS} times a month, and each function that opens something of theirs unwraps their key once a visit."
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
