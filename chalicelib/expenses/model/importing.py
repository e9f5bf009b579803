"""What one chunk of an import adds up to, so that one message stands for all its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from chalicelib.expenses.commands import FindMatches
from chalicelib.expenses.events import Posting, Total
from chalicelib.kernel.clock import Period
from chalicelib.kernel.values import dataclass

_Key = tuple[str, str | None, str, str, bool]

Duplicate = Literal["certain", "suspected"]
"""`certain`: the ledger knows a row by its id. `suspected`: it takes the row for a transaction that it has."""


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
        key = (
            posting.account_id,
            posting.category_id,
            month,
            posting.currency,
            posting.transfer,
        )
        found = sums.setdefault(key, _Sum())
        found.count += posting.counts
        if posting.counted_minor > 0:
            found.income += posting.counted_minor
        else:
            found.expense -= posting.counted_minor
    return tuple(
        Total(
            account_id=account_id,
            category_id=category_id,
            month=month,
            currency=currency,
            income_minor=found.income,
            expense_minor=found.expense,
            count=found.count,
            transfer=transfer,
        )
        for (account_id, category_id, month, currency, transfer), found in sorted(
            sums.items(), key=lambda item: tuple(str(part or "") for part in item[0])
        )
    )


def by_account(moves: Iterable[Mapping[str, int]]) -> Mapping[str, tuple[int, int]]:
    """Give for each account by how much transactions move it, and how many of them lie on it."""
    sums: dict[str, tuple[int, int]] = {}
    for moved in moves:
        for account_id, more in moved.items():
            amount, count = sums.get(account_id, (0, 0))
            sums[account_id] = (amount + more, count + 1)
    return sums


def joined(before: FindMatches, now: FindMatches) -> FindMatches:
    """Make one look of two of the same import; what was filed counts in the later one's month."""
    return replace(
        now,
        first=min(before.first, now.first),
        last=max(before.last, now.last),
        filed=dict(Counter(before.filed) + Counter(now.filed)),
        legs=tuple(dict.fromkeys((*before.legs, *now.legs))),
    )
