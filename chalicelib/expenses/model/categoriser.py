"""The categoriser: the user's rules, then what the user taught, then what everybody knows.

It says how sure it is and abstains rather than guess badly. What was taught is a chain: how often the owner
chooses a category at all; times what the account and the words of the payee speak for or against it; then
this payee, this payee on this account, and these very words there, each trusted the more the more often it
was seen. Pure Python, no model file; a correction counts from the very next line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from math import sqrt
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from chalicelib.expenses.model.categories import BY_SLUG, Category, merge
from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.memory import (
    NO_VOTES,
    PAYEE,
    UNIT,
    Memory,
    Page,
    Traits,
    Votes,
    code_of,
    merged,
    traits_of,
)
from chalicelib.expenses.model.prior import read_line
from chalicelib.expenses.model.rules import Outcome, RuleSet
from chalicelib.kernel.values import dataclass

if TYPE_CHECKING:
    from chalicelib.expenses.model.transactions import SetBy

Why = Literal["rule", "learned", "mcc", "prior", "none"]
LEAST_CONFIDENCE: Final = 0.6
"""Below this the categoriser abstains where nothing was taught for this payee."""
LEAST_TAUGHT: Final = 0.3
"""Below this it abstains where this payee's choices contradict each other; a correction always leads."""
_FEW: Final = 50 * UNIT
"""Until so many choices were made, what the owner chooses at all is half a guess."""
_ACCOUNT_DOUBT: Final = 20 * UNIT
"""Choices after which what was chosen on an account is trusted half; likewise below."""
_WORD_DOUBT: Final = 8 * UNIT
_PAYEE_DOUBT: Final = 5 * UNIT
_CLOSE_DOUBT: Final = 3 * UNIT
_LEAD: Final = 0.2
"""What a correction is worth before it is confirmed."""
_LEARNED_BEATEN: Final = 0.8
_SUREST: Final = 0.995
_CALIBRATION: Final = (
    (0.0, 0.0),
    (0.3, 0.35),
    (0.5, 0.54),
    (0.7, 0.72),
    (0.9, 0.9),
    (0.98, 0.97),
    (1.0, 0.99),
)
"""What the chain says, and how often that was right: read off the last fifth of the council's training part,
of which the first four were taught. The test part had no say in it."""
_RUNNERS_UP: Final = 3


class Scored(NamedTuple):
    """A category and how likely it is."""

    category_id: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Guess:
    """A category or None, how sure it is (0 to 1), what it rests on, and what else it may be."""

    category_id: str | None
    confidence: float
    why: Why
    others: tuple[Scored, ...] = ()


NO_GUESS: Final = Guess(None, 0.0, "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What a line would become if it were recorded: its category or None, and what rules make of its payee."""

    category_id: str | None
    confidence: float | None
    why: SetBy
    others: tuple[Scored, ...]
    payee: str


class _Side:
    """The categories that a line of one direction may have, and how likely each is before the line is read."""

    __slots__ = ("base", "codes", "count", "ranked")

    def __init__(self, codes: Mapping[int, str], votes: Votes) -> None:
        self.codes = codes
        self.count = max(1, len(codes))
        known = {code: weight for code, weight in votes.items() if code in codes}
        total = sum(known.values()) + _FEW
        rest = _FEW / self.count / total
        self.base = {code: known.get(code, 0) / total + rest for code in codes}
        self.ranked = sorted(codes, key=self.base.__getitem__, reverse=True)[: 2 * _RUNNERS_UP]


class Categoriser:
    """Guesses for one user; holds the user's tree, rules and memory for a batch of lines."""

    __slots__ = ("_kinds", "_memory", "_merges", "_rules", "_sides", "_traits")

    def __init__(
        self,
        categories: Mapping[str, Category] | None = None,
        rules: RuleSet | None = None,
        memory: Memory | None = None,
        *,
        read: Callable[[Line], Traits] = traits_of,
    ) -> None:
        """Take the merged tree (the defaults when absent), compiled rules, and what was taught.

        `read` gives the traits of a line, for who has read them before.
        """
        tree = merge() if categories is None else categories
        self._kinds = {one.id: one.kind for one in tree.values() if not one.archived}
        self._rules = rules
        self._traits = read
        self._memory = memory or Memory()
        codes = {code_of(category_id): category_id for category_id in self._kinds}
        spending = {code: one for code, one in codes.items() if self._kinds[one] != "income"}
        self._merges = _merges(tree)
        votes = merged(self._memory.habits.votes, self._merges)
        self._sides = (_Side(spending, votes), _Side(codes, votes))

    def guess(self, line: Line, *, outcome: Outcome | None = None) -> Guess:
        """Give the category of a line; pass the rules' outcome where it is known already."""
        if outcome is None and self._rules is not None:
            outcome = self._rules.evaluate(line)
        if outcome is not None and outcome.category_id in self._kinds:
            return Guess(outcome.category_id, 1.0, "rule")
        return self.read(line, self._traits(line))

    def read(self, line: Line, traits: Traits) -> Guess:
        """Guess from what was taught and what everybody knows, without the rules."""
        side = self._sides[line.amount_minor >= 0]
        page = self._memory.payee(traits)
        known = self._allowed(page, PAYEE, side) if page else NO_VOTES
        prior = NO_GUESS if known and line.amount_minor <= 0 else self._prior(line, traits, side)
        if known and self._contradicted(known, prior):
            return prior
        scores = self._scores(traits, side, page if known else None, NO_GUESS if known else prior)
        lead = self._lead(page, traits, side) if page else None
        if lead is not None:
            scores = {code: score * (1 - _LEAD) for code, score in scores.items()}
            scores[lead] = scores.get(lead, 0.0) + _LEAD
        return self._decided(scores, side, lead, known, prior)

    def _decided(
        self,
        scores: dict[int, float],
        side: _Side,
        lead: int | None,
        known: Votes,
        prior: Guess,
    ) -> Guess:
        if not scores:
            return NO_GUESS
        ranked = sorted(scores, key=scores.__getitem__, reverse=True)[: _RUNNERS_UP + 2]
        best = ranked[0] if lead is None else lead
        others = tuple(
            Scored(side.codes[code], calibrated(scores[code])) for code in ranked if code != best
        )[:_RUNNERS_UP]
        confidence = calibrated(scores[best])
        least = LEAST_TAUGHT if known else LEAST_CONFIDENCE
        if confidence < least and lead is None:
            return Guess(
                None, 0.0, "none", (Scored(side.codes[best], confidence), *others)[:_RUNNERS_UP]
            )
        category_id = side.codes[best]
        shipped = category_id == prior.category_id and not known
        return Guess(category_id, confidence, prior.why if shipped else "learned", others)

    def _scores(
        self, traits: Traits, side: _Side, page: Page | None, prior: Guess
    ) -> dict[int, float]:
        """Give how likely each category is that anything speaks for."""
        odds = self._odds(traits, side, prior)
        if not odds and page is None:
            return {}
        base = side.base
        scale = 1 / (1 + sum(base[code] * (factor - 1) for code, factor in odds.items()))
        scores = {code: base[code] * factor * scale for code, factor in odds.items()}
        for code in side.ranked:
            scores.setdefault(code, base[code] * scale)
        for votes, doubt in self._closer(page, traits, side) if page else ():
            scale = _blend(scores, votes, doubt, base, scale)
        return scores

    def _odds(self, traits: Traits, side: _Side, prior: Guess) -> dict[int, float]:
        """Give by what all that is known about lines of this kind multiplies the odds of categories."""
        odds: dict[int, float] = {}
        for code, factor in self._evidence(traits, side.base):
            odds[code] = odds.get(code, 1.0) * factor
        if prior.category_id is not None:
            code, sure = code_of(prior.category_id), min(prior.confidence, _SUREST)
            odds[code] = odds.get(code, 1.0) * sure / (1 - sure) * max(1, side.count - 1)
        return odds

    def _evidence(self, traits: Traits, base: Mapping[int, float]) -> Iterator[tuple[int, float]]:
        """Give by what account and words multiply the odds of categories; later words count less."""
        memory = self._memory
        for code, weight in merged(memory.shared(traits.account), self._merges).items():
            if code in base:
                yield code, 1 + weight / (_ACCOUNT_DOUBT * base[code])
        for place, mark in enumerate(traits.words):
            for code, weight in merged(memory.shared(mark), self._merges).items():
                if code in base:
                    factor = 1 + weight / (_WORD_DOUBT * base[code])
                    yield code, sqrt(factor) if place else factor

    def _allowed(self, page: Page, context: int, side: _Side) -> Votes:
        votes = merged(page.votes.get(context, NO_VOTES), self._merges)
        return {code: weight for code, weight in votes.items() if code in side.codes}

    def _closer(self, page: Page, traits: Traits, side: _Side) -> Iterator[tuple[Votes, int]]:
        """Give the payee's votes, from the wider context to the closest, with the doubt in each."""
        yield self._allowed(page, PAYEE, side), _PAYEE_DOUBT
        yield self._allowed(page, traits.on_account, side), _CLOSE_DOUBT
        yield self._allowed(page, traits.worded, side), _CLOSE_DOUBT

    def _lead(self, page: Page, traits: Traits, side: _Side) -> int | None:
        """Give what a correction says of these very words, or where they are new of the account, or of the payee."""
        contexts = (traits.worded, traits.on_account, PAYEE)
        latest = page.latest(next(one for one in contexts if one in page.votes or one == PAYEE))
        lead = None if latest is None else self._merges.get(latest, latest)
        return lead if lead in side.codes else None

    def _contradicted(self, known: Votes, prior: Guess) -> bool:
        """An employer's shop: money that comes in and is called a salary is no refund."""
        taught = max(known, key=known.__getitem__)
        return (
            prior.confidence >= _LEARNED_BEATEN
            and self._kinds.get(prior.category_id or "") == "income"
            and prior.category_id != BY_SLUG["refunds"].id
            and self._kinds[self._sides[1].codes[taught]] == "expense"
        )

    def _prior(self, line: Line, traits: Traits, side: _Side) -> Guess:
        comes_in = line.amount_minor > 0
        reading = read_line(
            traits.spoken, traits.noted, key=traits.key, comes_in=comes_in, code=line.mcc
        )
        if reading is None:
            return NO_GUESS
        category_id = BY_SLUG[reading.slug].id
        if code_of(category_id) not in side.codes:
            return NO_GUESS
        return Guess(category_id, reading.confidence, "mcc" if reading.by_code else "prior")


def calibrated(score: float) -> float:
    """Turn what the chain says into how often that is right: a fixed map, straight between its points."""
    at = min(bisect_right(_CALIBRATION, (score, 2.0)), len(_CALIBRATION) - 1)
    (low, right_low), (high, right_high) = _CALIBRATION[at - 1], _CALIBRATION[at]
    return right_low + (right_high - right_low) * (min(score, high) - low) / (high - low)


def _blend(
    scores: dict[int, float], votes: Votes, doubt: int, base: Mapping[int, float], scale: float
) -> float:
    """Let votes of a closer context move the scores; gives the scale of what has no score of its own."""
    total = sum(votes.values()) + doubt
    for code in votes:
        if code not in scores:
            scores[code] = base[code] * scale
    for code, score in scores.items():
        scores[code] = (score * doubt + votes.get(code, 0)) / total
    return scale * doubt / total


def _merges(tree: Mapping[str, Category]) -> dict[int, int]:
    """Give where merged categories went, by code: the tree says it, so undoing a merge undoes this as well."""
    return {
        code_of(one.id): code_of(one.merged_into)
        for one in tree.values()
        if one.merged_into is not None
    }
