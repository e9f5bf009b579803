"""A transaction as the rows of a table: one a part of a split one, and one a leg of a transfer.

So the amounts of an account's rows sum to what moved on it, and those of a category's to what was spent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from chalicelib.interchange.model.writers.types import Line, TransferLine

SENT: Final = "sent"
RECEIVED: Final = "received"
FEE: Final = "fee"


class Posting(NamedTuple):
    """One row: `part` is a part's number from 1, or the leg's name, or nothing where there is but one row."""

    part: str
    account_id: str
    booked_on: date
    amount_minor: int
    currency: str
    category_id: str | None
    notes: str
    part_id: str = ""
    whole_account_id: str = ""
    """The account of the transaction, of a part that lies on another one."""


def postings(line: Line) -> Iterator[Posting]:
    """Give the rows of a transaction, in their order."""
    if line.transfer is not None:
        yield from _legs(line, line.transfer)
    elif line.parts:
        for number, part in enumerate(line.parts, 1):
            yield Posting(
                str(number),
                part.account_id or line.account_id,
                line.booked_on,
                part.amount_minor,
                line.currency,
                part.category_id,
                part.notes,
                part.id,
                line.account_id if (part.account_id or line.account_id) != line.account_id else "",
            )
    else:
        yield Posting(
            "",
            line.account_id,
            line.booked_on,
            line.amount_minor,
            line.currency,
            line.category_id,
            "",
        )


def _legs(line: Line, other: TransferLine) -> Iterator[Posting]:
    day, currency = line.booked_on, line.currency
    yield Posting(SENT, line.account_id, day, line.amount_minor, currency, None, "")
    if other.fee_minor:
        yield Posting(
            FEE, line.account_id, day, -other.fee_minor, currency, other.fee_category_id, ""
        )
    arrived = other.received_on or day
    yield Posting(RECEIVED, other.account_id, arrived, other.amount_minor, other.currency, None, "")
