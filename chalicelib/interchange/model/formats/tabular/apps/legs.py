"""Rows that belong together: the pieces of one purchase, and the two sides of a transfer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, TypedDict, Unpack

from chalicelib.interchange.model.formats.pairing import Side, is_whole, pairs_of
from chalicelib.interchange.model.formats.tabular.profiles import Entry
from chalicelib.interchange.model.formats.types import Extras, Notes, Part, Row

MAX_PARTS: Final = 200


class Known(TypedDict, total=False):
    """What may be found out about a row after it was read."""

    category: tuple[str, ...]
    tags: tuple[str, ...]
    parts: tuple[Part, ...]
    transfer: str
    other_account: str
    original_amount: Decimal | None
    original_currency: str | None


def with_extras(row: Row, **changes: Unpack[Known]) -> Row:
    """Give the row with something more known of it."""
    return row._replace(extras=replace(row.extras or Extras(), **changes))


# --- pieces


def join(pieces: Sequence[Entry], *, payee: str = "", memo: str = "") -> Entry:
    """Make one entry of the pieces of a purchase, on the line of the first; a single piece stays what it is.

    Payee and memo are what is given, or what all pieces agree on; what is only a piece's stays with its part.
    """
    first = pieces[0].row
    payee = payee or _agreed([piece.row.payee for piece in pieces])
    if len(pieces) == 1:
        return pieces[0]._replace(row=first._replace(payee=payee, memo=first.memo or memo))
    common = _agreed([piece.row.memo for piece in pieces])
    parts = tuple(
        Part(
            amount=piece.row.amount or Decimal(0),
            category=(piece.row.extras or Extras()).category,
            memo=_part_memo(piece.row, payee, common),
        )
        for piece in pieces
    )
    tags = dict.fromkeys(
        tag for piece in pieces if piece.row.extras for tag in piece.row.extras.tags
    )
    total = sum((part.amount for part in parts), Decimal(0))
    bare = first._replace(amount=total, payee=payee, memo=memo or common, balance=None, extras=None)
    row = with_extras(with_extras(bare, parts=parts, tags=tuple(tags)), **_original(pieces))
    return pieces[0]._replace(row=row)


def _agreed(texts: Sequence[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else ""


def _part_memo(row: Row, payee: str, common: str) -> str:
    own = [row.payee if row.payee != payee else "", row.memo if row.memo != common else ""]
    return ": ".join(text for text in own if text)


def _original(pieces: Sequence[Entry]) -> Known:
    """The sum of what was paid in one other currency, if all pieces were."""
    known = [piece.row.extras for piece in pieces]
    amounts = [extras.original_amount for extras in known if extras and extras.original_amount]
    currencies = {extras.original_currency for extras in known if extras}
    if len(amounts) < len(pieces) or len(currencies) != 1:
        return {}
    return {"original_amount": sum(amounts, Decimal(0)), "original_currency": currencies.pop()}


def gather(
    entries: Sequence[Entry], place: Callable[[Entry], tuple[object, int, int] | None]
) -> tuple[list[list[int]], set[int]]:
    """Find the pieces that belong together: groups of indices in the order of the pieces, and what is left over.

    `place` says of an entry to what it belongs, which piece it is (from 1) and of how many.
    """
    open_groups: dict[object, dict[int, int]] = {}
    groups: list[list[int]] = []
    left: set[int] = set()
    for at, entry in enumerate(entries):
        found = place(entry)
        if found is None:
            continue
        key, piece, count = found
        if not 1 <= piece <= count <= MAX_PARTS or not is_whole(entry.row):
            left.add(at)
            continue
        pieces = open_groups.setdefault((key, count), {})
        if piece in pieces:
            left.update(pieces.values())
            pieces.clear()
        pieces[piece] = at
        if len(pieces) == count:
            groups.append([pieces[number] for number in sorted(pieces)])
            del open_groups[key, count]
    left.update(at for pieces in open_groups.values() for at in pieces.values())
    return groups, left


def note_incomplete(entries: Sequence[Entry], left: set[int], notes: Notes) -> None:
    """Say of pieces whose other pieces are missing that they stand for themselves."""
    for at in sorted(left):
        detail = "The other parts of this transaction are missing: the part stands for itself."
        notes.add("splits-incomplete", detail, line=entries[at].row.line)


def with_fee(entry: Entry, amount: Decimal, fee: Decimal, name: str) -> Entry:
    """Show a fee as a part of what was paid; both are signed like the row, whose amount is their sum."""
    category = (entry.row.extras or Extras()).category
    parts = (Part(amount=amount, category=category), Part(amount=fee, memo=name))
    row = entry.row._replace(amount=amount + fee)
    return entry._replace(row=with_extras(row, category=(), parts=parts))


def fee_apart(entry: Entry, amount: Decimal, fee: Decimal, name: str) -> list[Entry]:
    """Give the entry without its fee, and the fee as one of its own: a transfer has no parts."""
    bare = entry._replace(row=entry.row._replace(amount=amount))
    if not fee:
        return [bare]
    row = entry.row._replace(amount=fee, payee=name, memo="", extras=None, balance=None)
    return [bare, entry._replace(row=row)]


# --- transfers


def pair_transfers(entries: Sequence[Entry], others: Mapping[int, str]) -> list[Entry]:
    """Give both sides of a transfer the same mark, and say of each which account is the other one.

    `others` goes from the index of an entry to the account on its other side, empty where the file does not
    name it (`formats.pairing`).
    """
    found = list(entries)
    pairs = pairs_of(
        {at: Side(entries[at].row, entries[at].account, name) for at, name in others.items()}
    )
    for number, (first, second) in enumerate(pairs, 1):
        mark = f"transfer-{number}"
        for at, other in ((first, second), (second, first)):
            name = found[other].account
            row = with_extras(found[at].row, transfer=mark, other_account=name)
            found[at] = found[at]._replace(row=row)
    paired = {at for pair in pairs for at in pair}
    for at, name in others.items():
        if at not in paired and name:
            found[at] = found[at]._replace(row=with_extras(found[at].row, other_account=name))
    return found


def mark_pair(outgoing: Entry, incoming: Entry, mark: str) -> list[Entry]:
    """Link two entries that one line of the file holds."""
    return [
        one._replace(row=with_extras(one.row, transfer=mark, other_account=other.account))
        for one, other in ((outgoing, incoming), (incoming, outgoing))
    ]
