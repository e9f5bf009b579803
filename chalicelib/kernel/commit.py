"""The one way to write: everything of a use-case in a single transaction.

Repositories add item operations, the edge adds the idempotency answer, the worker the inbox mark. For a
ledger table Commit adds the owner's next change number (META) and one change-log item (CHG, hash-chained),
and for each fact or order an outbox row. Then it writes once. Where two owners of one table change together,
`beside` gives a unit for the other one, with its own log and messages, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel import outbox
from chalicelib.kernel.changes import META, Change, ChangeRow, MetaRow, chain_hash, change_key, pack
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.errors import Conflict, Refusal
from chalicelib.kernel.events import Envelope, Fact, Message, Order, encode
from chalicelib.kernel.idempotency import (
    AnswerRow,
    Claim,
    IdempotencyKeyReused,
    answer_row,
    first_answer,
)
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.inbox import SEEN, AlreadyHandled, inbox_key, mark, short_mark
from chalicelib.kernel.markers import marker
from chalicelib.kernel.outbox import OutboxRow
from chalicelib.kernel.tables import Key, Raw, Row, Table, TableSpec
from chalicelib.kernel.transaction import (
    MAX_OPERATIONS,
    Addition,
    LostRace,
    Operation,
    TooLarge,
    TouchedTwice,
    condition,
    put_at,
    put_new,
    put_over_expired,
    raw_key,
    send,
)
from chalicelib.kernel.values import dataclass

if TYPE_CHECKING:
    from chalicelib.kernel.context import Actor
    from chalicelib.kernel.owners import Owner
    from chalicelib.kernel.vault import Vault

_MOST_LOGGED: Final = 390_000
"""Bytes of one change-log entry: an item of DynamoDB has 400 KB, and keys and hashes are in it too."""
OVERHEAD: Final = 5
"""What Commit itself may add at most beside messages: META, CHG, the day's marker, inbox mark, answer."""


@dataclass(slots=True)
class _Head:
    seq: int = 0
    hash: bytes = b""
    day: str = ""


@dataclass(slots=True)
class _Shared:
    """What the units of one transaction have in common: an item is touched once, by whichever."""

    staged: dict[Key, Operation] = field(default_factory=dict)
    additions: dict[Key, Addition] = field(default_factory=dict)
    units: dict[Owner, Commit] = field(default_factory=dict)


class Commit:
    """A unit of work on one owner's part of one service's table."""

    def __init__(
        self,
        spec: TableSpec,
        owner: Owner,
        *,
        actor: Actor,
        request_id: str,
        now: datetime,
        vaults: Callable[[Owner], Vault],
        shared: _Shared | None = None,
    ) -> None:
        """Bind to a table and an owner; nothing is read yet. `shared` is for `beside` alone."""
        self.spec = spec
        self.owner = owner
        self._actor = actor
        self._trace = request_id
        self._now = now
        self._vaults = vaults
        self._main = shared is None
        self._shared = shared or _Shared()
        self._shared.units[owner] = self
        self._staged = self._shared.staged
        self._additions = self._shared.additions
        self._changes: list[Change] = []
        self._messages: list[tuple[Message, str, str]] = []
        self._head: _Head | None = None
        self._claim: Claim | None = None
        self._answer: bytes | None = None
        self._inbox: str | None = None
        self._mark: bytes = b""
        self._marked: Key | None = None
        self._behalf = ""

    # --- reading first: one call for the head and for what makes a repeat harmless

    def open(self, *, claimed: Claim | None = None, message_id: str | None = None) -> bytes | None:
        """Read the head, and the claim's answer or the message's mark, before anything else is read.

        Everything that the use-case reads later is then no older than the head, so a write that comes
        between fails the transaction. Gives the first answer when there is one; raises
        `IdempotencyKeyReused` for another request under the key and `AlreadyHandled` for a marked message.
        """
        self._claim = claimed
        self._inbox = inbox_key(message_id) if message_id else None
        self._mark = short_mark(message_id) if message_id else b""
        extra = [sort for sort in (claimed.sort_key if claimed else None, self._inbox) if sort]
        wanted = [META, *extra] if self.spec.ledger else extra
        found = Table(self.spec).get_many(self._key(sort) for sort in wanted) if wanted else {}
        self._head = _Head()
        meta = found.get(self._key(META))
        if meta is not None:
            day = meta.get("day", {}).get("S", "")
            self._head = _Head(int(meta["seq"]["N"]), meta["head"]["B"], day)
        if self._inbox and self._key(self._inbox) in found:
            raise AlreadyHandled
        first = found.get(self._key(claimed.sort_key)) if claimed else None
        if first is None:
            return None
        return self._first_answer(AnswerRow.from_raw_data(dict(first)))

    def _first_answer(self, row: AnswerRow) -> bytes:
        if self._claim is None or row.request != self._claim.request_hash:
            raise IdempotencyKeyReused
        return first_answer(row, self._vaults(self.owner))

    def beside(self, owner: Owner) -> Commit:
        """Give the unit of another owner of the same table, written when this one is, or not at all.

        It has its own change log and messages; inbox mark and idempotency answer stay here. Its head is
        read at once, so read what concerns that owner after this call. Refuses to stand on a side itself.
        """
        if not self._main:
            raise ValueError("a unit beside another has none beside it")
        found = self._shared.units.get(owner)
        if found is None:
            found = Commit(
                self.spec,
                owner,
                actor=self._actor,
                request_id=self._trace,
                now=self._now,
                vaults=self._vaults,
                shared=self._shared,
            )
            found.open()
        return found

    # --- adding

    def put(self, row: Row, *, expect: int | None, refusal: Refusal | None = None) -> None:
        """Write an item: `expect` 0 means absent, a number that version, None anything.

        The last unconditional write of an item counts; any other second touch is `TouchedTwice`.
        """
        request: dict[str, Any] = {"TableName": self.spec.name, "Item": row.raw()}
        request.update(condition(expect))
        free = expect is None
        self._stage((row.pk, row.sk), Operation({"Put": request}, refusal or Conflict()), free=free)

    def delete(
        self, key: Key, *, expect: int | None = None, refusal: Refusal | None = None
    ) -> None:
        """Delete an item, at a version if one is given."""
        request: dict[str, Any] = {"TableName": self.spec.name, "Key": raw_key(key)}
        request.update(condition(expect))
        self._stage(key, Operation({"Delete": request}, refusal or Conflict()))

    def _stage(self, key: Key, operation: Operation, *, free: bool = False) -> None:
        if key in self._additions or (key in self._staged and not free):
            raise TouchedTwice
        self._staged[key] = operation

    def add(
        self,
        key: Key,
        numbers: Mapping[str, int],
        *,
        values: Mapping[str, str | bytes] | None = None,
        must_exist: bool = False,
        refusal: Refusal | None = None,
    ) -> None:
        """Add to number attributes, which commutes: additions give the same sum in any order.

        Several additions to one item become one; the last of `values` counts.
        """
        if key in self._staged:
            raise TouchedTwice
        sum_up = self._additions.setdefault(key, Addition())
        sum_up.merge(numbers, values or {}, must_exist=must_exist, refusal=refusal)

    def mark_in(self, key: Key) -> None:
        """Let the message's mark lie in an item that this unit adds numbers to, as long as its set has room.

        Which item must follow from the message alone, so that the message finds it again when it comes again.
        """
        self._marked = key

    def check(self, key: Key, *, expect: int | None = None, refusal: Refusal | None = None) -> None:
        """Require that an item exists, at a version if one is given, without writing it."""
        if key in self._staged or key in self._additions:
            return  # its own write has a condition
        there = condition(expect) if expect else {"ConditionExpression": "attribute_exists(pk)"}
        request = {"TableName": self.spec.name, "Key": raw_key(key), **there}
        self._stage(key, Operation({"ConditionCheck": request}, refusal or Conflict()))

    def require_absent(self, key: Key, *, refusal: Refusal) -> None:
        """Require that an item does not exist, without writing it."""
        request = {"TableName": self.spec.name, "Key": raw_key(key), **condition(0)}
        self._stage(key, Operation({"ConditionCheck": request}, refusal))

    def record(self, change: Change) -> None:
        """Add an object to this transaction's change-log entry."""
        self._changes.append(change)

    def on_behalf(self, user_id: str) -> None:
        """Let the log say which user asked for what the system does here: `system:<user id>`."""
        self._behalf = user_id

    def tell(self, fact: Fact, *, subject: str) -> None:
        """Tell a fact to whom it may concern, when and only when the transaction is written; one that nobody hears is not."""
        if fact.heard:
            self._messages.append((fact, outbox.TOPIC, subject))

    def order(self, order: Order, *, subject: str) -> None:
        """Order work from the one service that the order names."""
        self._messages.append((order, order.to, subject))

    def answer(self, answer: bytes) -> None:
        """Keep the first answer under the claimed Idempotency-Key."""
        self._answer = answer

    def room(self) -> int:
        """Say how many more operations fit, with what Commit adds itself already counted."""
        units = self._shared.units.values()
        rows = sum(unit.destinations for unit in units) + 3 * (len(units) - 1)
        return MAX_OPERATIONS - OVERHEAD - self._touched() - rows

    @property
    def destinations(self) -> int:
        """How many outbox rows this unit's messages take, unless they are very large."""
        return len({to for _, to, _ in self._messages})

    @property
    def sequence(self) -> int:
        """The change number that this commit will take, or 0 where the table keeps no log."""
        return (self._head.seq if self._head else 0) + 1 if self.spec.ledger else 0

    def added(self, key: Key) -> Mapping[str, int]:
        """Say what this commit adds to an item so far."""
        found = self._additions.get(key)
        return found.numbers if found else {}

    def staged(self, key: Key) -> Raw | None:
        """Give the item that this commit puts so far, for use-cases that build on each other in one unit."""
        found = self._staged.get(key)
        item: Raw | None = found.request.get("Put", {}).get("Item") if found else None
        return item

    def _touched(self) -> int:
        return len(self._staged) + len(self._additions)

    # --- writing

    def write(self) -> int:
        """Write everything in one transaction and give the change number (0 where none was taken).

        Raises the refusal of the operation whose condition failed, `LostRace` when another write of
        the owner came between, `AlreadyHandled` when the inbox mark was there.
        """
        if not self._main:
            raise ValueError("a unit beside another is written by that one")
        if self._changes and self.spec.ledger and self._head is None:
            self.open(claimed=self._claim)
        if self._inbox and self._marked in self._additions:
            try:
                return self._write(marked=self._marked)
            except AlreadyHandled:
                if self._holds_mark(self._marked):
                    raise
        return self._write()

    def _write(self, *, marked: Key | None = None) -> int:
        operations = list(self._staged.values())
        operations += [
            one.marking(self.spec, key, self._mark)
            if key == marked
            else one.operation(self.spec, key)
            for key, one in self._additions.items()
        ]
        finished = [unit.finish(operations) for unit in self._shared.units.values()]
        sequence = finished[0][0]  # this unit was the first
        rows = [row for _, told in finished for row in told]
        if self._inbox and marked is None:
            row = mark(self._key(self._inbox), self._now)
            operations.append(Operation(put_new(self.spec, row), AlreadyHandled()))
        if self._claim is not None and self._answer is not None:
            vault = self._vaults(self.owner)
            where = self._key(self._claim.sort_key)
            kept = answer_row(where, self._claim, self._answer, vault=vault, now=self._now)
            operations.append(Operation(put_over_expired(self.spec, kept, self._now), LostRace()))
        if not operations:
            return 0
        send(operations)
        if rows:
            outbox.committed(self.spec, [row.raw() for row in rows])
        return sequence

    def _holds_mark(self, key: Key) -> bool:
        """Tell whether an item has this message's mark; else its set is full, and the mark is an item of its own."""
        item = Table(self.spec).get(key) or {}
        return self._mark in item.get(SEEN, {}).get("BS", ())

    def finish(self, operations: list[Operation]) -> tuple[int, list[OutboxRow]]:
        """Add log entry and outbox rows of this unit: `write` calls it; gives the change number and the rows."""
        sequence = self._number(operations)
        rows = outbox.pack(
            [
                (self._envelope(message, subject, sequence), to)
                for message, to, subject in self._messages
            ]
        )
        operations += [Operation(put_new(self.spec, row), Conflict()) for row in rows]
        return sequence, rows

    def _number(self, operations: list[Operation]) -> int:
        """Take the next change number and write the log entry, where the table keeps one."""
        if not (self._changes and self.spec.ledger):
            return 0
        head = self._head or _Head()
        entry = self._entry(head)
        today = self._now.date().isoformat()
        meta = MetaRow(*self._key(META), seq=entry.seq, head=entry.hash, day=max(head.day, today))
        update = (
            put_new(self.spec, meta) if head.seq == 0 else put_at(self.spec, meta, "seq", head.seq)
        )
        operations.append(Operation(update, LostRace()))
        operations.append(Operation(put_new(self.spec, entry), LostRace()))
        if head.day < today:  # the first commit of the day: the daily anchors shall find this owner
            row = marker(str(self.owner), self._now.date())
            put = {"Put": {"TableName": self.spec.name, "Item": row.raw()}}
            operations.append(Operation(put, LostRace()))
        return entry.seq

    def _entry(self, head: _Head) -> ChangeRow:
        seq = head.seq + 1
        sort = change_key(seq)
        told = [change.told() for change in self._changes]
        private = [{"b": c.before, "a": c.after} for c in self._changes]
        row = ChangeRow(
            str(self.owner),
            sort,
            seq=seq,
            at=rfc3339(self._now),
            actor=f"{self._actor}:{self._behalf}" if self._behalf else str(self._actor),
            trace=self._trace,
            entries=pack(told),
            sealed=self._vaults(self.owner).seal_bytes(
                pack(private, self.spec.words), self.spec.service, sort, "sealed"
            ),
            prev=head.hash,
            hash=b"",
        )
        if len(row.entries) + len(row.sealed) > _MOST_LOGGED:
            raise TooLarge
        row.hash = chain_hash(row)
        return row

    def _envelope(self, message: Message, subject: str, sequence: int) -> Envelope:
        return Envelope(
            id=new_id(),
            type=message.name,
            time=self._now,
            owner=str(self.owner),
            subject=subject,
            sequence=sequence,
            trace=self._trace,
            data=encode(message),
        )

    def _key(self, sort: str) -> Key:
        return (str(self.owner), sort)
