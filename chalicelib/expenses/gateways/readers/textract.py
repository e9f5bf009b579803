"""Reading with Amazon Textract: AnalyzeExpense, synchronous, for papers of up to 10 MB and one page of a document.

Its fields come first, with its own confidence; what it did not name is taken from its lines by our parser.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from chalicelib.expenses.gateways.readers import Setting, Unread
from chalicelib.expenses.model.papers.kinds import PaperType
from chalicelib.expenses.model.receipts.amounts import amounts, mended
from chalicelib.expenses.model.receipts.dates import MONTH_FIRST_CURRENCIES, find_day
from chalicelib.expenses.model.receipts.draft import (
    MAX_LINE,
    MAX_MERCHANT,
    MOST_LINES,
    Draft,
    DraftLine,
    Read,
)
from chalicelib.expenses.model.receipts.parsing import find_currency, parse
from chalicelib.expenses.model.receipts.rows import folded
from chalicelib.kernel import aws
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.money import exponent

Json = Mapping[str, Any]
_REFUSED: Final = frozenset(
    {"UnsupportedDocumentException", "BadDocumentException", "DocumentTooLargeException"}
)
_CANNOT: Final = Unread(
    slug="reader-cannot",
    detail="The reader of receipts cannot read this file (JPEG, PNG or one page of PDF); fill the fields in.",
)


class Textract:
    """The reader in the cloud."""

    def read(self, data: bytes, type: PaperType, setting: Setting) -> Draft | Unread:
        """Read text with the parser alone, all else by a call."""
        if type == "text/plain":
            return parse(data.decode(), today=setting.today, currency=setting.currency)
        if type == "image/webp":
            return _CANNOT
        answer = _asked(data)
        return _CANNOT if answer is None else draft_of(answer, setting)


def _asked(data: bytes) -> Json | None:
    from botocore.exceptions import ClientError

    try:
        return aws.textract().analyze_expense(Document={"Bytes": data})
    except ClientError as error:
        if error.response["Error"]["Code"] in _REFUSED:
            return None
        if aws.is_outage(error):
            raise Unavailable from error
        raise


def draft_of(answer: Json, setting: Setting) -> Draft:
    """Make a draft of an answer of AnalyzeExpense."""
    documents: Sequence[Json] = answer.get("ExpenseDocuments", ())
    text = "\n".join(line for one in documents for line in _lines(one))
    own = parse(text, today=setting.today, currency=setting.currency)
    fields = {kind: field for one in documents for kind, field in _fields(one)}
    currency = _currency(fields, own, setting)
    digits = exponent(currency.value)
    lines = tuple(line for one in documents for line in _goods(one, digits))[:MOST_LINES]
    total = _money(fields, ("TOTAL", "AMOUNT_PAID", "AMOUNT_DUE"), digits) or own.total_minor
    return replace(
        own,
        merchant=_merchant(fields) or own.merchant,
        bought_on=_day(fields, setting, currency.value) or own.bought_on,
        total_minor=total,
        tax_minor=_money(fields, ("TAX",), digits) or own.tax_minor,
        currency=currency,
        lines=own.lines if own.adds_up else lines or own.lines,
        adds_up=(own.adds_up and own.total_minor is not None and total == own.total_minor)
        or _adds_up(lines, total),
    )


def _adds_up(lines: Sequence[DraftLine], total: Read[int] | None) -> bool:
    return total is not None and sum(line.amount_minor for line in lines) == total.value


def _lines(document: Json) -> Iterator[str]:
    for block in document.get("Blocks", ()):
        if block.get("BlockType") == "LINE":
            yield str(block.get("Text", ""))


def _fields(document: Json) -> Iterator[tuple[str, Json]]:
    """Give the surest field of each kind."""
    found: dict[str, Json] = {}
    for field in document.get("SummaryFields", ()):
        kind = str(field.get("Type", {}).get("Text", ""))
        if field.get("ValueDetection") and _sure(field) > _sure(found.get(kind, {})):
            found[kind] = field
    yield from found.items()


def _sure(field: Json) -> int:
    detected = field.get("ValueDetection", {})
    named = field.get("Type", {})
    both = min(int(detected.get("Confidence", 0)), int(named.get("Confidence", 100)))
    return max(0, min(99, both))


def _text(field: Json) -> str:
    words = str(field.get("ValueDetection", {}).get("Text", "")).split()
    return "".join(char for char in " ".join(words) if char.isprintable())


def _merchant(fields: Mapping[str, Json]) -> Read[str] | None:
    for kind in ("VENDOR_NAME", "NAME"):
        if kind in fields and (name := _text(fields[kind])):
            return Read(name[:MAX_MERCHANT], max(1, _sure(fields[kind])))
    return None


def _currency(fields: Mapping[str, Json], own: Draft, setting: Setting) -> Read[str]:
    """Take the code that the service names at an amount, else what stands on the paper."""
    for kind in ("TOTAL", "AMOUNT_PAID"):
        code = str(fields.get(kind, {}).get("Currency", {}).get("Code", ""))
        if code:
            found = find_currency([code], "")
            if found.value == code:
                sure = int(fields[kind]["Currency"].get("Confidence", 80))
                return Read(code, max(1, min(99, sure)))
    return own.currency or Read(setting.currency, 50)


def _money(fields: Mapping[str, Json], kinds: Sequence[str], digits: int) -> Read[int] | None:
    for kind in kinds:
        if kind in fields:
            found = _amount(_text(fields[kind]), digits)
            if found is not None and found > 0:
                return Read(found, max(1, _sure(fields[kind])))
    return None


def _amount(text: str, digits: int) -> int | None:
    found = [one for one in amounts(mended(text), digits) if not one.is_rate]
    return found[-1].figures if found else None


def _day(fields: Mapping[str, Json], setting: Setting, currency: str) -> Read[date] | None:
    for kind in ("INVOICE_RECEIPT_DATE", "ORDER_DATE"):
        if kind in fields:
            found = find_day(
                [folded(mended(_text(fields[kind])))],
                today=setting.today,
                month_first=currency in MONTH_FIRST_CURRENCIES,
            )
            if found is not None:
                return Read(found.value, min(found.confidence, max(1, _sure(fields[kind]))))
    return None


def _goods(document: Json, digits: int) -> Iterator[DraftLine]:
    for group in document.get("LineItemGroups", ()):
        for item in group.get("LineItems", ()):
            fields = {
                str(one.get("Type", {}).get("Text", "")): one
                for one in item.get("LineItemExpenseFields", ())
            }
            amount = _amount(_text(fields.get("PRICE", {})), digits)
            name = _text(fields.get("ITEM", {}))
            if amount is not None and name:
                sure = min(_sure(fields["PRICE"]), _sure(fields["ITEM"]))
                yield DraftLine(text=name[:MAX_LINE], amount_minor=amount, confidence=max(1, sure))
