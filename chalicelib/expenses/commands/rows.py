"""A row of a statement as services above write it, and as the ledger reads it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from chalicelib.kernel.values import dataclass

PENDING: Final = "pending"
"""The kind of a row that the bank has not booked yet."""
TAGS_PER_ROW: Final = 20
"""Tags that a row carries, at most; each has up to `TAG_LENGTH` characters."""
TAG_LENGTH: Final = 50
PARTS_PER_ROW: Final = 50
"""Parts that a split row carries, at most, and two at least."""
LABEL_DEPTH: Final = 20
"""Names of a category's path, at most; each has up to `LABEL_LENGTH` characters."""
LABEL_LENGTH: Final = 100
PART_MEMO_LENGTH: Final = 200
_FIELDS: Final = 13

Label = tuple[str, ...]
"""What a file calls a category: its path, outermost name first; empty where it says none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPart:
    """A piece of a split row, in its currency; those without a `statement` of their own sum to its amount.

    The others lie on the account of that statement, where they are part of a row that stands `within` this one.
    """

    amount_minor: int
    label: Label = ()
    memo: str = ""
    statement: int | None = None

    def to_json(self) -> list[Any]:
        """Write a short list; amounts as text, like a row's."""
        place = [] if self.statement is None else [self.statement]
        return [str(self.amount_minor), list(self.label), self.memo, *place]

    @classmethod
    def from_json(cls, raw: Sequence[Any]) -> RowPart:
        """Read what `to_json` wrote; raise TypeError or ValueError for anything else."""
        amount, label, memo, *place = raw
        statement = int(place[0]) if place else None
        return cls(amount_minor=int(amount), label=tuple(label), memo=memo, statement=statement)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowExtras:
    """What an app or a journal knows of a row beyond what a bank knows.

    `other_side` is the place, counted from 0 over the whole file, of the row that is the other leg of this
    transfer; `other_account` names the account there, as a hint only. `original_minor` was paid in
    `original_currency`, another one than the row's, and is signed like its amount. `own_id` is the id of the
    transaction in an export of ours.

    On the sending leg of a transfer `fee_minor`, counted upwards, is the part of the amount that did not leave for
    the other account, and `fee_label` what it was for. A row `within` a statement is on its own account what the
    parts of a row of that statement do there: it is recorded with that one, and alone only where that has no account.
    One that is `tied` is a refund or a purchase of another row of the file.
    """

    label: Label = ()
    tags: tuple[str, ...] = ()
    parts: tuple[RowPart, ...] = ()
    other_side: int | None = None
    other_account: str = ""
    original_minor: int | None = None
    original_currency: str = ""
    own_id: str = ""
    fee_minor: int = 0
    fee_label: Label = ()
    reconciled: bool = False
    tied: bool = False
    within: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Write what there is under keys of a letter; amounts as text, like a row's."""
        original = [str(self.original_minor), self.original_currency]
        found: dict[str, Any] = {
            "l": list(self.label),
            "t": list(self.tags),
            "p": [one.to_json() for one in self.parts],
            "a": self.other_account,
            "o": [] if self.original_minor is None else original,
            "i": self.own_id,
            "f": [str(self.fee_minor), list(self.fee_label)] if self.fee_minor else [],
            "c": int(self.reconciled),
            "r": int(self.tied),
        }
        places = {"s": self.other_side, "w": self.within}
        return {key: value for key, value in found.items() if value} | {
            key: place for key, place in places.items() if place is not None
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> RowExtras:
        """Read what `to_json` wrote; raise TypeError or ValueError for anything else."""
        if not isinstance(raw, Mapping):
            raise TypeError("not what an app knows of a row")
        original, place, within = raw.get("o"), raw.get("s"), raw.get("w")
        fee_minor, fee_label = raw.get("f") or (0, ())
        return cls(
            label=tuple(raw.get("l", ())),
            tags=tuple(raw.get("t", ())),
            parts=tuple(map(RowPart.from_json, raw.get("p", ()))),
            other_side=None if place is None else int(place),
            other_account=raw.get("a", ""),
            original_minor=int(original[0]) if original else None,
            original_currency=original[1] if original else "",
            own_id=raw.get("i", ""),
            fee_minor=int(fee_minor),
            fee_label=tuple(fee_label),
            reconciled=bool(raw.get("c")),
            tied=bool(raw.get("r")),
            within=None if within is None else int(within),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One row of a statement, as interchange understood it: money in minor units, negative leaves the user.

    `ordinal` tells equal rows of one file apart. `booked_on` and `amount_minor` may be missing only where
    the row is not `importable`. Texts that the bank did not give are empty. `extras` is None for what a
    bank wrote.
    """

    statement: int
    line: int
    booked_on: date | None
    amount_minor: int | None
    currency: str
    payee: str
    memo: str
    provider_id: str
    kind: str
    mcc: str
    ordinal: int
    importable: bool
    extras: RowExtras | None = None

    def to_json(self) -> list[Any]:
        """Write the compact list that lies in a page; the page's writer may append entries of its own."""
        return [
            self.statement,
            self.line,
            self.booked_on.isoformat() if self.booked_on else None,
            # as text: JSON readers elsewhere would turn 38 digits into a float
            None if self.amount_minor is None else str(self.amount_minor),
            self.currency,
            self.payee,
            self.memo,
            self.provider_id,
            self.kind,
            self.mcc,
            self.ordinal,
            int(self.importable),
            None if self.extras is None else self.extras.to_json(),
        ]

    @classmethod
    def from_json(cls, raw: Sequence[Any]) -> ImportRow:
        """Read the first thirteen entries of what `to_json` wrote; raise TypeError or ValueError for anything else."""
        if len(raw) < _FIELDS:
            raise ValueError("not a row of an import")
        return cls(
            statement=int(raw[0]),
            line=int(raw[1]),
            booked_on=date.fromisoformat(raw[2]) if raw[2] else None,
            amount_minor=None if raw[3] is None else int(raw[3]),
            currency=raw[4],
            payee=raw[5],
            memo=raw[6],
            provider_id=raw[7],
            kind=raw[8],
            mcc=raw[9],
            ordinal=int(raw[10]),
            importable=bool(raw[11]),
            extras=None if raw[12] is None else RowExtras.from_json(raw[12]),
        )

    def identity(self) -> tuple[str, ...]:
        """Give what makes it the same row when it comes again, but for the ordinal among equal ones.

        The bank's own id with the amount (banks use an id twice), or else day, amount and text. What is
        pending is another row than the booked one that it becomes, or the booked one would be taken for
        known. Whoever counts ordinals counts them among rows of one statement with the same identity.
        A row of an export of ours is its transaction, whatever was changed about that since.
        """
        amount = str(self.amount_minor)
        standing = (PENDING,) if self.kind.casefold() == PENDING else ()
        if self.extras is not None and self.extras.own_id:
            return ("o", self.extras.own_id, *standing)
        if self.provider_id:
            return ("p", self.provider_id, amount, self.currency, *standing)
        day = self.booked_on.isoformat() if self.booked_on else ""
        return ("c", day, amount, self.currency, _plain(self.payee), _plain(self.memo), *standing)


def _plain(text: str) -> str:
    """Make alike what an export of the same row may write differently: width, case, spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def leg_of(row: ImportRow) -> list[Any]:
    """Name a row as it lies in a blob of pairs: statement, ordinal, identity."""
    return [row.statement, row.ordinal, *row.identity()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """Of a pair that is a transfer: what left the sending account beside what arrived, counted upwards."""

    amount_minor: int
    label: Label = ()

    def to_json(self) -> list[Any]:
        """Write the third entry of a pair."""
        return ["fee", str(self.amount_minor), list(self.label)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """Of a pair that is a refund, first, and its purchase: how much of this came back, for how much of that.

    Both count upwards, each in its own row's currency. `part` is the place of the purchase's part, if it is for one.
    """

    amount_minor: int
    covered_minor: int
    part: int | None = None

    def to_json(self) -> list[Any]:
        """Write the third entry of a pair."""
        return ["came", str(self.amount_minor), str(self.covered_minor), self.part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two rows of a file that belong together, each as `leg_of` names it.

    With `Came` a refund and its purchase; else the two legs of a transfer, the sending one first.
    """

    first: Sequence[Any]
    second: Sequence[Any]
    said: Fee | Came | None = None

    def to_json(self) -> list[Any]:
        """Write the entry of a blob of pairs."""
        return [self.first, self.second, *([] if self.said is None else [self.said.to_json()])]

    @classmethod
    def from_json(cls, raw: Sequence[Any]) -> Pair:
        """Read what `to_json` wrote; raise TypeError or ValueError for anything else."""
        first, second, *more = raw
        return cls(first=first, second=second, said=_said(more[0]) if more else None)


def _said(raw: Sequence[Any]) -> Fee | Came:
    what, *said = raw
    if what == "fee":
        amount, label = said
        return Fee(amount_minor=int(amount), label=tuple(label))
    amount, covered, part = said
    place = None if part is None else int(part)
    return Came(amount_minor=int(amount), covered_minor=int(covered), part=place)
