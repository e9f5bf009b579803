"""Which transaction a receipt belongs to: by amount, name and day, each scored from 0 to 1,000.

What is attached without asking needs the very amount, a name and a day that fit, a score over the owner's threshold, and
no second transaction nearly as good. All else is proposed, best first, or not mentioned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Final

from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.receipts.draft import Draft
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass

BEFORE: Final = timedelta(days=2)
"""A bank may book a day before the paper says: time zones, and clocks of tills."""
AFTER: Final = timedelta(days=14)
"""How much later a card's payment may be booked."""
PROPOSED: Final = 550
MOST_PROPOSED: Final = 5
_NAME: Final = 500
_DAY: Final = 700
_LEAD: Final = 40
"""How much better than the next the best must be."""
_SURE: Final = 75
"""Percent that the reading of the total must be sure."""
_FX: Final = 20
"""Per mille by which an amount in another currency may differ from the day's rate."""
_ROUNDED: Final = 5
"""Minor units by which cash is rounded in some countries."""
_TIP: Final = 300
_WEIGHTS: Final = (50, 28, 22)
_BY_DELAY: Final = (1_000, 960, 930, 900, 840, 780, 720, 660, 560, 480, 400, 320, 240, 160, 80)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A transaction that a receipt may belong to; `original` is its amount in another currency, where one is known."""

    id: str
    amount: Money
    booked_on: date
    payee: str
    original: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How well a transaction fits; `exact` says that the amount is the very same."""

    transaction_id: str
    score: int
    amount: int
    name: int
    day: int
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do about a receipt: attach it to `certain`, or propose."""

    certain: Match | None
    proposed: tuple[Match, ...]


def decide(
    draft: Draft, candidates: Iterable[Candidate], *, rates: Mapping[str, int], auto: int
) -> Decision:
    """Score the candidates. `rates` gives the receipt's total in each other currency, at its day; `auto` the threshold."""
    found = [one for candidate in candidates if (one := score(draft, candidate, rates)) is not None]
    found.sort(key=lambda one: (-one.score, one.transaction_id))
    proposed = tuple(one for one in found if one.score >= PROPOSED)[:MOST_PROPOSED]
    return Decision(certain=_certain(draft, proposed, auto), proposed=proposed)


def _certain(draft: Draft, proposed: Sequence[Match], auto: int) -> Match | None:
    if not proposed or draft.total_minor is None or draft.total_minor.confidence < _SURE:
        return None
    best = proposed[0]
    fits = best.exact and best.name >= _NAME and best.day >= _DAY and best.score >= auto
    return best if fits and not any(_rivals(best, other) for other in proposed[1:]) else None


def _rivals(best: Match, other: Match) -> bool:
    """Tell whether another transaction may be it as well: nearly as good, or an equal purchase in the same shop."""
    equal = other.exact and other.name >= _NAME and other.day >= _DAY
    return equal or other.score > best.score - _LEAD


def score(draft: Draft, candidate: Candidate, rates: Mapping[str, int]) -> Match | None:
    """Score one transaction, or None where the amount or the day cannot be right."""
    amount, exact = _amount_score(draft, candidate, rates)
    day = _day_score(draft, candidate)
    if not amount or not day:
        return None
    name = name_score(draft.merchant.value if draft.merchant else "", candidate.payee)
    parts = zip(_WEIGHTS, (amount, name, day), strict=True)
    return Match(
        transaction_id=candidate.id,
        score=sum(weight * part for weight, part in parts) // 100,
        amount=amount,
        name=name,
        day=day,
        exact=exact,
    )


def _amount_score(draft: Draft, candidate: Candidate, rates: Mapping[str, int]) -> tuple[int, bool]:
    """Compare what was paid: a purchase alone, so what comes in never fits."""
    if draft.total_minor is None or draft.currency is None or candidate.amount.amount_minor >= 0:
        return 0, False
    total, currency = draft.total_minor.value, draft.currency.value
    paid = [one for one in (candidate.original, candidate.amount) if one is not None]
    for one in paid:
        if one.currency == currency:
            return _same_currency(draft, total, abs(one.amount_minor))
    converted = rates.get(candidate.amount.currency)
    if converted is None:
        return 0, False
    off = abs(-candidate.amount.amount_minor - converted) * 1_000
    if off > converted * _FX:
        return 0, False
    # at the rate itself as good as 950, at the edge 800
    return 950 - 150 * off // max(1, converted * _FX), False


def _same_currency(draft: Draft, total: int, paid: int) -> tuple[int, bool]:
    if paid == total:
        return 1_000, True
    tax = draft.tax_minor.value if draft.tax_minor else 0
    if tax and paid in {total - tax, total + tax}:
        return 850, False
    if abs(paid - total) <= _ROUNDED:
        return 900, False
    if total < paid <= total + total * _TIP // 1_000:
        return 600, False
    return 0, False


def _day_score(draft: Draft, candidate: Candidate) -> int:
    if draft.bought_on is None:
        return 500
    delay = (candidate.booked_on - draft.bought_on.value).days
    if delay < 0:
        return 850 if delay == -1 else 600 if delay == -BEFORE.days else 0
    return _BY_DELAY[delay] if delay < len(_BY_DELAY) else 0


def name_score(merchant: str, payee: str) -> int:
    """Compare the name on the paper with what the bank or the user wrote: by words, and by letters where those differ."""
    ours, theirs = _words(merchant), _words(payee)
    if not ours or not theirs:
        return 0
    common = sum(max(_alike(one, other) for other in theirs) for one in ours)
    smaller, larger = sorted((len(ours), len(theirs)))
    whole = _alike("".join(ours), "".join(theirs))
    by_words = min(1_000, common // smaller) if smaller else 0
    # one word of many says less than all of them
    share = by_words * (600 + 400 * smaller // larger) // 1_000
    return max(share, whole)


def _words(text: str) -> list[str]:
    return merchant_key(text).split()


def _alike(one: str, other: str) -> int:
    if one == other:
        return 1_000
    if min(len(one), len(other)) >= 4 and (one.startswith(other) or other.startswith(one)):
        return 850
    ratio = round(1_000 * SequenceMatcher(None, one, other, autojunk=False).ratio())
    return ratio if ratio >= 750 else 0
