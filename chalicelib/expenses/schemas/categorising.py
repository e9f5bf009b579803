"""Guesses and how good they are, on the wire. Shares are decimal strings of four digits, null where unknown."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from chalicelib.expenses.model.categoriser import Suggestion
from chalicelib.expenses.model.judging import Confusion, Figures, OfCategory, Rates, Report, Step
from chalicelib.expenses.model.transactions import SetBy
from chalicelib.expenses.schemas.common import EXAMPLE_ACCOUNT, EXAMPLE_CATEGORY, Notes, Payee
from chalicelib.kernel.wire import Id, MoneyIn, Wire

MOST_LINES: Final = 200
_CAFES: Final = "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e42"
_LINE: Final[JsonDict] = {
    "account_id": EXAMPLE_ACCOUNT,
    "payee": "POS CORNER BAKERY 4711 BERLIN",
    "amount": {"amount": "-4.20", "currency": "EUR"},
    "booked_on": "2026-11-02",
}
_GUESS: Final[JsonDict] = {
    "category_id": EXAMPLE_CATEGORY,
    "confidence": "0.8240",
    "why": "learned",
    "others": [{"category_id": _CAFES, "confidence": "0.0911"}],
    "payee": "Corner Bakery",
}
_RATES: Final[JsonDict] = {"precision": "0.9000", "recall": "0.8571", "f1": "0.8780"}
_FIGURES: Final[JsonDict] = {
    "since": "2026-08-01",
    "filed": {"rule": 40, "learned": 61, "mcc": 3, "prior": 17, "none": 9},
    "coverage": "0.9000",
    "judged": 24,
    "guessed": 20,
    "right": 18,
    "accuracy": "0.9000",
    "branch_accuracy": "0.9500",
    "null_accuracy": "0.2917",
    "macro": _RATES,
    "calibration_error": "0.0410",
    "calibration": [{"from": "0.9", "guesses": 12, "right": 11, "confidence": "0.9300"}],
    "categories": [
        {"category_id": EXAMPLE_CATEGORY, "guessed": 10, "belong": 11, "right": 9, **_RATES}
    ],
    "confusions": [{"guessed": EXAMPLE_CATEGORY, "right": _CAFES, "count": 2}],
}
Share = Annotated[str, Field(examples=["0.9000"])]


def _share(rate: float | None) -> str | None:
    return None if rate is None else f"{rate:.4f}"


class UnfiledLine(Wire):
    """A line as a bank writes it; a merchant category code (`mcc`) helps where the name says little."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    account_id: Id
    payee: Payee = ""
    notes: Notes = ""
    amount: MoneyIn
    booked_on: date
    mcc: Annotated[str, StringConstraints(pattern=r"^\d{4}$")] | None = None


class CategoriseLines(Wire):
    """Lines to guess categories for; nothing is written."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"lines": [_LINE]}]})

    lines: Annotated[list[UnfiledLine], Field(min_length=1, max_length=MOST_LINES)]


class OtherOut(Wire):
    """A category that it may be as well."""

    category_id: Id
    confidence: Share


class GuessOut(Wire):
    """What a line would be filed under if it were recorded now; null where the categoriser abstains.

    `why` is rule, learned (what you chose before), mcc (the merchant's code), prior (what everybody knows) or none.
    `payee` is what rules would make of the payee.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_GUESS]})

    category_id: Id | None
    confidence: Share | None
    why: SetBy
    others: list[OtherOut]
    payee: str

    @classmethod
    def of(cls, one: Suggestion) -> Self:
        """Write a suggestion."""
        return cls(
            category_id=one.category_id,
            confidence=_share(one.confidence),
            why=one.why,
            others=[
                OtherOut(category_id=other.category_id, confidence=f"{other.confidence:.4f}")
                for other in one.others
            ],
            payee=one.payee,
        )


class GuessesOut(Wire):
    """Guesses in the order of the lines."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_GUESS]}]})

    items: list[GuessOut]


class PrecisionOut(Wire):
    """Precision, recall and F1."""

    precision: Share | None
    recall: Share | None
    f1: Share | None

    @classmethod
    def of(cls, rates: Rates) -> Self:
        """Write rates."""
        return cls(
            precision=_share(rates.precision), recall=_share(rates.recall), f1=_share(rates.f1)
        )


class FiledOut(Wire):
    """How many new transactions were filed by what, the user's own choices apart; none: abstained."""

    rule: int
    learned: int
    mcc: int
    prior: int
    none: int


class StepOut(Wire):
    """Guesses of one tenth of confidence: `confidence` is their mean."""

    from_: Annotated[str, Field(alias="from", examples=["0.9"])]
    guesses: int
    right: int
    confidence: Share

    @classmethod
    def of(cls, place: int, step: Step) -> Self:
        """Write a step that has guesses."""
        mean = f"{step.sure / step.count / 100:.4f}"
        values = {"from": f"0.{place}", "guesses": step.count, "right": step.right}
        return cls.model_validate({**values, "confidence": mean})


class OfCategoryOut(Wire):
    """One category: guesses of it, judged lines that belong under it, and guesses that were right."""

    category_id: Id
    guessed: int
    belong: int
    right: int
    precision: Share | None
    recall: Share | None
    f1: Share | None

    @classmethod
    def of(cls, one: OfCategory) -> Self:
        """Write a category's figures."""
        rates = one.rates
        return cls(
            category_id=one.category_id,
            guessed=one.guessed,
            belong=one.belong,
            right=one.right,
            precision=_share(rates.precision),
            recall=_share(rates.recall),
            f1=_share(rates.f1),
        )


class ConfusionOut(Wire):
    """A guess that was put right, and how often; null is no category."""

    guessed: Id | None
    right: Id | None
    count: int

    @classmethod
    def of(cls, one: Confusion) -> Self:
        """Write a confusion."""
        return cls(guessed=one.guessed, right=one.right, count=one.count)


class FiguresOut(Wire):
    """How well guesses do.

    Judged are the lines of which the owner said what is right: by changing the category that was guessed, or
    by setting the one that is there, which confirms it. Accuracy and calibration are of judged guesses;
    `branch_accuracy` asks for the right top category only; `null_accuracy` is what always guessing the commonest
    category would have come to. Coverage is of all lines that no rule filed.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_FIGURES]})

    since: date | None
    filed: FiledOut
    coverage: Share | None
    judged: int
    guessed: int
    right: int
    accuracy: Share | None
    branch_accuracy: Share | None
    null_accuracy: Share | None
    macro: PrecisionOut
    calibration_error: Share | None
    calibration: list[StepOut]
    categories: list[OfCategoryOut]
    confusions: list[ConfusionOut]

    @classmethod
    def of(cls, made: Figures, since: date | None) -> Self:
        """Write figures."""
        return cls(
            since=since,
            filed=FiledOut.model_validate(dict(made.filed)),
            coverage=_share(made.coverage),
            judged=made.judged,
            guessed=made.guessed,
            right=made.right,
            accuracy=_share(made.accuracy),
            branch_accuracy=_share(made.branch_accuracy),
            null_accuracy=_share(made.null_accuracy),
            macro=PrecisionOut.of(made.macro),
            calibration_error=_share(made.calibration_error),
            calibration=[
                StepOut.of(place, step) for place, step in enumerate(made.steps) if step.count
            ],
            categories=[OfCategoryOut.of(one) for one in made.categories],
            confusions=[ConfusionOut.of(one) for one in made.confusions],
        )


class CategoriserOut(Wire):
    """How well the categoriser does for this owner: in whole months of at least 90 days, and ever."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"recent": _FIGURES, "ever": {**_FIGURES, "since": None}}]}
    )

    recent: FiguresOut
    ever: FiguresOut

    @classmethod
    def of(cls, made: Report) -> Self:
        """Write a report."""
        return cls(
            recent=FiguresOut.of(made.recent, made.since), ever=FiguresOut.of(made.ever, None)
        )
