"""What one request takes over the whole local stack, at few and at many stored transactions.

`python -m benchmarks.latency [SIZE ...]`: p50 and p99 in milliseconds of create, list of the newest 100 and
the month's summary, over HTTP on one keep-alive connection, on the durable engine.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Final

from benchmarks.import_walk import prepared, walk
from benchmarks.stack import stack
from local.rest import Rest

SIZES: Final = (1_000, 100_000)
ROUNDS: Final = 200
WARM_UP: Final = 20


def timed(act: Callable[[], object]) -> tuple[float, float]:
    """Give p50 and p99 in milliseconds."""
    for _ in range(WARM_UP):
        act()
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1_000)
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


def measure(rest: Rest, account: str) -> dict[str, tuple[float, float]]:
    """Time each kind of request."""
    body = {
        "account_id": account,
        "amount": {"amount": "-12.34", "currency": "EUR"},
        "booked_on": "2025-06-15",
        "payee": "Corner shop",
    }

    def create() -> object:
        return rest.call("POST", "/v1/expenses/transactions", body)

    def newest() -> object:
        return rest.call("GET", "/v1/expenses/transactions", query={"limit": 100})

    def month() -> object:
        return rest.call("GET", "/v1/analytics/spending", query={"month": "2025-06"})

    def year() -> object:
        return rest.call("GET", "/v1/analytics/trends", query={"months": 12})

    return {
        "GET /health": timed(lambda: rest.call("GET", "/health")),
        "create": timed(create),
        "list 100": timed(newest),
        "month": timed(month),
        "12 months": timed(year),
    }


def main(arguments: list[str]) -> None:
    """Print a table per size."""
    with stack() as url, tempfile.TemporaryDirectory() as folder:
        for size in [int(one) for one in arguments] or SIZES:
            rest, account, path = prepared(url, size, folder)
            walk(rest, account, path)
            print(f"{size} stored        p50 ms    p99 ms")
            for name, (middle, late) in measure(rest, account).items():
                print(f"  {name:<16}{middle:>10.1f}{late:>10.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
