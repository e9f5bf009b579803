"""An answer of AnalyzeExpense in the shape that the service gives, made up field by field."""

from __future__ import annotations

from typing import Any


def field(kind: str, text: str, *, sure: float = 97.0, currency: str = "") -> dict[str, Any]:
    """One summary field."""
    made: dict[str, Any] = {
        "Type": {"Text": kind, "Confidence": 99.0},
        "ValueDetection": {"Text": text, "Confidence": sure},
        "PageNumber": 1,
    }
    if currency:
        made["Currency"] = {"Code": currency, "Confidence": 95.0}
    return made


def item(name: str, price: str, *, sure: float = 95.0) -> dict[str, Any]:
    """One line item."""
    return {
        "LineItemExpenseFields": [
            field("ITEM", name, sure=sure),
            field("PRICE", price, sure=sure),
            field("EXPENSE_ROW", f"{name} {price}", sure=sure),
        ]
    }


def answer(
    fields: list[dict[str, Any]], items: list[dict[str, Any]], lines: list[str]
) -> dict[str, Any]:
    """A whole answer for one page."""
    return {
        "DocumentMetadata": {"Pages": 1},
        "ExpenseDocuments": [
            {
                "ExpenseIndex": 1,
                "SummaryFields": fields,
                "LineItemGroups": [{"LineItemGroupIndex": 1, "LineItems": items}],
                "Blocks": [
                    {"BlockType": "LINE", "Text": line, "Confidence": 98.0, "Id": str(place)}
                    for place, line in enumerate(lines)
                ],
            }
        ],
    }
