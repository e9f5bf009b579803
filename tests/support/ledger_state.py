"""Everything that the ledger and its sums say of an owner, item by item, so that two states can be compared.

Left out is what a ledger that was changed and changed back must differ in: the log of changes and its head, marks of
messages, tombstones, versions and times of changes. A number that came to nothing is as one that was never there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from chalicelib.analytics.repository import TABLE as SUMS
from chalicelib.expenses.repository import TABLE as LEDGER
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.decode import transaction_of
from chalicelib.expenses.repository.tags import TAG
from chalicelib.kernel.tables import Raw, Table, TableSpec
from tests.factories.users import SignedIn

_NEVER: Final = datetime.fromtimestamp(0, UTC)
_BEHIND: Final = ("META", "CHG#", "IDM#", "INB#", "IMC#")
"""Log and head, answers, marks of messages, and imports that are closed."""
_PASSING: Final = frozenset({"version", "updated_at", "change", "seen"})
"""`seen` marks the messages that a sum holds already."""
_KEYS: Final = frozenset({"pk", "sk"})
_MOST: Final = 100_000


def state_of(person: SignedIn) -> dict[str, Any]:
    """Give every live item of an owner in the ledger and in the sums by table and key."""
    return {
        f"{spec.service} {sort}": said
        for spec in (LEDGER, SUMS)
        for sort, item in _items(spec, person)
        if (said := _said(sort, item, person))
    }


def _items(spec: TableSpec, person: SignedIn) -> list[tuple[str, Raw]]:
    found = Table(spec).query_all(str(person.owner), "!", "~", most=_MOST, consistent=True)
    return [
        (item["sk"]["S"], item)
        for item in found
        if not item["sk"]["S"].startswith(_BEHIND) and "deleted_at" not in item
    ]


def _said(sort: str, item: Raw, person: SignedIn) -> object:
    """Say what an item means, or nothing where it is as good as absent."""
    if sort.startswith(table.TRANSACTION):
        one = transaction_of(item, person.vault)
        return replace(one, version=0, change=0, updated_at=_NEVER)
    if sort.startswith(TAG):
        uses = table.number(item, "uses")
        return (table.opened(person.vault, item, "name"), uses) if uses else None
    return _plain(item)


def _plain(item: Raw) -> Mapping[str, Any]:
    return {
        name: value
        for name, value in item.items()
        if name not in _KEYS | _PASSING and not _is_nothing(value)
    }


def _is_nothing(value: Any) -> bool:
    return "N" in value and float(value["N"]) == 0
