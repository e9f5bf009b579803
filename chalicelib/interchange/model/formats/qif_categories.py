"""What a transaction of a QIF file was for: categories with classes, splits, and accounts in brackets.

`Food:Bread/Trip` is the category Bread below Food in the class Trip, which becomes a tag; `[Savings]` is a transfer, which
stands in both accounts, each naming the other. A split that is a transfer to another account of the file is a row of
its own, as that account has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.amounts import ZERO
from chalicelib.interchange.model.formats.pairing import Side, pairs_of
from chalicelib.interchange.model.formats.tabular.texts import tidy
from chalicelib.interchange.model.formats.types import MAX_SHARED, MAX_TEXT, Extras, Part, Row
from chalicelib.kernel.values import dataclass

UNFILED: Final = "Uncategorized"
"""What stands for no category in a split, which must have one."""
MOST_SPLITS: Final = 200
"""Splits of one transaction that are kept."""
_MOST_DEEP: Final = 10
_LONGEST: Final = 100


@dataclass(slots=True)
class Split:
    """One split as it is written."""

    category: str
    memo: str = ""
    amount: str = ""

    def keep(self, letter: str, text: str) -> None:
        """Keep the first memo and the first amount."""
        if letter == "E":
            self.memo = self.memo or text
        else:
            self.amount = self.amount or text


class Filed(dict[str, Extras | None]):
    """What each text in the place of a category says of a row, read once: few are different. Bounded."""

    def __missing__(self, written: str) -> Extras | None:
        other = _account(written)
        path, tags = _category(written)
        found = None
        if other:
            found = Extras(other_account=other)
        elif path or tags:
            found = Extras(category=path, tags=tags)
        if len(self) < MAX_SHARED:
            self[written] = found
        return found


def divided(
    row: Row, splits: Sequence[tuple[Split, Decimal]], accounts: frozenset[str]
) -> list[Row]:
    """Give a row with its splits as parts, and a row for each that is a transfer to one of the file's accounts.

    The amounts of all sum up to the row's.
    """
    moved = [(one, amount) for one, amount in splits if _account(one.category) in accounts]
    spent = [(one, amount) for one, amount in splits if _account(one.category) not in accounts]
    rows = [
        row._replace(
            amount=amount,
            memo=tidy(one.memo)[:MAX_TEXT] or row.memo,
            extras=Extras(other_account=_account(one.category)),
        )
        for one, amount in moved
    ]
    return [*_spent(row, spent), *rows]


def _spent(row: Row, splits: Sequence[tuple[Split, Decimal]]) -> list[Row]:
    if not splits:
        return []
    read = [(*_category(one.category), one.memo, amount) for one, amount in splits]
    tags = tuple(dict.fromkeys(tag for _, found, _, _ in read for tag in found))
    whole = sum((amount for *_, amount in read), ZERO)
    if len(read) == 1:
        path, _, memo, _ = read[0]
        memo = row.memo or tidy(memo)[:MAX_TEXT]
        extras = Extras(category=path, tags=tags)
        return [row._replace(amount=whole, memo=memo, extras=extras)]
    parts = tuple(
        Part(amount=amount, category=path, memo=tidy(memo)[:MAX_TEXT])
        for path, _, memo, amount in read
    )
    return [row._replace(amount=whole, extras=Extras(tags=tags, parts=parts))]


def _account(written: str) -> str:
    """Give the account that stands in brackets in the place of a category, without its class."""
    text = written.strip()
    end = text.rfind("]")
    return tidy(text[1:end])[:_LONGEST] if text.startswith("[") and end > 0 else ""


def _category(written: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the path of a category, outermost first, and its class as a tag; an account is no category."""
    if written.strip().startswith("["):
        return (), ()
    text, _, tag = written.partition("/")
    names = (tidy(name)[:_LONGEST] for name in text.split(":", _MOST_DEEP - 1))
    tag = tidy(tag)[:_LONGEST]
    path = tuple(filter(None, names))
    return () if path == (UNFILED,) else path, (tag,) if tag else ()


def join_transfers(sections: Sequence[tuple[str, list[Row]]]) -> list[list[Row]]:
    """Mark the two rows of each transfer, each of which names the other's account (`formats.pairing`)."""
    found = [list(rows) for _, rows in sections]
    places = [(at, place) for at, rows in enumerate(found) for place in range(len(rows))]
    sides = {}
    for number, (at, place) in enumerate(places):
        row, account = found[at][place], sections[at][0]
        other = _other(row)
        if other and other != account:
            sides[number] = Side(row, account, other)
    for number, pair in enumerate(pairs_of(sides), 1):
        for at, place in (places[one] for one in pair):
            one = found[at][place]
            marked = Extras(transfer=f"transfer-{number}", other_account=_other(one))
            found[at][place] = one._replace(extras=marked)
    return found


def _other(row: Row) -> str:
    return row.extras.other_account if row.extras is not None else ""
