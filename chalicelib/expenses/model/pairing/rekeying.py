"""A provider that gives its rows new ids: seen from many rows whose content is known under other ids.

With ids that hold, rows that come again are known by them. Where hardly any is, while most have the same
day, amount and payee as a row under another id, the ids have changed and the rows have not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from chalicelib.expenses.model.pairing.candidate import Candidate, of_one_file

LEAST: Final = 3
"""Rows that must agree, fewer prove nothing: somebody buys the same thing twice."""
Pair = tuple[str, str]


def renamed(
    arrivals: Sequence[Candidate], known: Sequence[Candidate], held: Mapping[str, int]
) -> tuple[list[Pair], list[Pair]]:
    """Pair newcomers with the known rows that they are under other ids: surely, and perhaps.

    `held` counts by account the rows of the same import that were known by their id before.
    """
    surely: list[Pair] = []
    perhaps: list[Pair] = []
    for account_id in sorted({row.account_id for row in arrivals}):
        mine = [row for row in arrivals if row.account_id == account_id and row.bank_ref]
        theirs = [row for row in known if row.account_id == account_id and row.bank_ref]
        pairs, asked, kept = _renamed(mine, theirs)
        kept += held.get(account_id, 0)
        if len(pairs) >= LEAST and 2 * len(pairs) >= asked and kept <= len(pairs):
            surely += pairs
        elif not kept and len(pairs) > 1 and 2 * len(pairs) >= asked:
            perhaps += pairs
    return surely, perhaps


def _renamed(
    arrivals: Sequence[Candidate], known: Sequence[Candidate]
) -> tuple[list[Pair], int, int]:
    """Give the pairs of equal content, how many rows might have had one, and how many kept their id."""
    refs = {row.bank_ref for row in arrivals} & {row.bank_ref for row in known}
    there: dict[object, list[Candidate]] = {}
    for row in known:
        if row.bank_ref not in refs and row.status != "pending":
            there.setdefault(row.content, []).append(row)
    days = {row.day for row in known}
    covered = [row for row in arrivals if row.status != "pending" and row.day in days]
    pairs = []
    for row in covered:
        rows = there.get(row.content) if row.bank_ref not in refs else None
        if rows and not of_one_file(rows[-1], row):
            pairs.append((row.id, rows.pop().id))
    return pairs, len(covered), sum(row.bank_ref in refs for row in covered)
