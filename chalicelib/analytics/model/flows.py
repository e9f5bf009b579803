"""Money in and out over stretches of months, beside each other: a period, the one before, the same a year ago.

Transfers between the user's own accounts are neither income nor expense: they stand apart, as in `sums`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from typing import Final, Literal

from chalicelib.analytics.model.periods import Span
from chalicelib.analytics.model.sums import NOTHING, WHOLE, Cell, Label, Sums, is_transfer
from chalicelib.kernel.values import dataclass

By = Literal["category", "top_category", "account"]
"""What sums are grouped by: categories as they are, the topmost one above each, or accounts."""
_DEEPEST: Final = 64
"""More levels than categories have: a circle, which nothing should make, ends the walk."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What came in and went out: `sums` without transfers, `transfers` those alone."""

    sums: Sums = NOTHING
    transfers: Sums = NOTHING

    def __add__(self, other: Flow) -> Flow:
        return Flow(self.sums + other.sums, self.transfers + other.transfers)

    def __bool__(self) -> bool:
        return bool(self.sums or self.transfers)


STILL: Final = Flow()


@dataclass(frozen=True, slots=True)
class Group:
    """A category's or an account's flows: one a stretch, and by month where anything was."""

    key: str | None
    totals: tuple[Flow, ...]
    months: Mapping[str, Flow]


@dataclass(frozen=True, slots=True)
class CurrencyFlow:
    """One currency's flows: one a stretch, by month where anything was, and by group."""

    currency: str
    totals: tuple[Flow, ...]
    months: Mapping[str, Flow]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """What a person sees of a group; `kind` is a category's, accounts have none here."""

    name: str | None
    kind: str | None


Names = Mapping[str | None, Named]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Flows of several stretches, the one asked for first; `complete` says whether that one is over."""

    spans: tuple[Span, ...]
    complete: bool
    by: By | None
    names: Names
    currencies: tuple[CurrencyFlow, ...]


@dataclass(slots=True)
class _Tally:
    """Flows while they are collected."""

    months: dict[str, Flow] = field(default_factory=dict)

    def add(self, month: str, flow: Flow) -> None:
        self.months[month] = self.months.get(month, STILL) + flow

    def totals(self, spans: Sequence[Span]) -> tuple[Flow, ...]:
        return tuple(
            sum((self.months.get(str(month), STILL) for month in one), STILL) for one in spans
        )

    def moved(self) -> dict[str, Flow]:
        return {month: flow for month, flow in sorted(self.months.items()) if flow}


def flows(
    cells: Iterable[tuple[Cell, Sums]],
    labels: Mapping[str, Label],
    spans: Sequence[Span],
    by: By | None = None,
) -> tuple[CurrencyFlow, ...]:
    """Sum cells up by currency, stretch, month and group; currencies by code.

    Groups add up to the totals exactly. Those by category are without transfers, which have no place in them.
    The largest expense of the first stretch comes first.
    """
    whole: dict[str, _Tally] = {}
    parts: dict[str, dict[str | None, _Tally]] = {}
    for cell, sums in cells:
        moved = is_transfer(cell.category_id, labels)
        flow = Flow(transfers=sums) if moved else Flow(sums=sums)
        whole.setdefault(cell.currency, _Tally()).add(cell.month, flow)
        if by == "account" or (by is not None and not moved):
            groups = parts.setdefault(cell.currency, {})
            groups.setdefault(_key(cell, labels, by), _Tally()).add(cell.month, flow)
    return tuple(
        CurrencyFlow(code, tally.totals(spans), tally.moved(), _groups(parts.get(code, {}), spans))
        for code, tally in sorted(whole.items())
        if tally.moved()
    )


def _key(cell: Cell, labels: Mapping[str, Label], by: By) -> str | None:
    if by == "account":
        return cell.account_id
    return topmost(cell.category_id, labels) if by == "top_category" else cell.category_id


def topmost(category_id: str | None, labels: Mapping[str, Label]) -> str | None:
    """Give the topmost category above one, or itself; what is above a category that is gone is not known."""
    for _ in range(_DEEPEST):
        label = labels.get(category_id or "")
        if label is None or label.parent_id is None or label.parent_id not in labels:
            break
        category_id = label.parent_id
    return category_id


def _groups(found: Mapping[str | None, _Tally], spans: Sequence[Span]) -> tuple[Group, ...]:
    groups = [
        Group(key, tally.totals(spans), tally.moved())
        for key, tally in found.items()
        if tally.moved()
    ]
    return tuple(
        sorted(
            groups,
            key=lambda one: (
                -one.totals[0].sums.expense,
                -one.totals[0].sums.income,
                one.key or "",
            ),
        )
    )


def change(now: int, before: int) -> str | None:
    """Give by which part of what it was something grew (0.2500 is a quarter), rounded half to even to four decimals.

    None where it was nothing. Where it was below zero the sign still says whether there is more now.
    """
    if before == 0:
        return None
    points = round(Fraction((now - before) * WHOLE, abs(before)))
    sign = "-" if points < 0 else ""
    return f"{sign}{abs(points) // WHOLE}.{abs(points) % WHOLE:04d}"
