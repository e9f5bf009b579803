"""Conditions as lists of cases, and which cases can never be: sound, bounded reasoning about rules.

A case is a set of plain statements that hold together; a condition holds where one of its cases does.
`impossible` says so only of a case that no line can ever fulfil. It knows intervals of amounts and days, weekdays,
months and days of the month together, closed lists of words, and how equal, contained, first and last texts bear
on each other. Of two different regular expressions it knows nothing, so what only they would show is not found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from chalicelib.expenses.model.conditions import (
    AllOf,
    AmountRange,
    AmountTest,
    AnyOf,
    CalendarTest,
    ChoiceTest,
    Condition,
    DateRange,
    DateTest,
    Leaf,
    Not,
    PatternTest,
    PresenceTest,
    TextChoice,
    TextTest,
)
from chalicelib.expenses.model.payee import fold
from chalicelib.kernel.values import dataclass

MAX_CASES: Final = 128
"""Cases that one condition may come to; past them nothing is said about it."""


@dataclass(frozen=True, slots=True)
class Within:
    """A number lies between two, ends included; None is without end. Days are their ordinals."""

    of: Literal["size", "signed", "day"]
    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field has one of some values, or with `holds` False none of them."""

    field: str
    values: frozenset[str | int]
    holds: bool


@dataclass(frozen=True, slots=True)
class TextIs:
    """A folded text stands in an operator's relation to a value, or does not."""

    field: str
    operator: str
    value: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Is:
    """Something that is either so or not: a pattern is found, a tag is there, a field is set."""

    what: tuple[str, str]
    holds: bool


Statement: TypeAlias = Within | OneOf | TextIs | Is
Case: TypeAlias = tuple[Statement, ...]


class TooManyCases(Exception):
    """The condition is too large to be reasoned about."""


def cases(condition: Condition, *, holds: bool = True) -> list[Case]:
    """Give the cases in which a condition holds, or does not; raise `TooManyCases`."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            together = isinstance(condition, AllOf) is holds
            inner = [cases(part, holds=holds) for part in parts]
            return _product(inner) if together else _bounded(c for cs in inner for c in cs)
        case Not(part):
            return cases(part, holds=not holds)
        case _:
            return _plain(condition, holds=holds)


def both(one: Iterable[Case], two: Iterable[Case]) -> list[Case]:
    """Give the cases in which both of two hold, without impossible ones; raise `TooManyCases`."""
    joined = ((*first, *second) for first in one for second in list(two))
    return _bounded(case for case in joined if not impossible(case))


def _product(factors: list[list[Case]]) -> list[Case]:
    found: list[Case] = [()]
    for factor in factors:
        found = _bounded((*one, *two) for one in found for two in factor)
    return found


def _bounded(found: Iterable[Case]) -> list[Case]:
    kept: list[Case] = []
    for case in found:
        kept.append(case)
        if len(kept) > MAX_CASES:
            raise TooManyCases
    return kept


def bear_on_each_other(one: Case, two: Case) -> bool:
    """Tell cheaply whether two possible cases could exclude each other at all."""
    return any(_meets(this, that) for that in two for this in one)


def _meets(this: Statement, that: Statement) -> bool:
    if _topic(this) != _topic(that):
        return False
    if isinstance(this, TextIs) and isinstance(that, TextIs) and not that.holds:
        exact = this.operator == "equals"
        said = _HOLDS[that.operator](this.value, that.value) if exact else that.value in this.value
        return this.holds and said
    return True


_TOPICS: Final[dict[str, str]] = {
    **dict.fromkeys(("size", "signed", "direction", "currency", "kind", "transfer"), "amount"),
    **dict.fromkeys(("day", "weekday", "month", "day_of_month"), "day"),
}


def _topic(one: Statement) -> str:
    match one:
        case Within(of):
            return _TOPICS[of]
        case Is(("is_set", field)) | OneOf(field) | TextIs(field):
            return _TOPICS.get(field, field)
        case Is((field, _)):
            return field


# ------------------------------------------------------------------------------ tests as statements


def _plain(test: Leaf, *, holds: bool) -> list[Case]:
    match test:
        case TextTest(field, operator, value):
            return [(TextIs(field, operator, fold(value), holds),)]
        case TextChoice(field, values):
            each = [TextIs(field, "equals", fold(value), holds) for value in values]
            return [(one,) for one in each] if holds else [tuple(each)]
        case PatternTest(field, pattern):
            return [(Is((field, pattern), holds),)]
        case PresenceTest(field, present):
            return [_presence(field, holds=present is holds)]
        case ChoiceTest("tag", values):
            tags = [Is(("tag", fold(value)), holds) for value in values]
            return [(one,) for one in tags] if holds else [tuple(tags)]
        case ChoiceTest(field, values):
            return [(OneOf(field, frozenset(values), holds),)]
        case AmountTest() | AmountRange():
            return _amount(test, holds=holds)
        case _:
            return _day(test, holds=holds)


def _presence(field: str, *, holds: bool) -> Case:
    if field in {"payee", "notes"}:
        return (TextIs(field, "equals", "", not holds),)
    return (Is(("is_set", field), holds),)


def _amount(test: AmountTest | AmountRange, *, holds: bool) -> list[Case]:
    of: Literal["signed", "size"] = "signed" if test.signed else "size"
    if isinstance(test, AmountRange):
        least, most = test.least_minor, test.most_minor
        inside = Within(of, least, most)
        outside = [Within(of, None, least - 1), Within(of, most + 1, None)]
    else:
        inside, outside = _ends(of, test.operator, test.amount_minor)
    same = OneOf("currency", frozenset({test.currency}), holds)
    return [(same, inside)] if holds else [(same,), *((one,) for one in outside)]


def _ends(
    of: Literal["size", "signed", "day"], operator: str, at: int
) -> tuple[Within, list[Within]]:
    below, above = Within(of, None, at - 1), Within(of, at + 1, None)
    if operator in {"less_than", "before"}:
        return below, [Within(of, at, None)]
    if operator in {"more_than", "after"}:
        return above, [Within(of, None, at)]
    if operator == "at_most":
        return Within(of, None, at), [above]
    if operator == "at_least":
        return Within(of, at, None), [below]
    return Within(of, at, at), [below, above]


def _day(test: Leaf, *, holds: bool) -> list[Case]:
    match test:
        case CalendarTest(operator, values):
            return [(OneOf(operator, frozenset(values), holds),)]
        case DateTest(operator, day):
            inside, outside = _ends("day", operator, day.toordinal())
        case DateRange(first, last):
            least, most = first.toordinal(), last.toordinal()
            inside = Within("day", least, most)
            outside = [Within("day", None, least - 1), Within("day", most + 1, None)]
        case _:
            raise TypeError(test)
    return [(inside,)] if holds else [(one,) for one in outside]


# -------------------------------------------------------------------------------- what cannot be


def impossible(case: Case) -> bool:
    """Tell whether no line at all fulfils a case."""
    return (
        _contradicts_itself(case)
        or not _amounts(case)
        or not _has_a_day(case)
        or any(_no_text(case, field) for field in {s.field for s in case if isinstance(s, TextIs)})
    )


_WORDS: Final[dict[str, frozenset[str | int]]] = {
    "direction": frozenset({"out", "in"}),
    "category_source": frozenset({"user", "rule", "import", "learned", "mcc", "prior", "none"}),
    "status": frozenset({"planned", "pending", "posted", "reconciled"}),
    "kind": frozenset({"expense", "income", "transfer"}),
    "source": frozenset({"manual", "import", "recurring", "receipt", "payment"}),
    "weekday": frozenset(range(7)),
    "month": frozenset(range(1, 13)),
}


def _values(case: Case, field: str) -> tuple[frozenset[str | int] | None, frozenset[str | int]]:
    """Give the values that a field may still have (None: any), and those that it has not."""
    may: frozenset[str | int] | None = _WORDS.get(field)
    never: frozenset[str | int] = frozenset()
    for one in case:
        if isinstance(one, OneOf) and one.field == field:
            if not one.holds:
                never |= one.values
            else:
                may = one.values if may is None else may & one.values
    return (may if may is None else may - never), never


def _contradicts_itself(case: Case) -> bool:
    said: dict[tuple[str, str], bool] = {}
    for one in case:
        if isinstance(one, Is) and said.setdefault(one.what, one.holds) is not one.holds:
            return True
    fields = {one.field for one in case if isinstance(one, OneOf)} - {"day_of_month"}
    left = {field: _values(case, field)[0] for field in fields}
    if any(values is not None and not values for values in left.values()):
        return True
    tagged = any(what == "tag" and holds for (what, _), holds in said.items())
    if tagged and said.get(("is_set", "tag")) is False:
        return True
    if left.get("category_id") and said.get(("is_set", "category_id")) is False:
        return True
    kinds = left.get("kind")
    if kinds is None or ("is_set", "transfer") not in said:
        return False
    return kinds.isdisjoint({"transfer"}) if said["is_set", "transfer"] else kinds == {"transfer"}


_Span: TypeAlias = tuple[int | None, int | None]


def _amounts(case: Case) -> list[_Span]:
    """Give the spans in which the amount may lie."""
    spans: list[_Span] = [(None, None)]
    for one in case:
        if isinstance(one, Within) and one.of != "day":
            spans = _meet(spans, _signed(one))
    ways, _ = _values(case, "direction")
    if ways is not None and len(ways) == 1:
        spans = _meet(spans, [(None, -1)] if "out" in ways else [(0, None)])
    kinds, _ = _values(case, "kind")
    if kinds is not None and "transfer" not in kinds and len(kinds) == 1:
        spans = _meet(spans, [(None, 0)] if "expense" in kinds else [(1, None)])
    return spans


def _signed(one: Within) -> list[_Span]:
    if one.of == "signed":
        return [(one.least, one.most)]
    least = max(one.least or 0, 0)
    if one.most is not None and one.most < least:
        return []
    negative = (None if one.most is None else -one.most, -least)
    return [negative, (least, one.most)] if least else [(negative[0], one.most)]


def _meet(spans: list[_Span], others: list[_Span]) -> list[_Span]:
    found: list[_Span] = []
    for low, high in spans:
        for least, most in others:
            bottom = low if least is None else least if low is None else max(low, least)
            top = high if most is None else most if high is None else min(high, most)
            if bottom is None or top is None or bottom <= top:
                found.append((bottom, top))
    return found


_LOOKED_AT: Final = 400
"""Days that are gone through one by one."""
_TWO_YEARS: Final = date(2023, 1, 1).toordinal()
"""A common year and a leap year."""


def _has_a_day(case: Case) -> bool:
    spans: list[_Span] = [(None, None)]
    for one in case:
        if isinstance(one, Within) and one.of == "day":
            spans = _meet(spans, [(one.least, one.most)])
    if not spans:
        return False
    asked = [
        one
        for one in case
        if isinstance(one, OneOf) and one.field in {"weekday", "month", "day_of_month"}
    ]
    if not asked:
        return True
    ((low, high),) = spans
    if low is not None and high is not None and high - low < _LOOKED_AT:
        return any(_fits(date.fromordinal(day), asked) for day in range(low, high + 1))
    # in a longer span every day of a year falls on every weekday at some time, of February's two ends too
    dated = [one for one in asked if one.field != "weekday"]
    return any(_fits(date.fromordinal(_TWO_YEARS + n), dated) for n in range(731))


def _fits(day: date, asked: Iterable[OneOf]) -> bool:
    last = date.fromordinal(day.toordinal() + 1).day == 1
    has: dict[str, tuple[int, ...]] = {
        "weekday": (day.weekday(),),
        "month": (day.month,),
        "day_of_month": (day.day, -1) if last else (day.day,),
    }
    return all(one.values.isdisjoint(has[one.field]) is not one.holds for one in asked)


# ------------------------------------------------------------------------------------------ texts

_HOLDS: Final[dict[str, Callable[[str, str], bool]]] = {
    "contains": lambda text, value: value in text,
    "equals": lambda text, value: text == value,
    "starts_with": lambda text, value: text.startswith(value),
    "ends_with": lambda text, value: text.endswith(value),
}


def _no_text(case: Case, field: str) -> bool:
    """Tell whether no text at all stands in these relations."""
    said = [one for one in case if isinstance(one, TextIs) and one.field == field]
    exact = [one.value for one in said if one.holds and one.operator == "equals"]
    if exact:
        return any(_HOLDS[one.operator](exact[0], one.value) is not one.holds for one in said)
    there = [one for one in said if one.holds]
    if _cross(there, "starts_with") or _cross(there, "ends_with"):
        return True
    return any(_excluded(one, there) for one in said if not one.holds)


def _cross(there: list[TextIs], operator: str) -> bool:
    """Two beginnings, or two ends, of which neither is part of the other."""
    found = sorted({one.value for one in there if one.operator == operator}, key=len)
    return any(not _HOLDS[operator](longer, shorter) for shorter, longer in pairwise(found))


def _excluded(absent: TextIs, there: list[TextIs]) -> bool:
    """What is said not to be follows from what is said to be."""
    if absent.operator == "equals":
        return False
    if absent.operator == "contains":
        return any(absent.value in one.value for one in there)
    return any(
        one.operator == absent.operator and _HOLDS[absent.operator](one.value, absent.value)
        for one in there
    )
