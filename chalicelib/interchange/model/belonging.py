"""Which rows of a file belong together, because it says so: transfers, refunds, and purchases over several accounts.

What does not fit is no reason to lose a row: it stands for itself then, and a note says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from chalicelib.expenses.commands import Came, Fee, ImportRow, RowExtras, RowPart
from chalicelib.interchange.model.formats.types import Extras, RefundOf
from chalicelib.kernel.money import Money, MoneyError

Note = Callable[[int, str, str, str], None]
"""Takes a line, a column, a code and a sentence."""


class Tie(NamedTuple):
    """Two rows by their places: with `Came` a refund and its purchase, else the legs of a transfer, sent first."""

    first: int
    second: int
    said: Fee | Came | None = None


class Side(NamedTuple):
    """One row of a transfer: its place in the file, and what decides whether two are its two legs."""

    place: int
    line: int
    statement: int
    amount_minor: int
    currency: str
    split: bool
    fee: Fee | None


class _Share(NamedTuple):
    """What a transaction that lies on several accounts is on one of them."""

    place: int
    row: ImportRow
    share: str
    elsewhere: tuple[str, ...]
    """Of each part, under which share its account is."""


class _Refund(NamedTuple):
    place: int
    line: int
    currency: str
    links: tuple[RefundOf, ...]


class Belonging:
    """Collects what a file says of its importable rows, and says in the end which belong together."""

    def __init__(self, note: Note) -> None:
        """Begin with nothing collected."""
        self._note = note
        self._sides: dict[str, list[Side]] = {}
        self._splits: dict[str, list[_Share]] = {}
        self._refunds: list[_Refund] = []
        self._parts: dict[str, int] = {}
        """The place of each part in its transaction, by its own id."""

    def take(self, extras: Extras, row: ImportRow, place: int) -> None:
        """Take an importable row."""
        if not row.importable or row.amount_minor is None:
            return
        read = row.extras
        if extras.transfer:
            fee = None
            if read is not None and read.fee_minor:
                fee = Fee(amount_minor=read.fee_minor, label=read.fee_label)
            side = Side(
                place,
                row.line,
                row.statement,
                row.amount_minor,
                row.currency,
                bool(read and read.parts),
                fee,
            )
            self._sides.setdefault(extras.transfer, []).append(side)
        own = extras.own
        if own.split:
            elsewhere = tuple(part.elsewhere for part in extras.parts)
            share = _Share(place, row, own.share, elsewhere)
            self._splits.setdefault(own.split, []).append(share)
        if own.refunds:
            self._refunds.append(_Refund(place, row.line, row.currency, own.refunds))
        self._parts |= {part.own_id: at for at, part in enumerate(extras.parts) if part.own_id}

    # --- the two legs of transfers

    def transfers(self) -> Iterator[Tie]:
        """Give the two legs of each transfer."""
        for sides in self._sides.values():
            sent, *others = sorted(sides, key=lambda side: side.amount_minor)
            problem = _problem(sides)
            if problem is None:
                yield Tie(sent.place, others[0].place, sent.fee)
            elif (
                len(sides) > 1
            ):  # the other side of a single one may lie on an account that is not in the file
                said = f"The rows are no transfer between two accounts: {problem}."
                self._note(sent.line, "transfer", "not-a-transfer", said)

    # --- transactions over several accounts

    def splits(self) -> Iterator[tuple[int, RowExtras]]:
        """Give the places of rows that are one transaction, each with what it says then."""
        for shares in self._splits.values():
            homes = [one for one in shares if not one.share]
            others = {one.share: one for one in shares if one.share}
            if len(homes) == 1 and len(others) + 1 == len(shares) and _fits(homes[0], others):
                yield from _joined(homes[0], others)
                continue
            for one in homes:  # what lies elsewhere is another row there
                own = tuple(part for part, there in _parts(one) if not there)
                label = own[0].label if len(own) == 1 else _extras(one).label
                parts = own if len(own) > 1 else ()
                yield one.place, replace(_extras(one), parts=parts, label=label)
            said = (
                "The rows are no single transaction over several accounts: each stands for itself."
            )
            self._note(shares[0].row.line, "parts", "not-a-split", said)

    # --- refunds

    def refunds(self, rows: Sequence[ImportRow]) -> Iterator[Tie]:
        """Give refunds with their purchases; `rows` are all rows of the file."""
        wanted = {link.own_id for one in self._refunds for link in one.links}
        if not wanted:
            return
        places = _places(rows, wanted)
        for one in self._refunds:
            for link in one.links:
                place = places.get(link.own_id)
                if place is None:
                    continue  # a filter may have left the purchase out
                came = self._came(link, rows[place], one.currency)
                if came is None:
                    said = (
                        "What came back fits no purchase of the file: the row is no refund of it."
                    )
                    self._note(one.line, "refunds", "not-a-refund", said)
                else:
                    yield Tie(one.place, place, came)

    def _came(self, link: RefundOf, purchase: ImportRow, currency: str) -> Came | None:
        back, covered = _minor(link.amount, purchase.currency), _minor(link.covered, currency)
        part = self._parts.get(link.part) if link.part else None
        if not back or covered is None or (link.part and part is None):
            return None
        return Came(amount_minor=back, covered_minor=covered, part=part)


def _problem(sides: Sequence[Side]) -> str | None:
    """Say why rows with one key are not the two legs of a transfer."""
    if len(sides) != 2:
        return f"{len(sides)} rows have the same mark"
    sent, arrived = sorted(sides, key=lambda side: side.amount_minor)
    if sent.statement == arrived.statement:
        return "they lie on one account"
    if sent.amount_minor >= 0 or arrived.amount_minor <= 0:
        return "nothing leaves one account and arrives on another"
    if sent.currency == arrived.currency and -sent.amount_minor < arrived.amount_minor:
        return "more arrives than was sent"
    return "a leg of a transfer has no parts" if sent.split or arrived.split else None


def _extras(one: _Share) -> RowExtras:
    return one.row.extras or RowExtras()


def _parts(one: _Share) -> Iterator[tuple[RowPart, str]]:
    return zip(_extras(one).parts, one.elsewhere, strict=False)


def _fits(home: _Share, others: Mapping[str, _Share]) -> bool:
    """Tell whether what lies elsewhere is exactly what the rows there say, each on an account of its own."""
    sums = dict.fromkeys(others, 0)
    for part, there in _parts(home):
        if there:
            if there not in sums:
                return False
            sums[there] += part.amount_minor
    rows = [one.row for one in (home, *others.values())]
    return (
        len(_extras(home).parts) == len(home.elsewhere) > 0
        and all(one.row.amount_minor == sums[share] for share, one in others.items())
        and len({row.statement for row in rows}) == len(rows)
        and len({row.currency for row in rows}) == 1
    )


def _joined(home: _Share, others: Mapping[str, _Share]) -> Iterator[tuple[int, RowExtras]]:
    parts = tuple(
        replace(part, statement=others[there].row.statement) if there else part
        for part, there in _parts(home)
    )
    yield home.place, replace(_extras(home), parts=parts)
    for one in others.values():
        yield one.place, replace(_extras(one), within=home.row.statement)


def _places(rows: Sequence[ImportRow], wanted: set[str]) -> dict[str, int]:
    """Give the places of transactions by their own ids; of one over several accounts that of the row with all parts."""
    found: dict[str, int] = {}
    for place, row in enumerate(rows):
        extras = row.extras
        if extras is None or extras.own_id not in wanted or not row.importable:
            continue
        if extras.within is None:
            found.setdefault(extras.own_id, place)
    return found


def _minor(amount: Decimal, currency: str) -> int | None:
    try:
        return Money.from_decimal(amount, currency).amount_minor
    except MoneyError:
        return None
