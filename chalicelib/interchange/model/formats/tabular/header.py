"""The header row: which one it is, and which column holds what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from chalicelib.interchange.model.formats.dates import is_date
from chalicelib.interchange.model.formats.tabular.profiles import (
    GENERIC,
    Profile,
    find_profile,
    places,
)
from chalicelib.interchange.model.formats.tabular.reading import is_money
from chalicelib.interchange.model.formats.tabular.vocabulary import (
    CREDIT_FLAGS,
    DEBIT_FLAGS,
    Meaning,
    flag_word,
    fold,
    meaning,
)
from chalicelib.interchange.model.formats.types import ColumnMap
from chalicelib.kernel.values import dataclass

_SEARCHED_ROWS: Final = 100
_SEVERAL: Final = frozenset({"payee", "memo", "category", "tags"})


@dataclass(frozen=True, slots=True)
class Header:
    """A row of column names: `at` is its index among the rows, `meanings` one entry per cell."""

    at: int
    names: tuple[str, ...]
    meanings: tuple[Meaning | None, ...]
    profile: Profile = GENERIC

    @property
    def words(self) -> tuple[str, ...]:
        """The names in their plain form."""
        return tuple(map(fold, self.names))

    def columns(self, role: str) -> list[int]:
        """The columns of a role, best rank first, then from left to right."""
        found = [
            (known.rank, index)
            for index, known in enumerate(self.meanings)
            if known is not None and known.role == role
        ]
        return [index for _, index in sorted(found)]

    def best(self, role: str) -> int | None:
        """The best column of a role."""
        return next(iter(self.columns(role)), None)

    @property
    def has_amount(self) -> bool:
        """Whether some column is called an amount, a debit or a credit."""
        return any(self.columns(role) for role in ("amount", "out", "in"))


def find_header(rows: Sequence[Sequence[str]]) -> Header | None:
    """Find the first row that names a date and an amount; without one, the row of most known names."""
    fallback: Header | None = None
    known_before = 1
    for at, row in enumerate(rows[:_SEARCHED_ROWS]):
        names = tuple(cell.strip() for cell in row)
        if len(names) < 2 or any(map(is_date, names)):
            continue
        meanings = tuple(meaning(name) if name else None for name in names)
        profile = find_profile(tuple(map(fold, names)))
        header = Header(at, names, meanings, profile)
        if profile is not GENERIC:
            return header
        known = sum(found is not None for found in meanings)
        if known < 2:
            continue
        if header.columns("date") and header.has_amount:
            return header
        if known > known_before:
            fallback, known_before = header, known
    return fallback


def map_columns(header: Header, rows: Sequence[Sequence[str]]) -> ColumnMap | None:
    """Assign the columns by their names; `rows` settle words of two meanings. None without date or amount."""
    if header.profile.columns:
        return _by_profile(header)
    date = _first_fitting(header.columns("date"), rows, is_date)
    valuta = header.best("valuta")
    valuta_is_date = valuta is not None and _is_date_column(rows, valuta)
    if date is None and valuta_is_date:
        date = valuta
    if date is None or not header.has_amount:
        return None
    amount, money_out, money_in = _amount_columns(header, rows)
    currencies = header.columns("currency")
    if valuta is not None and not valuta_is_date:
        currencies.append(valuta)
    payee, memo = _text_columns(header, rows)
    return ColumnMap(
        date=date,
        amount=amount,
        money_out=money_out,
        money_in=money_in,
        direction=header.best("direction"),
        currency=_nearest(currencies, amount if amount is not None else money_out),
        balance=header.best("balance"),
        payee=payee,
        memo=memo,
        provider_id=header.best("id"),
        account=_account_column(header, rows),
        status=header.best("status"),
        fee=header.best("fee"),
        kind=header.best("kind"),
        mcc=header.best("mcc"),
        category=tuple(header.columns("category")[:1]),
        tags=tuple(header.columns("tags")[:1]),
        header_line=None,
        names=header.names,
    )


def _by_profile(header: Header) -> ColumnMap:
    """Assign the columns as the profile says; fields of several columns are named `payee`, `payee+` and so on."""
    found: dict[str, Any] = {"payee": (), "memo": (), "category": (), "tags": ()}
    for name, at in places(header.profile.columns, header.words).items():
        field = name.partition("+")[0]
        found[field] = (*found[field], at) if field in _SEVERAL else at
    return ColumnMap(**found, names=header.names)


def _amount_columns(
    header: Header, rows: Sequence[Sequence[str]]
) -> tuple[int | None, int | None, int | None]:
    amount = _first_fitting(header.columns("amount"), rows, is_money)
    money_out, money_in = header.best("out"), header.best("in")
    if amount is not None and money_out is not None and money_in is not None:
        # Both ways are given. The signed column is the simpler one, if it is signed.
        signed = any("-" in row[amount] for row in rows if len(row) > amount)
        return (amount, None, None) if signed else (None, money_out, money_in)
    if amount is not None:
        return amount, None, None
    return None, money_out, money_in


def _text_columns(
    header: Header, rows: Sequence[Sequence[str]]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Who, and what for: names of the other party first, then descriptions, then the rest."""
    ranked: dict[int, list[int]] = {0: [], 1: [], 2: []}
    for index in header.columns("payee"):
        known = header.meanings[index]
        if known is not None and not _is_flag_column(rows, index):
            ranked[known.rank].append(index)
    names = ranked[0] or ranked[1]  # a mere `Name` beside a `Counterparty` is the owner's
    descriptions = ranked[2]
    memo = header.columns("memo")
    if not names and not descriptions:
        return tuple(memo), ()
    return tuple(names + descriptions[:1]), tuple(descriptions[1 if not names else 0 :] + memo)


def _nearest(candidates: list[int], amount: int | None) -> int | None:
    """Of several currency columns take the one beside the amount, the right side first."""
    if not candidates:
        return None
    for neighbour in (amount + 1, amount - 1) if amount is not None else ():
        if neighbour in candidates:
            return neighbour
    return candidates[0]


def _account_column(header: Header, rows: Sequence[Sequence[str]]) -> int | None:
    for index in header.columns("account"):
        known = header.meanings[index]
        values = {row[index].strip() for row in rows if len(row) > index}
        # A name such as IBAN is the user's own account only if it never changes.
        if known is not None and (known.rank == 0 or (len(values) == 1 and "" not in values)):
            return index
    return None


def _is_flag_column(rows: Sequence[Sequence[str]], index: int) -> bool:
    values = {flag_word(row[index]) for row in rows if len(row) > index} - {""}
    return bool(values) and values <= DEBIT_FLAGS | CREDIT_FLAGS


def _is_date_column(rows: Sequence[Sequence[str]], index: int) -> bool:
    return _first_fitting([index], rows, is_date, default=False) is not None


def _first_fitting(
    candidates: list[int],
    rows: Sequence[Sequence[str]],
    fits: Callable[[str], bool],
    *,
    default: bool = True,
) -> int | None:
    """Take the best column that mostly holds what its name says, or the best by name alone."""
    for index in candidates:
        values = [row[index] for row in rows[:50] if len(row) > index and row[index].strip()]
        if values and sum(map(fits, values)) * 2 > len(values):
            return index
    return candidates[0] if candidates and default else None
