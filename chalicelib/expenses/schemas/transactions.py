"""Transactions on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from chalicelib.expenses.model.transactions import (
    Kind,
    SetBy,
    Source,
    Status,
    Transaction,
)
from chalicelib.expenses.schemas.common import (
    EXAMPLE_ACCOUNT,
    EXAMPLE_CATEGORY,
    EXAMPLE_ID,
    EXAMPLE_TIME,
    Day,
    Instant,
    Notes,
    Payee,
    Settable,
    Tags,
    absent,
    written,
)
from chalicelib.expenses.schemas.pieces import (
    EXAMPLE_RATE,
    RefundedOut,
    RefundLinkOut,
    SplitPartOut,
    TransferOut,
    UsedRateOut,
    wired,
)
from chalicelib.expenses.schemas.splits import EXAMPLE_PARTS, SplitParts
from chalicelib.expenses.schemas.transfers import PatchTransfer
from chalicelib.kernel.wire import Bulk, BulkOut, Id, MoneyIn, MoneyWire, PageQuery, Wire

_CREATE: Final[JsonDict] = {
    "account_id": EXAMPLE_ACCOUNT,
    "amount": {"amount": "-68.30", "currency": "EUR"},
    "booked_on": "2026-11-02",
    "payee": "Corner Bakery",
    "notes": "birthday cake",
    "category_id": EXAMPLE_CATEGORY,
    "tags": ["party"],
}
_ABROAD: Final[JsonDict] = {
    "account_id": EXAMPLE_ACCOUNT,
    "original_amount": {"amount": "-75.00", "currency": "USD"},
    "booked_on": "2026-11-02",
    "payee": "Corner Bakery",
    "status": "pending",
}
_SPLIT: Final[JsonDict] = {
    "account_id": EXAMPLE_ACCOUNT,
    "amount": {"amount": "-68.30", "currency": "EUR"},
    "booked_on": "2026-11-02",
    "parts": [*EXAMPLE_PARTS],
}
_OUT: Final[JsonDict] = {
    **_CREATE,
    "id": EXAMPLE_ID,
    "version": 1,
    "kind": "expense",
    "bank_payee": None,
    "category_source": "user",
    "category_confidence": None,
    "status": "posted",
    "source": "manual",
    "set_by": {"tags": "user"},
    "original_amount": {"amount": "-75.00", "currency": "USD"},
    "rate": EXAMPLE_RATE,
    "parts": [],
    "transfer": None,
    "refunds": [],
    "refunded_by": [],
    "import_id": None,
    "created_at": EXAMPLE_TIME,
    "updated_at": EXAMPLE_TIME,
}


class CreateTransaction(Wire):
    """A transaction entered by hand. Without a category, rules and the categoriser look for one.

    `amount` is in the account's currency. What was paid in another one is the `original_amount`: given alone, it
    is converted at the day's rate; given with `amount`, both are taken as they are. `parts` split it at once.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_CREATE, _ABROAD, _SPLIT]})

    id: Id | None = None
    account_id: Id
    amount: MoneyIn | None = None
    original_amount: MoneyIn | None = None
    booked_on: Day
    payee: Payee = ""
    notes: Notes = ""
    category_id: Id | None = None
    tags: Tags = Field(default_factory=list)
    status: Settable = "posted"
    parts: SplitParts = Field(default_factory=list)


class PatchTransaction(Wire):
    """What changes about a transaction; a null category takes it out of any.

    Another status unlocks a reconciled one. The parts of a split one follow a new `amount` by their size. Of a
    transfer, `account_id` and `amount` are the sending leg, `transfer` is the rest; in one currency one leg
    follows the other.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"category_id": EXAMPLE_CATEGORY},
                {"status": "posted", "tags": ["party"]},
                {"original_amount": {"amount": "-75.00", "currency": "USD"}},
                {"transfer": {"fee": {"amount": "1.50", "currency": "EUR"}}},
            ]
        }
    )

    account_id: Id = Field(default_factory=absent)
    amount: MoneyIn = Field(default_factory=absent)
    original_amount: MoneyIn | None = Field(default_factory=absent)
    booked_on: Day = Field(default_factory=absent)
    payee: Payee = Field(default_factory=absent)
    notes: Notes = Field(default_factory=absent)
    category_id: Id | None = Field(default_factory=absent)
    tags: Tags = Field(default_factory=absent)
    status: Settable = Field(default_factory=absent)
    transfer: PatchTransfer = Field(default_factory=absent)


class TransactionQuery(PageQuery):
    """Which transactions: of an account, of a category (`none`: without one), between two days inclusive.

    `q` asks in the query language of docs/search.md, such as `bakery -cake amount>10 date:2026-11`.
    """

    q: str | None = Field(
        default=None,
        description=(
            "A query: words and quoted texts in payee or notes, `word*` where one begins so, and fields: payee, "
            "notes, text, account, category, tag (`:` or `:=`), amount and signed (`:`, `>`, `>=`, `<`, `<=`, "
            "`10..20`), date (the same, with days, months, years, last-month and the like), before, after, "
            "currency, status, kind, source, import, by, has, is. Side by side all must hold; OR, NOT or -, and "
            "brackets. At most 1,000 characters and 50 terms."
        ),
        examples=["bakery -cake amount>10 date:2026-11"],
    )
    account_id: Id | None = None
    category_id: Id | Literal["none"] | None = None
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.first > self.last:
            msg = "from must not be after to"
            raise ValueError(msg)
        return self


class TransactionOut(Wire):
    """A transaction. A negative amount leaves the user; `category_source` says who chose the category.

    `category_confidence` is in percent and null where a person decided. `bank_payee` is what the
    statement said, where `payee` was changed; `set_by` names who set a field that is not as it came.
    A split one counts in its `parts` only, a transfer in no category. `refunds` are the purchases that this
    money came back for, `refunded_by` what came back for this purchase.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: Id
    version: int
    account_id: Id
    kind: Kind
    amount: MoneyWire
    original_amount: MoneyWire | None
    rate: UsedRateOut | None
    booked_on: date
    payee: str
    bank_payee: str | None
    notes: str
    tags: list[str]
    category_id: Id | None
    category_source: SetBy
    category_confidence: int | None
    set_by: dict[str, SetBy]
    status: Status
    source: Source
    parts: list[SplitPartOut]
    transfer: TransferOut | None
    refunds: list[RefundLinkOut]
    refunded_by: list[RefundedOut]
    import_id: Id | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, one: Transaction) -> TransactionOut:
        """Write a transaction; what comes from the store is not validated again, lists are long."""
        return cls.written(
            id=one.id,
            version=one.version,
            account_id=one.account_id,
            kind=one.kind,
            amount=wired(one.amount),
            original_amount=wired(one.original) if one.original else None,
            rate=UsedRateOut.of(one.rate) if one.rate else None,
            booked_on=one.booked_on,
            payee=one.payee,
            bank_payee=one.bank_payee or None,
            notes=one.notes,
            tags=list(one.tags),
            category_id=one.filing.category_id,
            category_source=one.filing.by,
            category_confidence=one.filing.confidence,
            set_by=dict(one.set_by),
            status=one.status,
            source=one.source,
            parts=[SplitPartOut.of(part) for part in one.parts],
            transfer=TransferOut.of(one.transfer, one.booked_on) if one.transfer else None,
            refunds=[RefundLinkOut.of(link) for link in one.refunds],
            refunded_by=[RefundedOut.of(back, one.amount.currency) for back in one.refunded],
            import_id=one.import_id,
            created_at=written(one.created_at),
            updated_at=written(one.updated_at),
        )


class CreateOperation(Wire):
    """One creation of a bulk request."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"op": "create", "value": _CREATE}]})

    op: Literal["create"]
    value: CreateTransaction


class UpdateOperation(Wire):
    """One change of a bulk request; `version` is the one that the change is meant for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "op": "update",
                    "id": EXAMPLE_ID,
                    "version": 1,
                    "value": {"category_id": EXAMPLE_CATEGORY},
                }
            ]
        }
    )

    op: Literal["update"]
    id: Id
    version: Annotated[int, Field(ge=1)]
    value: PatchTransaction


class DeleteOperation(Wire):
    """One deletion of a bulk request."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"op": "delete", "id": EXAMPLE_ID, "version": 1}]}
    )

    op: Literal["delete"]
    id: Id
    version: Annotated[int, Field(ge=1)]


TransactionOperation = Annotated[
    CreateOperation | UpdateOperation | DeleteOperation, Field(discriminator="op")
]


class TransactionBulk(Bulk[TransactionOperation]):
    """Up to 500 creations, changes and deletions of transactions."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "operations": [
                        {"op": "create", "value": _CREATE},
                        {"op": "delete", "id": EXAMPLE_ID, "version": 1},
                    ],
                    "atomic": True,
                }
            ]
        }
    )


class TransactionBulkOut(BulkOut[TransactionOut]):
    """What became of each operation, in their order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"results": [{"index": 0, "status": 201, "value": _OUT, "problem": None}]}]
        }
    )
