"""Reconciliations as items, and the transactions that they lock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, cast

from pynamodb.attributes import UnicodeAttribute
from typing_extensions import override

from chalicelib.expenses.errors import IdTaken
from chalicelib.expenses.errors.reconciliations import ReconciliationNotFound
from chalicelib.expenses.model.reconciliations import MAX_RECONCILIATIONS, Reconciliation, State
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.table import LAYOUT, ObjectRow, tombstone
from chalicelib.expenses.repository.transactions import Filter, scan
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Key, Raw, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass

RECONCILIATION: Final = "RCN#"
_ARRIVING: Final = timedelta(days=62)
"""A transfer is listed under the day on which it was sent: so long before or after it may arrive."""


class ReconciliationRow(ObjectRow):
    """A reconciliation; ids in lists are parted by spaces."""

    account_id = UnicodeAttribute()
    day = UnicodeAttribute()
    closing = WholeNumber()
    state = UnicodeAttribute()
    first = UnicodeAttribute(null=True)
    opening = WholeNumber(null=True)
    left_out = UnicodeAttribute(null=True)
    previous_id = UnicodeAttribute(null=True)
    adjustments = UnicodeAttribute(null=True)
    run_id = UnicodeAttribute(null=True)
    locked = WholeNumber()
    since = UnicodeAttribute(null=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByLock(Filter):
    """Transactions of an account by whether they are locked: the posted ones, or those that one reconciliation locked."""

    reconciled_in: str | None = None
    left_out: frozenset[str] = frozenset()

    @override
    def holds(self, item: Raw) -> bool:
        if self.reconciled_in is not None:
            locked = table.text(item, "reconciled_in") == self.reconciled_in
            return locked and item["status"]["S"] == "reconciled"
        identity = item["sk"]["S"].removeprefix(table.TRANSACTION)
        is_open = item["status"]["S"] == "posted" and identity not in self.left_out
        # not super(): a dataclass with slots is another class than the one that the body stands in
        return is_open and Filter.holds(self, item)


class Reconciliations:
    """The reconciliations of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def get(self, account_id: str, identity: str) -> Reconciliation:
        """Give a reconciliation; raises `ReconciliationNotFound`."""
        item = self._raw(account_id, identity)
        if item is None or table.is_deleted(item):
            raise ReconciliationNotFound
        return _reconciliation(item)

    def repeated(self, account_id: str, identity: str, made: bytes) -> Reconciliation | None:
        """Give what the client made before by the same request; raises `IdTaken` when the id is another's."""
        item = self._raw(account_id, identity)
        if item is None:
            return None
        if table.is_deleted(item) or table.binary(item, "made") != made:
            raise IdTaken
        return _reconciliation(item)

    def _raw(self, account_id: str, identity: str) -> Raw | None:
        return Table(table.TABLE).get(self._key(account_id, identity))

    def find(self, account_id: str) -> list[Reconciliation]:
        """Give all of an account, the newest day first."""
        prefix = f"{RECONCILIATION}{account_id}#"
        items = Table(table.TABLE).query_all(
            str(self._ctx.owner),
            prefix,
            prefix + table.LAST,
            # tombstones count: who undoes and begins anew for ever is stopped as well
            most=MAX_RECONCILIATIONS,
            consistent=True,
        )
        live = [_reconciliation(item) for item in items if not table.is_deleted(item)]
        return sorted(live, key=lambda one: one.day, reverse=True)

    def count(self, account_id: str) -> int:
        """Count those of an account, undone ones too."""
        prefix = f"{RECONCILIATION}{account_id}#"
        piece = Table(table.TABLE).query(
            str(self._ctx.owner),
            prefix,
            prefix + table.LAST,
            limit=MAX_RECONCILIATIONS,
            consistent=True,
            count_only=True,
        )
        return len(piece.items)

    def save(self, after: Reconciliation, before: Reconciliation | None) -> None:
        """Write a reconciliation over its version before, or a new one."""
        row = ReconciliationRow(
            *self._key(after.account_id, after.id),
            layout=LAYOUT,
            version=after.version,
            account_id=after.account_id,
            day=after.day.isoformat(),
            closing=after.closing_minor,
            state=after.state,
            locked=after.locked,
            created_at=rfc3339(after.created_at),
            updated_at=rfc3339(after.updated_at),
        )
        for name, value in _seldom(after).items():
            if value not in {None, ""}:
                setattr(row, name, value)
        expected = before.version if before else 0
        self._ctx.commit.put(row, expect=expected, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="reconciliation",
                id=after.id,
                version=after.version,
                fields=_clear(after),
                before=_clear(before) if before else None,
            )
        )

    def remove(self, one: Reconciliation) -> None:
        """Put a tombstone in a reconciliation's place."""
        where = self._key(one.account_id, one.id)
        gone = tombstone(where, version=one.version + 1, at=self._ctx.now)
        self._ctx.commit.put(gone, expect=one.version, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="reconciliation",
                id=one.id,
                version=one.version + 1,
                op="delete",
                before=_clear(one),
            )
        )

    def to_lock(
        self, one: Reconciliation, since: date, *, start: Mapping[str, str] | None, limit: int
    ) -> tuple[list[str], Mapping[str, str] | None]:
        """Give ids of posted transactions that a statement may have, and where to go on."""
        wanted = ByLock(
            account_id=one.account_id,
            first=_before(since),
            last=_behind(one.day),
            left_out=frozenset(one.left_out),
        )
        return self._ids(wanted, start, limit)

    def to_unlock(
        self, one: Reconciliation, *, start: Mapping[str, str] | None, limit: int
    ) -> tuple[list[str], Mapping[str, str] | None]:
        """Give ids of transactions that a reconciliation locked, and where to go on."""
        wanted = ByLock(
            account_id=one.account_id,
            first=_before(one.since or one.day),
            last=_behind(one.day),
            reconciled_in=one.id,
        )
        return self._ids(wanted, start, limit)

    def _ids(
        self, wanted: Filter, start: Mapping[str, str] | None, limit: int
    ) -> tuple[list[str], Mapping[str, str] | None]:
        items, resume = scan(self._ctx.owner, wanted, start=start, limit=limit, forward=True)
        return [item["sk"]["S"].removeprefix(table.TRANSACTION) for item in items], resume

    def _key(self, account_id: str, identity: str) -> Key:
        return table.key(self._ctx.owner, f"{RECONCILIATION}{account_id}#", identity)


def _before(day: date) -> date:
    return max(day, date.min + _ARRIVING) - _ARRIVING


def _behind(day: date) -> date:
    return min(day, date.max - _ARRIVING) + _ARRIVING


def _seldom(one: Reconciliation) -> dict[str, object]:
    return {
        "first": one.first.isoformat() if one.first else None,
        "opening": one.opening_minor,
        "left_out": " ".join(one.left_out),
        "previous_id": one.previous_id,
        "adjustments": " ".join(one.adjustments),
        "run_id": one.run_id,
        "since": one.since.isoformat() if one.since else None,
        "made": one.made,
    }


def _clear(one: Reconciliation) -> dict[str, object]:
    return {
        "account_id": one.account_id,
        "day": one.day.isoformat(),
        "closing_minor": one.closing_minor,
        "state": one.state,
    }


def _reconciliation(item: Raw) -> Reconciliation:
    _, account_id, identity = item["sk"]["S"].split("#")
    return Reconciliation(
        id=identity,
        version=table.number(item, "version"),
        account_id=account_id,
        day=date.fromisoformat(item["day"]["S"]),
        closing_minor=table.number(item, "closing"),
        state=cast("State", item["state"]["S"]),
        first=table.day(item, "first"),
        opening_minor=table.number(item, "opening") if "opening" in item else None,
        left_out=tuple((table.text(item, "left_out") or "").split()),
        previous_id=table.text(item, "previous_id"),
        adjustments=tuple((table.text(item, "adjustments") or "").split()),
        run_id=table.text(item, "run_id"),
        locked=table.number(item, "locked"),
        since=table.day(item, "since"),
        created_at=table.instant(item, "created_at"),
        updated_at=table.instant(item, "updated_at"),
        made=table.binary(item, "made"),
    )
