"""The change log read back: entries by number or by their public id, with their sealed part opened.

A change's id is a UUID that holds its number and a keyed hash of it: nobody else's id names anything here, and
no look-up is needed to resolve one's own.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.expenses.errors.changes import ChangeNotFound
from chalicelib.expenses.model.history import Entry, State, Touched
from chalicelib.expenses.repository.table import TABLE, instant, number, place
from chalicelib.kernel.changes import CHANGE_PREFIX, META, change_key, unpack
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.paging import Page
from chalicelib.kernel.tables import Raw, Table
from chalicelib.kernel.vault import Vault

_NUMBER: Final = 6
"""Bytes of the number in an id: 2^48 is more than the twelve digits of a sort key."""
_NOT_STATE: Final = frozenset({"was", "moved"})
"""Logged for balances, not part of a version."""


def change_id(vault: Vault, number: int) -> str:
    """Give the public id of a change: a UUIDv8 of its number and a keyed hash."""
    raw = bytearray(number.to_bytes(_NUMBER, "big") + vault.fingerprint("change", str(number))[:10])
    raw[6] = 0x80 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(raw)))


def number_of(vault: Vault, identity: str) -> int:
    """Give the number of a change; raises `ChangeNotFound` for an id that names none of this owner's."""
    number = int.from_bytes(uuid.UUID(identity).bytes[:_NUMBER], "big")
    if not hmac.compare_digest(change_id(vault, number), identity):
        raise ChangeNotFound
    return number


class ChangeLog:
    """The change log of a context's owner, for reading."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._owner: Owner = ctx.owner
        self._vault = ctx.vault

    def get(self, number: int) -> Entry:
        """Give an entry; raises `ChangeNotFound`."""
        item = Table(TABLE).get((str(self._owner), change_key(number)))
        if item is None:
            raise ChangeNotFound
        return self._entry(item)

    def find(self, *, start: Mapping[str, str] | None, limit: int) -> Page[Entry]:
        """Give a page of entries, newest first; it may be short."""
        pk = str(self._owner)
        piece = Table(TABLE).query(
            pk,
            CHANGE_PREFIX,
            CHANGE_PREFIX + "~",
            limit=limit,
            forward=False,
            start={"pk": pk, "sk": change_key(int(start["at"]))} if start else None,
            consistent=True,
        )
        entries = tuple(self._entry(item) for item in piece.items)
        return Page(entries, {"at": str(entries[-1].number)} if piece.resume and entries else None)

    def _entry(self, item: Raw) -> Entry:
        sort = item["sk"]["S"]
        number = int(sort.removeprefix(CHANGE_PREFIX))
        told: list[dict[str, Any]] = unpack(item["entries"]["B"])
        sealed = unpack(self._vault.open_bytes(item["sealed"]["B"], *place(sort, "sealed")))
        return Entry(
            number=number,
            id=change_id(self._vault, number),
            at=instant(item, "at"),
            actor=item["actor"]["S"],
            touched=tuple(
                _touched(clear, private) for clear, private in zip(told, sealed, strict=True)
            ),
        )


def _touched(clear: Mapping[str, Any], private: Mapping[str, Any]) -> Touched:
    after: State | None = None
    if clear["o"] == "put":
        after = _state({**clear["f"], **(private["a"] or {})})
    return Touched(
        kind=clear["k"],
        id=clear["i"],
        version=clear["v"],
        before=None if private["b"] is None else _state(private["b"]),
        after=after,
        previous=clear.get("p", 0),
    )


def _state(fields: Mapping[str, Any]) -> State:
    return {name: value for name, value in fields.items() if name not in _NOT_STATE}


def change_number(owner: Owner) -> int:
    """Give the number of the owner's last change, 0 before the first."""
    head = Table(TABLE).get((str(owner), META))
    return number(head, "seq") if head is not None else 0
