"""The rows of a step of a feed under the ids that they have in the ledger, and what became of them there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from chalicelib.expenses.commands import PENDING, ApplyFeed, FeedRow, ImportRow
from chalicelib.expenses.errors import UnreadableRows
from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.transactions import MAX_NOTES, MAX_PAYEE, Filing, Transaction
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.table import payee_id
from chalicelib.kernel import blobs
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Money, MoneyError
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

_HOPS: Final = 4
"""Tombstones that are followed: a copy's transaction may have become a copy itself."""
_NOT_FILED: Final = Filing(category_id=None, by="none")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the feed: its place in the step, and what it would be in the ledger if it is new."""

    place: int
    transaction: Transaction
    line: Line
    settles: str
    """The id in the ledger of the pending row that it was; empty where the bank does not say."""
    settled_ref: bytes

    @property
    def id(self) -> str:
        """The id that the row has in the ledger for ever."""
        return self.transaction.id

    @property
    def ref(self) -> bytes:
        """What a transaction that stands for the row has as `bank_ref`."""
        return self.transaction.bank_ref or b""


def row_id(vault: Vault, account_id: str, provider_id: str) -> str:
    """Give the transaction's id of a feed's row: it follows from the account and the bank's id alone."""
    return derived_id(vault.fingerprint("feed-row", account_id, provider_id))


def ref_of(vault: Vault, account_id: str, provider_id: str) -> bytes:
    """Give the keyed fingerprint of the bank's id."""
    return vault.fingerprint("bank-ref", account_id, provider_id)[:16]


def read_entries(ctx: Context, order: ApplyFeed, raws: Sequence[Any]) -> list[Entry]:
    """Read the rows of accounts that are taken; of one that stands twice the last word counts.

    What became another row within the step is left out: `superseded` names it. Raises `UnreadableRows`.
    """
    found: dict[str, Entry] = {}
    try:
        for number, one in enumerate(map(FeedRow.from_json, raws)):
            account_id = order.accounts.get(str(one.row.statement))
            if account_id is not None:
                entry = _entry(ctx, order, one, account_id, number)
                found.pop(entry.id, None)
                found[entry.id] = entry
    except (ValueError, TypeError, MoneyError) as error:
        raise UnreadableRows from error
    return list(found.values())


def read_gone(vault: Vault, order: ApplyFeed) -> list[tuple[str, str]]:
    """Read which rows the bank took back, as account and the bank's id; of accounts that are taken."""
    if not order.gone:
        return []
    try:
        pairs = [(str(index), str(one)) for index, one in blobs.get(vault, order.gone)]
    except (ValueError, TypeError) as error:
        raise UnreadableRows from error
    return [(order.accounts[index], one) for index, one in pairs if index in order.accounts]


def _entry(ctx: Context, order: ApplyFeed, one: FeedRow, account_id: str, number: int) -> Entry:
    vault, row = ctx.vault, one.row
    if row.booked_on is None or row.amount_minor is None or not row.provider_id:
        raise UnreadableRows
    transaction = Transaction(
        id=row_id(vault, account_id, row.provider_id),
        version=1,
        account_id=account_id,
        amount=Money(row.amount_minor, row.currency),
        booked_on=row.booked_on,
        payee=row.payee[:MAX_PAYEE],
        payee_id=payee_id(vault, merchant_key(row.payee, row.memo)),
        notes=row.memo[:MAX_NOTES],
        filing=_NOT_FILED,
        source="import",
        created_at=ctx.now,
        updated_at=ctx.now,
        import_id=order.feed_id,
        status="pending" if row.kind == PENDING else "posted",
        bank_ref=ref_of(vault, account_id, row.provider_id),
    )
    return Entry(
        place=number,
        transaction=transaction,
        line=_line(row, transaction),
        settles=row_id(vault, account_id, one.settles) if one.settles else "",
        settled_ref=ref_of(vault, account_id, one.settles),
    )


def _line(row: ImportRow, one: Transaction) -> Line:
    return Line(
        payee=row.payee,
        notes=row.memo,
        amount_minor=one.amount.amount_minor,
        currency=one.amount.currency,
        account_id=one.account_id,
        booked_on=one.booked_on,
        mcc=row.mcc,
        source="import",
    )


class Traces:
    """What became of rows that the ledger had: tombstones of copies are followed to what they are copies of."""

    def __init__(self, ctx: Context, ids: Iterable[str]) -> None:
        """Read the rows, and as far as they were copies what these are copies of."""
        self._found: dict[str, Found] = {}
        asked = set(ids)
        for _ in range(_HOPS):
            if not asked:
                break
            found = look_up(ctx, transaction=sorted(asked))
            self._found.update(dict.fromkeys(asked, found))
            copies = {found.copied(one) for one in asked}
            asked = {one for one in copies if one} - self._found.keys()

    def _end(self, identity: str) -> str:
        for _ in range(_HOPS):
            into = self._found[identity].copied(identity)
            if into is None or into not in self._found:
                break
            identity = into
        return identity

    def is_new(self, identity: str) -> bool:
        """Tell whether the ledger never had the row."""
        return self._found[identity].raw("transaction", identity) is None

    def holder(self, identity: str, ref: bytes) -> Transaction | None:
        """Give the transaction that stands for the row now, if there is one."""
        end = self._end(identity)
        found = self._found[end]
        if not found.is_live("transaction", end):
            return None
        one = found.transaction(end)
        return one if one.bank_ref == ref else None

    def returning(self, identity: str) -> tuple[str, int] | None:
        """Give id and version under which a row comes back that a bank took back before."""
        end = self._end(identity)
        found = self._found[end]
        return (end, found.version_once(end) + 1) if found.reverted(end) else None
