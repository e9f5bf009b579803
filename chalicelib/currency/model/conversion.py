"""Converting amounts: exact until the one rounding at the end, with the proof in the answer.

The value of an amount is amount x numbers of the legs, computed in exact fractions; nothing is rounded on the
way, so a cross through the euro loses nothing. Only the shown rate is a decimal of 16 digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Literal

from chalicelib.currency.model.book import MAX_AGE, Missing, Path
from chalicelib.currency.model.fixed import is_by_law
from chalicelib.currency.model.quotes import Quote, factor_of
from chalicelib.currency.model.rounding import Rounding, apportioned, rounded
from chalicelib.kernel.money import Money, MoneyError, exponent
from chalicelib.kernel.values import dataclass

Totals = Literal["sum-of-rounded", "largest-remainder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An amount of a day to convert; `quote` is the line's own rate, and goes before all others."""

    amount: Money
    day: date
    label: str = ""
    quote: Quote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to convert: a rounding by name (None: half up under the euro regulations, else half even), and limits."""

    rounding: Rounding | None = None
    totals: Totals = "sum-of-rounded"
    max_age: int = MAX_AGE
    flag: bool = False
    """Show what has no rate in the answer instead of refusing all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A line and what became of it: the amount with its way, or the reason why there is none."""

    line: Line
    money: Money | None
    path: Path | Missing
    rounding: Rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Lines of one label, or all: what they make in the target, what they were, how many lack a rate."""

    label: str | None
    money_minor: int
    originals: tuple[tuple[str, int], ...]
    lines: int
    missing: int


class OutOfRange(ValueError):
    """A line is worth more than any amount of the target can be: `at` is its place in the list."""

    def __init__(self, at: int) -> None:
        """Name the line."""
        super().__init__("the amount is out of range")
        self.at = at


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a sum came to in another currency, in minor units, or the reason why that is not known."""

    minor: int | None
    path: Path | Missing


def value_of(amount: Money, path: Path) -> Fraction:
    """Give what an amount is worth at the end of a way, in minor units, exactly."""
    return _exact(amount.amount_minor, path)


def _exact(minor: int, path: Path) -> Fraction:
    scale = Fraction(10) ** (exponent(path.end) - exponent(path.start))
    return minor * factor_of(path.legs, path.start) * scale


def worth(minor: int, path: Path | Missing) -> Worth:
    """Convert a sum, which may be larger than any one amount; rounded once."""
    if isinstance(path, Missing):
        return Worth(minor=None, path=path)
    return Worth(minor=rounded(_exact(minor, path), rounding_for(path, None)), path=path)


def rounding_for(path: Path, wanted: Rounding | None) -> Rounding:
    """Give the rounding asked for; else half up where the euro regulations ask for it, and half even elsewhere."""
    return wanted or ("half-up" if is_by_law(path.legs) else "half-even")


def convert(
    lines: Sequence[Line],
    ways: Sequence[Path | Missing],
    target: str,
    *,
    rounding: Rounding | None,
    totals: Totals,
) -> tuple[Converted, ...]:
    """Convert lines along their ways; with largest remainders the rounded lines sum to the rounded exact sum.

    Raises `OutOfRange` naming the first line whose result is no amount of the target.
    """
    found = [
        (at, path, value_of(line.amount, path))
        for at, (line, path) in enumerate(zip(lines, ways, strict=True))
        if isinstance(path, Path)
    ]
    if totals == "largest-remainder":
        common = rounding or "half-even"
        minor = apportioned([value for _, _, value in found], common)
        named: list[Rounding] = [common] * len(found)
    else:
        named = [rounding_for(path, rounding) for _, path, _ in found]
        minor = [rounded(value, name) for (_, _, value), name in zip(found, named, strict=True)]
    made = {
        at: (_money(at, units, target), name)
        for (at, _, _), units, name in zip(found, minor, named, strict=True)
    }
    return tuple(
        Converted(
            line=line,
            money=made[at][0] if at in made else None,
            path=path,
            rounding=made[at][1] if at in made else rounding or "half-even",
        )
        for at, (line, path) in enumerate(zip(lines, ways, strict=True))
    )


def _money(at: int, units: int, target: str) -> Money:
    try:
        return Money(units, target)
    except MoneyError as error:
        raise OutOfRange(at) from error


def total(label: str | None, converted: Iterable[Converted]) -> Total:
    """Sum lines up: the target exactly as the lines show it, the originals by currency."""
    lines = list(converted)
    sums: dict[str, int] = {}
    for one in lines:
        amount = one.line.amount
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.amount_minor
    return Total(
        label=label,
        money_minor=sum(one.money.amount_minor for one in lines if one.money is not None),
        originals=tuple(sorted(sums.items())),
        lines=len(lines),
        missing=sum(one.money is None for one in lines),
    )


def totals_by_label(converted: Sequence[Converted]) -> tuple[Total, ...]:
    """Sum up by label, in the order in which labels come; lines without a label are in none."""
    labels = dict.fromkeys(one.line.label for one in converted if one.line.label)
    return tuple(
        total(label, (one for one in converted if one.line.label == label)) for label in labels
    )
