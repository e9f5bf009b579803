"""Amounts that a transaction leaves out: found from the others, as the journal's own program finds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from chalicelib.interchange.model.formats.amounts import ZERO
from chalicelib.interchange.model.formats.journals.entries import Entry, Posting
from chalicelib.interchange.model.formats.types import Notes, quoted

_HALF: Final = Decimal("0.5")
_CENT: Final = Decimal("0.01")
_MOST_LEFT_OUT: Final = 20


def residuals(postings: Iterable[Posting]) -> dict[str, Decimal]:
    """Sum the weights by what they are in; what is not zero is missing."""
    sums: dict[str, Decimal] = {}
    for posting in postings:
        if posting.weight is not None:
            known = sums.get(posting.weight_in)
            sums[posting.weight_in] = posting.weight if known is None else known + posting.weight
    return sums


def complete(entry: Entry, notes: Notes, *, quantise: bool) -> None:
    """Fill in the one amount that may be left out, or note that the transaction does not balance.

    With `quantise` the amount found is rounded to the decimals that others of its currency are written with,
    which is Beancount's rule ("Precision & Tolerances").
    """
    missing = [one for one in entry.postings if one.amount is None and not one.flaw]
    sums = residuals(entry.postings)
    if not missing:
        if any(sums.values()) and any(one.cost for one in entry.postings):
            sums = _by_cost(entry, sums)
        _judge(entry, sums, notes)
        return
    flaw = _unclear(entry, missing)
    if flaw:
        for posting in missing:
            posting.flaw = flaw
        return
    quanta = _quanta(entry) if quantise else {}
    for posting in missing:
        code = posting.commodity
        totals = {code: sums.get(code, ZERO)} if code else sums
        found = [(_rounded(-total, quanta.get(key)), key) for key, total in totals.items()]
        found = [(amount, key) for amount, key in found if amount]
        _fill(entry, posting, found or [(ZERO, code or next(iter(sums), ""))])


def _by_cost(entry: Entry, sums: dict[str, Decimal]) -> dict[str, Decimal]:
    """Weigh sold shares by their cost, as Ledger does, where hledger's weights by price do not balance."""
    weighed = [
        replace(one, weight=one.cost[0], weight_in=one.cost[1]) if one.cost else one
        for one in entry.postings
    ]
    others = residuals(weighed)
    if any(others.values()):
        return sums
    entry.postings[:] = weighed
    return others


def _unclear(entry: Entry, missing: list[Posting]) -> str:
    """Say why amounts that are left out cannot be found; one of each currency can be."""
    told = {one.commodity for one in missing}
    if (
        len(told) < len(missing)
        or (len(missing) > 1 and "" in told)
        or len(missing) > _MOST_LEFT_OUT
    ):
        return "More than one amount of the transaction is left out."
    if any(one.flaw or one.weight is None for one in entry.postings if one.amount is not None):
        return "What it must be cannot be told from the others."
    return ""


def _fill(entry: Entry, missing: Posting, found: list[tuple[Decimal, str]]) -> None:
    missing.set_amount(*found[0])
    at = next(at for at, one in enumerate(entry.postings, 1) if one is missing)
    for amount, currency in found[1:]:
        another = replace(missing)
        another.set_amount(amount, currency)
        entry.postings.insert(at, another)


def _rounded(amount: Decimal, quantum: Decimal | None) -> Decimal:
    if quantum is None or _decimals(amount) <= _decimals(quantum):
        return amount
    return amount.quantize(quantum, rounding=ROUND_HALF_EVEN)


def _quanta(entry: Entry) -> dict[str, Decimal]:
    """The coarsest fraction that each currency is written with; whole numbers say nothing."""
    coarsest: dict[str, int] = {}
    for one in entry.postings:
        decimals = _decimals(one.amount) if one.amount is not None else 0
        if decimals:
            coarsest[one.commodity] = min(coarsest.get(one.commodity, decimals), decimals)
    return {code: Decimal((0, (1,), -decimals)) for code, decimals in coarsest.items()}


def _decimals(amount: Decimal) -> int:
    power = amount.as_tuple().exponent
    return -power if isinstance(power, int) and power < 0 else 0


def _judge(entry: Entry, sums: dict[str, Decimal], notes: Notes) -> None:
    """Note what is missing; two currencies of opposite signs are an exchange at a rate that nobody wrote."""
    off = {code: total for code, total in sums.items() if total}
    if not off:
        return
    quanta = _quanta(entry)
    off = {
        code: total for code, total in off.items() if abs(total) > _HALF * quanta.get(code, _CENT)
    }
    if not off or any(one.weight is None for one in entry.postings):
        return
    if len(off) == 2 and len({total < 0 for total in off.values()}) == 2:
        return
    shown = ", ".join(f"{total} {code}" for code, total in [*off.items()][:3])
    detail = f"The transaction does not balance: {quoted(shown)} too much."
    notes.add("unbalanced", detail, line=entry.line, column="amount")
