"""From the change log's fields back to objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

from chalicelib.expenses.model.history import Entry, State, Touched
from chalicelib.expenses.model.refunding import linked_to
from chalicelib.expenses.model.reverting import is_same
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.expenses.repository import packing
from chalicelib.kernel.money import Money

_UNKNOWN: Final = datetime.fromtimestamp(0, UTC)


def transaction_from(state: State, identity: str, *, version: int = 0) -> Transaction:
    """Read a logged version of a transaction.

    Where it came from (payee's id, source, import, time) is logged only with the state that a change
    replaced: in the other it is not known, and nothing that is shown of it.
    """
    currency = state["currency"]
    created = state.get("created_at")
    return Transaction(
        id=identity,
        version=version,
        account_id=state["account_id"],
        amount=Money(state["amount_minor"], currency),
        booked_on=date.fromisoformat(state["booked_on"]),
        payee=state["payee"],
        payee_id=state.get("payee_id", ""),
        bank_payee=state.get("bank_payee", ""),
        notes=state["notes"],
        filing=Filing(
            category_id=state["category_id"], by=state["filed_by"], confidence=state["confidence"]
        ),
        status=state.get("status", "posted"),
        reconciled_in=state.get("reconciled_in"),
        source=state.get("source", "manual"),
        import_id=state.get("import_id"),
        created_at=datetime.fromisoformat(created) if created else _UNKNOWN,
        updated_at=_UNKNOWN,
        made=_bytes(state, "made"),
        bank_ref=_bytes(state, "bank_ref"),
        absorbed=state.get("absorbed", ""),
        tags=tuple(state.get("tags", ())),
        set_by=state.get("set_by", {}),
        **_structure(state, currency),
    )


def is_by_links(entry: Entry, touched: Touched) -> bool:
    """Tell whether a change did nothing to a transaction but to its refunds, and nobody asked for that.

    So it is where an import links rows that its file says are linked, and where a link went because its other side did.
    """
    if touched.before is None or touched.after is None:
        return False
    before = transaction_from(touched.before, touched.id)
    after = transaction_from(touched.after, touched.id)
    if not is_same(
        replace(after, refunds=(), refunded=()), replace(before, refunds=(), refunded=())
    ):
        return False
    if entry.actor == "system":
        return True
    lost = set(linked_to(before)) - set(linked_to(after))
    others = [entry.of("transaction", one) for one in lost]
    return bool(lost) and all(one is not None and one.after is None for one in others)


def _bytes(state: State, name: str) -> bytes | None:
    return bytes.fromhex(state[name]) if name in state else None


def _structure(state: State, currency: str) -> Mapping[str, Any]:
    """Read parts, legs, links and rates, where there are any."""
    notes = state.get("part_notes", {})
    readers = {
        "original": packing.read_money,
        "rate": packing.read_rate,
        "parts": lambda raw: packing.read_parts(raw, currency, notes),
        "transfer": lambda raw: packing.read_transfer(raw, currency),
        "refunds": packing.read_refunds,
        "refunded": packing.read_refunded,
    }
    return {
        name: read(packing.packed(state[name])) for name, read in readers.items() if name in state
    }
