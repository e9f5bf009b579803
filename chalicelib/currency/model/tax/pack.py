"""A country's income tax as data: what is asked, tables by date, and steps that are computed one after another.

docs/tax-packs.md describes the format. A pack is checked when it is read: every name that a step uses is an input,
a table or an earlier step. The language has no loops, so a pack always ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from chalicelib.currency.model.rounding import Rounding
from chalicelib.currency.model.tax.tables import Source, TableFault, sources_of
from chalicelib.kernel.values import dataclass

Kind = Literal["money", "count"]
OPERATIONS: Final = frozenset(
    {"sum", "least", "most", "product", "quotient", "rate", "bands", "units", "choose", "round-up"}
)
Bands: TypeAlias = tuple[tuple[Fraction, Fraction], ...]
"""Lower bounds and the rate from each on, lowest first."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a step computes with: a number, or the name of an input, a table or an earlier step."""

    name: str
    number: Fraction | None
    negative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What is asked: money of the pack's currency, or a count; `most` bounds a count."""

    name: str
    label: str
    kind: Kind
    most: int
    default: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of a few, such as a filing status; the first option is meant where nothing is said."""

    name: str
    label: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A table's numbers from a day on: by option of the table's choice, or all under an empty text."""

    since: date
    numbers: Mapping[str, Fraction]
    bands: Mapping[str, Bands]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Numbers by date, newest first; `by` names the choice that they depend on."""

    name: str
    label: str
    by: str
    rows: tuple[Row, ...]

    def at(self, day: date) -> Row:
        """Give the row of a day; raise `TableFault` where the table begins later."""
        for row in self.rows:
            if row.since <= day:
                return row
        raise TableFault(f"{self.name} begins after {day}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One figure: `terms` by their role; with `tax` it counts into that tax, unless `memo` says it only shows."""

    name: str
    label: str
    operation: str
    terms: Mapping[str, tuple[Term, ...]]
    floor: bool
    tax: str
    memo: bool
    only: tuple[str, tuple[str, ...]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A country's income tax for the tax years that begin in the calendar years from `first` to `last`."""

    country: str
    name: str
    currency: str
    as_of: date
    starts: tuple[int, int]
    first: int
    last: int
    rounding: Rounding
    sources: Mapping[str, Source]
    inputs: Mapping[str, Input]
    choices: Mapping[str, Choice]
    tables: Mapping[str, Table]
    steps: tuple[Step, ...]
    taxes: Mapping[str, str]
    income: tuple[Term, ...]
    leaves_out: tuple[str, ...]


def _term(text: object, names: set[str]) -> Term:
    if not isinstance(text, str):
        raise TableFault(f"{text!r} is neither a name nor a number as text")
    negative = text.startswith("-")
    bare = text.removeprefix("-")
    if bare[:1].isdigit():
        return Term("", Fraction(text), negative=False)
    if bare not in names:
        raise TableFault(f"{bare} is not known here")
    return Term(bare, None, negative)


def _terms(given: object, names: set[str]) -> tuple[Term, ...]:
    if isinstance(given, list):
        return tuple(
            _term(one, names)
            for pair in given
            for one in (pair if isinstance(pair, list) else [pair])
        )
    return (_term(given, names),)


_ROLES: Final = ("of", "base", "rate", "table", "after", "size", "value", "above", "otherwise")


def _step(facts: Mapping[str, object], names: set[str], pack: Mapping[str, object]) -> Step:
    operation = facts.get("op")
    if operation not in OPERATIONS:
        raise TableFault(f"{facts.get('id')}: there is no operation {operation}")
    tax = facts.get("tax", "")
    if tax and tax not in _mapping(pack, "taxes"):
        raise TableFault(f"{facts.get('id')}: there is no tax {tax}")
    only = facts.get("only")
    return Step(
        name=str(facts["id"]),
        label=str(facts["label"]),
        operation=str(operation),
        terms={role: _terms(facts[role], names) for role in _ROLES if role in facts},
        floor=bool(facts.get("floor")),
        tax=str(tax),
        memo=bool(facts.get("memo")),
        only=(str(only[0]), tuple(only[1:])) if isinstance(only, list) else None,
    )


def _mapping(facts: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = facts.get(name, {})
    if not isinstance(found, Mapping):
        raise TableFault(f"{name} is a mapping")
    return found


def _bands(rows: Sequence[Sequence[str]]) -> Bands:
    found = tuple((Fraction(start), Fraction(rate)) for start, rate in rows)
    if not found or found[0][0] != 0 or list(found) != sorted(found, key=lambda one: one[0]):
        raise TableFault("bands begin at 0 and rise")
    return found


def _row(since: str, value: object, source: Source) -> Row:
    by = value if isinstance(value, Mapping) else {"": value}
    lists = {key: _bands(one) for key, one in by.items() if isinstance(one, list)}
    numbers = {key: Fraction(str(one)) for key, one in by.items() if not isinstance(one, list)}
    return Row(since=date.fromisoformat(since), numbers=numbers, bands=lists, source=source)


def _table(name: str, facts: Mapping[str, object], sources: Mapping[str, Source]) -> Table:
    rows = facts.get("rows")
    if not isinstance(rows, list) or not rows:
        raise TableFault(f"{name} has no rows")
    own = str(facts.get("source", ""))
    found = [_row(since, value, sources[rest[0] if rest else own]) for since, value, *rest in rows]
    return Table(
        name=name,
        label=str(facts.get("label", name)),
        by=str(facts.get("by", "")),
        rows=tuple(sorted(found, key=lambda row: row.since, reverse=True)),
    )


def _input(name: str, facts: Mapping[str, object]) -> Input:
    kind: Kind = "count" if facts.get("kind") == "count" else "money"
    return Input(
        name=name,
        label=str(facts["label"]),
        kind=kind,
        most=int(str(facts.get("most", 0))),
        default=Fraction(str(facts.get("default", 0))),
    )


def _each(facts: Mapping[str, object], name: str) -> dict[str, Mapping[str, object]]:
    return {key: one for key, one in _mapping(facts, name).items() if isinstance(one, Mapping)}


def _steps(facts: Mapping[str, object], names: set[str]) -> tuple[Step, ...]:
    given, found = facts.get("steps"), list[Step]()
    for one in given if isinstance(given, list) else ():
        step = _step(one, names, facts)
        # the same name may come twice where only one of the two is ever done (`only`)
        if step.name in names and not any(old.name == step.name and old.only for old in found):
            raise TableFault(f"{step.name} is there twice")
        names.add(step.name)
        found.append(step)
    return tuple(found)


def pack_of(facts: Mapping[str, object]) -> Pack:
    """Read a pack; raise `TableFault` naming what is wrong with it."""
    try:
        return _pack(facts)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, TableFault):
            raise
        raise TableFault(f"{facts.get('country')}: {error!r}") from error


def _pack(facts: Mapping[str, object]) -> Pack:
    sources = sources_of(facts["sources"])
    inputs = {name: _input(name, one) for name, one in _each(facts, "inputs").items()}
    tables = {name: _table(name, one, sources) for name, one in _each(facts, "tables").items()}
    choices = {
        name: Choice(name=name, label=str(one["label"]), options=dict(_text(one, "options")))
        for name, one in _each(facts, "choices").items()
    }
    names = {*inputs, *tables}
    if len(names) != len(inputs) + len(tables):
        raise TableFault("an input and a table have one name")
    month, day = str(facts["year_starts"]).split("-")
    years, leaves = facts["years"], facts["leaves_out"]
    if not isinstance(years, list) or not isinstance(leaves, list):
        raise TableFault("years and leaves_out are lists")
    steps = _steps(facts, names)
    return Pack(
        country=str(facts["country"]),
        name=str(facts["name"]),
        currency=str(facts["currency"]),
        as_of=date.fromisoformat(str(facts["as_of"])),
        starts=(int(month), int(day)),
        first=int(years[0]),
        last=int(years[1]),
        rounding="half-even" if facts.get("rounding") == "half-even" else "half-up",
        sources=sources,
        inputs=inputs,
        choices=choices,
        tables=tables,
        steps=steps,
        taxes=dict(_text(facts, "taxes")),
        income=_terms(facts["income"], names),
        leaves_out=tuple(map(str, leaves)),
    )


def _text(facts: Mapping[str, object], name: str) -> Mapping[str, str]:
    return {key: str(value) for key, value in _mapping(facts, name).items()}
