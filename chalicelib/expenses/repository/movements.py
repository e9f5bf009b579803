"""Movements as items: one an account and month, with numbers by day, in the posting's own transaction.

`MOV#<account>#<month>` has attributes such as `m05` (amount), `p05` (pending), `r05` (reconciled) and `u05`
(entries not reconciled) of the fifth, all grown by commutative additions. A transaction of many rows may touch more
months than it has room for: what does not fit waits in one item of the owner, under names with account and
day, and is taken to its months by an order of the ledger to itself. Readers count what waits, so a balance
is exact at any time. Counts of the categoriser lie here too, under names such as `j2026-11_filed_none`
(`repository/judging.py`), because an item more would cost two write units a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from typing_extensions import override

from chalicelib.expenses.commands import SortMovements
from chalicelib.expenses.errors import TooManyMovements
from chalicelib.expenses.model.accounts import in_range
from chalicelib.expenses.model.movements import NOTHING, Moved, Place
from chalicelib.expenses.repository.table import TABLE, number
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace

MOVEMENT: Final = "MOV#"
WAITING: Final = "MOV#~"
_MOST_MONTHS: Final = 3_000
"""Items that one account may have: more months than there are from 1900 on."""
MOST_OF_ALL: Final = 20_000
"""Items that a look at all accounts reads at most: 80 accounts for 20 years, about 10 MB."""
_ROOM_FOR_OTHERS: Final = 50
"""An atomic request may still bring so many transactions; they go before the months of the first."""
_SORTED_AT_ONCE: Final = 80
_LARGE: Final = 10**30
"""Only of coins, and only of such amounts, could a day's sum outgrow the 38 digits that the store holds."""
_TRIES: Final = 5
_LETTERS: Final[Mapping[str, str]] = {
    "m": "amount",
    "p": "pending",
    "r": "reconciled",
    "u": "unreconciled",
}
_MONTH: Final = len("2026-11")


class WaitingRow(Row):
    """Movements on their way to their months: a number an account, day and kind, such as `m#<account>#2026-11-05`."""

    version = WholeNumber()
    numbers: Mapping[str, int]

    @override
    def raw(self) -> dict[str, dict[str, str]]:
        held = {name: {"N": str(value)} for name, value in self.numbers.items()}
        return {**super().raw(), **held}


class Movements:
    """The movements of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def check(self, moved: Mapping[Place, Moved]) -> None:
        """Refuse a sum of one day that the store cannot hold (`BalanceOutOfRange`); reads only where it could be."""
        for (account_id, day), one in moved.items():
            if abs(one.amount) >= _LARGE:
                where = _month_key(self._ctx.owner, account_id, day)
                item, name = Table(TABLE).get(where) or {}, f"m{day.day:02d}"
                so_far = number(item, name) if name in item else 0
                in_range(so_far + self._ctx.commit.added(where).get(name, 0) + one.amount)

    def add(self, moved: Mapping[Place, Moved], *, keep: int = _ROOM_FOR_OTHERS) -> None:
        """Add movements, leaving room for so many other operations."""
        commit = self._ctx.commit
        for (account_id, day), one in sorted(moved.items()):
            where = _month_key(self._ctx.owner, account_id, day)
            if commit.added(where) or commit.room() > keep:
                commit.add(where, _numbers(one, suffix=f"{day.day:02d}"))
            else:
                self._wait(account_id, day, one)

    def note(self, account_id: str, day: date, counts: Mapping[str, int]) -> bool:
        """Let counts lie in a month's item that this unit adds to anyway, or tell that it adds to none."""
        where = _month_key(self._ctx.owner, account_id, day)
        if not self._ctx.commit.added(where):
            return False
        self._ctx.commit.add(where, counts)
        return True

    def _wait(self, account_id: str, day: date, one: Moved) -> None:
        where = _waiting_key(self._ctx.owner)
        if not self._ctx.commit.added(where):
            self._ctx.commit.order(SortMovements(), subject=str(self._ctx.owner))
        numbers = _numbers(one, suffix=f"#{account_id}#{day.isoformat()}")
        version = 0 if self._ctx.commit.added(where) else 1
        self._ctx.commit.add(where, {**numbers, "version": version})

    def sort(self) -> bool:
        """Take what waits to its months, as much as fits; tell whether something still waits."""
        item = Table(TABLE).get(_waiting_key(self._ctx.owner))
        waiting = _waiting(item)
        months: dict[Key, dict[str, int]] = {}
        left: dict[str, int] = {}
        for name, value in waiting.items():
            letter, account_id, day = name.split("#")
            where = _month_key(self._ctx.owner, account_id, date.fromisoformat(day))
            if where not in months and len(months) == _SORTED_AT_ONCE:
                left[name] = value
            else:
                months.setdefault(where, {})[letter + day[-2:]] = value
        if item is None or not waiting:
            return False
        for where, numbers in months.items():
            self._ctx.commit.add(where, numbers)
        version = number(item, "version")
        # never deleted: a version that begins anew could be taken for the old one
        row = WaitingRow(*_waiting_key(self._ctx.owner), version=version + 1)
        row.numbers = left
        self._ctx.commit.put(row, expect=version, refusal=LostRace())
        return bool(left)


def read_days(owner: Owner, account_id: str, *, until: date) -> dict[date, Moved]:
    """Give what moved on an account by day up to the end of a month at least; raise `LostRace` when it is busy.

    Strongly consistent. Something that waits could be taken to its month between the two reads, and so be
    counted twice or not at all: where anything waits, both reads are of one moment or are made again.
    """
    months, waiting = _at_once(owner, lambda: _months(owner, account_id, until))
    return _joined(months, waiting, account_id)


def read_all_days(owner: Owner) -> dict[str, dict[date, Moved]]:
    """Give what moved on every account by day, in one query; raise `TooManyMovements`, and `LostRace` when busy.

    Strongly consistent, as `read_days`.
    """
    items, waiting = _at_once(owner, lambda: _all_months(owner))
    months: dict[str, list[Raw]] = {}
    for item in items:
        account_id = item["sk"]["S"].removeprefix(MOVEMENT)[: -_MONTH - 1]
        months.setdefault(account_id, []).append(item)
    accounts = {*months, *(name.split("#")[1] for name in waiting)}
    return {one: _joined(months.get(one, []), waiting, one) for one in accounts}


def _at_once(owner: Owner, read: Callable[[], list[Raw]]) -> tuple[list[Raw], dict[str, int]]:
    """Read months, and what waits to be taken to them, as of one moment."""
    for _ in range(_TRIES):
        before = Table(TABLE).get(_waiting_key(owner))
        months = read()
        if not _waiting(before) or Table(TABLE).get(_waiting_key(owner)) == before:
            return months, _waiting(before)
    raise LostRace


def _all_months(owner: Owner) -> list[Raw]:
    items = list(
        Table(TABLE).query_all(str(owner), MOVEMENT, WAITING, most=MOST_OF_ALL + 1, consistent=True)
    )
    if len(items) > MOST_OF_ALL:
        raise TooManyMovements
    return [item for item in items if item["sk"]["S"] != WAITING]


def _months(owner: Owner, account_id: str, until: date) -> list[Raw]:
    prefix = f"{MOVEMENT}{account_id}#"
    return list(
        Table(TABLE).query_all(
            str(owner),
            prefix,
            f"{prefix}{until.isoformat()[:_MONTH]}",
            most=_MOST_MONTHS,
            consistent=True,
        )
    )


def _joined(months: list[Raw], waiting: Mapping[str, int], account_id: str) -> dict[date, Moved]:
    found: dict[date, dict[str, int]] = {}

    def count(day: date, letter: str, value: int) -> None:
        kinds = found.setdefault(day, {})
        kinds[_LETTERS[letter]] = kinds.get(_LETTERS[letter], 0) + value

    for item in months:
        month = item["sk"]["S"][-_MONTH:]
        for name in item:
            if name[0] in _LETTERS and name[1:].isdigit():
                count(date.fromisoformat(f"{month}-{name[1:]}"), name[0], number(item, name))
    for name, value in waiting.items():
        letter, whose, day = name.split("#")
        if whose == account_id:
            count(date.fromisoformat(day), letter, value)
    moved = {day: Moved(**kinds) for day, kinds in found.items()}
    return {day: one for day, one in moved.items() if one != NOTHING}


def _waiting(item: Raw | None) -> dict[str, int]:
    return {name: number(item, name) for name in item if "#" in name} if item else {}


def _numbers(one: Moved, *, suffix: str) -> dict[str, int]:
    return {
        letter + suffix: value
        for letter, name in _LETTERS.items()
        if (value := int(getattr(one, name)))
    }


def _month_key(owner: Owner, account_id: str, day: date) -> Key:
    return (str(owner), f"{MOVEMENT}{account_id}#{day.isoformat()[:_MONTH]}")


def _waiting_key(owner: Owner) -> Key:
    return (str(owner), WAITING)
