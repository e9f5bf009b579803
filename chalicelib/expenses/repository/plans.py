"""Plans of bulk edits as items: sealed, because a query names people and shops, and gone after an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.expenses.errors.editing import PreviewNotFound
from chalicelib.expenses.model.plans import KEPT, Plan
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.table import LAYOUT, key, place
from chalicelib.kernel.changes import pack, unpack
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace

PLAN: Final = "PLN#"
_WHILE_RUNNING: Final = timedelta(days=2)


class PlanRow(Row):
    """A plan; `rows` is a deflated list of ids and versions."""

    layout = WholeNumber()
    version = WholeNumber()
    spec = BinaryAttribute(legacy_encoding=False)
    rows = BinaryAttribute(legacy_encoding=False)
    at = UnicodeAttribute()
    matched = WholeNumber()
    run_id = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    ttl = WholeNumber()


class Plans:
    """The plans of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def get(self, plan_id: str) -> Plan:
        """Give a plan; raises `PreviewNotFound` also when its hour is over."""
        item = Table(table.TABLE).get(key(self._ctx.owner, PLAN, plan_id))
        if item is None:
            raise PreviewNotFound
        return Plan(
            id=plan_id,
            version=table.number(item, "version"),
            spec=table.opened(self._ctx.vault, item, "spec"),
            rows=tuple((one[0], one[1]) for one in unpack(item["rows"]["B"])),
            created_at=table.instant(item, "created_at"),
            at=item["at"]["S"],
            matched=table.number(item, "matched"),
            run_id=table.text(item, "run_id"),
        )

    def save(self, plan: Plan) -> None:
        """Write a plan over its version before, or a new one; while it is carried out it stays longer."""
        pk, sk = key(self._ctx.owner, PLAN, plan.id)
        life = KEPT if plan.run_id is None else _WHILE_RUNNING
        row = PlanRow(
            pk,
            sk,
            layout=LAYOUT,
            version=plan.version,
            spec=self._ctx.vault.seal(plan.spec, *place(sk, "spec")),
            rows=pack(plan.rows),
            at=plan.at,
            matched=plan.matched,
            created_at=rfc3339(plan.created_at),
            ttl=int((plan.created_at + life).timestamp()),
        )
        if plan.run_id is not None:
            row.run_id = plan.run_id
        self._ctx.commit.put(row, expect=plan.version - 1, refusal=LostRace())
