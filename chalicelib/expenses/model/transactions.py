"""A transaction: one movement of money, on one account or several, and who said what about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal

from chalicelib.expenses.errors import (
    FutureTransaction,
    HasRefunds,
    RefundedMore,
    RefundUsedUp,
    TransactionReconciled,
)
from chalicelib.expenses.events import Posting
from chalicelib.expenses.model.parts import Part, rescaled
from chalicelib.expenses.model.refunds import Refunded, RefundLink
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass

Kind = Literal["expense", "income", "transfer"]
Source = Literal["manual", "import", "recurring", "receipt", "payment", "reconciliation"]
Status = Literal["planned", "pending", "posted", "reconciled"]
"""A planned one moves no money yet; a reconciled one was compared with the bank and is locked."""
SetBy = Literal["user", "rule", "import", "learned", "mcc", "prior", "none"]
"""Who set a field; `import` is what the file said. What a user set, nothing automatic may change."""
AHEAD: Final = timedelta(days=366)
"""A booking day further ahead is a slip of the pen."""
MAX_PAYEE: Final = 200
MAX_NOTES: Final = 1_000
"""Characters. Fifty edits with both texts before and after must fit one change-log entry of 400 KB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Under which category a transaction stands, who put it there, and how sure that is in percent."""

    category_id: str | None
    by: SetBy
    confidence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedRate:
    """The number that an amount was converted with: its day and source are part of the record."""

    rate: str
    day: date
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One movement; a negative amount leaves the user, and is in the currency of its account.

    `payee_id` names its normalised payee. `bank_payee` is what the statement said, where a rule or the
    user made another `payee` of it. `made` is the hash of the request that created it, where a client
    made the id. `set_by` says who set a field that is no longer as it came. `original` is what was paid
    in another currency, `rate` what the amount was converted with, where we converted it. `bank_ref` is
    a keyed fingerprint of the bank's own id. `absorbed` keeps the imported row that a transfer took in.
    """

    id: str
    version: int
    account_id: str
    amount: Money
    booked_on: date
    payee: str
    payee_id: str
    notes: str
    filing: Filing
    source: Source
    created_at: datetime
    updated_at: datetime
    bank_payee: str = ""
    import_id: str | None = None
    status: Status = "posted"
    made: bytes | None = None
    tags: tuple[str, ...] = ()
    set_by: Mapping[str, SetBy] = field(default_factory=dict)
    original: Money | None = None
    rate: UsedRate | None = None
    parts: tuple[Part, ...] = ()
    transfer: Transfer | None = None
    refunds: tuple[RefundLink, ...] = ()
    """On a refund: which purchases it is for."""
    refunded: tuple[Refunded, ...] = ()
    """On a purchase: what came back for it."""
    bank_ref: bytes | None = None
    absorbed: str = ""
    change: int = 0
    """The number of the change that made this version: its history begins there."""
    reconciled_in: str | None = None
    """The reconciliation that locked it."""

    @property
    def kind(self) -> Kind:
        """What the legs or the sign say; zero counts as an expense of nothing."""
        if self.transfer is not None:
            return "transfer"
        return "income" if self.amount.amount_minor > 0 else "expense"

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that it lies on, its own first, each once."""
        if self.transfer is not None:
            return tuple(dict.fromkeys((self.account_id, self.transfer.to_account_id)))
        if not self.parts:
            return (self.account_id,)
        others = (part.account_id or self.account_id for part in self.parts)
        return tuple(dict.fromkeys((self.account_id, *others)))

    @property
    def refunded_minor(self) -> int:
        """How much of a purchase came back, in its own currency."""
        return sum(one.amount_minor for one in self.refunded)

    @property
    def postings(self) -> tuple[Posting, ...]:
        """What balances and sums are made of; of a planned one nothing."""
        if self.status == "planned":
            return ()
        if self.transfer is not None:
            return tuple(_legs(self, self.transfer))
        if self.parts:
            return _pieces(self)
        netted = sum(one.covered_minor for one in self.refunds) - self.refunded_minor
        return (
            Posting(
                account_id=self.account_id,
                category_id=self.filing.category_id,
                amount_minor=self.amount.amount_minor,
                currency=self.amount.currency,
                booked_on=self.booked_on,
                netted_minor=netted,
            ),
        )


def _legs(one: Transaction, transfer: Transfer) -> list[Posting]:
    sent = Posting(
        account_id=one.account_id,
        category_id=None,
        amount_minor=one.amount.amount_minor,
        currency=one.amount.currency,
        booked_on=one.booked_on,
        transfer=True,
    )
    arrived = replace(
        sent,
        account_id=transfer.to_account_id,
        amount_minor=transfer.received.amount_minor,
        currency=transfer.received.currency,
        booked_on=transfer.received_on or one.booked_on,
    )
    if transfer.fee is None:
        return [sent, arrived]
    fee = replace(
        sent,
        category_id=transfer.fee_category_id,
        amount_minor=-transfer.fee.amount_minor,
        transfer=False,
    )
    return [sent, arrived, fee]


def _pieces(one: Transaction) -> tuple[Posting, ...]:
    back = _back_by_part(one)
    return tuple(
        Posting(
            account_id=part.account_id or one.account_id,
            category_id=part.category_id,
            amount_minor=part.amount.amount_minor,
            currency=part.amount.currency,
            booked_on=one.booked_on,
            netted_minor=-netted,
        )
        for part, netted in zip(one.parts, back, strict=True)
    )


def _back_by_part(one: Transaction) -> list[int]:
    """Say how much came back for each part; what came for no part that is there is shared by what is left."""
    back = dict.fromkeys((part.id for part in one.parts), 0)
    common = 0
    for link in one.refunded:
        if link.part_id in back:
            back[link.part_id] += link.amount_minor
        else:
            common += link.amount_minor
    left = [max(-part.amount.amount_minor - back[part.id], 0) for part in one.parts]
    if not common or not any(left):
        return list(back.values())
    shares = Money(common, one.amount.currency).allocate(left)
    return [own + share.amount_minor for own, share in zip(back.values(), shares, strict=True)]


def moved(transaction: Transaction | None) -> dict[str, int]:
    """Give by how much each of its accounts stands higher for a transaction; for none of them where it is None."""
    if transaction is None:
        return {}
    sums = dict.fromkeys(transaction.accounts, 0)
    for posting in transaction.postings:
        sums[posting.account_id] += posting.amount_minor
    return sums


def is_locked(transaction: Transaction, name: str) -> bool:
    """Tell whether the user set a field, so that nothing automatic may change it.

    `name` is `category`, or a field such as `payee`, `notes`, `tags`. What was entered by hand counts as set
    by the user, but for what was left empty.
    """
    if name == "category":
        return transaction.filing.by == "user"
    said = transaction.set_by.get(name)
    if said is not None:
        return said == "user"
    return transaction.source == "manual" and bool(getattr(transaction, name))


def said_by(before: Transaction, after: Transaction, who: SetBy) -> Transaction:
    """Note who set the fields in which two versions differ; the category says so itself."""
    changed = [name for name in _SAID if getattr(before, name) != getattr(after, name)]
    if not changed:
        return after
    return replace(after, set_by={**after.set_by, **dict.fromkeys(changed, who)})


def with_amount(transaction: Transaction, amount: Money) -> Transaction:
    """Give it another amount; its parts follow, so that they still sum to it."""
    if amount == transaction.amount:
        return transaction
    return replace(transaction, amount=amount, parts=rescaled(transaction.parts, amount))


def check_lock(before: Transaction, after: Transaction | None) -> None:
    """Refuse to delete (None) a reconciled transaction, or to move its money: `TransactionReconciled`."""
    if before.status != "reconciled":
        return
    if after is None or (after.status == "reconciled" and _booked(before) != _booked(after)):
        raise TransactionReconciled


def check_links(before: Transaction, after: Transaction) -> None:
    """Refuse an edit that its refunds do not allow, on either side.

    What is linked happened, in the currency that it has (`HasRefunds`); no purchase or part is worth less than
    came back for it (`RefundedMore`), no refund less than what it is for (`RefundUsedUp`).
    """
    if not (after.refunds or after.refunded):
        return
    if after.status == "planned" or after.amount.currency != before.amount.currency:
        raise HasRefunds
    if sum(link.covered_minor for link in after.refunds) > max(after.amount.amount_minor, 0):
        raise RefundUsedUp
    if after.refunded_minor > max(-after.amount.amount_minor, 0):
        raise RefundedMore
    for part, back in zip(after.parts, _back_by_part(after), strict=True):
        if back > max(-part.amount.amount_minor, 0):
            raise RefundedMore


def _booked(one: Transaction) -> tuple[object, ...]:
    by_account = sorted((p.account_id, p.amount_minor, p.booked_on) for p in one.postings)
    return (one.account_id, one.amount, one.booked_on, by_account)


_SAID: Final = ("payee", "notes", "tags", "amount", "booked_on", "account_id", "parts")


def check_day(booked_on: date, today: date, pointer: str = "/booked_on") -> None:
    """Refuse a day too far ahead: `FutureTransaction`, at `pointer`."""
    if booked_on > today + AHEAD:
        raise FutureTransaction((today + AHEAD).isoformat(), pointer)


def next_version(before: Transaction, after: Transaction, at: datetime) -> Transaction:
    """Give an edited transaction its number and time, or the very same object when nothing changed."""
    if after == before:
        return before
    return replace(after, version=before.version + 1, updated_at=at)
