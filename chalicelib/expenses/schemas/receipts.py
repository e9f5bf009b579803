"""Receipts on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from chalicelib.expenses.model.papers.kinds import PaperType
from chalicelib.expenses.model.receipts.draft import Draft, Read
from chalicelib.expenses.model.receipts.matching import Match
from chalicelib.expenses.model.receipts.receipt import (
    MAX_TEXT,
    AttachedBy,
    Receipt,
    ReceiptState,
)
from chalicelib.expenses.model.receipts.splitting import Share
from chalicelib.expenses.schemas.attachments import FileName, FileSize, LinkOut, trouble_out
from chalicelib.expenses.schemas.common import (
    EXAMPLE_ACCOUNT,
    EXAMPLE_CATEGORY,
    EXAMPLE_ID,
    EXAMPLE_TIME,
    Day,
    Instant,
    Notes,
    Payee,
    written,
)
from chalicelib.expenses.schemas.splits import SplitParts
from chalicelib.kernel.money import Money
from chalicelib.kernel.wire import (
    CurrencyCode,
    Id,
    MoneyIn,
    MoneyWire,
    TroubleOut,
    UploadOut,
    Wire,
)

_MONEY: Final[JsonDict] = {"amount": "15.68", "currency": "EUR"}
_TEXT: Final = (
    "Corner Bakery Ltd\n02.11.2026\nRye loaf 5.20\nSeeded roll 10.48\nTOTAL EUR 15.68\nVAT 2.50"
)
_SEND: Final[JsonDict] = {"text": _TEXT}
_OUT: Final[JsonDict] = {
    "id": EXAMPLE_ID,
    "version": 1,
    "state": "ready",
    "name": "receipt.txt",
    "type": "text/plain",
    "size": 96,
    "problem": None,
    "upload": None,
    "download": None,
    "draft": {
        "merchant": {"value": "Corner Bakery Ltd", "confidence": 86},
        "bought_on": {"value": "2026-11-02", "confidence": 88},
        "total": {"value": _MONEY, "confidence": 84},
        "tax": {"value": {"amount": "2.50", "currency": "EUR"}, "confidence": 75},
        "currency": {"value": "EUR", "confidence": 94},
        "lines": [
            {"text": "Rye loaf", "amount": {"amount": "5.20", "currency": "EUR"}, "confidence": 95},
            {
                "text": "Seeded roll",
                "amount": {"amount": "10.48", "currency": "EUR"},
                "confidence": 95,
            },
        ],
        "adds_up": True,
    },
    "matches": [
        {
            "transaction_id": EXAMPLE_ID,
            "score": 93,
            "by_amount": 100,
            "by_name": 85,
            "by_day": 96,
            "exact": True,
        }
    ],
    "split": [],
    "transaction_id": None,
    "attached_by": None,
    "created_at": EXAMPLE_TIME,
    "updated_at": EXAMPLE_TIME,
}


class UploadIn(Wire):
    """A file that is going to be uploaded. Its bytes decide; name and type must agree with them."""

    name: FileName
    type: PaperType
    size: FileSize


class SendReceipt(Wire):
    """A receipt: a file to upload, or the text of a mail. `currency` counts where the paper names none."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SEND]})

    id: Id | None = None
    upload: UploadIn | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)] | None = None
    currency: CurrencyCode | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.upload is None) == (self.text is None):
            msg = "give either upload or text"
            raise ValueError(msg)
        return self


def _more_than_nothing(money: MoneyWire) -> MoneyWire:
    if money.to_money().amount_minor <= 0:
        msg = "a receipt's total is more than nothing"
        raise ValueError(msg)
    return money


class ConfirmReceipt(Wire):
    """Whose receipt it is: of a transaction, or of a new one on an account. What is given counts for what was read.

    `total` is positive, as on the paper. `parts` split the transaction; splitting one that is there needs its version.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"account_id": EXAMPLE_ACCOUNT, "category_id": EXAMPLE_CATEGORY}]
        }
    )

    transaction_id: Id | None = None
    transaction_version: Annotated[int, Field(ge=1)] | None = None
    account_id: Id | None = None
    merchant: Payee | None = None
    bought_on: Day | None = None
    total: Annotated[MoneyIn, AfterValidator(_more_than_nothing)] | None = None
    category_id: Id | None = None
    notes: Notes = ""
    parts: SplitParts | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.transaction_id is None) == (self.account_id is None):
            msg = "give either transaction_id or account_id"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        new = {"merchant", "bought_on", "total", "category_id", "notes"} & self.model_fields_set
        if self.transaction_id is not None and new:
            msg = f"only for a new transaction: {', '.join(sorted(new))}"
            raise ValueError(msg)
        if self.account_id is not None and self.transaction_version is not None:
            msg = "transaction_version is of a transaction that is there"
            raise ValueError(msg)
        return self


class ReadText(Wire):
    """A text, and how sure its reading is, in percent."""

    value: str
    confidence: int


class ReadDay(Wire):
    """A day, and how sure its reading is, in percent."""

    value: date
    confidence: int


class ReadMoney(Wire):
    """An amount, and how sure its reading is, in percent."""

    value: MoneyWire
    confidence: int


class ReceiptLineOut(Wire):
    """A bought thing; a discount is negative."""

    text: str
    amount: MoneyWire
    confidence: int


class DraftOut(Wire):
    """What was read; a field that was not found is null. `adds_up`: the lines are the total."""

    merchant: ReadText | None
    bought_on: ReadDay | None
    total: ReadMoney | None
    tax: ReadMoney | None
    currency: ReadText | None
    lines: list[ReceiptLineOut]
    adds_up: bool

    @classmethod
    def of(cls, draft: Draft, usual: str) -> DraftOut:
        """Write a draft."""
        code = draft.currency.value if draft.currency else usual
        return cls(
            merchant=_text(draft.merchant),
            bought_on=ReadDay(value=draft.bought_on.value, confidence=draft.bought_on.confidence)
            if draft.bought_on
            else None,
            total=_money(draft.total_minor, code),
            tax=_money(draft.tax_minor, code),
            currency=_text(draft.currency),
            lines=[
                ReceiptLineOut(
                    text=line.text,
                    amount=MoneyWire.of(Money(line.amount_minor, code)),
                    confidence=line.confidence,
                )
                for line in draft.lines
            ],
            adds_up=draft.adds_up,
        )


def _text(read: Read[str] | None) -> ReadText | None:
    return ReadText(value=read.value, confidence=read.confidence) if read else None


def _money(read: Read[int] | None, currency: str) -> ReadMoney | None:
    if read is None:
        return None
    return ReadMoney(value=MoneyWire.of(Money(read.value, currency)), confidence=read.confidence)


class ReceiptMatchOut(Wire):
    """A transaction that the receipt may belong to: how well it fits, and by what, each in percent."""

    transaction_id: Id
    score: int
    by_amount: int
    by_name: int
    by_day: int
    exact: bool

    @classmethod
    def of(cls, match: Match) -> ReceiptMatchOut:
        """Write a match."""
        return cls(
            transaction_id=match.transaction_id,
            score=match.score // 10,
            by_amount=match.amount // 10,
            by_name=match.name // 10,
            by_day=match.day // 10,
            exact=match.exact,
        )


class ReceiptShareOut(Wire):
    """A proposed part: give it back in `parts`, corrected or as it is."""

    category_id: Id | None
    amount: MoneyWire
    notes: str

    @classmethod
    def of(cls, share: Share, currency: str) -> ReceiptShareOut:
        """Write a proposed part."""
        return cls(
            category_id=share.category_id,
            amount=MoneyWire.of(Money(share.amount_minor, currency)),
            notes=share.notes,
        )


class ExpenseReceiptOut(Wire):
    """A receipt as a job: poll it until it is `ready` or `attached`; `problem` says why it failed, or was not read."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: Id
    version: int
    state: ReceiptState
    name: str
    type: PaperType
    size: int
    problem: TroubleOut | None
    upload: UploadOut | None
    download: LinkOut | None
    draft: DraftOut | None
    matches: list[ReceiptMatchOut]
    split: list[ReceiptShareOut]
    transaction_id: Id | None
    attached_by: AttachedBy | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(
        cls, one: Receipt, *, upload: UploadOut | None = None, download: LinkOut | None = None
    ) -> ExpenseReceiptOut:
        """Write a receipt."""
        reading = one.reading
        code = (
            reading.draft.currency.value if reading.draft and reading.draft.currency else one.usual
        )
        return cls(
            id=one.id,
            version=one.version,
            state=one.state,
            name=one.name,
            type=one.type,
            size=one.size,
            problem=trouble_out(reading.trouble),
            upload=upload,
            download=download,
            draft=DraftOut.of(reading.draft, one.usual) if reading.draft else None,
            matches=[ReceiptMatchOut.of(match) for match in reading.proposed],
            split=[ReceiptShareOut.of(share, code) for share in reading.shares],
            transaction_id=one.transaction_id,
            attached_by=one.attached_by,
            created_at=written(one.created_at),
            updated_at=written(one.updated_at),
        )
