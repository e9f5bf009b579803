"""Wise: a statement for each balance, and the history of all of them with source, target and fees apart."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.tabular.apps.legs import (
    fee_apart,
    mark_pair,
    with_extras,
    with_fee,
)
from chalicelib.interchange.model.formats.tabular.profiles import Entry, Export, Profile
from chalicelib.interchange.model.formats.types import Notes, Problem

_DONE: Final = frozenset({"completed", ""})


def settle(export: Export, _notes: Notes) -> list[Entry]:
    """Make of every line what left or reached a balance, and two rows of a conversion between two."""
    entries: list[Entry] = []
    for number, entry in enumerate(_booked(export), 1):
        export.check_room(entries)
        direction = export.cell(entry, "direction").strip().casefold()
        if direction == "neutral":
            entries += _between_balances(export, entry, f"conversion-{number}")
        else:
            entries.append((_incoming if direction == "in" else _outgoing)(export, entry))
    return entries


def _booked(export: Export) -> Iterator[Entry]:
    """Give the lines with a problem on those that moved no money, or not for good."""
    for entry in export.entries:
        if export.cell(entry, "status").strip().casefold() in _DONE:
            yield entry
            continue
        detail = "Wise has cancelled, refunded or not finished this."
        problem = Problem(entry.row.line, "status", "not-booked", detail)
        yield entry._replace(row=entry.row._replace(problems=(problem,)))


def _between_balances(export: Export, entry: Entry, mark: str) -> list[Entry]:
    """Both sides of a conversion, and its fee; within one currency only the fee moved the balance."""
    amount, fee = entry.row.amount, _fee(export, entry)
    if amount is None:
        return [entry]
    outgoing, incoming = _outgoing(export, entry), _incoming(export, entry)
    left, *paid = fee_apart(outgoing, -abs(amount), -fee, "Wise fee")
    left = left._replace(row=with_extras(left.row, parts=()))
    if left.row.currency == incoming.row.currency:
        return paid
    return [*mark_pair(left, incoming, mark), *paid]


def _fee(export: Export, entry: Entry) -> Decimal:
    """The fee that left the same balance, without a sign."""
    elsewhere = export.cell(entry, "fee_currency").strip().upper() not in {"", entry.row.currency}
    return abs(Decimal(0) if elsewhere else export.number(entry, "fee") or Decimal(0))


def _outgoing(export: Export, entry: Entry) -> Entry:
    """What left the balance: the amount and the fee on top of it."""
    row, amount = entry.row, entry.row.amount
    if amount is None:
        return entry
    fee, currency = _fee(export, entry), row.currency
    row = row._replace(amount=-abs(amount), payee=export.cell(entry, "target").strip())
    if fee:
        row = with_fee(entry._replace(row=row), -abs(amount), -fee, "Wise fee").row
    received = export.number(entry, "received")
    other = export.cell(entry, "received_currency").strip().upper()
    if received and other and other != currency:
        row = with_extras(row, original_amount=-abs(received), original_currency=other)
    return entry._replace(row=row, account="")


def _incoming(export: Export, entry: Entry) -> Entry:
    """What reached the balance, in its own currency, after the fees."""
    row = entry.row
    received = export.number(entry, "received")
    currency = export.cell(entry, "received_currency").strip().upper()
    sent, sent_currency = row.amount, row.currency
    row = row._replace(payee=export.cell(entry, "source").strip())
    if received is None or not currency or sent is None:
        return entry._replace(row=row, account="")
    row = row._replace(amount=abs(received), currency=currency)
    if sent and sent_currency and sent_currency != currency:
        row = with_extras(row, original_amount=abs(sent), original_currency=sent_currency)
    return entry._replace(row=row, account="")


PROFILES: Final = (
    Profile(
        name="wise",
        title="Wise transaction history",
        source="wise.com, transaction-history.csv as read by several importers; facts only",
        header=frozenset(
            {
                "direction",
                "source amount after fees",
                "source currency",
                "target amount after fees",
                "target currency",
            }
        ),
        columns=(
            ("date", "finished on|created on"),
            ("amount", "source amount after fees"),
            ("currency", "source currency"),
            ("payee", "target name"),
            ("memo", "reference"),
            ("memo+", "note"),
            ("provider_id", "id"),
            ("category", "category"),
        ),
        kept=(
            ("status", "status"),
            ("direction", "direction"),
            ("fee", "source fee amount"),
            ("fee_currency", "source fee currency"),
            ("source", "source name"),
            ("target", "target name"),
            ("received", "target amount after fees"),
            ("received_currency", "target currency"),
        ),
        date_order="ymd",
        decimal=".",
        as_written=True,
        is_app=True,
        by_currency=True,
        settle=settle,
    ),
    Profile(
        name="wise",
        title="Wise statement",
        source="ofxstatement-transferwise (GPL-3.0; facts only)",
        header=frozenset({"transferwise id", "amount", "currency", "running balance"}),
        columns=(
            ("date", "date"),
            ("amount", "amount"),
            ("currency", "currency"),
            ("payee", "merchant"),
            ("payee+", "payee name"),
            ("payee+2", "payer name"),
            ("memo", "description"),
            ("memo+", "payment reference"),
            ("provider_id", "transferwise id"),
            ("balance", "running balance"),
            ("original_amount", "exchange to amount"),
            ("original_currency", "exchange to"),
            ("kind", "transaction details type"),
        ),
        date_order="dmy",
        decimal=".",
        as_written=True,
        by_currency=True,
    ),
)
