"""Runs as items: what a run is asked to do is sealed, how far it is stands in clear."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, cast

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.expenses.errors.runs import RunNotFound
from chalicelib.expenses.model.runs import Run, RunKind, RunState
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.table import LAYOUT, ObjectRow, key, place
from chalicelib.kernel.changes import pack, unpack
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Raw, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace

RUN: Final = "RUN#"
_KEPT: Final = timedelta(days=90)


class RunRow(ObjectRow):
    """A run; `changes` is a deflated list of numbers, `told` what it counts and names besides."""

    kind = UnicodeAttribute()
    spec = BinaryAttribute(legacy_encoding=False)
    total = WholeNumber()
    state = UnicodeAttribute()
    step = WholeNumber()
    after = UnicodeAttribute()
    done = WholeNumber()
    changed = WholeNumber()
    left = WholeNumber()
    changes = BinaryAttribute(legacy_encoding=False)
    problem = UnicodeAttribute(null=True)
    undone_by = UnicodeAttribute(null=True)
    told = BinaryAttribute(legacy_encoding=False, null=True)
    asked_by = UnicodeAttribute(null=True)
    ttl = WholeNumber()


class Runs:
    """The runs of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def get(self, run_id: str) -> Run:
        """Give a run; raises `RunNotFound`."""
        item = Table(table.TABLE).get(key(self._ctx.owner, RUN, run_id))
        if item is None:
            raise RunNotFound
        return self._run(item)

    def save(self, run: Run) -> None:
        """Write a run over its version before, or a new one."""
        pk, sk = key(self._ctx.owner, RUN, run.id)
        row = RunRow(
            pk,
            sk,
            layout=LAYOUT,
            version=run.version,
            kind=run.kind,
            spec=self._ctx.vault.seal(run.spec, *place(sk, "spec")),
            total=run.total,
            state=run.state,
            step=run.step,
            after=run.after,
            done=run.done,
            changed=run.changed,
            left=run.left,
            changes=pack(run.changes),
            created_at=rfc3339(run.created_at),
            updated_at=rfc3339(run.updated_at),
            ttl=int((run.created_at + _KEPT).timestamp()),
        )
        if run.counts or run.left_ids:
            row.told = pack({"counts": dict(run.counts), "left": run.left_ids})
        if run.asked_by:
            row.asked_by = run.asked_by
        if run.problem is not None:
            row.problem = run.problem
        if run.undone_by is not None:
            row.undone_by = run.undone_by
        self._ctx.commit.put(row, expect=run.version - 1, refusal=LostRace())

    def _run(self, item: Raw) -> Run:
        told = unpack(item["told"]["B"]) if "told" in item else {"counts": {}, "left": ()}
        return Run(
            id=item["sk"]["S"].removeprefix(RUN),
            version=table.number(item, "version"),
            kind=cast("RunKind", item["kind"]["S"]),
            spec=table.opened(self._ctx.vault, item, "spec"),
            total=table.number(item, "total"),
            state=cast("RunState", item["state"]["S"]),
            step=table.number(item, "step"),
            after=item["after"]["S"],
            done=table.number(item, "done"),
            changed=table.number(item, "changed"),
            left=table.number(item, "left"),
            changes=tuple(unpack(item["changes"]["B"])),
            problem=table.text(item, "problem"),
            undone_by=table.text(item, "undone_by"),
            counts=told["counts"],
            left_ids=tuple(told["left"]),
            asked_by=table.text(item, "asked_by") or "",
            created_at=table.instant(item, "created_at"),
            updated_at=table.instant(item, "updated_at"),
        )
