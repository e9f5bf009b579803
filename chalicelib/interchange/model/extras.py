"""What an app or a journal knows of a row, judged: exact, bounded, and never a reason to lose the row.

A bank's balance is made of amounts and days. So whatever else a file says of a row and does not fit is left
out with a note, and the row is imported without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from chalicelib.expenses.commands import (
    LABEL_DEPTH,
    LABEL_LENGTH,
    PART_MEMO_LENGTH,
    PARTS_PER_ROW,
    TAG_LENGTH,
    TAGS_PER_ROW,
    Came,
    ImportRow,
    Label,
    RowExtras,
    RowPart,
)
from chalicelib.interchange.model.belonging import Belonging, Tie
from chalicelib.interchange.model.formats.types import Extras, Part, Row
from chalicelib.interchange.model.importing import Flaw
from chalicelib.interchange.model.labels import MAX_LABELS, Named
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.money import Money, MoneyError

MAX_NOTES: Final = 20
"""Notes about what was left out of rows; the last one says how many more there were."""
_MAX_ACCOUNT: Final = 100


class Reader:
    """Reads the extras of one file's rows; make it once for the file."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.own = False
        """Whether any row is of an export of ours."""
        self.belonging = Belonging(self._note_at)
        self._labels: dict[tuple[str, ...], Label] = {}
        self._notes: list[Flaw] = []
        self._more = 0

    def read(self, row: Row, extras: Extras, amount: Money) -> RowExtras | None:
        """Judge what a row with an exact amount carries; None where nothing is left of it."""
        label = self._label(extras.category)
        parts = self._parts(row, extras.parts, amount)
        if len(extras.parts) == 1 and not label:
            label = self._label(extras.parts[0].category)
        original = self._original(row, extras, amount)
        fee = self._fee(row, extras, amount)
        found = RowExtras(
            label=label,
            tags=self._tags(row, extras.tags),
            parts=parts,
            other_account=_plain(extras.other_account)[:_MAX_ACCOUNT],
            original_minor=original.amount_minor if original else None,
            original_currency=original.currency if original else "",
            own_id=extras.own_id if is_id(extras.own_id) else "",
            fee_minor=fee,
            fee_label=self._label(extras.own.fee_category) if fee else (),
            reconciled=extras.own.reconciled,
        )
        self.own = self.own or bool(found.own_id)
        return None if found == _NOTHING else found

    def _label(self, path: tuple[str, ...]) -> Label:
        known = self._labels.get(path)
        if known is None:
            names = (_plain(name)[:LABEL_LENGTH].strip() for name in path[:LABEL_DEPTH])
            known = self._labels[path] = tuple(name for name in names if name)
        return known

    def _tags(self, row: Row, tags: Sequence[str]) -> tuple[str, ...]:
        found: dict[str, str] = {}
        for one in tags:
            tag = _plain(one)[:TAG_LENGTH].strip()
            if tag:
                found.setdefault(tag.casefold(), tag)
        if len(found) > TAGS_PER_ROW:
            self._note(
                row, "tags", "too-many-tags", f"Only the first {TAGS_PER_ROW} tags are kept."
            )
        return tuple(found.values())[:TAGS_PER_ROW]

    def _parts(self, row: Row, parts: Sequence[Part], amount: Money) -> tuple[RowPart, ...]:
        if len(parts) < 2:
            return ()
        if len(parts) > PARTS_PER_ROW:
            said = f"The row has {len(parts)} parts, {PARTS_PER_ROW} are allowed: it is kept whole."
            self._note(row, "parts", "too-many-parts", said)
            return ()
        try:
            read = tuple(
                RowPart(
                    amount_minor=Money.from_decimal(part.amount, amount.currency).amount_minor,
                    label=self._label(part.category),
                    memo=_plain(part.memo)[:PART_MEMO_LENGTH].strip(),
                )
                for part in parts
            )
        except MoneyError as error:
            self._note(row, "parts", "part-unfit", f"{error}: the row is kept whole.")
            return ()
        own = [
            one.amount_minor for one, part in zip(read, parts, strict=True) if not part.elsewhere
        ]
        if sum(own) != amount.amount_minor:
            said = "The parts do not sum up to the amount: the row is kept whole."
            self._note(row, "parts", "parts-mismatch", said)
            return ()
        return read

    def _original(self, row: Row, extras: Extras, amount: Money) -> Money | None:
        value, currency = extras.original_amount, extras.original_currency
        if value is None or not currency or currency == amount.currency:
            return None
        try:
            original = Money.from_decimal(value, currency)
        except MoneyError as error:
            self._note(row, "original_amount", "original-unfit", f"{error}: it is left out.")
            return None
        whole = sum((part.amount for part in extras.parts), Decimal(0)) or amount.amount_minor
        if original.amount_minor * whole < 0:
            said = "What was paid originally has another sign than the amount: it is left out."
            self._note(row, "original_amount", "original-unfit", said)
            return None
        return original

    def _fee(self, row: Row, extras: Extras, amount: Money) -> int:
        """Give what of a leg was a fee, or 0 where none fits it."""
        if extras.own.fee is None or not extras.transfer:
            return 0
        try:
            fee = Money.from_decimal(extras.own.fee, amount.currency).amount_minor
        except MoneyError as error:
            self._note(row, "fee", "fee-unfit", f"{error}: it is left out.")
            return 0
        if 0 < fee < -amount.amount_minor:
            return fee
        self._note(row, "fee", "fee-unfit", "The fee is no part of what was paid: it is left out.")
        return 0

    def cut(self, named: list[Named]) -> list[Named]:
        """Give the labels of the most rows, and note that there are more than one import asks about."""
        said = (
            f"The file names {len(named)} categories; the {MAX_LABELS} with the most rows are used, "
            "what stands under the others is filed as if it had none."
        )
        self._note_at(0, "category", "too-many-labels", said)
        return named[:MAX_LABELS]

    # --- notes

    def _note(self, row: Row, column: str, code: str, detail: str) -> None:
        self._note_at(row.line, column, code, detail)

    def _note_at(self, line: int, column: str, code: str, detail: str) -> None:
        if len(self._notes) < MAX_NOTES:
            self._notes.append(Flaw(line=line, column=column, code=code, detail=detail))
        else:
            self._more += 1

    @property
    def notes(self) -> tuple[Flaw, ...]:
        """Give what was left out, with one note at the end for what was only counted."""
        if not self._more:
            return tuple(self._notes)
        detail = f"{self._more} further notes of this kind are not shown."
        return (*self._notes, Flaw(line=0, column=None, code="more-left-out", detail=detail))


_NOTHING: Final = RowExtras()


def with_tie(row: ImportRow, tie: Tie, place: int) -> ImportRow:
    """Let a row say that it belongs to another: a leg of a transfer names the place of the other."""
    extras = row.extras or _NOTHING
    if isinstance(tie.said, Came):
        return replace(row, extras=replace(extras, tied=True))
    other = tie.second if place == tie.first else tie.first
    return replace(row, extras=replace(extras, other_side=other))


def labels_of(row: ImportRow) -> Counter[tuple[Label, bool]]:
    """Count the labels of a row, each with whether money comes in under it; what is split stands under its parts."""
    extras = row.extras
    if extras is None or not row.importable or row.amount_minor is None:
        return Counter()
    if extras.parts:
        return Counter((one.label, one.amount_minor > 0) for one in extras.parts if one.label)
    if extras.fee_label:
        return Counter([(extras.fee_label, False)])
    return Counter([(extras.label, row.amount_minor > 0)] if extras.label else [])


def _plain(text: str) -> str:
    """Write a text on one line, without characters that nobody sees."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(char for char in line if char.isprintable())
