"""The first categoriser: the user's rules, then what the user taught, then what everybody knows.

It says how sure it is and abstains rather than guess badly. Pure Python, no model file: making one
is cheap enough for a request, and a correction counts from the very next line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from chalicelib.expenses.model.categories import BY_SLUG, Category, merge
from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.payee import merchant_tokens, read_payee
from chalicelib.expenses.model.prior import read_line
from chalicelib.expenses.model.rules import Outcome, RuleSet

Why = Literal["rule", "learned", "mcc", "prior", "none"]
LEAST_CONFIDENCE: Final = 0.6
"""Below this the categoriser abstains, except where the user taught this very payee."""
_FULL: Final = 1024
_MOST_CHOICES: Final = 4
_SMOOTHING: Final = 64
_LEARNED_BEATEN: Final = 0.8


@dataclass(frozen=True, slots=True)
class Guess:
    """A category or None, how sure it is (0 to 1), and what it rests on."""

    category_id: str | None
    confidence: float
    why: Why


NO_GUESS: Final = Guess(None, 0.0, "none")


@dataclass(frozen=True, slots=True)
class Learned:
    """What a user chose for one merchant key: category ids with whole-number weights, best first.

    Each choice halves the weight of the earlier ones, so that the latest leads at once and doubt
    stays visible until it is confirmed.
    """

    key: str
    weights: tuple[tuple[str, int], ...] = ()

    def with_choice(self, category_id: str) -> Learned:
        """Remember one more choice; at most four categories are kept."""
        faded = {known: weight // 2 for known, weight in self.weights}
        faded[category_id] = faded.get(category_id, 0) + _FULL
        ranked = sorted(faded.items(), key=lambda item: -item[1])
        kept = [(known, weight) for known, weight in ranked[:_MOST_CHOICES] if weight]
        return Learned(self.key, tuple(kept))

    def confidence(self, category_id: str) -> float:
        """Give the share of a category in the weights, a little less than it seems."""
        total = sum(weight for _, weight in self.weights)
        return dict(self.weights).get(category_id, 0) / (total + _SMOOTHING)

    def to_text(self) -> str:
        """Write the weights for storage: ids and numbers only, nothing personal."""
        return ",".join(f"{category_id}:{weight}" for category_id, weight in self.weights)

    @classmethod
    def from_text(cls, key: str, text: str) -> Learned:
        """Read what `to_text` wrote; raise ValueError for anything else."""
        pairs = [part.rsplit(":", 1) for part in text.split(",") if part]
        return cls(key, tuple((category_id, int(weight)) for category_id, weight in pairs))


class Categoriser:
    """Guesses for one user; holds the user's tree, rules and memory for a batch of lines."""

    __slots__ = ("_heads", "_kinds", "_learned", "_rules")

    def __init__(
        self,
        categories: Mapping[str, Category] | None = None,
        rules: RuleSet | None = None,
        learned: Iterable[Learned] = (),
    ) -> None:
        """Take the merged tree (the defaults when absent), compiled rules, remembered choices."""
        tree = merge() if categories is None else categories
        self._kinds = {one.id: one.kind for one in tree.values() if not one.archived}
        self._rules = rules
        self._learned = {one.key: one for one in learned if one.key}
        self._heads = _heads(self._learned.values())

    def guess(self, line: Line, *, outcome: Outcome | None = None) -> Guess:
        """Give the category of a line; pass the rules' outcome where it is known already."""
        if outcome is None and self._rules is not None:
            outcome = self._rules.evaluate(line)
        if outcome is not None and outcome.category_id in self._kinds:
            return Guess(outcome.category_id, 1.0, "rule")
        key, spoken = read_payee(line.payee)
        noted: tuple[str, ...] = ()
        if line.notes:
            second, noted = read_payee(line.notes)
            key = key or second
        prior = self._prior(line, key, spoken, noted)
        taught = self._taught(line, key)
        if taught is not None and not self._contradicted(taught, prior, line):
            return taught
        likely = max((self._alike(line, key), prior), key=lambda guess: guess.confidence)
        return likely if likely.confidence >= LEAST_CONFIDENCE else NO_GUESS

    def _fits(self, category_id: str, line: Line) -> bool:
        """Tell whether a category is in use and not income for money that goes out."""
        kind = self._kinds.get(category_id)
        return kind is not None and (kind != "income" or line.amount_minor >= 0)

    def _taught(self, line: Line, key: str) -> Guess | None:
        known = self._learned.get(key)
        for category_id, _ in known.weights if known else ():
            if known and self._fits(category_id, line):
                return Guess(category_id, known.confidence(category_id), "learned")
        return None

    def _contradicted(self, taught: Guess, prior: Guess, line: Line) -> bool:
        """An employer's shop: money that comes in and is called a salary is no refund."""
        return (
            line.amount_minor > 0
            and prior.confidence >= _LEARNED_BEATEN
            and self._kinds.get(taught.category_id or "") == "expense"
            and self._kinds.get(prior.category_id or "") == "income"
            and prior.category_id != BY_SLUG["refunds"].id
        )

    def _alike(self, line: Line, key: str) -> Guess:
        """Ask what was taught for payees whose names begin alike."""
        tokens = merchant_tokens(key)
        for size, trust in ((2, 0.95), (1, 0.85)):
            votes = self._heads.get(tokens[:size]) if len(tokens) >= size else None
            if votes:
                best = max(votes, key=votes.__getitem__)
                if self._fits(best, line):
                    share = votes[best] / (sum(votes.values()) + 0.25)
                    return Guess(best, share * trust, "learned")
        return NO_GUESS

    def _prior(
        self, line: Line, key: str, spoken: tuple[str, ...], noted: tuple[str, ...]
    ) -> Guess:
        comes_in = line.amount_minor > 0
        reading = read_line(spoken, noted, key=key, comes_in=comes_in, code=line.mcc)
        if reading is None:
            return NO_GUESS
        category_id = BY_SLUG[reading.slug].id
        if not self._fits(category_id, line):
            return NO_GUESS
        return Guess(category_id, reading.confidence, "mcc" if reading.by_code else "prior")


def _heads(learned: Iterable[Learned]) -> dict[tuple[str, ...], dict[str, int]]:
    """Count the leading choice of each remembered payee under its first words."""
    heads: dict[tuple[str, ...], dict[str, int]] = {}
    for one in learned:
        tokens = merchant_tokens(one.key)
        for size in (1, 2):
            if one.weights and len(tokens) >= size and len(tokens[0]) > 2:
                votes = heads.setdefault(tokens[:size], {})
                votes[one.weights[0][0]] = votes.get(one.weights[0][0], 0) + 1
    return heads
