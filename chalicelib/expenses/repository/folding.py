"""The short form of a transaction: what stands in sixteen names and texts takes some 400 bytes, folded 110."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.folding import Folding, identity, moment, number, octets, text, word

SOURCES: Final = ("manual", "import", "recurring", "receipt", "payment", "reconciliation")
STATUSES: Final = ("planned", "pending", "posted", "reconciled")
SETTERS: Final = ("user", "rule", "import", "learned", "mcc", "prior", "none")
TRANSACTION: Final = Folding(
    (
        identity("account_id"),
        identity("payee_id"),
        identity("category_id"),
        identity("import_id"),
        moment("created_at"),
        moment("updated_at"),
        number("amount"),
        text("currency"),
        word("filed_by", SETTERS),
        word("status", STATUSES),
        word("source", SOURCES),
        number("confidence"),
        number("change"),
        number("layout"),
        octets("made"),
        octets("bank_ref"),
    )
)
WORDS: Final = (
    b'"absorbed":"","bank_payee":"","part_notes":{"transfer":{"to_account_id":"","received":'
    b'"status":"pending","set_by":{"category":"user"},"tags":["","learned""mcc""rule"'
    b'"made":"","notes":"","payee":"","payee_id":"","source":"manual"}},"filed_by":"prior"'
    b'[{"a":null,"b":{"account_id":"","amount_minor":-10,"bank_ref":"","booked_on":"2026-0",'
    b'"category_id":null,"confidence":0,"created_at":"2026-1","currency":"EUR","filed_by":"import",'
    b'"import_id":"","notes":"","payee":"","payee_id":"","source":"import"}},'
    b'{"a":{"confidence":null,"filed_by":"none","notes":"","payee":""},"b":null}]'
    b'[{"a":{"confidence":null,"filed_by":"user","notes":"","payee":""},"b":{"account_id":"'
)
"""What entries of the change log are likely to seal, the likeliest last."""
