"""What a table says of a transaction beyond what a bank knows: category, tags, original amount."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.amounts import Flaw, read_column
from chalicelib.interchange.model.formats.tabular.profiles import Profile
from chalicelib.interchange.model.formats.tabular.texts import tidy
from chalicelib.interchange.model.formats.types import ColumnMap, DecimalMark, Extras
from chalicelib.kernel.currencies import EXPONENTS

MAX_TAGS: Final = 20
MAX_DEPTH: Final = 5
"""Names of a category's path; deeper ones are joined to the last."""
_MAX_NAME: Final = 100
_MAX_CACHED: Final = 20_000
Columns = Sequence[Sequence[str]]


class ExtrasReader:
    """Reads whole blocks; equal extras of a file are one object, because categories are few."""

    __slots__ = ("_cache", "_columns", "_indices", "_mark", "_profile")

    def __init__(self, columns: ColumnMap, profile: Profile, mark: DecimalMark) -> None:
        self._columns = columns
        self._profile = profile
        self._mark = mark
        category = columns.category if profile.keeps_categories else ()
        other = (columns.other_account,) if columns.other_account is not None else ()
        self._indices = (category, columns.tags, other)
        self._cache: dict[tuple[tuple[str, ...], ...], Extras | None] = {}

    @property
    def wanted(self) -> bool:
        """Whether the table has any such column at all."""
        return any(self._indices) or self._has_originals

    @property
    def _has_originals(self) -> bool:
        return None not in (self._columns.original_amount, self._columns.original_currency)

    def read(
        self,
        columns: Columns,
        values: Sequence[Decimal | None],
        currencies: Sequence[str | None],
    ) -> list[Extras | None]:
        """Give the extras of each row, None where it has none."""
        count = len(columns[0])
        groups = [
            list(zip(*[columns[at] for at in indices if at < len(columns)], strict=True))
            or [()] * count
            for indices in self._indices
        ]
        found = [self._known(key) for key in zip(*groups, strict=True)]
        if not self._has_originals:
            return found
        originals = self._originals(columns, values, currencies)
        return [
            _with_original(known, original) if original else known
            for known, original in zip(found, originals, strict=True)
        ]

    def _known(self, key: tuple[tuple[str, ...], ...]) -> Extras | None:
        if key in self._cache:
            return self._cache[key]
        made = self._make(*key)
        if len(self._cache) < _MAX_CACHED:
            self._cache[key] = made
        return made

    def _make(
        self, category: tuple[str, ...], tags: tuple[str, ...], other: tuple[str, ...]
    ) -> Extras | None:
        path = category_path(category, self._profile)
        labels = split_tags(tags, self._profile.tag_marks)
        account = _name(other[0]) if other else ""
        if not (path or labels or account):
            return None
        return Extras(category=path, tags=labels, other_account=account)

    def _originals(
        self,
        columns: Columns,
        values: Sequence[Decimal | None],
        currencies: Sequence[str | None],
    ) -> list[tuple[Decimal, str] | None]:
        """What was paid in another currency, signed like the row; None where nothing was converted."""
        at, currency_at = self._columns.original_amount, self._columns.original_currency
        if at is None or currency_at is None or max(at, currency_at) >= len(columns):
            return [None] * len(values)
        amounts = read_column(columns[at], self._mark)
        codes = [text.strip().upper() for text in columns[currency_at]]
        return [
            (abs(paid) if value > 0 else -abs(paid), code)
            if value and not isinstance(paid, Flaw) and paid and code in EXPONENTS and code != own
            else None
            for paid, code, value, own in zip(amounts, codes, values, currencies, strict=True)
        ]


def _with_original(known: Extras | None, original: tuple[Decimal, str]) -> Extras:
    base = known or Extras()
    return Extras(
        category=base.category,
        tags=base.tags,
        other_account=base.other_account,
        original_amount=original[0],
        original_currency=original[1],
    )


def category_path(cells: Sequence[str], profile: Profile) -> tuple[str, ...]:
    """Give the names of a category, outermost first; a cell may hold several around the profile's mark."""
    names: list[str] = []
    for cell in cells:
        mark = profile.category_mark
        names += cell.split(mark) if mark else [cell]
    path = [name for name in map(_name, names) if name]
    if path and path[-1].casefold() in profile.no_category:
        return ()
    if len(path) > MAX_DEPTH:
        path[MAX_DEPTH - 1 :] = [" ".join(path[MAX_DEPTH - 1 :])[:_MAX_NAME]]
    # Some write the group again where a category has none above it.
    return tuple(path[:1] if len(path) == 2 and path[0] == path[1] else path)


def split_tags(cells: Sequence[str], marks: str) -> tuple[str, ...]:
    """Give the tags in cells that hold several, each once, in their order; `marks` stand between them."""
    text = "\n".join(cells)
    for mark in marks:
        text = text.replace(mark, "\n")
    found = dict.fromkeys(_name(piece).removeprefix("#") for piece in text.split("\n"))
    return tuple(tag for tag in found if tag)[:MAX_TAGS]


def _name(text: str) -> str:
    return tidy(text)[:_MAX_NAME]
