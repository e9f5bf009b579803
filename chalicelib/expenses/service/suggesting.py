"""What lines would be filed under if they were recorded now; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from chalicelib.expenses.model.categoriser import Guess, Scored, Suggestion
from chalicelib.expenses.model.effects import line_of
from chalicelib.expenses.model.judging import GUESSED_BY
from chalicelib.expenses.model.memory import Traits, traits
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.memory import needed
from chalicelib.expenses.repository.table import payee_id
from chalicelib.expenses.schemas.categorising import UnfiledLine
from chalicelib.expenses.service.filing import Filer, filer_of
from chalicelib.expenses.service.rights import require_account
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id

_ANY_ROOM: Final = 1_000_000
"""Nothing is written, so whatever rules add fits."""


def suggest(ctx: Context, lines: Sequence[UnfiledLine]) -> list[Suggestion]:
    """Give what each line would be filed under, by the rules or by a guess, and what else it may be.

    Refuses accounts that are absent or that the caller does not see.
    """
    for account_id in dict.fromkeys(line.account_id for line in lines):
        require_account(ctx, account_id, "viewer")
    seen = [traits(line.payee, line.notes, line.account_id) for line in lines]
    accounts = dict.fromkeys(line.account_id for line in lines)
    payees = {payee_id(ctx.vault, one.key) for one in seen}
    found = look_up(ctx, account=accounts, memory=needed(ctx.vault, seen), known=payees)
    for account_id in accounts:
        found.account(account_id)
    filer = filer_of(ctx, found, room=_ANY_ROOM)
    return [_suggested(ctx, filer, line, one) for line, one in zip(lines, seen, strict=True)]


def _suggested(ctx: Context, filer: Filer, line: UnfiledLine, seen: Traits) -> Suggestion:
    transaction = _unrecorded(ctx, line, seen)
    asked = replace(line_of(transaction), mcc=line.mcc or "")
    after = filer.carried(transaction, asked)
    guess = filer.read(asked)
    filing = after.filing
    sure = 100 if filing.confidence is None else filing.confidence
    confidence = guess.confidence if filing.by == guess.why else sure / 100
    return Suggestion(
        category_id=filing.category_id,
        confidence=None if filing.category_id is None else confidence,
        why=filing.by,
        others=_others(filing, guess),
        payee=after.payee,
    )


def _others(filing: Filing, guess: Guess) -> tuple[Scored, ...]:
    """Give the runners-up; beside a rule's category the guess is one, and where rules forbid guessing there is none."""
    if filing.by == "rule" and guess.category_id not in {None, filing.category_id}:
        return (Scored(str(guess.category_id), guess.confidence), *guess.others)
    if filing.by in GUESSED_BY or filing.category_id == guess.category_id:
        return guess.others
    return ()


def _unrecorded(ctx: Context, line: UnfiledLine, seen: Traits) -> Transaction:
    return Transaction(
        id=new_id(),
        version=1,
        account_id=line.account_id,
        amount=line.amount.to_money(),
        booked_on=line.booked_on,
        payee=line.payee,
        payee_id=payee_id(ctx.vault, seen.key),
        notes=line.notes,
        filing=Filing(category_id=None, by="none"),
        source="manual",
        created_at=ctx.now,
        updated_at=ctx.now,
    )
