"""What a statement says of its account, and which of the owner's accounts that is."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.types import AccountHint
from chalicelib.interchange.model.importing import Marks, Suggestion

_WITH_BANK: Final = 5
_ALONE: Final = 8
"""Characters that a number has at least to stand for one account, with its bank's code and without."""


class Candidate(NamedTuple):
    """An open account of the owner."""

    id: str
    name: str
    currency: str


def plain_number(hint: AccountHint) -> tuple[str, str]:
    """Give bank and number without what people group them by."""
    bank = "".join(filter(str.isalnum, hint.bank_id)).casefold()
    number = "".join(filter(str.isalnum, hint.number)).casefold()
    return bank, number


def plain_name(name: str) -> str:
    """Make alike how a name may be written: width, case, spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def is_whole_number(hint: AccountHint) -> bool:
    """Tell whether the number is one: masked ones and a few digits alone belong to many accounts."""
    bank, number = plain_number(hint)
    masked = any(char in hint.number for char in "*•…#") or number.startswith("xx")
    return not masked and len(number) >= (_WITH_BANK if bank else _ALONE)


def suggestion(
    hint: AccountHint,
    currency: str | None,
    *,
    marks: Marks,
    known: Mapping[str, str],
    accounts: Sequence[Candidate],
) -> Suggestion | None:
    """Say which account a statement is for: by its number, else by its last four digits, else by name.

    `known` goes from marks to the accounts that such statements were imported to. Only open accounts in the
    statement's `currency` come into question; two of a name are none.
    """
    open_ones = {one.id for one in accounts if currency in {None, one.currency}}
    if known.get(marks.number) in open_ones:
        return Suggestion(account_id=known[marks.number], by="number")
    if known.get(marks.last4) in open_ones:
        return Suggestion(account_id=known[marks.last4], by="last4")
    if known.get(marks.name) in open_ones:
        return Suggestion(account_id=known[marks.name], by="name")
    name = plain_name(hint.name)
    called = [one.id for one in accounts if one.id in open_ones and plain_name(one.name) == name]
    if name and len(called) == 1:
        return Suggestion(account_id=called[0], by="name")
    return None
