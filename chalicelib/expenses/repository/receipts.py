"""Receipts as items, and the owner's habit of confirming them. All that was read lies sealed in `body`."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.expenses.errors import IdTaken
from chalicelib.expenses.errors.papers import ReceiptNotFound
from chalicelib.expenses.model.papers.kinds import PaperType
from chalicelib.expenses.model.receipts.learning import Habit
from chalicelib.expenses.model.receipts.receipt import (
    AttachedBy,
    Reading,
    Receipt,
    ReceiptState,
)
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.table import (
    LAYOUT,
    ObjectRow,
    key,
    passing_tombstone,
    place,
)
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.paging import Page
from chalicelib.kernel.tables import Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

if TYPE_CHECKING:
    from pydantic import TypeAdapter

RECEIPT: Final = "RCT#"
HABIT: Final = "HAB#RECEIPTS"
KIND: Final = "receipt"


class ReceiptRow(ObjectRow):
    """A receipt: `body` has its name, what was read of it, and whose it may be."""

    state = UnicodeAttribute()
    type = UnicodeAttribute()
    size = WholeNumber()
    file_id = UnicodeAttribute()
    usual = UnicodeAttribute()
    transaction_id = UnicodeAttribute(null=True)
    attached_by = UnicodeAttribute(null=True)
    body = BinaryAttribute(legacy_encoding=False)


class HabitRow(Row):
    """Over which score a receipt is attached without asking, and the answers since that moved last."""

    layout = WholeNumber()
    auto = WholeNumber()
    answers = WholeNumber()
    wrong_above = WholeNumber()
    right_below = WholeNumber()
    wrong_below = WholeNumber()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """What is sealed of a receipt."""

    name: str
    sha256: str | None
    reading: Reading


@cache
def _bodies() -> TypeAdapter[_Body]:
    """Made on first use: building it costs milliseconds that a cold start should not pay."""
    from pydantic import TypeAdapter

    return TypeAdapter(_Body)


class Receipts:
    """The receipts of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def find(self, *, start: Mapping[str, str] | None, limit: int) -> Page[Receipt]:
        """Give a page of live receipts, the newest ids first; it may be short."""
        pk = str(self._ctx.owner)
        after = {"pk": pk, "sk": RECEIPT + start["id"]} if start else None
        piece = Table(table.TABLE).query(
            pk,
            RECEIPT,
            RECEIPT + table.LAST,
            limit=limit,
            start=after,
            consistent=True,
            forward=False,
        )
        live = tuple(
            _receipt_of(item, self._ctx.vault) for item in piece.items if not table.is_deleted(item)
        )
        last = piece.resume["sk"].removeprefix(RECEIPT) if piece.resume else None
        return Page(live, {"id": last} if last else None)

    def look(self, receipt_id: str) -> Receipt | None:
        """Read a receipt: None for a deleted one; raise `ReceiptNotFound`."""
        item = Table(table.TABLE).get(key(self._ctx.owner, RECEIPT, receipt_id))
        if item is None:
            raise ReceiptNotFound
        return None if table.is_deleted(item) else _receipt_of(item, self._ctx.vault)

    def get(self, receipt_id: str) -> Receipt:
        """Read a live receipt; raise `ReceiptNotFound`."""
        one = self.look(receipt_id)
        if one is None:
            raise ReceiptNotFound
        return one

    def repeated(self, receipt_id: str, made: bytes) -> Receipt | None:
        """Give what a client made before under an id of its own; raise `IdTaken` when the id is another's."""
        try:
            one = self.look(receipt_id)
        except ReceiptNotFound:
            return None
        if one is None or one.made != made:
            raise IdTaken
        return one

    def add(self, one: Receipt) -> None:
        """Put a new receipt into the unit of work."""
        self._ctx.commit.put(self._row(one), expect=0, refusal=LostRace())
        self._record(one)

    def replace(self, one: Receipt, *, logged: bool = True) -> None:
        """Put a receipt's next version; a passing state is not `logged`: nobody syncs or audits it."""
        self._ctx.commit.put(self._row(one), expect=one.version - 1, refusal=LostRace())
        if logged:
            self._record(one)

    def remove(self, one: Receipt) -> None:
        """Leave a tombstone for 90 days in a receipt's place."""
        where = key(self._ctx.owner, RECEIPT, one.id)
        gone = passing_tombstone(where, version=one.version + 1, at=self._ctx.now)
        self._ctx.commit.put(gone, expect=one.version, refusal=LostRace())
        change = Change(
            kind=KIND, id=one.id, version=one.version + 1, op="delete", before={"name": one.name}
        )
        self._ctx.commit.record(change)

    def habit(self) -> Habit:
        """Read the owner's habit, or the one that everybody begins with."""
        item = Table(table.TABLE).get((str(self._ctx.owner), HABIT))
        if item is None:
            return Habit()
        return Habit(
            auto=table.number(item, "auto"),
            answers=table.number(item, "answers"),
            wrong_above=table.number(item, "wrong_above"),
            right_below=table.number(item, "right_below"),
            wrong_below=table.number(item, "wrong_below"),
        )

    def keep_habit(self, habit: Habit) -> None:
        """Put the owner's habit into the unit of work."""
        row = HabitRow(
            str(self._ctx.owner),
            HABIT,
            layout=LAYOUT,
            auto=habit.auto,
            answers=habit.answers,
            wrong_above=habit.wrong_above,
            right_below=habit.right_below,
            wrong_below=habit.wrong_below,
        )
        self._ctx.commit.put(row, expect=None)

    def _record(self, one: Receipt) -> None:
        fields: dict[str, object] = {"state": one.state, "type": one.type}
        if one.transaction_id:
            fields["transaction_id"] = one.transaction_id
        change = Change(
            kind=KIND, id=one.id, version=one.version, fields=fields, after={"name": one.name}
        )
        self._ctx.commit.record(change)

    def _row(self, one: Receipt) -> ReceiptRow:
        pk, sk = key(self._ctx.owner, RECEIPT, one.id)
        body = _bodies().dump_json(_Body(name=one.name, sha256=one.sha256, reading=one.reading))
        row = ReceiptRow(
            pk,
            sk,
            layout=LAYOUT,
            version=one.version,
            state=one.state,
            type=one.type,
            size=one.size,
            file_id=one.file_id,
            usual=one.usual,
            body=self._ctx.vault.seal_bytes(zlib.compress(body), *place(sk, "body")),
            created_at=rfc3339(one.created_at),
            updated_at=rfc3339(one.updated_at),
        )
        for name in ("made", "transaction_id", "attached_by"):
            if (value := getattr(one, name)) is not None:
                setattr(row, name, value)
        return row


def _receipt_of(item: Raw, vault: Vault) -> Receipt:
    sk = item["sk"]["S"]
    sealed = zlib.decompress(vault.open_bytes(item["body"]["B"], *place(sk, "body")))
    body = _bodies().validate_json(sealed)
    return Receipt(
        id=sk.removeprefix(RECEIPT),
        version=table.number(item, "version"),
        name=body.name,
        type=cast("PaperType", item["type"]["S"]),
        size=table.number(item, "size"),
        file_id=item["file_id"]["S"],
        usual=item["usual"]["S"],
        state=cast("ReceiptState", item["state"]["S"]),
        created_at=table.instant(item, "created_at"),
        updated_at=table.instant(item, "updated_at"),
        reading=body.reading,
        sha256=body.sha256,
        transaction_id=table.text(item, "transaction_id"),
        attached_by=cast("AttachedBy | None", table.text(item, "attached_by")),
        made=table.binary(item, "made"),
    )
