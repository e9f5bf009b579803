"""How a receipt's lines might be split over categories: proposed only where the lines are the total, to the minor unit."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.expenses.model.parts import MAX_PART_NOTES, MAX_PARTS
from chalicelib.expenses.model.receipts.draft import Draft, DraftLine
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A proposed part: the lines of one category together; a negative amount leaves the user."""

    category_id: str | None
    amount_minor: int
    notes: str


def propose(draft: Draft, guessed: Sequence[str | None], whole: str | None) -> tuple[Share, ...]:
    """Group the lines by the category that was guessed for each, or else for the merchant (`whole`).

    Tax that comes on top is shared by the size of each group. One group, or lines that are not the total, is no split.
    """
    if draft.total_minor is None or draft.currency is None or not draft.adds_up:
        return ()
    groups: dict[str | None, list[DraftLine]] = {}
    for line, category in zip(draft.lines, guessed, strict=True):
        groups.setdefault(category or whole, []).append(line)
    sums = [sum(line.amount_minor for line in lines) for lines in groups.values()]
    if not 2 <= len(groups) <= MAX_PARTS or min(sums) <= 0:
        return ()
    extra = Money(draft.total_minor.value - sum(sums), draft.currency.value).allocate(sums)
    return tuple(
        Share(category_id=category, amount_minor=-(amount + more.amount_minor), notes=_notes(lines))
        for (category, lines), amount, more in zip(groups.items(), sums, extra, strict=True)
    )


def _notes(lines: Sequence[DraftLine]) -> str:
    text = ", ".join(line.text for line in lines)
    return text if len(text) <= MAX_PART_NOTES else text[: MAX_PART_NOTES - 1] + "…"
