"""Parts of a transaction in requests: by a fixed amount, a percentage, or of what is left."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from chalicelib.expenses.model.parts import MAX_PART_NOTES, MAX_PARTS, Share
from chalicelib.expenses.schemas.common import EXAMPLE_CATEGORY, printable
from chalicelib.kernel.wire import Id, MoneyIn, Wire

EXAMPLE_PARTS: Final[list[JsonDict]] = [
    {"category_id": EXAMPLE_CATEGORY, "amount": {"amount": "-20.00", "currency": "EUR"}},
    {"category_id": None, "percent": "12.5", "notes": "for the office"},
    {"category_id": None, "remainder": True},
]


def _some(text: str) -> str:
    if not 0 < Decimal(text) <= Decimal(100):
        raise ValueError("more than 0 and at most 100")
    return text


Percent = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,6})?$"),
    AfterValidator(_some),
]
"""A percentage of the transaction's amount, such as 12.5."""
PartNotes = Annotated[str, StringConstraints(max_length=MAX_PART_NOTES), AfterValidator(printable)]


class SplitPart(Wire):
    """A part of a transaction: exactly one of `amount`, `percent` and `remainder` says how much.

    An amount has the sign of the money: negative leaves the user. Several remainders share equally. With an
    `account_id` the part lies on that account, else on the transaction's.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [*EXAMPLE_PARTS]})

    id: Id | None = None
    account_id: Id | None = None
    category_id: Id | None = None
    amount: MoneyIn | None = None
    percent: Percent | None = None
    remainder: bool = False
    notes: PartNotes = ""

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        if (self.amount is not None) + (self.percent is not None) + self.remainder != 1:
            raise ValueError("give one of amount, percent and remainder")
        return self

    def share(self) -> Share:
        """Give how much the part is to have."""
        return Share(
            fixed=self.amount.to_money() if self.amount else None,
            percent=Decimal(self.percent) if self.percent else None,
        )


def _none_or_several(parts: list[SplitPart]) -> list[SplitPart]:
    if len(parts) == 1:
        raise ValueError("two parts at least, or none")
    return parts


SplitParts = Annotated[
    list[SplitPart], Field(max_length=MAX_PARTS), AfterValidator(_none_or_several)
]


class PutSplits(Wire):
    """All parts of a transaction: those with an id stay and are changed, others are made, missing ones go."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"parts": [*EXAMPLE_PARTS]}]})

    parts: SplitParts
