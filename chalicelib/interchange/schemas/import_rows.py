"""What the rows of an import look like in answers."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from pydantic import ConfigDict

from chalicelib.expenses.commands import ImportRow, RowExtras, RowPart
from chalicelib.interchange.model.examining import PageRow
from chalicelib.interchange.model.labels import label_text
from chalicelib.interchange.schemas.examples import ROW
from chalicelib.interchange.schemas.import_answers import FlawOut, money_of
from chalicelib.kernel.money import Money
from chalicelib.kernel.wire import MoneyWire, Wire

_NOTHING_MORE: Final = RowExtras()


class RowPartOut(Wire):
    """A piece of a split row; `category` is what the file calls it, its path joined by colons.

    With a `statement` it lies on that one's account, and its amount is not in the row's.
    """

    amount: MoneyWire
    category: str | None
    memo: str
    statement: int | None

    @classmethod
    def of(cls, part: RowPart, currency: str) -> RowPartOut:
        """Write a piece."""
        money = MoneyWire.of(Money(part.amount_minor, currency))
        return cls(
            amount=money,
            category=label_text(part.label),
            memo=part.memo,
            statement=part.statement,
        )


class RowOut(Wire):
    """A row of the file as it was understood; `index` counts from 0 over the whole file.

    From `category` to `own_id` stands what apps and journals know and banks do not. `transfer_row` is the index
    of the row that is the other leg of this transfer, and `fee` what of the amount did not go there; `own_id` the
    transaction in the ledger that was exported. A row `within` a statement is recorded with a row of that one, as its part.
    `duplicate` is there where the row's account is known: `certain` for what the ledger knows by its id, `suspected`
    for what it takes (or took) for a transaction that it has; both add none.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [ROW]})

    index: int
    line: int
    statement: int
    booked_on: date | None
    amount: MoneyWire | None
    payee: str
    memo: str
    provider_id: str
    kind: str
    category: str | None
    tags: list[str]
    parts: list[RowPartOut]
    transfer_row: int | None
    other_account: str | None
    original_amount: MoneyWire | None
    own_id: str | None
    fee: MoneyWire | None
    fee_category: str | None
    reconciled: bool
    within: int | None
    importable: bool
    problems: list[FlawOut]
    duplicate: Literal["certain", "suspected"] | None

    @classmethod
    def of(
        cls, index: int, page_row: PageRow, duplicate: Literal["certain", "suspected"] | None
    ) -> RowOut:
        """Write a row."""
        row: ImportRow = page_row.row
        more = row.extras or _NOTHING_MORE
        return cls(
            index=index,
            line=row.line,
            statement=row.statement,
            booked_on=row.booked_on,
            amount=money_of(row.amount_minor, row.currency),
            payee=row.payee,
            memo=row.memo,
            provider_id=row.provider_id,
            kind=row.kind,
            category=label_text(more.label),
            tags=list(more.tags),
            parts=[RowPartOut.of(part, row.currency) for part in more.parts],
            transfer_row=more.other_side,
            other_account=more.other_account or None,
            original_amount=money_of(more.original_minor, more.original_currency),
            own_id=more.own_id or None,
            fee=money_of(more.fee_minor or None, row.currency),
            fee_category=label_text(more.fee_label),
            reconciled=more.reconciled,
            within=more.within,
            importable=row.importable,
            problems=[FlawOut.of(flaw) for flaw in page_row.problems],
            duplicate=duplicate,
        )
