"""What one request takes over the whole local stack, at few and at many stored transactions.

`python -m benchmarks.latency [SIZE ...]`: for create, list of the newest 100 and the month's summary, over HTTP on one
keep-alive connection, on the durable engine: p50 and p99 in milliseconds; then milliseconds of CPU a request: of the
use-case alone (median), of the product's process with relay and consumers until the queues are empty, and of
the engine. Above them the floor of the same run: bare calls of botocore to an engine of its own. On a machine
that others use, CPU counts.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.bare import bare_table
from benchmarks.cpu import used
from benchmarks.import_walk import prepared, walk
from benchmarks.stack import Stack, running
from local.rest import Rest

SIZES: Final = (1_000, 100_000)
ROUNDS: Final = 200
WARM_UP: Final = 20
HEAD: Final = (
    f"  {'':<18}{'p50 ms':>9}{'p99 ms':>9}{'use-case CPU':>14}{'product CPU':>13}{'engine CPU':>12}"
)


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of one kind of request."""

    middle: float
    late: float
    use_case: float | None
    product: float
    engine: float

    def line(self, name: str) -> str:
        """Write a row of the table."""
        alone = "" if self.use_case is None else f"{self.use_case:.1f}"
        return (
            f"  {name:<18}{self.middle:>9.1f}{self.late:>9.1f}{alone:>14}"
            f"{self.product:>13.1f}{self.engine:>12.1f}"
        )


def timed(act: Callable[[], object]) -> list[float]:
    """Give the milliseconds of each round."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1_000)
    return taken


def measured(stack: Stack, rest: Rest, operation: str, act: Callable[[], object]) -> Taken:
    """Time a kind of request, and count the CPU until all that it caused is done."""
    for _ in range(WARM_UP):
        act()
    rest.settle()
    before = used(stack.pid)
    taken = timed(act)
    rest.settle()
    after = used(stack.pid).since(before)
    lines = [one for one in stack.use_cases() if one["operation"] == operation]
    return Taken(
        middle=statistics.median(taken),
        late=statistics.quantiles(taken, n=100)[98],
        use_case=statistics.median(one["cpu_ms"] for one in lines[-ROUNDS:]) if lines else None,
        product=after.product * 1_000 / ROUNDS,
        engine=after.engine * 1_000 / ROUNDS,
    )


def requests(rest: Rest, account: str) -> Iterator[tuple[str, str, Callable[[], object]]]:
    """Give each kind of request with its operation."""
    body = {
        "account_id": account,
        "amount": {"amount": "-12.34", "currency": "EUR"},
        "booked_on": "2025-06-15",
        "payee": "Corner shop",
    }
    transactions, spending = "/v1/expenses/transactions", "/v1/analytics/spending"

    def get(path: str, **query: object) -> Callable[[], object]:
        return lambda: rest.call("GET", path, query=query)

    yield "GET /health", "", get("/health")
    yield (
        "create",
        "expenses.create_transaction",
        lambda: rest.call("POST", transactions, body),
    )
    yield "list 100", "expenses.list_transactions", get(transactions, limit=100)
    yield "month", "analytics.read_spending", get(spending, month="2025-06")
    yield "12 months", "analytics.read_trends", get("/v1/analytics/trends", months=12)


def floors() -> Iterator[str]:
    """Time bare calls: what any program on this engine must at least do."""
    with bare_table() as table:
        for name, act in (
            ("put, conditional", table.put),
            ("transaction of 2", table.write),
            ("query of 100", table.page),
            ("item by key", table.get),
        ):
            for _ in range(WARM_UP):
                act()
            began, before = time.thread_time(), used(table.pid).product
            taken = timed(act)
            client = (time.thread_time() - began) * 1_000 / ROUNDS
            yield Taken(
                middle=statistics.median(taken),
                late=statistics.quantiles(taken, n=100)[98],
                use_case=None,
                product=client,
                engine=(used(table.pid).product - before) * 1_000 / ROUNDS,
            ).line(name)


def main(arguments: list[str]) -> None:
    """Print a table per size, and the floor."""
    print("floor, by botocore", HEAD.removeprefix(f"  {'':<18}"), sep="  ")
    for line in floors():
        print(line)
    with running() as stack, tempfile.TemporaryDirectory() as folder:
        for size in [int(one) for one in arguments] or SIZES:
            rest, account, path = prepared(stack.url, size, folder)
            walk(rest, account, path)
            rest.settle()
            print(f"{size:,} stored\n{HEAD}")
            for name, operation, act in requests(rest, account):
                print(measured(stack, rest, operation, act).line(name))


if __name__ == "__main__":
    main(sys.argv[1:])
