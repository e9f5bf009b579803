"""Reading Plaid's answers: what does not have the documented shape is a trouble, and a row that has not is left out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from chalicelib.interchange.commands import EventKind
from chalicelib.interchange.model.bank_feeds import (
    Access,
    AccountSort,
    BankAccount,
    BankEvent,
    BankRow,
    BankTrouble,
    Link,
    Seen,
    SyncPage,
    TroubleReason,
    is_day,
)
from chalicelib.kernel.clock import parse_rfc3339
from chalicelib.kernel.currencies import EXPONENTS
from chalicelib.kernel.money import Money, MoneyError

T = TypeVar("T")
_CODES: Final[Mapping[str, TroubleReason]] = {
    "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION": "mutated",
    "PRODUCT_NOT_READY": "not-ready",
    "ITEM_NOT_FOUND": "gone",
    "INVALID_ACCESS_TOKEN": "gone",
    "ACCESS_NOT_GRANTED": "login-required",
    "USER_PERMISSION_REVOKED": "gone",
    "INVALID_PUBLIC_TOKEN": "token-refused",
    "INTERNAL_SERVER_ERROR": "institution-down",
    "PLANNED_MAINTENANCE": "institution-down",
}
_TYPES: Final[Mapping[str, TroubleReason]] = {
    "RATE_LIMIT_EXCEEDED": "rate-limited",
    "INSTITUTION_ERROR": "institution-down",
    "API_ERROR": "institution-down",
    "ITEM_ERROR": "login-required",
}
_SAVINGS: Final = frozenset({"savings", "money market", "cd", "hsa"})
_OWED: Final = frozenset({"credit", "loan"})
_MOST_TEXT: Final = 200
_EVENTS: Final[Mapping[tuple[str, str], EventKind]] = {
    ("TRANSACTIONS", "SYNC_UPDATES_AVAILABLE"): "updates",
    ("ITEM", "PENDING_EXPIRATION"): "expiring",
    ("ITEM", "PENDING_DISCONNECT"): "expiring",
    ("ITEM", "LOGIN_REPAIRED"): "repaired",
    ("ITEM", "USER_PERMISSION_REVOKED"): "revoked",
    ("ITEM", "USER_ACCOUNT_REVOKED"): "updates",
    ("ITEM", "NEW_ACCOUNTS_AVAILABLE"): "updates",
}
_BAD: Final = (KeyError, TypeError, ValueError, ArithmeticError, AttributeError)
"""What reading an answer of another shape raises."""


def trouble_of(answer: Mapping[str, Any]) -> BankTrouble | None:
    """Read an error object; None where it is none."""
    code, kind = answer.get("error_code"), answer.get("error_type")
    if not isinstance(code, str) or not isinstance(kind, str):
        return None
    return BankTrouble(_CODES.get(code) or _TYPES.get(kind) or "refused")


def _read(make: Callable[[], T]) -> T | BankTrouble:
    try:
        return make()
    except _BAD:
        return BankTrouble("unreadable")


def link_of(answer: Mapping[str, Any]) -> Link | BankTrouble:
    """Read a link token."""
    return _read(lambda: Link(_text(answer["link_token"]), parse_rfc3339(answer["expiration"])))


def access_of(answer: Mapping[str, Any]) -> Access | BankTrouble:
    """Read what a public token was exchanged for."""
    return _read(
        lambda: Access(item_ref=_text(answer["item_id"]), secret=_text(answer["access_token"]))
    )


def seen_of(answer: Mapping[str, Any]) -> Seen | BankTrouble:
    """Read accounts with their item."""

    def make() -> Seen:
        item = answer["item"]
        error = item.get("error")
        return Seen(
            institution=str(item.get("institution_name") or "")[:_MOST_TEXT],
            accounts=tuple(_account(one) for one in answer["accounts"]),
            consent_expires_at=_instant(item.get("consent_expiration_time")),
            trouble=trouble_of(error) if isinstance(error, dict) else None,
        )

    return _read(make)


def page_of(answer: Mapping[str, Any]) -> SyncPage | BankTrouble:
    """Read a page; one of an item that has nothing yet is `not-ready`."""

    def make() -> SyncPage | BankTrouble:
        changes = [*answer["added"], *answer["modified"]]
        rows = [_row(one) for one in changes]
        more = answer["has_more"]
        if not isinstance(more, bool):
            raise TypeError
        is_empty = not (changes or answer["removed"] or more)
        if is_empty and answer.get("transactions_update_status") == "NOT_READY":
            return BankTrouble("not-ready")
        return SyncPage(
            upserts=tuple(row for row in rows if row is not None),
            removed=tuple(
                (str(one.get("account_id") or ""), _text(one["transaction_id"]))
                for one in answer["removed"]
            ),
            next_cursor=_text(answer["next_cursor"], most=4_000),
            more=more,
            accounts=tuple(_account(one) for one in answer["accounts"]),
            skipped=rows.count(None),
        )

    return _read(make)


def _row(one: Mapping[str, Any]) -> BankRow | None:
    """Read a row; None for one in a currency that the ledger does not keep, or without what a row needs."""
    try:
        currency = _currency(one["iso_currency_code"])
        amount = one["amount"]
        if not currency or not isinstance(amount, Decimal) or not isinstance(one["pending"], bool):
            return None
        day = date.fromisoformat(one["date"])
        if not is_day(day):
            return None
        name = str(one.get("merchant_name") or one.get("name") or "")
        original = str(one.get("original_description") or one.get("name") or "")
        return BankRow(
            account_ref=_text(one["account_id"]),
            id=_text(one["transaction_id"]),
            day=day,
            amount_minor=-Money.rounded_half_even(amount, currency).amount_minor,
            currency=currency,
            payee=_clean(name),
            memo=_clean(original) if original != name else "",
            pending=one["pending"],
            settles=_text(one["pending_transaction_id"])
            if one.get("pending_transaction_id")
            else "",
        )
    except (*_BAD, MoneyError):
        return None


def _account(one: Mapping[str, Any]) -> BankAccount:
    balances = one["balances"]
    currency = _currency(balances.get("iso_currency_code"))
    return BankAccount(
        ref=_text(one["account_id"]),
        name=_clean(str(one.get("name") or one.get("official_name") or ""))[:_MOST_TEXT],
        mask=str(one.get("mask") or "")[-4:],
        kind=_kind(str(one.get("type")), str(one.get("subtype"))),
        currency=currency,
        balance_minor=_balance(balances.get("current"), currency, owed=one.get("type") in _OWED),
    )


def _balance(current: object, currency: str, *, owed: bool) -> int | None:
    """Read what is booked; of a card or a loan Plaid says what is owed."""
    if not isinstance(current, Decimal) or not currency:
        return None
    minor = Money.rounded_half_even(current, currency).amount_minor
    return -minor if owed else minor


def _kind(kind: str, subtype: str) -> AccountSort:
    if kind == "depository":
        return "savings" if subtype in _SAVINGS else "bank"
    return {"credit": "card", "loan": "loan"}.get(kind, "asset")  # type: ignore[return-value]  # three of the literals


def _currency(code: object) -> str:
    return code if isinstance(code, str) and code in EXPONENTS else ""


def _text(value: object, *, most: int = _MOST_TEXT) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise TypeError
    return value


def _clean(text: str) -> str:
    return " ".join(text.split())


def _instant(value: object) -> datetime | None:
    return parse_rfc3339(value) if isinstance(value, str) else None


def events_of(raw: bytes, mark: str) -> Sequence[BankEvent] | BankTrouble:
    """Read a message that was verified; kinds that say nothing to us give nothing."""
    try:
        message = json.loads(raw)
        item = message.get("item_id")
        where = (str(message.get("webhook_type")), str(message.get("webhook_code")))
        if not isinstance(item, str) or not item:
            return ()
        kind = _EVENTS.get(where)
        if where == ("ITEM", "ERROR"):
            error = message.get("error")
            trouble = trouble_of(error) if isinstance(error, dict) else None
            kind = _of_error(trouble)
        expires = _instant(message.get("consent_expiration_time") or message.get("disconnect_time"))
    except (*_BAD, RecursionError):
        return BankTrouble("unreadable")
    return (
        ()
        if kind is None
        else (BankEvent(item_ref=item, mark=mark, kind=kind, expires_at=expires),)
    )


def _of_error(trouble: BankTrouble | None) -> EventKind | None:
    if trouble is None:
        return None
    if trouble.reason == "gone":
        return "revoked"
    return "login-required" if trouble.reason == "login-required" else None
