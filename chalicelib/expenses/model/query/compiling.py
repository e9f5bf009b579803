"""A query as one function of a transaction: compiled once for all rows that a call looks at.

What a rule can ask as well is compiled by the rules' own compiler: a `Subject` is what rules see of a line, and more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date
from typing import Final, TypeAlias

from chalicelib.expenses.model.catalogue import Entry, children_of
from chalicelib.expenses.model.conditions import (
    ChoiceField,
    ChoiceTest,
    DateRange,
    PresenceField,
    PresenceTest,
)
from chalicelib.expenses.model.effects import line_of
from chalicelib.expenses.model.matching import Facts, compile_condition
from chalicelib.expenses.model.payee import fold
from chalicelib.expenses.model.query.bounds import bounds_of
from chalicelib.expenses.model.query.tree import (
    NONE,
    Amounts,
    BadQuery,
    Choice,
    Days,
    Every,
    Match,
    Query,
    QueryProblem,
    Some,
    Span,
    Term,
    Unless,
    Words,
)
from chalicelib.expenses.model.query.values import KINDS, scaled
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.money import exponent
from chalicelib.kernel.values import dataclass


class Subject(Facts):
    """A transaction as a query's tests see it: what rules see of it, and the whole of it."""

    __slots__ = ("one",)

    def __init__(self, one: Transaction) -> None:
        """Fold the texts."""
        super().__init__(line_of(one))
        self.one = one


Test: TypeAlias = Callable[[Subject], bool]


@dataclass(frozen=True, slots=True)
class Names:
    """What an owner calls accounts, by id, the categories with their places in the tree, and what has attachments."""

    accounts: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, Entry] = field(default_factory=dict)
    attached: frozenset[str] = frozenset()


def names_needed(query: Query) -> frozenset[str]:
    """Tell what a query cannot be compiled without: names of `account` or `category`, and which have an `attachment`."""
    match query:
        case Every(parts) | Some(parts):
            return frozenset().union(*map(names_needed, parts))
        case Unless(part):
            return names_needed(part)
        case Words("account", value) if not is_id(value):
            return frozenset({"account"})
        case Words("category", value) if value != NONE:
            return frozenset({"category"})
        case Choice("has", "attachment"):
            return frozenset({"attachment"})
        case _:
            return frozenset()


def compile_query(query: Query, *, names: Names, today: date) -> Test | QueryProblem:
    """Turn a query into one function, or say which of its names nothing has."""
    try:
        return _Compiler(names, today).compile(query)
    except BadQuery as bad:
        return bad.problem


class _Compiler:
    __slots__ = ("_names", "_today")

    def __init__(self, names: Names, today: date) -> None:
        self._names = names
        self._today = today

    def compile(self, query: Query) -> Test:
        match query:
            case Every(parts):
                tests = [self.compile(part) for part in parts]
                return lambda subject: all(test(subject) for test in tests)
            case Some(parts):
                tests = [self.compile(part) for part in parts]
                return lambda subject: any(test(subject) for test in tests)
            case Unless(part):
                inner = self.compile(part)
                return lambda subject: not inner(subject)
            case _:
                return self._term(query)

    def _term(self, term: Term) -> Test:
        match term:
            case Words():
                return self._words(term)
            case Amounts("signed", span):
                return _amount(span, lambda subject: subject.minor)
            case Amounts(_, span):
                return _amount(span, lambda subject: subject.size)
            case Days(span):
                bounds = bounds_of(span, self._today)
                first, last = bounds.first or date.min, bounds.last or date.max
                return compile_condition(DateRange(first, last))
            case Choice("has", "attachment"):
                attached = self._names.attached
                return lambda subject: subject.one.id in attached
            case Choice(name, value):
                return _choice(name, value)

    def _words(self, term: Words) -> Test:
        match term:
            case Words("account", value, match, at):
                return _in_accounts(self._accounts(value, match, at))
            case Words("category", value, match, at):
                return self._categories(value, match, at)
            case Words("tag", value, match):
                named = _named(fold(value), match)
                return lambda subject: any(map(named, subject.tags))
            case _:
                return _text(term.field, fold(term.value), term.match)

    def _accounts(self, value: str, match: Match, at: int) -> frozenset[str]:
        if is_id(value):
            return frozenset({value})
        named = _named(fold(value), match)
        found = {one for one, name in self._names.accounts.items() if named(fold(name))}
        if not found:
            raise BadQuery(at, "no account has this name")
        return frozenset(found)

    def _categories(self, value: str, match: Match, at: int) -> Test:
        if value == NONE:
            return lambda subject: None in categories_of(subject.one)
        entries = self._names.categories
        if is_id(value):
            found = {value}
        else:
            named = _named(fold(value), match)
            found = {one for one, e in entries.items() if named(fold(e.category.name))}
        if not found:
            raise BadQuery(at, "no category has this name")
        if match != "exact":
            found = _with_children(found, entries)
        return lambda subject: any(one in found for one in categories_of(subject.one))


def _with_children(found: set[str], entries: Mapping[str, Entry]) -> set[str]:
    """Add everything below; a tree has no circle, and each category is added once."""
    level = found
    while level:
        below = {child.id for one in level for child in children_of(one, entries)} - found
        found = found | below
        level = below
    return found


def categories_of(one: Transaction) -> tuple[str | None, ...]:
    """Give the categories that a transaction counts in, None where in none: of parts theirs, of a transfer the fee's."""
    if one.transfer is not None:
        fee = one.transfer.fee_category_id
        return (fee,) if fee else ()
    if one.parts:
        return tuple(part.category_id for part in one.parts)
    return (one.filing.category_id,)


def _named(value: str, match: Match) -> Callable[[str], bool]:
    if match == "begins":
        return lambda name: name.startswith(value)
    return lambda name: name == value


def _in_accounts(accounts: frozenset[str]) -> Test:
    return lambda subject: not accounts.isdisjoint(subject.one.accounts)


_TEXTS: Final[Mapping[str, Callable[[Subject], tuple[str, ...]]]] = {
    "payee": lambda subject: (subject.payee, subject.shown),
    "notes": lambda subject: (subject.notes,),
    "text": lambda subject: (subject.payee, subject.shown, subject.notes),
}
"""To a rule the payee is what the bank wrote, where somebody wrote another one: here either counts."""


def _text(name: str, value: str, match: Match) -> Test:
    texts = _TEXTS[name]
    if match == "exact":
        return lambda subject: value in texts(subject)
    if match == "plain":
        return lambda subject: any(value in text for text in texts(subject))
    # a word begins where no letter or digit stands before it
    begins = re.compile(r"(?<![^\W_])" + re.escape(value)).search
    return lambda subject: any(begins(text) for text in texts(subject))


def _amount(span: Span, amount: Callable[[Subject], int]) -> Test:
    limits: dict[int, tuple[int | None, int | None]] = {}

    def holds(subject: Subject) -> bool:
        places = exponent(subject.one.amount.currency)
        if places not in limits:
            limits[places] = _limits(span, places)
        low, high = limits[places]
        minor = amount(subject)
        return (low is None or minor >= low) and (high is None or minor <= high)

    return holds


def _limits(span: Span, places: int) -> tuple[int | None, int | None]:
    """Give the least and the greatest amount in minor units that lie in the span, exactly."""
    low = high = None
    if span.low is not None:
        units, exact = scaled(span.low, places)
        low = units if exact and not span.above else units + 1
    if span.high is not None:
        units, exact = scaled(span.high, places)
        high = units - 1 if exact and span.below else units
    return low, high


_OWN: Final[Mapping[tuple[str, str], Test]] = {
    ("has", "refund"): lambda subject: bool(subject.one.refunded),
    ("has", "category"): lambda subject: any(categories_of(subject.one)),
    ("is", "split"): lambda subject: bool(subject.one.parts),
    ("is", "refund"): lambda subject: bool(subject.one.refunds),
}
_CHOICES: Final[Mapping[str, ChoiceField]] = {
    "currency": "currency",
    "status": "status",
    "kind": "kind",
    "source": "source",
    "by": "category_source",
}
_PRESENT: Final[Mapping[str, PresenceField]] = {
    "notes": "notes",
    "payee": "payee",
    "tags": "tag",
    "parts": "parts",
    "original": "original",
}


def _choice(name: str, value: str) -> Test:
    if (name, value) in _OWN:
        return _OWN[name, value]
    if name == "import":
        return lambda subject: subject.one.import_id == value
    if name == "has":
        return compile_condition(PresenceTest(_PRESENT[value], present=True))
    if name == "is":
        name = "kind" if value in KINDS else "status"
    return compile_condition(ChoiceTest(_CHOICES[name], (value,)))
