"""What is known of an export beforehand: an app's or a bank's, recognised by the words of its header.

Most tables explain themselves. A profile stands where the cells leave something open (which amount, which sign,
which order of day and month), or where rows mean more than a bank's: parts of one purchase, both sides of a
transfer, a person's share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.amounts import read_styled
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    ColumnMap,
    DateOrder,
    DecimalMark,
    Hints,
    Notes,
    Row,
    Unreadable,
)
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.values import dataclass

Words = tuple[tuple[str, str], ...]
"""Pairs of a field and the folded header words for it, `a|b`: the first that stands in the header."""


class Entry(NamedTuple):
    """A row on its way to a statement: the account that the file names, and the cells kept beside it."""

    row: Row
    account: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """The rows of another app's file before their meaning is settled.

    `fields` name the cells that an entry keeps; `names` are the header's own words for them.
    """

    entries: list[Entry]
    fields: tuple[str, ...]
    names: tuple[str, ...]
    mark: DecimalMark
    hints: Hints

    def cell(self, entry: Entry, name: str) -> str:
        """Give the text of a kept cell, empty where the file has no such column."""
        return entry.cells[self.fields.index(name)] if name in self.fields else ""

    def check_room(self, entries: Sequence[Entry]) -> None:
        """Refuse with `Unreadable` more rows than a file may have, where one line makes several."""
        if len(entries) > MAX_ROWS:
            raise Unreadable("too-many-rows", f"The file has more than {MAX_ROWS} rows.")

    def number(self, entry: Entry, name: str) -> Decimal | None:
        """Give the number in a kept cell; None where there is none, or something else."""
        value = read_styled(self.cell(entry, name), self.mark)
        return value if isinstance(value, Decimal) else None


Settle = Callable[[Export, Notes], list[Entry]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An export that is recognised when every word of `header` stands in its header row, and none of `without`.

    Where a layout is told by nothing but order, `first` are the words that the header begins with, before others.
    `columns` and `kept` say what the columns are, in words of the header; without `columns` they are detected.
    `is_app` exports come from another app: payee and memo are what their columns say, accounts are what their
    owner calls them. `as_written` leaves the sign of amounts as it stands, for `settle` to decide. Every row of
    an export with `by_currency` goes into a statement of its own currency. `refusal` says why an export of the
    same app is no list of transactions. `no_category` are what an app writes where nobody chose a category. `source` is where its layout is described.

    An export that cannot be `recognised` is read this way only where the user names it: `positions` are then its
    columns, and `delimiter` and `currency` what its files do not say.
    """

    name: str
    header: frozenset[str]
    without: frozenset[str] = frozenset()
    first: tuple[str, ...] = ()
    title: str = ""
    country: str = ""
    recognised: bool = True
    positions: ColumnMap | None = None
    delimiter: str | None = None
    currency: str | None = None
    source: str = ""
    columns: Words = ()
    kept: Words = ()
    date_order: DateOrder | None = None
    decimal: DecimalMark | None = None
    amounts_are_spent: bool = False
    fee_is_separate: bool = False
    as_written: bool = False
    is_app: bool = False
    keeps_categories: bool = True
    by_currency: bool = False
    category_mark: str = ""
    tag_marks: str = ",;"
    no_category: frozenset[str] = frozenset()
    settle: Settle | None = None
    refusal: str = ""

    @property
    def id(self) -> str:
        """The id under which users see it: the same for ever, empty where they do not."""
        return derived_id("built-in-profile", self.name) if self.title else ""

    @property
    def own_hints(self) -> Hints:
        """What holds for a file that the user calls one of these, beyond what its header brings along."""
        return Hints(
            date_order=self.date_order,
            decimal=self.decimal,
            delimiter=self.delimiter,
            columns=self.positions,
            currency=self.currency,
        )

    def fits(self, words: Sequence[str], found: frozenset[str]) -> bool:
        """Whether a header of these folded words is this export's; `found` are the same words as a set."""
        if not self.header <= found or not self.without.isdisjoint(found):
            return False
        if self.columns:
            known = places(self.columns, words)
            if "date" not in known or known.keys().isdisjoint({"amount", "money_out", "money_in"}):
                return False
        count = len(self.first)
        return not count or (tuple(words[:count]) == self.first and len(words) > count)

    def check(self) -> None:
        """Refuse an export that lists no transactions."""
        if self.refusal:
            raise Unreadable("not-a-statement", self.refusal)


GENERIC: Final = Profile(name="table", header=frozenset())


def find_profile(words: Sequence[str]) -> Profile:
    """Give the profile of a header row by its folded words, the plain table if none fits."""
    found = frozenset(words)
    return next((known for known in _known() if known.fits(words, found)), GENERIC)


@cache
def built_in() -> tuple[Profile, ...]:
    """Give the profiles that users see, apps first, each name once."""
    from chalicelib.interchange.model.formats.tabular.apps import APPS
    from chalicelib.interchange.model.formats.tabular.banks import BANKS

    found = {known.name: known for known in reversed((*APPS, *BANKS)) if known.title}
    return tuple(sorted(found.values(), key=lambda known: (known.country, known.title)))


@cache
def _known() -> tuple[Profile, ...]:
    """All profiles, those that ask for most words first, so that the closest one is found."""
    from chalicelib.interchange.model.formats.tabular.apps import APPS
    from chalicelib.interchange.model.formats.tabular.banks import BANKS

    found = (known for known in (*APPS, *BANKS) if known.recognised)
    return tuple(sorted(found, key=lambda known: -len(known.header)))


def places(wanted: Words, words: Sequence[str]) -> dict[str, int]:
    """Say in which column of a header each wanted field stands; fields that the header lacks are left out."""
    found = {}
    for name, options in wanted:
        at = next((words.index(option) for option in options.split("|") if option in words), None)
        if at is not None:
            found[name] = at
    return found
