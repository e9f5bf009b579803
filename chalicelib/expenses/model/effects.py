"""What the rules that speak about a transaction make of it, field by field, and what they must leave alone.

The rules come in their order, and each one's actions in theirs. What an earlier rule did to a field, a later one
may edit, not set. What the user set, or a reconciliation locked, stays. An action that cannot be carried out
exactly (a part that would be nothing, an account that is gone) does nothing and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from typing import Final

from chalicelib.expenses.model.actions import KINDS, Action
from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.doing import Act, Undoable, World
from chalicelib.expenses.model.doing_money import MONEY
from chalicelib.expenses.model.doing_words import WORDS
from chalicelib.expenses.model.rules import Outcome
from chalicelib.expenses.model.transactions import Filing, Transaction, is_locked, said_by
from chalicelib.kernel.values import dataclass

ACTS: Final[Mapping[str, Act]] = {**WORDS, **MONEY}
_MONEY: Final = frozenset({"account_id", "booked_on", "transfer", "parts", "status"})
"""What a reconciliation locks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An action that could not be carried out, and why."""

    rule_id: str
    action: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A transaction as the rules leave it."""

    after: Transaction
    by: dict[str, str]
    """The rule that changed a field first, by field."""
    locked: tuple[str, ...]
    failures: tuple[Failure, ...]


@dataclass(slots=True)
class _Work:
    """A transaction on its way through the rules."""

    before: Transaction
    now: Transaction
    world: World
    blocked: frozenset[str]
    touched: dict[str, str] = field(default_factory=dict)
    locked: dict[str, None] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


def work_out(
    outcome: Outcome,
    before: Transaction,
    world: World,
    *,
    guess: Callable[[], Filing] | None = None,
    blocked: frozenset[str] = frozenset(),
) -> Effect:
    """Carry out what the rules say on a transaction.

    `guess` is asked for a category where they set none, before those that fill what is empty; a transfer, which
    they may have made of it, has none. `blocked` fields stay as they are, without a word.
    """
    work = _Work(before, before, world, blocked)
    _carry_out(work, outcome, frozenset({"set", "edit"}))
    if guess is not None and _is_to_be_guessed(work):
        work.now = replace(work.now, filing=guess())
    if work.now.filing.category_id is None and "category" not in work.touched:
        _carry_out(work, outcome, frozenset({"default"}))
    return Effect(
        after=said_by(before, work.now, "rule"),
        by={
            name: work.touched[name]
            for name, _, _ in differences(before, work.now)
            if name in work.touched
        },
        locked=tuple(work.locked),
        failures=tuple(work.failures),
    )


def _is_to_be_guessed(work: _Work) -> bool:
    named = "category" in work.touched or work.before.filing.by in {"user", "import"}
    return not named and work.now.transfer is None


def _carry_out(work: _Work, outcome: Outcome, ways: frozenset[str]) -> None:
    for rule in outcome.rules:
        for action in rule.then:
            sort = KINDS[action.kind]
            given_way = sort.way != "edit" and work.touched.get(sort.field, rule.id) != rule.id
            if sort.way in ways and sort.field not in work.blocked and not given_way:
                _act(work, rule.id, action, sort.field)


def _act(work: _Work, rule_id: str, action: Action, name: str) -> None:
    try:
        after = ACTS[action.kind](work.now, action, work.world)
    except Undoable as refusal:
        work.failures.append(Failure(rule_id=rule_id, action=action.kind, reason=refusal.reason))
        return
    if after != work.now and _is_locked(work.before, name):
        work.locked[name] = None
        return
    for touched in (name, *(changed for changed, _, _ in differences(work.now, after))):
        work.touched.setdefault(touched, rule_id)
    work.now = after


def _is_locked(before: Transaction, name: str) -> bool:
    if before.status == "reconciled" and name in _MONEY:
        return True
    if name in {"transfer", "parts"} and is_locked(before, "category"):
        return True  # in the sums it would no longer stand where the user put it
    return is_locked(before, name)


# ------------------------------------------------------------------------------------ differences

FIELDS: Final[dict[str, Callable[[Transaction], object]]] = {
    "category": lambda one: one.filing.category_id,
    "payee": lambda one: one.payee,
    "notes": lambda one: one.notes,
    "tags": lambda one: one.tags,
    "status": lambda one: one.status,
    "account_id": lambda one: one.account_id,
    "transfer": lambda one: one.transfer,
    "parts": lambda one: one.parts,
    "booked_on": lambda one: one.booked_on,
    "original": lambda one: one.original,
}
"""What rules may change, as it is compared."""


def differences(before: Transaction, after: Transaction) -> Iterator[tuple[str, object, object]]:
    """Give each field that differs, with what it was and what it is."""
    for name, value in FIELDS.items():
        was, now = value(before), value(after)
        if was != now:
            yield name, was, now


def line_of(one: Transaction) -> Line:
    """Give a transaction as rules and the categoriser look at it."""
    there = {
        "parts": one.parts,
        "transfer": one.transfer is not None,
        "refund": one.refunds or one.refunded,
        "original": one.original is not None,
    }
    return Line(
        payee=one.bank_payee or one.payee,
        notes=one.notes,
        amount_minor=one.amount.amount_minor,
        currency=one.amount.currency,
        account_id=one.account_id,
        booked_on=one.booked_on,
        shown_payee=one.payee,
        category_id=one.filing.category_id,
        category_source=one.filing.by,
        tags=one.tags,
        status=one.status,
        kind=one.kind,
        source=one.source,
        has=frozenset(name for name, is_there in there.items() if is_there),
    )
