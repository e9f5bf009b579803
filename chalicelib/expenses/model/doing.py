"""What the actions of rules have in common: the world that they know, and how they refuse.

Each is a pure function of a transaction (`doing_words`, `doing_money`), exact to the minor unit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeAlias, cast

from chalicelib.expenses.model.actions import Action
from chalicelib.expenses.model.expression_values import ExpressionFailed, Value
from chalicelib.expenses.model.expressions import Expression, Inputs, compiled
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.kernel.money import Money, MoneyError, exponent
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What actions need to know beside the transaction.

    `has_category` tells a category in use, `currency_of` gives that of an account that takes transactions,
    `payee_id` the id of a normalised payee.
    """

    has_category: Callable[[str], bool]
    currency_of: Callable[[str], str | None]
    payee_id: Callable[[str], str]
    today: date


class Undoable(Exception):
    """An action cannot be carried out on this transaction; `reason` is a slug."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


Act: TypeAlias = Callable[[Transaction, Action, World], Transaction]


def filed(category_id: str | None) -> Filing:
    """File by a rule, which is no guess: 100 percent."""
    return Filing(category_id=category_id, by="rule", confidence=100)


def several(action: Action) -> tuple[str, ...]:
    """Give the texts that an action lists."""
    return cast("tuple[str, ...]", action.value)


def whole(one: Transaction) -> None:
    """Refuse what has no category of its own."""
    if one.transfer is not None:
        raise Undoable("is-a-transfer")
    if one.parts:
        raise Undoable("is-split")


def known(category: str | None, world: World) -> None:
    """Refuse a category that is not in use."""
    if category is not None and not world.has_category(category):
        raise Undoable("category-gone")


def computed(one: Transaction, action: Action) -> Value:
    """Work an action's formula out."""
    try:
        return compiled(cast("Expression", action.value))(_inputs(one))
    except ExpressionFailed as failed:
        raise Undoable("no-value") from failed


def _inputs(one: Transaction) -> Inputs:
    return Inputs(
        payee=one.bank_payee or one.payee,
        shown_payee=one.payee,
        notes=one.notes,
        currency=one.amount.currency,
        amount_minor=one.amount.amount_minor,
        digits=exponent(one.amount.currency),
        day=one.booked_on,
    )


def money(value: Decimal, currency: str) -> Money:
    """Round to the minor unit, half to even."""
    try:
        return Money.rounded_half_even(value, currency)
    except MoneyError as error:
        raise Undoable("amount-out-of-range") from error
