"""What roll-ups cost: one small row a category against one big map a month, in capacity units and time.

`python -m benchmarks.roll_ups` starts the local DynamoDB engine in memory and prints the figures of
docs/adr/0004-roll-up-rows.md. Capacity is what the engine reports (AWS's rules); time is of one run.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, cast

from chalicelib.analytics.events import TotalsChanged
from chalicelib.analytics.model import periods
from chalicelib.analytics.model import sums as model
from chalicelib.analytics.model.sums import Cell, Deltas, Label, Sums
from chalicelib.analytics.repository import TABLE, roll_ups
from chalicelib.kernel import aws, tables
from chalicelib.kernel.clock import Period
from chalicelib.kernel.context import system_context
from chalicelib.kernel.ids import derived_id, new_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.settings import settings
from chalicelib.kernel.vault import Vault
from local.engine import start_engine

EVENTS: Final = 20
READS: Final = 60
SIZES: Final = ((10, 1), (40, 1), (40, 4), (40, 10), (200, 4))
_MONTH: Final = "2026-11"


@dataclass(slots=True)
class Meter:
    """Capacity units that the engine says were used."""

    units: list[float] = field(default_factory=list)

    def total(self) -> float:
        """Give the units used since the start."""
        return sum(self.units)


@contextmanager
def metered(counted: str) -> Iterator[Meter]:
    """Ask for the capacity of every call, and add up that of one operation."""
    meter = Meter()
    events = cast("Any", aws.dynamodb()).meta.events

    def ask(params: dict[str, Any], **_: object) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def note(parsed: dict[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        if model.name != counted:
            return
        used = parsed.get("ConsumedCapacity", [])
        for one in used if isinstance(used, list) else [used]:
            meter.units.append(one["CapacityUnits"])

    events.register("provide-client-params.dynamodb", ask, unique_id="ask")
    events.register("after-call.dynamodb", note, unique_id="note")
    try:
        yield meter
    finally:
        events.unregister("provide-client-params.dynamodb", unique_id="ask")
        events.unregister("after-call.dynamodb", unique_id="note")


def category(number: int) -> str:
    """Name a made-up category."""
    return derived_id("benchmark", "category", str(number))


def account(number: int) -> str:
    """Name a made-up account."""
    return derived_id("benchmark", "account", str(number))


def _vaults(owner: Owner) -> Vault:
    return Vault(str(owner), b"k" * 32)


def fill(owner: Owner, months: list[str], categories: int, accounts: int) -> None:
    """Write the rows of a user: every category in every account and month."""
    for month in months:
        for number in range(categories):
            unit = system_context(owner, TABLE, vaults=_vaults).commit
            roll_ups.add(
                unit,
                {
                    Cell(month, "EUR", category(number), account(index)): Sums(123_456, 654_321, 17)
                    for index in range(accounts)
                },
            )
            unit.write()


def fill_map(owner: Owner, categories: int, accounts: int) -> None:
    """Write the same as one item a month; flat names stand for the map, their bytes are about equal."""
    numbers = {
        f"{kind}#{category(one)}#{account(index)}": value
        for one in range(categories)
        for index in range(accounts)
        for kind, value in (("i", 123_456), ("e", 654_321), ("n", 17))
    }
    item = {"pk": {"S": str(owner)}, "sk": {"S": f"MAP#{_MONTH}#EUR"}}
    item |= {name: {"N": str(value)} for name, value in numbers.items()}
    aws.dynamodb().put_item(TableName=TABLE.name, Item=item)


def write_rows(owner: Owner, deltas: Deltas) -> None:
    """Handle one event as the worker does: inbox mark, sums, the fact that they moved."""
    unit = system_context(owner, TABLE, vaults=_vaults).commit
    unit.open(message_id=new_id())
    roll_ups.add(unit, deltas)
    unit.tell(TotalsChanged(totals=model.touched(deltas)), subject=new_id())
    unit.write()


def write_map(owner: Owner, deltas: Deltas) -> None:
    """Handle one event with the map: the same, but for the one big item."""
    unit = system_context(owner, TABLE, vaults=_vaults).commit
    unit.open(message_id=new_id())
    for cell, sums in deltas.items():
        place = f"{cell.category_id}#{cell.account_id}"
        unit.add(
            (str(owner), f"MAP#{cell.month}#EUR"), {f"e#{place}": sums.expense, f"n#{place}": 1}
        )
    unit.tell(TotalsChanged(totals=model.touched(deltas)), subject=new_id())
    unit.write()


def _units(act: Callable[[Owner, Deltas], None], owner: Owner, deltas: Deltas) -> float:
    with metered("TransactWriteItems") as meter:
        for _ in range(EVENTS):
            act(owner, deltas)
    return meter.total() / EVENTS


def _milliseconds(act: Callable[[], object]) -> tuple[float, float]:
    """Give p50 and p99 of a call in milliseconds."""
    times = []
    for _ in range(READS):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1_000)
    return statistics.median(times), max(times)


def writes() -> None:
    """Print what one event costs to write."""
    print("write units of one event (transaction: inbox mark, sums, outbox row)")
    print(
        f"{'categories':>10} {'accounts':>8} {'row':>8} {'row move':>9} {'map':>8} {'map move':>9}"
    )
    for categories, accounts in SIZES:
        owner = Owner("U", new_id())
        fill(owner, [_MONTH], categories, accounts)
        fill_map(owner, categories, accounts)
        one: Deltas = {Cell(_MONTH, "EUR", category(3), account(0)): Sums(0, 100, 1)}
        move: Deltas = {**one, Cell(_MONTH, "EUR", category(4), account(0)): Sums(0, -100, -1)}
        figures = [
            _units(act, owner, deltas) for act in (write_rows, write_map) for deltas in (one, move)
        ]
        print(
            f"{categories:>10} {accounts:>8} {figures[0]:>8.1f} {figures[1]:>9.1f}"
            f" {figures[2]:>8.1f} {figures[3]:>9.1f}"
        )


def reads() -> None:
    """Print what the two answers cost to read, in units and in time, with the map beside it."""
    print("\nread units and milliseconds (p50 / worst) of one answer")
    print(f"{'categories':>10} {'accounts':>8} {'month':>22} {'map':>22} {'12 months':>22}")
    months = [str(period) for period in periods.span(Period.of(date(2026, 11, 1)), 12)]
    for categories, accounts in SIZES:
        owner = Owner("U", new_id())
        fill(owner, months, categories, accounts)
        fill_map(owner, categories, accounts)
        labels = {category(one): Label("x", None, "expense") for one in range(categories)}

        def month(owner: Owner = owner, labels: dict[str, Label] = labels) -> object:
            return model.spending(roll_ups.find(owner, _MONTH, _MONTH), labels)

        def one_map(owner: Owner = owner) -> object:
            return tables.Table(TABLE).get((str(owner), f"MAP#{_MONTH}#EUR"), consistent=False)

        def year(owner: Owner = owner, labels: dict[str, Label] = labels) -> object:
            span = periods.span(Period.parse(_MONTH), 12)
            return model.trends(roll_ups.find(owner, months[0], months[-1]), labels, span)

        answers = (("Query", month), ("GetItem", one_map), ("Query", year))
        figures = [_figure(operation, act) for operation, act in answers]
        print(f"{categories:>10} {accounts:>8} " + " ".join(figures))


def _figure(operation: str, act: Callable[[], object]) -> str:
    with metered(operation) as meter:
        act()
    p50, worst = _milliseconds(act)
    return f"{meter.total():>6.1f} {p50:>7.1f} /{worst:>6.1f}"


def main() -> None:
    """Start the engine, print both tables, stop it."""
    engine = start_engine(None)
    os.environ |= {
        "XPENSE_DYNAMODB_ENDPOINT": engine.endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "eu-central-1",
    }
    settings.cache_clear()
    aws.reset()
    try:
        tables.create(TABLE)
        print(f"engine: {engine.name} {engine.note}\n")
        writes()
        reads()
    finally:
        engine.close()


if __name__ == "__main__":
    main()
