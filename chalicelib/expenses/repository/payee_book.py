"""What a user says about payees, as items beside what their choices taught."""

from __future__ import annotations

import json
from typing import Final

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, UnicodeAttribute

from chalicelib.expenses.errors import LimitReached
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.payee_book import MAX_PAYEES, Alias, KnownPayee, Seen
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.table import KNOWN_PAYEE, LAYOUT, ObjectRow, key, place
from chalicelib.expenses.repository.transactions import Filter, scan
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Raw, Table
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault

_PAGE: Final = 250
MOST_LOOKED_AT: Final = 1_000
"""Transactions, the newest, of which a list of payees counts."""


class KnownPayeeRow(ObjectRow):
    """What was said about a payee, or a pointer from another name to it; `aliases` is sealed JSON."""

    payee = BinaryAttribute(legacy_encoding=False)
    name = BinaryAttribute(legacy_encoding=False, null=True)
    aliases = BinaryAttribute(legacy_encoding=False, null=True)
    into = UnicodeAttribute(null=True)
    category_id = UnicodeAttribute(null=True)
    learn = BooleanAttribute()
    ignored = BooleanAttribute()


def known_payee(item: Raw, vault: Vault) -> KnownPayee:
    """Read what was said about a payee."""
    aliases = json.loads(table.opened(vault, item, "aliases") or "[]")
    return KnownPayee(
        id=item["sk"]["S"].removeprefix(KNOWN_PAYEE),
        version=table.number(item, "version"),
        key=table.opened(vault, item, "payee"),
        name=table.opened(vault, item, "name"),
        aliases=tuple(Alias(id=identity, text=text) for identity, text in aliases),
        into=table.text(item, "into"),
        category_id=table.text(item, "category_id"),
        learn=table.flag(item, "learn"),
        ignored=table.flag(item, "ignored"),
        created_at=table.instant(item, "created_at"),
        updated_at=table.instant(item, "updated_at"),
    )


class PayeeBook:
    """What a context's owner says about payees; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def all(self) -> dict[str, KnownPayee]:
        """Give everything that was said, by payee."""
        items = Table(table.TABLE).query_all(
            str(self._ctx.owner),
            KNOWN_PAYEE,
            KNOWN_PAYEE + table.LAST,
            most=MAX_PAYEES,
            consistent=True,
        )
        known = [known_payee(item, self._ctx.vault) for item in items]
        return {one.id: one for one in known}

    def save(self, one: KnownPayee, before: KnownPayee | None) -> None:
        """Write what is said about a payee over what was said before, or nothing."""
        pk, sk = key(self._ctx.owner, KNOWN_PAYEE, one.id)
        vault = self._ctx.vault
        row = KnownPayeeRow(
            pk,
            sk,
            layout=LAYOUT,
            version=one.version,
            payee=vault.seal(one.key, *place(sk, "payee")),
            learn=one.learn,
            ignored=one.ignored,
            created_at=rfc3339(one.created_at),
            updated_at=rfc3339(one.updated_at),
        )
        if one.name:
            row.name = vault.seal(one.name, *place(sk, "name"))
        if one.aliases:
            texts = json.dumps([[alias.id, alias.text] for alias in one.aliases])
            row.aliases = vault.seal(texts, *place(sk, "aliases"))
        if one.into is not None:
            row.into = one.into
        if one.category_id is not None:
            row.category_id = one.category_id
        self._ctx.commit.put(row, expect=before.version if before else 0, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="payee",
                id=one.id,
                version=one.version,
                fields=_clear(one),
                before={**_clear(before), "name": before.name} if before else None,
                after={"name": one.name},
            )
        )

    def remove(self, one: KnownPayee) -> None:
        """Take a pointer from another name away."""
        where = key(self._ctx.owner, KNOWN_PAYEE, one.id)
        self._ctx.commit.delete(where, expect=one.version, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="payee", id=one.id, version=one.version + 1, op="delete", before=_clear(one)
            )
        )

    def seen(self) -> dict[str, Seen]:
        """Give the payees of the newest transactions; the texts of each are opened once."""
        found: dict[str, Seen] = {}
        start, left = None, MOST_LOOKED_AT
        while left > 0:
            items, start = scan(self._ctx.owner, Filter(), start=start, limit=min(_PAGE, left))
            for item in items:
                self._count(found, item)
            left -= len(items)
            if start is None:
                break
        return found

    def _count(self, found: dict[str, Seen], item: Raw) -> None:
        identity = item["payee_id"]["S"]
        known = found.get(identity)
        if known is not None:
            found[identity] = Seen(
                id=identity,
                name=known.name,
                key=known.key,
                count=known.count + 1,
                last_used_on=known.last_used_on,
            )
            return
        vault = self._ctx.vault
        name = table.opened(vault, item, "payee")
        written = table.opened(vault, item, "bank_payee") or name
        words = merchant_key(written, table.opened(vault, item, "notes"))
        on = table.booked_day(item)
        if words:
            found[identity] = Seen(id=identity, name=name, key=words, count=1, last_used_on=on)

    def require_room(self, known: int, more: int) -> None:
        """Refuse more payees than one owner may say something about: `LimitReached`."""
        if known + more > MAX_PAYEES:
            raise LimitReached


def _clear(one: KnownPayee) -> dict[str, object]:
    return {
        "into": one.into,
        "category_id": one.category_id,
        "learn": one.learn,
        "ignored": one.ignored,
    }
