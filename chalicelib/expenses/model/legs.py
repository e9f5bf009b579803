"""What may be the two legs of a transfer, how they change together, and how two rows become one and two again."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.expenses.errors import BadLegs, NotAPair, TransactionReconciled
from chalicelib.expenses.model.tags import MAX_TAGS, distinct
from chalicelib.expenses.model.transactions import MAX_NOTES, Filing, Transaction
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass

BETWEEN_OWN = Filing(category_id=None, by="user")
"""A transfer has no category, and that is nothing to be guessed."""


def check_legs(one: Transaction) -> None:
    """Refuse legs on one account, legs that move nothing or the wrong way, and unequal ones in one currency."""
    transfer = one.transfer
    if transfer is None:
        return
    if transfer.to_account_id == one.account_id:
        raise BadLegs("/to_account_id", "another account than the money leaves")
    if one.amount.amount_minor >= 0:
        raise BadLegs("/sent", "more than nothing leaves the account")
    if transfer.received.amount_minor <= 0:
        raise BadLegs("/received", "more than nothing arrives")
    if transfer.received.currency == one.amount.currency and transfer.received != -one.amount:
        raise BadLegs("/received", "as much as was sent: the difference is a fee")
    if transfer.fee is not None and transfer.fee.amount_minor <= 0:
        raise BadLegs("/fee", "more than nothing, or none")


def same_legs(one: Transaction, before: Transaction) -> Transaction:
    """Let the leg that was not changed follow the other, where both are in one currency."""
    now, was = one.transfer, before.transfer
    if now is None or was is None or now.received.currency != one.amount.currency:
        return one
    if now.received != was.received:
        return replace(one, amount=-now.received)
    return replace(one, transfer=replace(now, received=-one.amount))


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """What a transfer was before it took in another row: that row, and the category of its own."""

    filing: Filing
    row: Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidByFile:
    """What a file says of two of its rows that it calls the legs of a transfer.

    `fee_minor` of the sending row was not sent, for something that the category says. The rows of an import may have come
    reconciled: the pair is so too.
    """

    import_id: str
    fee_minor: int = 0
    fee_category_id: str | None = None


def paired(sent: Transaction, arrived: Transaction, said: SaidByFile | None = None) -> Transaction:
    """Make one transfer of two rows; what was sent and did not arrive in the same currency is its fee.

    Raises `NotAPair` for what cannot be two sides of one, and `TransactionReconciled` for what is locked.
    """
    _check_pair(sent, arrived, said)
    if sent.amount.currency == arrived.amount.currency:
        fee = -arrived.amount - sent.amount
    else:
        fee = Money(said.fee_minor if said else 0, sent.amount.currency)
    if fee.amount_minor < 0:
        raise NotAPair
    stated = sent.filing.category_id if sent.filing.by == "import" else None
    if said is not None and said.fee_category_id is not None:
        stated = said.fee_category_id
    transfer = Transfer(
        to_account_id=arrived.account_id,
        received=arrived.amount,
        received_on=None if arrived.booked_on == sent.booked_on else arrived.booked_on,
        fee=fee if fee.amount_minor else None,
        # a file that names a category of a transfer can mean nothing but its fee
        fee_category_id=stated if fee.amount_minor else None,
    )
    return replace(
        sent,
        amount=sent.amount + fee,
        transfer=transfer,
        filing=BETWEEN_OWN,
        notes="\n".join(dict.fromkeys(filter(None, (sent.notes, arrived.notes))))[:MAX_NOTES],
        tags=distinct((*sent.tags, *arrived.tags))[:MAX_TAGS],
    )


def _check_pair(sent: Transaction, arrived: Transaction, said: SaidByFile | None) -> None:
    sides = (sent, arrived)
    locked = [one for one in sides if one.status == "reconciled"]
    if locked and not (said and len(locked) == 2 and all(_came_so(one, said) for one in locked)):
        raise TransactionReconciled
    if any(one.transfer or one.parts or one.refunds or one.refunded for one in sides):
        raise NotAPair
    planned = {one.status == "planned" for one in sides}
    wrong_way = sent.amount.amount_minor >= 0 or arrived.amount.amount_minor <= 0
    if wrong_way or len(planned) > 1 or sent.account_id == arrived.account_id:
        raise NotAPair


def _came_so(one: Transaction, said: SaidByFile) -> bool:
    return one.import_id == said.import_id and one.reconciled_in is None


def unpaired(transfer: Transaction, kept: Absorbed) -> tuple[Transaction, Transaction]:
    """Make two rows of a transfer again: each with its leg as that is now."""
    legs = transfer.transfer
    if legs is None:
        raise NotAPair
    fee = legs.fee or Money(0, transfer.amount.currency)
    sent = replace(
        transfer, amount=transfer.amount - fee, transfer=None, filing=kept.filing, absorbed=""
    )
    arrived = replace(
        kept.row,
        account_id=legs.to_account_id,
        amount=legs.received,
        booked_on=legs.received_on or transfer.booked_on,
        status=transfer.status,
    )
    return sent, arrived
