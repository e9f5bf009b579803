"""What rules, memory and the shipped prior make of new transactions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from chalicelib.expenses.model.catalogue import catalogue
from chalicelib.expenses.model.categories import Category, standing_in
from chalicelib.expenses.model.categoriser import Categoriser, Guess
from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.doing import World
from chalicelib.expenses.model.effects import Effect, line_of, work_out
from chalicelib.expenses.model.memory import Traits, traits_of
from chalicelib.expenses.model.payee_book import (
    KnownPayee,
    named,
    placed,
    with_standing_categories,
)
from chalicelib.expenses.model.rules import NOTHING, Outcome, RuleSet
from chalicelib.expenses.model.tags import folded
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.setup import read_setup
from chalicelib.expenses.repository.table import payee_id
from chalicelib.kernel.context import Context
from chalicelib.kernel.roles import covers

_ROOM_FOR_OTHERS: Final = 50
"""An atomic request may still bring so many transactions; they go before what rules add to one."""
_COSTLY: Final = frozenset({"tags", "account_id", "transfer"})
"""Fields that write other items beside the transaction's own."""


class Filer:
    """Files the new transactions of one owner; make it once for a chunk.

    `room` says how many items beside the transactions' own their tags and other accounts may still take in the
    unit of work. A transaction for which there is none keeps what costs nothing; applying the rules to it later
    does the rest.
    """

    def __init__(
        self,
        rules: RuleSet,
        categoriser: Categoriser,
        *,
        world: World,
        fresh: Callable[[], Categoriser],
        known: Mapping[str, KnownPayee],
        room: int,
        tree: Mapping[str, Category],
    ) -> None:
        """Take the owner's compiled rules, the categoriser with and without what was learned, and the known payees."""
        self._rules = rules
        self._categoriser = categoriser
        self._world = world
        self._fresh = fresh
        self._known = known
        self._room = room
        self._tree = tree
        self._taken: set[str] = set()

    def in_use(self, category_id: str | None) -> str | None:
        """Give a category, or what it was merged into; None where that is archived or gone by now."""
        if category_id is None:
            return None
        stands = standing_in(category_id, self._tree)
        return stands if self._world.has_category(stands) else None

    def carried(self, transaction: Transaction, line: Line | None = None) -> Transaction:
        """Give a new transaction as the rules leave it, under the category that they or a guess name.

        What the user said about its payee goes before a guess and behind the rules. `line` is what there is to
        see where that is more than the transaction keeps.
        """
        ruled = self._ruled(transaction, line)
        if ruled.payee == transaction.payee:
            ruled = named(ruled, self._known)
        said = self._known.get(transaction.payee_id)
        return placed(ruled, said, self._world.has_category)

    def _ruled(self, transaction: Transaction, line: Line | None) -> Transaction:
        seen = line or line_of(transaction)
        outcome = self._rules.evaluate(seen)
        effect = self._effect(outcome, transaction, seen, frozenset())
        taken = self._taken | _items(transaction, effect.after)
        if len(taken) > self._room:
            return self._effect(outcome, transaction, seen, _COSTLY).after
        self._taken = taken
        return effect.after

    def read(self, line: Line) -> Guess:
        """Ask the categoriser alone, whatever the rules say, for a guess with its runners-up."""
        return self._categoriser.guess(line, outcome=NOTHING)

    def _effect(
        self, outcome: Outcome, transaction: Transaction, line: Line, blocked: frozenset[str]
    ) -> Effect:
        return work_out(
            outcome,
            transaction,
            self._world,
            guess=lambda: self._guessed(outcome, line),
            blocked=blocked,
        )

    def guess(self, line: Line) -> Filing:
        """Find a category for what is no transaction yet; rules have no say, for they do more than file."""
        return self._guessed(NOTHING, line)

    def _guessed(self, outcome: Outcome, line: Line) -> Filing:
        told = {action.kind for action in outcome.actions()}
        if "skip_guess" in told:
            return Filing(category_id=None, by="none")
        categoriser = self._fresh() if "skip_memory" in told else self._categoriser
        guess = categoriser.guess(line, outcome=NOTHING)
        sure = None if guess.category_id is None else round(guess.confidence * 100)
        return Filing(category_id=guess.category_id, by=guess.why, confidence=sure)


def _items(before: Transaction, after: Transaction) -> set[str]:
    """Name the items beside its own that a transaction newly touches."""
    accounts = {f"account {one}" for one in after.accounts if one not in before.accounts}
    return accounts | {f"tag {folded(tag)}" for tag in after.tags if tag not in before.tags}


def filer_of(
    ctx: Context,
    found: Found,
    *,
    room: int | None = None,
    read: Callable[[Line], Traits] = traits_of,
) -> Filer:
    """Read rules and categories, and take what was taught from a look-up that asked for it; `read` as a categoriser's."""
    setup = read_setup(ctx.owner, ctx.vault)
    tree = {identity: entry.category for identity, entry in catalogue(setup.categories).items()}
    return Filer(
        RuleSet(stored.rule for stored in setup.rules),
        Categoriser(tree, memory=found.memory(), read=read),
        world=world_of(ctx, tree),
        fresh=lambda: Categoriser(tree, read=read),
        known=with_standing_categories(found.known(), tree),
        room=ctx.commit.room() - _ROOM_FOR_OTHERS if room is None else room,
        tree=tree,
    )


def world_of(ctx: Context, tree: Mapping[str, Category]) -> World:
    """Give what actions may name: categories in use, and accounts that the caller may write to."""
    known: dict[str, str | None] = {}

    def currency_of(account_id: str) -> str | None:
        if account_id not in known:
            known[account_id] = _currency(ctx, account_id)
        return known[account_id]

    return World(
        has_category=lambda one: one in tree and not tree[one].archived,
        currency_of=currency_of,
        payee_id=lambda normalised: payee_id(ctx.vault, normalised),
        today=ctx.now.date(),
    )


def _currency(ctx: Context, account_id: str) -> str | None:
    """Give the currency of an account that takes transactions of the caller's."""
    if ctx.accounts is not None and not (
        account_id in ctx.accounts and covers(ctx.accounts[account_id], "editor")
    ):
        return None
    found = look_up(ctx, account=[account_id])
    if not found.is_live("account", account_id):
        return None
    account = found.account(account_id)
    return None if account.archived else account.currency
