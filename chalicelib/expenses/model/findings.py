"""Rules that can do nothing, as far as that can be shown without a single transaction.

What is found, always truly: a rule that no transaction can ever meet; a rule that is never reached, because
every transaction it is for is stopped by an earlier one, or by several together; a rule, or one field of it, that
an earlier rule always decides; an action that another one of the same rule undoes. "Always" supposes that the
earlier rule's actions can be carried out. What is not found: what only two different regular expressions, or the
transactions that really come, would show; rules of more than `cases.MAX_CASES` cases; and what lies past `MOST_STEPS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

from chalicelib.expenses.model.actions import KINDS, Action
from chalicelib.expenses.model.cases import (
    Case,
    Is,
    TextIs,
    TooManyCases,
    bear_on_each_other,
    both,
    cases,
    impossible,
)
from chalicelib.expenses.model.rules import Rule
from chalicelib.kernel.values import dataclass

MOST_STEPS: Final = 20_000
"""Cases that one analysis looks at."""
_MOST_TOGETHER: Final = 20
"""Stopping rules that are looked at together."""
_MOST_OPEN: Final = 16
"""Cases that may be open while they are."""
FindingKind = Literal["never-applies", "shadowed", "contradictory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong with a rule: `by` are the rules that make it so, `field` what it cannot set."""

    rule_id: str
    kind: FindingKind
    by: tuple[str, ...] = ()
    field: str | None = None


@dataclass(slots=True)
class _Known:
    """A rule with what is worked out of it once."""

    rule: Rule
    yes: list[Case] | None
    no: list[Case] | None
    needs: tuple[tuple[str, str], ...]
    """Texts by field of which one must be there, or the rule's condition follows from nothing."""


@dataclass(slots=True)
class _Budget:
    left: int = MOST_STEPS

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooManyCases


def find(rules: Sequence[Rule], about: frozenset[str] | None = None) -> tuple[Finding, ...]:
    """Look for findings in rules in their order; with `about` only for those of these ids."""
    known: list[_Known] = []
    found: list[Finding] = []
    budget = _Budget()
    for rule in rules:
        one = _known(rule)
        if about is None or rule.id in about:
            try:
                found += _about(one, known, budget)
            except TooManyCases:
                found += _within(rule)
        known.append(one)
    return tuple(found)


def _known(rule: Rule) -> _Known:
    no = _tried(rule, holds=False)
    open_ = None if no is None else [case for case in no if not impossible(case)]
    return _Known(rule=rule, yes=_tried(rule, holds=True), no=open_, needs=_needs(open_ or ()))


def _needs(no: Iterable[Case]) -> tuple[tuple[str, str], ...]:
    for case in no:
        texts = [one for one in case if isinstance(one, TextIs) and not one.holds]
        if texts and len(texts) == len(case):
            return tuple((one.field, one.value) for one in texts)
    return ()


def _spoken(case: Case) -> dict[str, str]:
    """Give what a case says to be there, by field, one text after the other."""
    said: dict[str, str] = {}
    for one in case:
        if isinstance(one, TextIs) and one.holds:
            said[one.field] = f"{said.get(one.field, '')}\n{one.value}"
    return said


def _lacks(spoken: Sequence[Mapping[str, str]], other: _Known) -> bool:
    """Most pairs of rules end here: one is about a text that the other says nothing of."""
    needs = other.needs
    return bool(needs) and any(
        not any(value in said.get(field, "") for field, value in needs) for said in spoken
    )


def _tried(rule: Rule, *, holds: bool) -> list[Case] | None:
    try:
        return cases(rule.when, holds=holds)
    except TooManyCases:
        return None


def _about(one: _Known, earlier: Sequence[_Known], budget: _Budget) -> list[Finding]:
    rule = one.rule
    if one.yes is None:
        return list(_within(rule))
    budget.spend(len(one.yes))
    possible = [case for case in one.yes if not impossible(case)]
    if not possible:
        return [Finding(rule_id=rule.id, kind="never-applies")]
    return _beside(one, possible, earlier, budget)


def _beside(
    one: _Known, possible: list[Case], earlier: Sequence[_Known], budget: _Budget
) -> list[Finding]:
    rule = one.rule
    decided: dict[str, _Known] = {}
    stopping: list[_Known] = []
    spoken = [_spoken(case) for case in possible]
    for other in earlier:
        if _lacks(spoken, other):
            continue
        if _implied(possible, other, budget):
            if other.rule.stops:
                return [Finding(rule_id=rule.id, kind="shadowed", by=(other.rule.id,))]
            for name in _fields(other.rule):
                decided.setdefault(name, other)
        elif other.rule.stops and other.no is not None:
            stopping.append(other)
    together = _stopped_together(possible, stopping, budget)
    if together:
        return [Finding(rule_id=rule.id, kind="shadowed", by=together)]
    return [*_decided(rule, decided), *_within(rule)]


def _implied(possible: list[Case], other: _Known, budget: _Budget) -> bool:
    """Tell whether another rule's condition holds in all these cases, as far as can be shown."""
    if other.no is None:
        return False
    for case in possible:
        for more in other.no:
            if not bear_on_each_other(case, more):
                return False  # most pairs of rules end here
            budget.spend(1)
            if not impossible((*case, *more)):
                return False
    return True


def _stopped_together(
    possible: list[Case], stopping: Sequence[_Known], budget: _Budget
) -> tuple[str, ...]:
    """Find earlier rules that together stop every transaction of these cases."""
    left, used = possible, []
    for other in stopping:
        if other.no is None or any(_stays_open(left, more) for more in other.no):
            continue
        budget.spend(len(left) * len(other.no))
        try:
            smaller = both(left, other.no)
        except TooManyCases:
            continue
        if len(smaller) <= max(len(left), _MOST_OPEN):
            used.append(other.rule.id)
            left = smaller
        if not left or len(used) == _MOST_TOGETHER:
            break
    return () if left else tuple(used)


def _stays_open(left: list[Case], more: Case) -> bool:
    """Nothing rules out that some text is absent, but what says that it is there."""
    absent = all(isinstance(one, TextIs | Is) and not one.holds for one in more)
    return absent and not any(bear_on_each_other(case, more) for case in left)


# ---------------------------------------------------------------------------------------- actions


def _fields(rule: Rule) -> Iterator[str]:
    """Give the fields that later rules may not set where this rule spoke."""
    for action in rule.then:
        if KINDS[action.kind].way in {"set", "edit"}:
            yield KINDS[action.kind].field


def _decided(rule: Rule, decided: dict[str, _Known]) -> Iterator[Finding]:
    """Say which actions never act; a rule of which none does is shadowed, unless it stops the walk."""
    lost = [
        action
        for action in rule.then
        if KINDS[action.kind].way == "set" and KINDS[action.kind].field in decided
    ]
    if len(lost) == len(rule.then) and not rule.stops:
        by = dict.fromkeys(decided[KINDS[one.kind].field].rule.id for one in lost)
        yield Finding(rule_id=rule.id, kind="shadowed", by=tuple(by))
        return
    for action in lost:
        name = KINDS[action.kind].field
        other = decided[name].rule
        if action not in other.then:
            yield Finding(rule_id=rule.id, kind="contradictory", by=(other.id,), field=name)


def _within(rule: Rule) -> Iterator[Finding]:
    """Say which field two actions of one rule set, or one empties after another: only the last counts."""
    done: dict[str, Action] = {}
    for action in rule.then:
        sort = KINDS[action.kind]
        if sort.way == "set" and sort.field in done and done[sort.field] != action:
            yield Finding(rule_id=rule.id, kind="contradictory", by=(rule.id,), field=sort.field)
        if sort.way in {"set", "edit"}:
            done[sort.field] = action
