"""What a search call costs in CPU: opening two thousand sealed transactions and testing each.

`python -m benchmarks.search`. Times are CPU milliseconds, best of five. The rows are items as the store gives them,
with sealed payee, notes and, of every fifth, tags; nothing is read from a store.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from chalicelib.expenses.model.query import (
    Names,
    Query,
    QueryProblem,
    Subject,
    compile_query,
    parse_query,
    print_query,
)
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.expenses.repository import TABLE
from chalicelib.expenses.repository.decode import transaction_of
from chalicelib.expenses.repository.transactions import MOST_OPENED, Transactions
from chalicelib.kernel.context import system_context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.money import Money
from chalicelib.kernel.owners import USER, Owner
from chalicelib.kernel.tables import Raw
from chalicelib.kernel.vault import Vault
from tests.unit.expenses.categorising.labelled_lines import LINES

TODAY: Final = date(2026, 11, 28)
QUERIES: Final = (
    "bakery",
    "amount:10..20 date:2026",
    'rewe OR "corner shop"* -notes:cake amount>10',
    " OR ".join(f"payee:shop{number}" for number in range(50)),
)


def rows(vault: Vault, owner: Owner) -> list[Raw]:
    """Make sealed items of the labelled lines, over and over."""
    ctx = system_context(owner, TABLE, vaults=lambda _: vault)
    store = Transactions(ctx)
    payees = [line.split("|")[0].strip() for line in LINES.splitlines() if "|" in line]
    now = datetime(2026, 11, 28, tzinfo=UTC)
    made: list[Raw] = []
    for number in range(MOST_OPENED):
        one = Transaction(
            id=new_id(),
            version=1,
            account_id=new_id(),
            amount=Money(-number, "EUR"),
            booked_on=TODAY - timedelta(days=number),
            payee=payees[number % len(payees)],
            payee_id=new_id(),
            notes=f"card payment {number}, terminal 17",
            filing=Filing(category_id=None, by="none"),
            source="import",
            created_at=now,
            updated_at=now,
            tags=("Holiday",) if number % 5 == 0 else (),
        )
        made.append(store._row(one).raw())  # noqa: SLF001 - the items that the ledger writes
    return made


def best(act: Callable[[], Any]) -> float:
    """Give the fewest CPU milliseconds of five runs."""
    spent = []
    for _ in range(5):
        began = time.process_time()
        act()
        spent.append(time.process_time() - began)
    return min(spent) * 1_000


def read(text: str) -> Query:
    """Read a query that is one."""
    query = parse_query(text)
    if isinstance(query, QueryProblem):
        raise TypeError(query)
    return query


def main() -> None:
    """Print the figures."""
    owner = Owner(USER, new_id())
    vault = Vault(str(owner), b"k" * 32)
    items = rows(vault, owner)
    opening = best(lambda: [transaction_of(item, vault) for item in items])
    print(f"{len(items):,} items opened and read: {opening:.1f} ms")
    opened = [transaction_of(item, vault) for item in items]
    folding = best(lambda: [Subject(one) for one in opened])
    print(f"{len(items):,} texts folded: {folding:.1f} ms")
    subjects = [Subject(one) for one in opened]
    for text in QUERIES:
        query = read(text)
        test = compile_query(query, names=Names(), today=TODAY)
        if isinstance(test, QueryProblem):
            raise TypeError(test)
        reading = best(lambda text=text: [read(text) for _ in range(100)]) / 100  # type: ignore[misc]
        testing = best(lambda test=test: [test(one) for one in subjects])  # type: ignore[misc]
        shown = print_query(query)
        print(f"{shown[:48]:<50} read {reading:6.3f} ms, tested {testing:6.1f} ms")


if __name__ == "__main__":
    main()
