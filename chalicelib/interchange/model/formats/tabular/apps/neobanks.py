"""Banks without branches and payment apps whose exports say more than a statement: fees, pots, currencies."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

from chalicelib.interchange.model.formats.pairing import is_whole
from chalicelib.interchange.model.formats.tabular.apps.legs import (
    fee_apart,
    mark_pair,
    with_extras,
    with_fee,
)
from chalicelib.interchange.model.formats.tabular.extras import MAX_TAGS
from chalicelib.interchange.model.formats.tabular.profiles import Entry, Export, Profile
from chalicelib.interchange.model.formats.types import Notes

_EXCHANGE: Final = "exchange"
_TAG: Final = re.compile(r"#([\w-]{1,60})")


def settle_revolut(export: Export, _notes: Notes) -> list[Entry]:
    """Show the fee as a part of what was paid, and link the two rows of an exchange between pockets."""
    entries = [one for entry in export.entries for one in _with_fee(export, entry)]
    waiting: dict[str, list[int]] = defaultdict(list)
    number = 0
    for at, entry in enumerate(entries):
        if entry.row.kind.casefold() != _EXCHANGE or not is_whole(entry.row):
            continue
        same = waiting[export.cell(entry, "started").strip()]
        partner = next((one for one in same if _are_sides(entries[one], entry)), None)
        if partner is None:
            same[:] = [*same[-3:], at]
            continue
        same.remove(partner)
        number += 1
        first, second = mark_pair(entries[partner], entry, f"exchange-{number}")
        entries[partner], entries[at] = first, second
    return entries


def _are_sides(one: Entry, other: Entry) -> bool:
    opposite = (one.row.amount or 0) * (other.row.amount or 0) < 0
    return opposite and one.row.currency != other.row.currency


def _with_fee(export: Export, entry: Entry) -> list[Entry]:
    fee, total = export.number(entry, "fee"), entry.row.amount
    if not fee or total is None:
        return [entry]
    if entry.row.kind.casefold() == _EXCHANGE:
        return fee_apart(entry, total + fee, -fee, "Revolut fee")
    return [with_fee(entry, total + fee, -fee, "Revolut fee")]


def settle_monzo(export: Export, _notes: Notes) -> list[Entry]:
    """Take tags out of the notes, and name the pot that money went to."""
    return [_monzo(entry) for entry in export.entries]


def _monzo(entry: Entry) -> Entry:
    row = entry.row
    tags = tuple(dict.fromkeys(_TAG.findall(row.memo)))[:MAX_TAGS]
    if tags:
        row = with_extras(row, tags=tags)
    if "pot transfer" in row.kind.casefold() and row.payee:
        row = with_extras(row, other_account=row.payee, category=())
    return entry._replace(row=row)


def settle_venmo(export: Export, _notes: Notes) -> list[Entry]:
    """Name the other person, whichever side of the payment they are on, and the bank of a withdrawal."""
    entries = []
    for entry in export.entries:
        row, sends = entry.row, (entry.row.amount or 0) < 0
        asked = row.kind.casefold() == "charge"
        other = "to" if sends != asked else "from"
        row = row._replace(payee=export.cell(entry, other).strip() or row.payee or row.kind)
        if row.kind.casefold().endswith("transfer"):
            bank = export.cell(entry, "destination" if sends else "source").strip()
            row = with_extras(row, other_account=bank) if bank else row
        entries.append(entry._replace(row=row))
    return entries


PROFILES: Final = (
    # Amount is before the fee; the balance falls by both.
    Profile(
        name="revolut",
        title="Revolut",
        source="ofxstatement-revolut (GPL-3.0; facts only)",
        header=frozenset(
            {"type", "product", "started date", "completed date", "amount", "fee", "state"}
        ),
        columns=(
            ("date", "completed date"),
            ("amount", "amount"),
            ("fee", "fee"),
            ("currency", "currency"),
            ("balance", "balance"),
            ("payee", "description"),
            ("kind", "type"),
            ("status", "state"),
            ("account", "product"),
        ),
        kept=(("fee", "fee"), ("started", "started date")),
        fee_is_separate=True,
        as_written=True,
        is_app=True,
        by_currency=True,
        settle=settle_revolut,
    ),
    Profile(
        name="monzo",
        title="Monzo",
        source="monzo.com, Exporting transactions; bank2ynab (MIT)",
        header=frozenset(
            {"transaction id", "date", "type", "name", "amount", "local amount", "local currency"}
        ),
        columns=(
            ("date", "date"),
            ("amount", "amount"),
            ("currency", "currency"),
            ("payee", "name"),
            ("payee+", "description"),
            ("memo", "notes and tags"),
            ("provider_id", "transaction id"),
            ("kind", "type"),
            ("category", "category"),
            ("original_amount", "local amount"),
            ("original_currency", "local currency"),
        ),
        date_order="dmy",
        as_written=True,
        by_currency=True,
        settle=settle_monzo,
    ),
    Profile(
        name="monzo",
        title="Monzo (2018)",
        source="bank2ynab (MIT)",
        header=frozenset(
            {"id", "created", "amount", "currency", "local amount", "local currency", "emoji"}
        ),
        columns=(
            ("date", "created"),
            ("amount", "amount"),
            ("currency", "currency"),
            ("payee", "description"),
            ("memo", "notes"),
            ("provider_id", "id"),
            ("category", "category"),
            ("original_amount", "local amount"),
            ("original_currency", "local currency"),
        ),
        date_order="ymd",
        as_written=True,
        by_currency=True,
        settle=settle_monzo,
    ),
    Profile(
        name="n26",
        title="N26",
        source="csv2ofx, n26-fr mapping (MIT)",
        header=frozenset(
            {"booking date", "partner name", "amount eur", "original amount", "original currency"}
        ),
        columns=(
            ("date", "booking date"),
            ("amount", "amount eur"),
            ("payee", "partner name"),
            ("memo", "payment reference"),
            ("kind", "type"),
            ("account", "account name"),
            ("original_amount", "original amount"),
            ("original_currency", "original currency"),
        ),
        date_order="ymd",
        as_written=True,
    ),
    Profile(
        name="venmo",
        title="Venmo",
        source="ledger-autosync (GPL-3.0; facts only)",
        header=frozenset(
            {"id", "datetime", "from", "to", "amount total", "funding source", "destination"}
        ),
        columns=(
            ("date", "datetime"),
            ("amount", "amount total"),
            ("memo", "note"),
            ("provider_id", "id"),
            ("kind", "type"),
            ("status", "status"),
        ),
        kept=(
            ("from", "from"),
            ("to", "to"),
            ("source", "funding source"),
            ("destination", "destination"),
        ),
        date_order="ymd",
        as_written=True,
        is_app=True,
        settle=settle_venmo,
    ),
)
