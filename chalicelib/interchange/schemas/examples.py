"""An import and a row as the API document shows them."""

from __future__ import annotations

from typing import Final

from pydantic.config import JsonDict

_ID: Final = "01936f5e-7c3a-7d8e-9b1f-2a4c6e8f0b1d"
ACCOUNT: Final = "01936f5e-1111-7d8e-9b1f-2a4c6e8f0b1d"
CATEGORY: Final = "0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e41"
IMPORT: Final[JsonDict] = {
    "id": _ID,
    "version": 131,
    "account_id": ACCOUNT,
    "filename": "statement-2026-10.csv",
    "state": "committing",
    "progress": {"done": 85, "total": 214},
    "result": None,
    "matched": None,
    "revert": None,
    "problem": None,
    "upload": None,
    "created_at": "2026-11-02T09:30:00.000Z",
    "updated_at": "2026-11-02T09:30:41.000Z",
    "format": "csv",
    "dialect": "de-commerzbank",
    "profile": {
        "id": "01936f5e-2222-8d8e-9b1f-2a4c6e8f0b1d",
        "name": "Commerzbank",
        "built_in": True,
    },
    "encoding": "cp1252",
    "size": 18_213,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "file_kept": True,
    "counts": {"rows": 214, "importable": 213, "problems": 1, "by_code": {"bad-amount": 1}},
    "columns": [
        {"field": "date", "index": 0, "name": "Buchungstag"},
        {"field": "amount", "index": 4, "name": "Betrag"},
        {"field": "payee", "index": 2, "name": "Empfänger"},
    ],
    "statements": [
        {
            "index": 0,
            "kind": "bank",
            "last4": "3000",
            "currency": "EUR",
            "period_start": "2026-10-01",
            "period_end": "2026-10-31",
            "rows": 214,
            "importable": 213,
            "opening_balance": {"amount": "1204.55", "currency": "EUR"},
            "closing_balance": {"amount": "987.10", "currency": "EUR"},
            "balanced": True,
            "name": "",
            "source": "",
            "difference": {"amount": "0.00", "currency": "EUR"},
            "ledger_balance": None,
            "ledger_difference": None,
            "suggestion": {"account_id": ACCOUNT, "certain": True, "by": "number"},
            "account_id": ACCOUNT,
        }
    ],
    "notes": [
        {"line": 216, "column": None, "code": "footer", "detail": "The line is no transaction."}
    ],
    "same_file": None,
    "labels": 0,
    "transfers": 0,
}
LABEL: Final[JsonDict] = {
    "label": "Everyday:Food",
    "path": ["Everyday", "Food"],
    "rows": 41,
    "incoming": 2,
    "outcome": "match",
    "category_id": CATEGORY,
}
ROW: Final[JsonDict] = {
    "index": 17,
    "line": 19,
    "statement": 0,
    "booked_on": "2026-10-04",
    "amount": None,
    "payee": "Corner Bakery",
    "memo": "breakfast",
    "provider_id": "",
    "kind": "",
    "category": "Everyday:Food",
    "tags": ["weekend"],
    "parts": [],
    "transfer_row": None,
    "other_account": None,
    "original_amount": None,
    "own_id": None,
    "fee": None,
    "fee_category": None,
    "reconciled": False,
    "within": None,
    "importable": False,
    "problems": [
        {"line": 19, "column": "amount", "code": "bad-amount", "detail": "“12,3.4” is no amount."}
    ],
    "duplicate": None,
}
