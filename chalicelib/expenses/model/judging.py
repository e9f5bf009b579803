"""How well the categoriser does for its owner, from counts that grow by additions.

A guess is *judged* when the owner says which category is right: by choosing another one, or by confirming the
one that is there. Counts are kept by month under short names that stand for a guess and what was right, so
that nothing has to be read again, and additions commute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date
from typing import Final

from chalicelib.expenses.model.categories import Category
from chalicelib.expenses.model.memory import code_of
from chalicelib.expenses.model.transactions import Filing, SetBy
from chalicelib.kernel.values import dataclass

GUESSED_BY: Final[tuple[SetBy, ...]] = ("learned", "mcc", "prior")
FILED_BY: Final[tuple[SetBy, ...]] = ("rule", *GUESSED_BY, "none")
STEPS: Final = 10
"""Steps of confidence that calibration is measured in."""
MOST_NAMES: Final = 2_000
"""Counts that a month may have; what comes then counts as `other`, so that a month stays a small item."""
MOST_CONFUSIONS: Final = 10
_NONE: Final = "none"
_OTHER: Final = "other"
_WRONG: Final = "wrong"
_PAIR: Final = "pair"
_FILED: Final = "filed"
_STEP: Final = "step"


def filed(filings: Iterable[Filing]) -> dict[str, int]:
    """Count who filed new transactions."""
    return dict(Counter(f"{_FILED}_{one.by}" for one in filings if one.by in FILED_BY))


def judged(said: Filing, right: str | None, known: Iterable[str] | None = None) -> dict[str, int]:
    """Count what the owner made of a guess or an abstention; nothing where the categoriser had no say.

    `known` names the counts that the month has, and says that no new pair may be added.
    """
    if said.by not in (*GUESSED_BY, "none"):
        return {}
    pair = f"{_PAIR}_{_short(said.category_id)}_{_short(right)}"
    if known is not None and pair not in known:
        guess = _NONE if said.category_id is None else _OTHER
        pair = f"{_PAIR}_{guess}_{_OTHER if said.category_id == right else _WRONG}"
    counts = {pair: 1}
    if said.category_id is not None:
        sure = said.confidence or 0
        step = f"{_STEP}_{min(sure * STEPS // 100, STEPS - 1)}"
        counts |= {f"{step}_n": 1, f"{step}_sure": sure}
        counts |= {f"{step}_right": 1} if said.category_id == right else {}
    return counts


def _short(category_id: str | None) -> str:
    return _NONE if category_id is None else f"{code_of(category_id):08x}"


@dataclass(frozen=True, slots=True)
class Rates:
    """Precision, recall and their harmonic mean; None where there is nothing to divide by."""

    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class OfCategory:
    """How guesses of one category, and lines that belong under it, went."""

    category_id: str
    guessed: int
    belong: int
    right: int

    @property
    def rates(self) -> Rates:
        """Give the rates; both sums are 0 for no category that is listed."""
        precision = _share(self.right, self.guessed)
        recall = _share(self.right, self.belong)
        return Rates(precision, recall, _share(2 * self.right, self.guessed + self.belong))


@dataclass(frozen=True, slots=True)
class Confusion:
    """A guess that was put right, and how often; None is no category."""

    guessed: str | None
    right: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Step:
    """Guesses of one tenth of confidence: how many, how many right, and the sum of their percents."""

    count: int
    right: int
    sure: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the counts of some months come to."""

    filed: Mapping[SetBy, int]
    judged: int
    guessed: int
    right: int
    right_branch: int
    commonest: int
    categories: tuple[OfCategory, ...]
    confusions: tuple[Confusion, ...]
    steps: tuple[Step, ...] = field(default_factory=tuple)

    @property
    def coverage(self) -> float | None:
        """The share of lines without a rule that got a guess when they were recorded."""
        asked = sum(self.filed[by] for by in (*GUESSED_BY, "none"))
        return _share(asked - self.filed["none"], asked)

    @property
    def accuracy(self) -> float | None:
        """The share of judged guesses that were right."""
        return _share(self.right, self.guessed)

    @property
    def branch_accuracy(self) -> float | None:
        """The share of judged guesses that were at least under the right top category."""
        return _share(self.right_branch, self.guessed)

    @property
    def null_accuracy(self) -> float | None:
        """What guessing the owner's commonest category every time would have been right in."""
        return _share(self.commonest, self.judged)

    @property
    def macro(self) -> Rates:
        """The mean of the categories' rates, each category counting the same."""
        rates = [one.rates for one in self.categories]
        return Rates(
            _mean([one.precision for one in rates]),
            _mean([one.recall for one in rates]),
            _mean([one.f1 for one in rates]),
        )

    @property
    def calibration_error(self) -> float | None:
        """The mean distance between how sure guesses were and how many were right, by steps."""
        return _share(
            sum(abs(one.sure - 100 * one.right) for one in self.steps), 100 * self.guessed
        )


@dataclass(frozen=True, slots=True)
class Report:
    """How well the categoriser does: since a day, and ever."""

    since: date
    recent: Figures
    ever: Figures


def figures(counts: Mapping[str, int], tree: Mapping[str, Category]) -> Figures:
    """Make figures of summed counts; categories that are gone count in the totals only."""
    pairs = _pairs(counts, {f"{code_of(one):08x}": one for one in tree})
    belong, guesses, right = Counter[str](), Counter[str](), Counter[str]()
    for (said, truth), count in pairs.items():
        guesses[said] += count
        belong[truth] += count
        right[said] += count if said == truth else 0
    guessed = guesses.total() - guesses[_NONE]
    shown = [one for one in tree if guesses[one] or belong[one]]
    return Figures(
        filed={by: counts.get(f"{_FILED}_{by}", 0) for by in FILED_BY},
        judged=guesses.total(),
        guessed=guessed,
        right=right.total() - right[_NONE],
        right_branch=sum(
            count
            for (said, truth), count in pairs.items()
            if said != _NONE and _alike(said, truth, tree)
        ),
        commonest=max(belong.values(), default=0),
        categories=tuple(OfCategory(one, guesses[one], belong[one], right[one]) for one in shown),
        confusions=_confusions(pairs, tree),
        steps=tuple(
            Step(*(counts.get(f"{_STEP}_{step}_{what}", 0) for what in ("n", "right", "sure")))
            for step in range(STEPS)
        ),
    )


def _pairs(counts: Mapping[str, int], ids: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """Read pairs of a guess and what was right, as ids where the categories are known."""
    pairs = Counter[tuple[str, str]]()
    for name, count in counts.items():
        kind, *codes = name.split("_")
        if kind == _PAIR:
            said, truth = (ids.get(code, code) for code in codes)
            pairs[said, truth] += count
    return pairs


def _alike(said: str, truth: str, tree: Mapping[str, Category]) -> bool:
    return said == truth or (
        said in tree and truth in tree and _top(said, tree) == _top(truth, tree)
    )


def _top(category_id: str, tree: Mapping[str, Category]) -> str:
    parent = tree[category_id].parent_id
    while parent is not None and parent in tree:
        category_id, parent = parent, tree[parent].parent_id
    return category_id


def _confusions(
    pairs: Counter[tuple[str, str]], tree: Mapping[str, Category]
) -> tuple[Confusion, ...]:
    named = [*tree, _NONE]
    wrong = [
        Confusion(said if said != _NONE else None, truth if truth != _NONE else None, count)
        for (said, truth), count in pairs.items()
        if said not in {truth, _NONE} and said in named and truth in named
    ]
    return tuple(sorted(wrong, key=lambda one: -one.count)[:MOST_CONFUSIONS])


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _mean(rates: list[float | None]) -> float | None:
    known = [rate for rate in rates if rate is not None]
    return sum(known) / len(known) if known else None
