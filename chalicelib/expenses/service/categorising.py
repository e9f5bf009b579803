"""What the categoriser makes of lines, what it learns from its owner, and how well it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from chalicelib.expenses.model.catalogue import catalogue
from chalicelib.expenses.model.judging import Report, figures, filed, judged
from chalicelib.expenses.model.memory import Traits, traits
from chalicelib.expenses.model.payee_book import is_silent
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository import judging, table
from chalicelib.expenses.repository.judging import full_names
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.memory import Lesson, Lessons, needed
from chalicelib.expenses.repository.setup import read_setup
from chalicelib.expenses.repository.table import payee_id
from chalicelib.kernel.context import Context
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

RECENT: Final = timedelta(days=90)
_ROOM_FOR_OTHERS: Final = 50
"""An atomic request may still bring so many transactions; they go before what payees teach."""
_SHARED_ITEMS: Final = 4
"""What most choices write beside the page of their payee."""


def tally(ctx: Context, recorded: Iterable[Transaction]) -> None:
    """Count who filed new transactions, where there is room: coverage is told from it."""
    found = list(recorded)
    if len(found) == 1:
        judging.note(ctx, found[0], filed([found[0].filing]))
    elif ctx.commit.room() > 0:
        judging.add(ctx, filed(one.filing for one in found))


@dataclass(frozen=True, slots=True)
class Choice:
    """A transaction under the category that its user chose, and how it was before, unless it is new."""

    after: Transaction
    before: Transaction | None = None

    @property
    def traits(self) -> Traits:
        """Give what the transaction looks like: what the bank wrote counts, not what it was renamed to."""
        one = self.after
        return traits(one.bank_payee or one.payee, one.notes, one.account_id)

    def named(self, vault: Vault) -> str:
        """Give the payee that the row itself names, which may be another name of the one it belongs to."""
        return payee_id(vault, self.traits.key)

    @property
    def lesson(self) -> Lesson | None:
        """Give what it teaches; that nothing fits teaches nothing."""
        category_id = self.after.filing.category_id
        if category_id is None:
            return None
        corrected = self.before is not None and self.before.filing.category_id != category_id
        return Lesson(traits=self.traits, category_id=category_id, corrected=corrected)


def learn(
    ctx: Context, *choices: Choice, found: Found | None = None, keep: int = _ROOM_FOR_OTHERS
) -> None:
    """Take in what the user said about categories: judge the guesses that were there, and teach the choices.

    `found` is a look-up that asked for their memory and what is known of their payees. Nothing is taught where
    the payee is not to teach, and where the unit of work has no room left but `keep` for what is still to come.
    """
    room = ctx.commit.room() - keep - _SHARED_ITEMS
    told = [one for one in choices if one.after.filing.by == "user"][: max(0, room)]
    if not told:
        return
    month = judging.this_month(ctx)
    found = found or look_up(
        ctx,
        memory=needed(ctx.vault, (one.traits for one in told)),
        judged=[month],
        known={payee for one in told for payee in (one.after.payee_id, one.named(ctx.vault))},
    )
    counted = full_names(found.raw("judged", month))
    for one in told:
        if one.before is not None:
            judging.add(ctx, judged(one.before.filing, one.after.filing.category_id, counted))
    known = found.known().values()
    teaching = (one.lesson for one in told if not is_silent(one.after.payee_id, known))
    Lessons(ctx).teach(found.memory(), [one for one in teaching if one is not None])


def report(ctx: Context) -> Report:
    """Give this owner's figures from kept counts, the recent ones by whole months."""
    since = (ctx.now.date() - RECENT).replace(day=1)
    setup = read_setup(ctx.owner, ctx.vault, prefix=table.CATEGORY)
    tree = {identity: entry.category for identity, entry in catalogue(setup.categories).items()}
    months = judging.read(ctx)
    recent = sum((months[month] for month in months if month >= since.isoformat()[:7]), Counter())
    return Report(since, figures(recent, tree), figures(sum(months.values(), Counter()), tree))
