"""What one chunk of an import adds up to, so that one message stands for all its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chalicelib.expenses.events import Posting, Total
from chalicelib.kernel.clock import Period

_Key = tuple[str, str | None, str, str]


@dataclass(slots=True)
class _Sum:
    income: int = 0
    expense: int = 0
    count: int = 0


def totals(postings: Iterable[Posting]) -> tuple[Total, ...]:
    """Add postings up by account, category, month and currency, in a stable order."""
    sums: dict[_Key, _Sum] = {}
    for posting in postings:
        month = str(Period.of(posting.booked_on))
        key = (posting.account_id, posting.category_id, month, posting.currency)
        found = sums.setdefault(key, _Sum())
        found.count += 1
        if posting.amount_minor > 0:
            found.income += posting.amount_minor
        else:
            found.expense -= posting.amount_minor
    return tuple(
        Total(
            account_id=account_id,
            category_id=category_id,
            month=month,
            currency=currency,
            income_minor=found.income,
            expense_minor=found.expense,
            count=found.count,
        )
        for (account_id, category_id, month, currency), found in sorted(
            sums.items(), key=lambda item: tuple(part or "" for part in item[0])
        )
    )


def by_account(postings: Iterable[Posting]) -> Mapping[str, tuple[int, int]]:
    """Give for each account the sum of its postings in minor units, and their number."""
    sums: dict[str, tuple[int, int]] = {}
    for posting in postings:
        amount, count = sums.get(posting.account_id, (0, 0))
        sums[posting.account_id] = (amount + posting.amount_minor, count + 1)
    return sums
