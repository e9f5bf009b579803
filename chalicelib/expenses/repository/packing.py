"""The compact JSON in which a transaction's parts, legs and links lie on its item.

Only ids, days and amounts stand here in clear; what a person wrote about a part is sealed beside them. A
transaction that has none of these has none of these attributes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.refunds import Refunded, RefundLink
from chalicelib.expenses.model.transactions import UsedRate
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.kernel.money import Money


def packed(value: object) -> str:
    """Write compact JSON."""
    return json.dumps(value, separators=(",", ":"))


def _without_nothing(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


def write_parts(parts: Iterable[Part]) -> list[dict[str, object]]:
    """Write parts without their notes."""
    return [
        _without_nothing(
            {
                "id": part.id,
                "account_id": part.account_id,
                "category_id": part.category_id,
                "amount": part.amount.amount_minor,
            }
        )
        for part in parts
    ]


def read_parts(raw: str, currency: str, notes: Mapping[str, str]) -> tuple[Part, ...]:
    """Read parts; `notes` by the part's id."""
    return tuple(
        Part(
            id=one["id"],
            account_id=one.get("account_id"),
            category_id=one.get("category_id"),
            amount=Money(one["amount"], currency),
            notes=notes.get(one["id"], ""),
        )
        for one in json.loads(raw)
    )


def write_transfer(transfer: Transfer) -> dict[str, object]:
    """Write the receiving leg and the fee."""
    arrived = transfer.received_on
    return _without_nothing(
        {
            "to_account_id": transfer.to_account_id,
            "received": transfer.received.amount_minor,
            "currency": transfer.received.currency,
            "received_on": arrived.isoformat() if arrived else None,
            "fee": transfer.fee.amount_minor if transfer.fee else None,
            "fee_category_id": transfer.fee_category_id,
        }
    )


def read_transfer(raw: str, currency: str) -> Transfer:
    """Read the receiving leg and the fee, which is in the currency of the sending one."""
    one: dict[str, Any] = json.loads(raw)
    return Transfer(
        to_account_id=one["to_account_id"],
        received=Money(one["received"], one["currency"]),
        received_on=date.fromisoformat(one["received_on"]) if "received_on" in one else None,
        fee=Money(one["fee"], currency) if "fee" in one else None,
        fee_category_id=one.get("fee_category_id"),
    )


def write_refunds(links: Iterable[RefundLink]) -> list[dict[str, object]]:
    """Write which purchases a refund is for."""
    return [
        _without_nothing(
            {
                "transaction_id": link.transaction_id,
                "part_id": link.part_id,
                "amount": link.amount_minor,
                "currency": link.currency,
                "covered": link.covered_minor,
            }
        )
        for link in links
    ]


def read_refunds(raw: str) -> tuple[RefundLink, ...]:
    """Read which purchases a refund is for."""
    return tuple(
        RefundLink(
            transaction_id=one["transaction_id"],
            part_id=one.get("part_id"),
            amount_minor=one["amount"],
            currency=one["currency"],
            covered_minor=one["covered"],
        )
        for one in json.loads(raw)
    )


def write_refunded(refunded: Iterable[Refunded]) -> list[dict[str, object]]:
    """Write what came back for a purchase."""
    return [
        _without_nothing(
            {"refund_id": one.refund_id, "part_id": one.part_id, "amount": one.amount_minor}
        )
        for one in refunded
    ]


def read_refunded(raw: str) -> tuple[Refunded, ...]:
    """Read what came back for a purchase."""
    return tuple(
        Refunded(refund_id=one["refund_id"], part_id=one.get("part_id"), amount_minor=one["amount"])
        for one in json.loads(raw)
    )


def write_money(money: Money) -> dict[str, object]:
    """Write an amount with its currency."""
    return {"amount": money.amount_minor, "currency": money.currency}


def read_money(raw: str) -> Money:
    """Read an amount with its currency."""
    one: dict[str, Any] = json.loads(raw)
    return Money(one["amount"], one["currency"])


def write_rate(rate: UsedRate) -> dict[str, object]:
    """Write what an amount was converted with."""
    return {"rate": rate.rate, "day": rate.day.isoformat(), "source": rate.source}


def read_rate(raw: str) -> UsedRate:
    """Read what an amount was converted with."""
    one: dict[str, str] = json.loads(raw)
    return UsedRate(rate=one["rate"], day=date.fromisoformat(one["day"]), source=one["source"])
