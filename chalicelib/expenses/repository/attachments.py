"""Attachments as items: they lie by their transaction, so that one query reads them all.

Type, size and state lie in clear; what people called a file, its hash and what was wrong with it are sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.expenses.errors import IdTaken
from chalicelib.expenses.errors.papers import AttachmentNotFound
from chalicelib.expenses.model.attachments import (
    MOST_KEPT,
    Attachment,
    AttachmentState,
    Trouble,
)
from chalicelib.expenses.model.papers.kinds import PaperType
from chalicelib.expenses.model.storage import MOST_FILES
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.storage import Storage
from chalicelib.expenses.repository.table import (
    LAYOUT,
    ObjectRow,
    TombstoneRow,
    key,
    passing_tombstone,
    place,
)
from chalicelib.kernel.changes import Change, pack, unpack
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault

ATTACHMENT: Final = "ATT#"
GONE: Final = "ATG#"
"""Deleted attachments, for 90 days, apart: so a transaction's query never reads them."""
KIND: Final = "attachment"
MOST_AT_ONCE: Final = 20_000
"""Attachments of as many transactions as one step of a split looks at."""
_SLACK: Final = 5
"""More than may be there by the rules: what two receipts confirmed at once could add."""


class AttachmentRow(ObjectRow):
    """A file of a transaction: `body` has its name, its hash and what was wrong with it."""

    state = UnicodeAttribute()
    type = UnicodeAttribute()
    size = WholeNumber()
    file_id = UnicodeAttribute()
    body = BinaryAttribute(legacy_encoding=False)


class DeletedAttachmentRow(TombstoneRow):
    """An attachment that was deleted: its id is not used again."""


class Attachments:
    """The attachments of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def find(self, transaction_id: str) -> tuple[Attachment, ...]:
        """Give all attachments of a transaction in the order of their ids; they are few by rule."""
        low = f"{ATTACHMENT}{transaction_id}#"
        piece = Table(table.TABLE).query(
            str(self._ctx.owner), low, low + table.LAST, limit=MOST_KEPT + _SLACK, consistent=True
        )
        return tuple(_attachment_of(item, self._ctx.vault) for item in piece.items)

    def between(self, first: str, last: str) -> tuple[Attachment, ...]:
        """Give the attachments of all transactions from one id to another, in their order."""
        found = Table(table.TABLE).query_all(
            str(self._ctx.owner),
            f"{ATTACHMENT}{first}#",
            f"{ATTACHMENT}{last}#{table.LAST}",
            most=MOST_AT_ONCE,
            consistent=True,
        )
        return tuple(_attachment_of(item, self._ctx.vault) for item in found)

    def any_of(self, transaction_id: str) -> bool:
        """Tell whether a transaction has attachments."""
        low = f"{ATTACHMENT}{transaction_id}#"
        piece = Table(table.TABLE).query(
            str(self._ctx.owner), low, low + table.LAST, limit=1, consistent=True, count_only=True
        )
        return bool(piece.items)

    def bearers(self, transaction_ids: Iterable[str]) -> set[str]:
        """Tell which of some transactions have attachments, by as many reads as have some near them, and one."""
        found: set[str] = set()
        low = ""
        for identity in sorted(transaction_ids):
            if identity < low:
                continue  # the next that has any comes behind it
            piece = Table(table.TABLE).query(
                str(self._ctx.owner),
                f"{ATTACHMENT}{identity}#",
                ATTACHMENT + table.LAST,
                limit=1,
                consistent=True,
            )
            if not piece.items:
                break
            low = piece.items[0]["sk"]["S"].removeprefix(ATTACHMENT).partition("#")[0]
            if low == identity:
                found.add(identity)
        return found

    def all_bearers(self) -> frozenset[str]:
        """Give all transactions that have attachments: an owner has at most `MOST_FILES` of them."""
        found: set[str] = set()
        start: Mapping[str, str] | None = None
        while True:
            piece = Table(table.TABLE).query(
                str(self._ctx.owner),
                ATTACHMENT,
                ATTACHMENT + table.LAST,
                limit=MOST_FILES,
                start=start,
                consistent=True,
                count_only=True,
            )
            keys = (item["sk"]["S"].removeprefix(ATTACHMENT) for item in piece.items)
            found.update(key.partition("#")[0] for key in keys)
            start = piece.resume
            if start is None:
                return frozenset(found)

    def look(self, transaction_id: str, attachment_id: str) -> Attachment | None:
        """Read an attachment: None for a deleted one; raise `AttachmentNotFound`."""
        here, gone = (
            _key(self._ctx.owner, one, transaction_id, attachment_id) for one in (ATTACHMENT, GONE)
        )
        found = Table(table.TABLE).get_many((here, gone))
        if here in found:
            return _attachment_of(found[here], self._ctx.vault)
        if gone not in found:
            raise AttachmentNotFound
        return None

    def get(self, transaction_id: str, attachment_id: str) -> Attachment:
        """Read a live attachment; raise `AttachmentNotFound`."""
        one = self.look(transaction_id, attachment_id)
        if one is None:
            raise AttachmentNotFound
        return one

    def refuse_gone(self, transaction_id: str, attachment_id: str) -> None:
        """Refuse the id of an attachment that was deleted: `IdTaken`."""
        if Table(table.TABLE).get(_key(self._ctx.owner, GONE, transaction_id, attachment_id)):
            raise IdTaken

    def add(self, one: Attachment) -> None:
        """Put a new attachment into the unit of work; a file that it has already counts as kept."""
        self._ctx.commit.put(self._row(one), expect=0, refusal=LostRace())
        self._count(one)
        self._record(one)

    def replace(self, one: Attachment, *, logged: bool = True) -> None:
        """Put an attachment's next version; a passing state is not `logged`: nobody syncs or audits it."""
        self._ctx.commit.put(self._row(one), expect=one.version - 1, refusal=LostRace())
        self._count(one)
        if logged:
            self._record(one)

    def _count(self, one: Attachment) -> None:
        """Count a file once: an attachment becomes ready once, and does not change any more then."""
        if one.state == "ready":
            Storage(self._ctx).take(one.size)

    def remove(self, one: Attachment) -> None:
        """Take an attachment away and remember its id for 90 days."""
        here, gone = (
            _key(self._ctx.owner, kind, one.transaction_id, one.id) for kind in (ATTACHMENT, GONE)
        )
        self._ctx.commit.delete(here, expect=one.version, refusal=LostRace())
        stays = passing_tombstone(gone, version=one.version + 1, at=self._ctx.now)
        self._ctx.commit.put(stays, expect=None)
        if one.state == "ready":
            Storage(self._ctx).give_back(one.size)
        change = Change(
            kind=KIND,
            id=one.id,
            version=one.version + 1,
            op="delete",
            fields={"transaction_id": one.transaction_id},
            before={"name": one.name},
        )
        self._ctx.commit.record(change)

    def _record(self, one: Attachment) -> None:
        self._ctx.commit.record(
            Change(
                kind=KIND,
                id=one.id,
                version=one.version,
                fields={
                    "transaction_id": one.transaction_id,
                    "state": one.state,
                    "type": one.type,
                    "size": one.size,
                },
                after={"name": one.name},
            )
        )

    def _row(self, one: Attachment) -> AttachmentRow:
        pk, sk = _key(self._ctx.owner, ATTACHMENT, one.transaction_id, one.id)
        trouble = [one.trouble.slug, one.trouble.detail] if one.trouble else None
        body = {"name": one.name, "sha256": one.sha256, "trouble": trouble}
        row = AttachmentRow(
            pk,
            sk,
            layout=LAYOUT,
            version=one.version,
            state=one.state,
            type=one.type,
            size=one.size,
            file_id=one.file_id,
            body=self._ctx.vault.seal_bytes(pack(body), *place(sk, "body")),
            created_at=rfc3339(one.created_at),
            updated_at=rfc3339(one.updated_at),
        )
        if one.made is not None:
            row.made = one.made
        return row


def _key(owner: Owner, prefix: str, transaction_id: str, attachment_id: str) -> Key:
    return key(owner, prefix, f"{transaction_id}#{attachment_id}")


def _attachment_of(item: Raw, vault: Vault) -> Attachment:
    sk = item["sk"]["S"]
    transaction_id, _, identity = sk.removeprefix(ATTACHMENT).partition("#")
    body: dict[str, Any] = unpack(vault.open_bytes(item["body"]["B"], *place(sk, "body")))
    trouble = body["trouble"]
    return Attachment(
        id=identity,
        transaction_id=transaction_id,
        version=table.number(item, "version"),
        name=body["name"],
        type=cast("PaperType", item["type"]["S"]),
        size=table.number(item, "size"),
        file_id=item["file_id"]["S"],
        state=cast("AttachmentState", item["state"]["S"]),
        created_at=table.instant(item, "created_at"),
        updated_at=table.instant(item, "updated_at"),
        sha256=body["sha256"],
        trouble=Trouble(slug=trouble[0], detail=trouble[1]) if trouble else None,
        made=table.binary(item, "made"),
    )
