"""Finding a category for a line: the owner's rules first, then what the owner taught."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.expenses.model.catalogue import catalogue, usable
from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.rules import RuleSet
from chalicelib.expenses.model.transactions import Filing
from chalicelib.expenses.repository.lookup import Found
from chalicelib.expenses.repository.setup import read_setup
from chalicelib.kernel.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be made of a line; a payee of None keeps the bank's."""

    filing: Filing
    payee: str | None = None
    notes: tuple[str, ...] = ()


class Filer:
    """Files the lines of one owner; make it once for a chunk."""

    def __init__(self, rules: RuleSet, taught: Mapping[str, str], allowed: frozenset[str]) -> None:
        """Take the compiled rules, the taught categories by payee id, and the categories in use."""
        self._rules = rules
        self._taught = taught
        self._allowed = allowed

    def file(self, line: Line, payee_id: str) -> Verdict:
        """Find a category; one that is deleted or archived counts as none."""
        said = self._rules.evaluate(line)
        filing = Filing(category_id=None, by="none")
        if said.category_id in self._allowed:
            filing = Filing(category_id=said.category_id, by="rule", confidence=100)
        elif self._taught.get(payee_id) in self._allowed:
            filing = Filing(category_id=self._taught[payee_id], by="learned", confidence=95)
        return Verdict(filing=filing, payee=said.payee, notes=said.notes)


def filer_of(ctx: Context, found: Found) -> Filer:
    """Read rules and categories, and take the payees from a look-up that asked for them."""
    setup = read_setup(ctx.owner, ctx.vault)
    rules = RuleSet(stored.rule for stored in setup.rules)
    return Filer(rules, found.taught(), usable(catalogue(setup.categories)))
