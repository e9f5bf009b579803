"""The published heuristics of other products, written anew from their descriptions, to be measured beside ours.

Sources: section 6 of the feature comparison. Where a product says nothing about a class it answers nothing.
Each works the way it is described: newcomers one by one, the nearest first, each known row once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from chalicelib.expenses.model.payee import merchant_key
from tests.corpus.matching.records import Pair, Record, World

Fits = Callable[[Record, Record], bool]


def _apart(first: Record, second: Record) -> int:
    return abs((first.day - second.day).days)


def _same_place(first: Record, second: Record) -> bool:
    return (first.account, first.currency) == (second.account, second.currency)


def _name(row: Record) -> str:
    return merchant_key(row.payee, row.memo)


def one_by_one(
    arriving: Iterable[Record], known: Sequence[Record], passes: Sequence[Fits]
) -> list[Pair]:
    """Let each newcomer take the nearest row that fits, in pass after pass; a row is taken once."""
    left = list(known)
    waiting = list(arriving)
    found: list[Pair] = []
    for fits in passes:
        again = []
        for row in waiting:
            able = [one for one in left if fits(row, one)]
            if not able:
                again.append(row)
                continue
            taken = min(able, key=lambda one: (_apart(row, one), one.id))
            left.remove(taken)
            found.append((row.id, taken.id))
        waiting = again
    return found


def _same_id(row: Record, one: Record) -> bool:
    return bool(row.ref) and row.ref == one.ref and row.account == one.account


def actual(world: World) -> list[Pair]:
    """Id in the account; else the same amount within 7 days, equal payees first, then any.

    A row with an id is not matched to another id; reconciled rows are not touched.
    """

    def near(row: Record, one: Record) -> bool:
        free = not (row.ref and one.ref) and one.status != "reconciled"
        return free and _same_place(row, one) and row.amount == one.amount and _apart(row, one) <= 7

    def named(row: Record, one: Record) -> bool:
        return near(row, one) and _name(row) == _name(one)

    return one_by_one(world.arriving, world.known, (_same_id, named, near))


def ynab(world: World) -> list[Pair]:
    """Id, or amount, day and occurrence; else the same amount within 10 days, to an entered row."""

    def same(row: Record, one: Record) -> bool:
        equal = _same_place(row, one) and (row.amount, row.day) == (one.amount, one.day)
        return equal and not row.ref and one.source == "import" and one.status != "pending"

    def near(row: Record, one: Record) -> bool:
        entered = one.source != "import" or one.status == "planned"
        return (
            entered
            and _same_place(row, one)
            and row.amount == one.amount
            and _apart(row, one) <= 10
        )

    return one_by_one(world.arriving, world.known, (_same_id, same, near))


def sure(world: World) -> list[Pair]:
    """Id; day, amount and name; a pending one of the same amount up to 8 days earlier.

    Then the same merchant with up to 30 percent more within 3 days.
    """

    def exact(row: Record, one: Record) -> bool:
        equal = _same_place(row, one) and (row.amount, row.day) == (one.amount, one.day)
        return equal and _name(row) == _name(one) and one.status != "pending"

    def held(row: Record, one: Record, days: int) -> bool:
        earlier = 0 <= (row.day - one.day).days <= days
        return one.status == "pending" and _same_place(row, one) and earlier

    def to_the_cent(row: Record, one: Record) -> bool:
        return held(row, one, 8) and row.amount == one.amount

    def tipped(row: Record, one: Record) -> bool:
        more = abs(one.amount) <= abs(row.amount) <= abs(one.amount) * 1.3
        return held(row, one, 3) and more and _name(row) == _name(one)

    return one_by_one(world.arriving, world.known, (_same_id, exact, to_the_cent, tipped))


def moneymatter(world: World) -> list[Pair]:
    """The same day and amount; a planned one of the same amount within 7 days."""

    def same(row: Record, one: Record) -> bool:
        return (
            _same_place(row, one)
            and (row.amount, row.day) == (one.amount, one.day)
            and one.status not in {"planned", "pending"}
        )

    def planned(row: Record, one: Record) -> bool:
        near = _same_place(row, one) and _apart(row, one) <= 7
        return one.status == "planned" and near and row.amount == one.amount

    return one_by_one(world.arriving, world.known, (_same_id, same, planned))


def no_transfers(world: World) -> list[Pair]:
    """Says nothing about transfers."""
    return []


def sure_transfers(world: World) -> list[Pair]:
    """Opposite legs of two accounts within 4 days; other currencies within 10 percent of the day's rate."""
    found = sorted(_legs(world, days=4, percent=10))
    used: set[str] = set()
    pairs = []
    for _, out, back in found:
        if not used & {out, back}:
            used |= {out, back}
            pairs.append((out, back))
    return pairs


def _legs(world: World, *, days: int, percent: int) -> Iterator[tuple[int, str, str]]:
    leaving = [one for one in world.ledger if one.amount < 0]
    coming = [one for one in world.ledger if one.amount > 0]
    for out, back in product(leaving, coming):
        if out.account == back.account or _apart(out, back) > days:
            continue
        worth = -out.amount * rate(world, out, back.currency)
        exact = out.currency == back.currency
        if abs(worth - back.amount) * 100 <= (0 if exact else percent * worth):
            yield _apart(out, back), out.id, back.id


def rate(world: World, row: Record, currency: str) -> float:
    """Give the day's rate from a row's currency."""
    from tests.corpus.matching.life import START

    at = (row.day - START).days

    def per_euro(one: str) -> float:
        return 1.0 if one == "EUR" else world.rates[one][at]

    return per_euro(currency) / per_euro(row.currency)


def moneymatter_refunds(world: World) -> list[Pair]:
    """Opposite kinds in one currency, no more than the purchase; the newest of the same payee is taken."""
    left = {one.id: -one.amount for one in world.ledger if one.amount < 0}
    bought: dict[str, list[Record]] = {}
    for one in world.ledger:
        if one.amount < 0:
            bought.setdefault(_name(one), []).append(one)
    pairs = []
    for row in world.ledger:
        if row.amount <= 0:
            continue
        able = [
            one
            for one in bought.get(_name(row), ())
            if one.currency == row.currency and one.day <= row.day and left[one.id] >= row.amount
        ]
        if able:
            taken = max(able, key=lambda one: (left[one.id] == row.amount, one.day, one.id))
            left[taken.id] -= row.amount
            pairs.append((row.id, taken.id))
    return pairs


@dataclass(frozen=True, slots=True)
class Baseline:
    """One product: how it meets newcomers, and what it does about transfers and refunds."""

    name: str
    arrivals: Callable[[World], list[Pair]]
    transfers: Callable[[World], list[Pair]] = no_transfers
    refunds: Callable[[World], list[Pair]] = no_transfers


BASELINES: Final = (
    Baseline("Actual", actual),
    Baseline("YNAB", ynab),
    Baseline("Sure", sure, sure_transfers),
    Baseline("MoneyMatter", moneymatter, no_transfers, moneymatter_refunds),
)
