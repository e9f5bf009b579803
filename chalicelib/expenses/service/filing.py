"""Finding a category for a line, and remembering what the user said about a payee."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chalicelib.expenses.model.catalogue import catalogue
from chalicelib.expenses.model.categoriser import Categoriser, Learned
from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.rules import RuleSet
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.payees import Payees
from chalicelib.expenses.repository.setup import read_setup
from chalicelib.kernel.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be made of a line; a payee of None keeps the bank's."""

    filing: Filing
    payee: str | None
    notes: tuple[str, ...]


class Filer:
    """Files the lines of one owner; make it once for a chunk."""

    def __init__(self, rules: RuleSet, categoriser: Categoriser) -> None:
        """Take the owner's compiled rules and categoriser."""
        self._rules = rules
        self._categoriser = categoriser

    def file(self, line: Line) -> Verdict:
        """Find a category; one that is deleted or archived counts as none."""
        said = self._rules.evaluate(line)
        guess = self._categoriser.guess(line, outcome=said)
        sure = None if guess.category_id is None else round(guess.confidence * 100)
        filing = Filing(category_id=guess.category_id, by=guess.why, confidence=sure)
        return Verdict(filing=filing, payee=said.payee, notes=said.notes)


def filer_of(ctx: Context, found: Found) -> Filer:
    """Read rules and categories, and take the payees from a look-up that asked for them."""
    setup = read_setup(ctx.owner, ctx.vault)
    tree = {identity: entry.category for identity, entry in catalogue(setup.categories).items()}
    rules = RuleSet(stored.rule for stored in setup.rules)
    return Filer(rules, Categoriser(tree, learned=found.learned()))


_ROOM_FOR_OTHERS: Final = 50
"""An atomic request may still bring so many transactions; they go before what payees teach."""


def learn(ctx: Context, transaction: Transaction, found: Found | None = None) -> None:
    """Remember what the user said about a payee, where the user said something and there is room."""
    filing = transaction.filing
    if filing.by != "user" or filing.category_id is None:
        return
    if ctx.commit.room() <= _ROOM_FOR_OTHERS:
        return
    key = merchant_key(transaction.bank_payee or transaction.payee, transaction.notes)
    if not key:
        return
    memory = found or look_up(ctx, payee=[transaction.payee_id])
    known = memory.learned_of(transaction.payee_id) or Learned(key)
    Payees(ctx).learn(transaction.payee_id, known.with_choice(filing.category_id))
