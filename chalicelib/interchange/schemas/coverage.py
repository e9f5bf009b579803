"""The coverage of an account on the wire."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.interchange.model.coverage import Coverage, Placed
from chalicelib.interchange.schemas.examples import ACCOUNT
from chalicelib.interchange.schemas.import_answers import money_of
from chalicelib.kernel.wire import Id, MoneyWire, Wire

_EXAMPLE: Final[JsonDict] = {
    "account_id": ACCOUNT,
    "complete": True,
    "statements": [
        {
            "import_id": "01936f5e-7c3a-7d8e-9b1f-2a4c6e8f0b1d",
            "statement": 0,
            "from": "2026-10-01",
            "to": "2026-10-31",
            "opening_balance": {"amount": "1204.55", "currency": "EUR"},
            "closing_balance": {"amount": "987.10", "currency": "EUR"},
            "difference": {"amount": "0.00", "currency": "EUR"},
            "jump": None,
        }
    ],
    "months": [{"month": "2026-10", "covered": "full"}],
    "gaps": [{"from": "2026-11-01", "to": "2026-11-30"}],
}


class CoverageQuery(Wire):
    """Of which account."""

    account_id: Id


class CoveredOut(Wire):
    """A statement that was imported.

    `difference` is by how much it closes with more than it opened with and its rows give; `jump` is by how much
    it opens with more than the statement before it closed with, null where they overlap or one does not say.
    """

    import_id: str
    statement: int
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    opening_balance: MoneyWire | None
    closing_balance: MoneyWire | None
    difference: MoneyWire | None
    jump: MoneyWire | None

    @classmethod
    def of(cls, one: Placed) -> CoveredOut:
        """Write a statement."""
        span = one.span
        return cls.model_validate(
            {
                "import_id": span.import_id,
                "statement": span.statement,
                "from": span.first,
                "to": span.last,
                "opening_balance": money_of(span.opening_minor, span.currency),
                "closing_balance": money_of(span.closing_minor, span.currency),
                "difference": money_of(span.difference_minor, span.currency),
                "jump": money_of(one.jump_minor, span.currency),
            }
        )


class MonthOut(Wire):
    """How much of a month statements cover."""

    month: str
    covered: Literal["full", "part", "none"]


class GapOut(Wire):
    """Days that no statement covers."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")


class CoverageOut(Wire):
    """What the imported statements of an account cover, from the first day of the first to the last of the last.

    Days between two statements count as covered where the later one opens with what the earlier one closed with.
    `complete` is false where only the newest 1,000 imports were looked at.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    account_id: str
    complete: bool
    statements: list[CoveredOut]
    months: list[MonthOut]
    gaps: list[GapOut]

    @classmethod
    def of(cls, account_id: str, found: Coverage, *, complete: bool) -> CoverageOut:
        """Write it."""
        return cls(
            account_id=account_id,
            complete=complete,
            statements=[CoveredOut.of(one) for one in found.statements],
            months=[MonthOut(month=one.month, covered=one.covered) for one in found.months],
            gaps=[GapOut.model_validate({"from": one, "to": other}) for one, other in found.gaps],
        )
