"""Holding a receipt against the ledger: which transaction it may belong to, and how it might be split."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from chalicelib.currency import api as currency
from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.memory import traits
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.receipts.draft import Draft
from chalicelib.expenses.model.receipts.matching import (
    AFTER,
    BEFORE,
    Candidate,
    Decision,
    decide,
)
from chalicelib.expenses.model.receipts.splitting import Share, propose
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.memory import needed
from chalicelib.expenses.repository.receipts import Receipts
from chalicelib.expenses.repository.transactions import Filter, Transactions
from chalicelib.expenses.service.filing import Filer, filer_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.money import Money

_UNDATED: Final = timedelta(days=45)
"""How far back is looked where the paper has no day."""
_MOST_CANDIDATES: Final = 400
_MOST_RATES: Final = 4
"""Other currencies that candidates may be in: each may cost a read."""


def match(ctx: Context, draft: Draft) -> Decision:
    """Look for the transaction of a receipt among those of its days."""
    if draft.total_minor is None or draft.currency is None:
        return Decision(certain=None, proposed=())
    candidates = _candidates(ctx, draft)
    rates = _rates(ctx, draft, candidates)
    return decide(draft, candidates, rates=rates, auto=Receipts(ctx).habit().auto)


def _candidates(ctx: Context, draft: Draft) -> list[Candidate]:
    today = ctx.now.date()
    first, last = today - _UNDATED, today + AFTER
    if draft.bought_on is not None:
        first, last = draft.bought_on.value - BEFORE, draft.bought_on.value + AFTER
    page = Transactions(ctx).find(
        Filter(first=first, last=last), start=None, limit=_MOST_CANDIDATES
    )
    return [_candidate(one) for one in page.items if one.kind == "expense"]


def _candidate(one: Transaction) -> Candidate:
    return Candidate(
        id=one.id,
        amount=one.amount,
        original=one.original,
        booked_on=one.booked_on,
        payee=one.bank_payee or one.payee,
    )


def _rates(ctx: Context, draft: Draft, candidates: Sequence[Candidate]) -> dict[str, int]:
    """Give the receipt's total in the other currencies that candidates are in, at the rate of its day."""
    if draft.total_minor is None or draft.currency is None:
        return {}
    own = draft.currency.value
    total = Money(draft.total_minor.value, own)
    day = draft.bought_on.value if draft.bought_on else ctx.now.date()
    others = sorted({one.amount.currency for one in candidates} - {own})[:_MOST_RATES]
    found: dict[str, int] = {}
    for other in others:
        try:
            made = currency.convert(total, other, day=day, owner=ctx.owner, now=ctx.now)
        except currency.MissingRate:
            continue
        if made.money is not None:
            found[other] = made.money.amount_minor
    return found


def shares_of(ctx: Context, draft: Draft) -> tuple[Share, ...]:
    """Propose how a receipt is split over categories, where its lines name more than one."""
    if not draft.adds_up or len(draft.lines) < 2 or draft.currency is None:
        return ()
    merchant = draft.merchant.value if draft.merchant else ""
    # what was taught for a payee of a line's name counts for the line: goods are remembered as shops are
    names = {merchant_key(text) for text in (merchant, *(line.text for line in draft.lines))}
    seen = [traits(name, "", "") for name in names]
    filer = filer_of(ctx, look_up(ctx, memory=needed(ctx.vault, seen)))
    guessed = [_guess(ctx, filer, draft, line.text, line.amount_minor) for line in draft.lines]
    total = draft.total_minor.value if draft.total_minor else 0
    return propose(draft, guessed, _guess(ctx, filer, draft, merchant, total))


def _guess(ctx: Context, filer: Filer, draft: Draft, text: str, minor: int) -> str | None:
    line = Line(
        payee=text,
        notes="",
        amount_minor=-abs(minor),
        currency=draft.currency.value if draft.currency else "",
        account_id="",
        booked_on=draft.bought_on.value if draft.bought_on else ctx.now.date(),
    )
    return filer.guess(line).category_id
