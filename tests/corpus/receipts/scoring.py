"""How often each field of a receipt is read right, and how much the stated confidence is worth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from chalicelib.expenses.model.payee import fold
from chalicelib.expenses.model.receipts.draft import Draft
from chalicelib.expenses.model.receipts.parsing import parse
from tests.corpus.receipts.generator import TODAY, Receipt, Truth

FIELDS: Final = ("merchant", "date", "total", "tax", "currency", "lines")


@dataclass(slots=True)
class Score:
    """Right and wrong readings of one field; `sure` are those with 90 percent or more, and right ones among them."""

    asked: int = 0
    right: int = 0
    sure: int = 0
    sure_right: int = 0

    @property
    def accuracy(self) -> float:
        return self.right / self.asked if self.asked else 1.0

    @property
    def precision_of_sure(self) -> float:
        return self.sure_right / self.sure if self.sure else 1.0


@dataclass(slots=True)
class Scores:
    """By noise and field."""

    by: dict[tuple[str, str], Score] = field(default_factory=dict)
    wrong: list[tuple[str, Receipt, Draft]] = field(default_factory=list)

    def of(self, noise: str, name: str) -> Score:
        return self.by.setdefault((noise, name), Score())


def measured(some: Iterable[Receipt]) -> Scores:
    """Read receipts and compare."""
    scores = Scores()
    for one in some:
        draft = parse(one.text, today=TODAY, currency=one.usual)
        for name, (right, confidence) in compared(draft, one.truth).items():
            score = scores.of(one.noise, name)
            score.asked += 1
            score.right += right
            if confidence >= 90:
                score.sure += 1
                score.sure_right += right
            if not right:
                scores.wrong.append((name, one, draft))
    return scores


def compared(draft: Draft, truth: Truth) -> dict[str, tuple[bool, int]]:
    """Say of each field whether it is right, and how sure it was. A merchant may have letters that OCR spoiled."""
    merchant, day, total = draft.merchant, draft.bought_on, draft.total_minor
    found = {
        "merchant": (
            merchant is not None and _near(fold(merchant.value), fold(truth.merchant)),
            merchant.confidence if merchant else 0,
        ),
        "date": (day is not None and day.value == truth.bought_on, day.confidence if day else 0),
        "total": (
            total is not None and total.value == truth.total_minor,
            total.confidence if total else 0,
        ),
        "currency": (
            draft.currency is not None and draft.currency.value == truth.currency,
            draft.currency.confidence if draft.currency else 0,
        ),
        "lines": (
            sorted(one.amount_minor for one in draft.lines)
            == sorted(one for _, one in truth.lines),
            draft.lines[0].confidence if draft.lines else 0,
        ),
    }
    tax = draft.tax_minor
    if truth.tax_minor is not None:
        found["tax"] = (
            tax is not None and tax.value == truth.tax_minor,
            tax.confidence if tax else 0,
        )
    else:
        found["tax"] = (tax is None, tax.confidence if tax else 0)
    return found


def _near(one: str, other: str) -> bool:
    """Tell whether two names differ by a letter in six at most."""
    row = list(range(len(other) + 1))
    for place, char in enumerate(one, 1):
        before, row[0] = row[0], place
        for at, wanted in enumerate(other, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (char != wanted))
    return row[-1] <= max(1, len(other) // 6)
