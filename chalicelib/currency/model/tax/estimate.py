"""Running a pack: figures one after another in exact fractions, each with its line of explanation.

A figure that is a tax is rounded to the minor unit once, and later figures use it rounded, as people see it; the
bands of one tax are rounded so that they add up to it (largest remainders). All other figures stay exact and are
rounded only where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Final

from chalicelib.currency.model.rounding import apportioned, rounded
from chalicelib.currency.model.tax.pack import Bands, Pack, Row, Step, Term
from chalicelib.currency.model.tax.tables import TableFault
from chalicelib.kernel.money import exponent
from chalicelib.kernel.values import dataclass

SENTENCE = "This is an estimate from published tables, not tax advice and not an assessment: only the tax office decides."


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line: `amount` is exact, in major units; a rate or a table's row where one was used."""

    step: str
    label: str
    base: Fraction | None
    rate: Fraction | None
    amount: Fraction
    tax: str
    memo: bool
    table: str
    row: Row | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """All figures of a tax year, in their order, and what each tax comes to in major units."""

    pack: Pack
    since: date
    until: date
    figures: tuple[Figure, ...]
    taxes: Mapping[str, Fraction]
    income: Fraction

    @property
    def total(self) -> Fraction:
        """All taxes together."""
        return sum(self.taxes.values(), Fraction(0))

    def value(self, name: str) -> Fraction:
        """Give one figure by its step; raise `KeyError`."""
        found = [one for one in self.figures if one.step == name]
        if not found:
            raise KeyError(name)
        return sum((one.amount for one in found), Fraction(0))


@dataclass(slots=True)
class _Run:
    pack: Pack
    day: date
    choices: Mapping[str, str]
    values: dict[str, Fraction]
    figures: list[Figure] = field(default_factory=list)

    def row(self, name: str) -> Row:
        """Give a table's row of the day."""
        return self.pack.tables[name].at(self.day)

    def _option(self, name: str) -> str:
        by = self.pack.tables[name].by
        return self.choices[by] if by else ""

    def bands(self, name: str) -> Bands:
        """Give a table's bands for what was chosen."""
        found = self.row(name).bands.get(self._option(name))
        if found is None:
            raise TableFault(f"{name} has no bands for this choice")
        return found

    def number(self, term: Term) -> Fraction:
        """Give what a term stands for."""
        if term.number is not None:
            return term.number
        if term.name in self.values:
            value = self.values[term.name]
        else:
            found = self.row(term.name).numbers.get(self._option(term.name))
            if found is None:
                raise TableFault(f"{term.name} has no number for this choice")
            value = found
        return -value if term.negative else value

    def numbers(self, step: Step, role: str) -> list[Fraction]:
        """Give what the terms of a role stand for."""
        return [self.number(term) for term in step.terms.get(role, ())]


def year_of(pack: Pack, year: int) -> tuple[date, date]:
    """Give the first day of the tax year that begins in a calendar year, and the first day after it."""
    return date(year, *pack.starts), date(year + 1, *pack.starts)


def estimate(
    pack: Pack,
    year: int,
    *,
    inputs: Mapping[str, Fraction],
    choices: Mapping[str, str],
    given: Mapping[str, Fraction] | None = None,
) -> Estimate:
    """Estimate a tax year from its tables as of its first day; amounts are in major units.

    `given` sets figures instead of computing them, for examples that begin in the middle. Raises `TableFault`
    where a table has nothing for the year: the caller refuses years that are not the pack's.
    """
    since, until = year_of(pack, year)
    run = _Run(
        pack,
        since,
        {name: next(iter(one.options)) for name, one in pack.choices.items()} | dict(choices),
        {name: one.default for name, one in pack.inputs.items()} | dict(inputs),
    )
    run.values.update(given or {})
    for step in pack.steps:
        wanted = step.only is None or run.choices[step.only[0]] in step.only[1]
        if wanted and step.name not in (given or {}):
            _do(run, step)
    taxes = {
        name: sum(
            (one.amount for one in run.figures if one.tax == name and not one.memo), Fraction(0)
        )
        for name in pack.taxes
    }
    income = sum((run.number(term) for term in pack.income), Fraction(0))
    return Estimate(
        pack=pack, since=since, until=until, figures=tuple(run.figures), taxes=taxes, income=income
    )


def _do(run: _Run, step: Step) -> None:
    figures = _in_bands(run, step) if step.operation == "bands" else [_figure(run, step)]
    if step.tax:
        figures = _in_minor_units(run.pack, figures)
    run.figures += figures
    run.values[step.name] = sum((one.amount for one in figures), Fraction(0))


def _in_minor_units(pack: Pack, figures: list[Figure]) -> list[Figure]:
    scale = 10 ** exponent(pack.currency)
    whole = apportioned([one.amount * scale for one in figures], pack.rounding)
    return [_with(one, Fraction(minor, scale)) for one, minor in zip(figures, whole, strict=True)]


def _with(one: Figure, amount: Fraction) -> Figure:
    return Figure(
        step=one.step, label=one.label, base=one.base, rate=one.rate, amount=amount, tax=one.tax,
        memo=one.memo, table=one.table, row=one.row,
    )  # fmt: skip


def _figure(run: _Run, step: Step) -> Figure:
    amount = _COMPUTE[step.operation](run, step)
    is_rate = step.operation == "rate"
    table = _table_of(run, step)
    return Figure(
        step=step.name,
        label=step.label,
        base=run.numbers(step, "base")[0] if is_rate else None,
        rate=run.numbers(step, "rate")[0] if is_rate else None,
        amount=max(amount, Fraction(0)) if step.floor else amount,
        tax=step.tax,
        memo=step.memo,
        table=table,
        row=run.row(table) if table else None,
    )


def _table_of(run: _Run, step: Step) -> str:
    """Give the table that a figure is shown with: of its rate, else the first that it uses."""
    roles = [
        *step.terms.get("rate", ()),
        *(term for terms in step.terms.values() for term in terms),
    ]
    return next((term.name for term in roles if term.name in run.pack.tables), "")


def _in_bands(run: _Run, step: Step) -> list[Figure]:
    """Tax a base band by band; `after` is what lies below it and has used up the lower bands."""
    (name,) = (term.name for term in step.terms["table"])
    base = max(run.numbers(step, "base")[0], Fraction(0))
    start = max(sum(run.numbers(step, "after"), Fraction(0)), Fraction(0))
    bands, found = run.bands(name), list[Figure]()
    for at, (lower, rate) in enumerate(bands):
        upper = bands[at + 1][0] if at + 1 < len(bands) else None
        low = max(lower, start)
        high = start + base if upper is None else min(upper, start + base)
        if high > low or (at == 0 and not base):
            found.append(
                Figure(
                    step=step.name, label=step.label, base=max(high - low, Fraction(0)), rate=rate,
                    amount=max(high - low, Fraction(0)) * rate, tax=step.tax, memo=step.memo,
                    table=name, row=run.row(name),
                )
            )  # fmt: skip
    return found


def _choose(run: _Run, step: Step) -> Fraction:
    """Give the number of the highest bound that the value is above."""
    (value,), pairs = run.numbers(step, "value"), run.numbers(step, "above")
    (found,) = run.numbers(step, "otherwise")
    for bound, number in zip(pairs[::2], pairs[1::2], strict=True):
        if value > bound:
            found = number
    return found


def _product(run: _Run, step: Step) -> Fraction:
    found = Fraction(1)
    for number in run.numbers(step, "of"):
        found *= number
    return found


def _quotient(run: _Run, step: Step) -> Fraction:
    upper, lower = run.numbers(step, "of")
    if not lower:
        raise TableFault(f"{step.name} divides by nothing")
    return upper / lower


def _units(run: _Run, step: Step) -> Fraction:
    """Count the units that are begun, such as each 2,500 over a limit or part of it."""
    (amount,), (size,) = run.numbers(step, "of"), run.numbers(step, "size")
    return Fraction(max(ceil(amount / size), 0))


def _sum(run: _Run, step: Step) -> Fraction:
    return sum(run.numbers(step, "of"), Fraction(0))


def _least(run: _Run, step: Step) -> Fraction:
    return min(run.numbers(step, "of"))


def _most(run: _Run, step: Step) -> Fraction:
    return max(run.numbers(step, "of"))


def _rate(run: _Run, step: Step) -> Fraction:
    return run.numbers(step, "base")[0] * run.numbers(step, "rate")[0]


def _round_up(run: _Run, step: Step) -> Fraction:
    return Fraction(ceil(run.numbers(step, "of")[0]))


_COMPUTE: Final[Mapping[str, Callable[[_Run, Step], Fraction]]] = {
    "sum": _sum,
    "least": _least,
    "most": _most,
    "product": _product,
    "quotient": _quotient,
    "rate": _rate,
    "units": _units,
    "choose": _choose,
    "round-up": _round_up,
}


def in_minor_units(pack: Pack, amount: Fraction) -> int:
    """Round a figure to be shown."""
    return rounded(amount * 10 ** exponent(pack.currency), pack.rounding)
