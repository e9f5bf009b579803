"""Firefly III: a line for each journal, with the accounts on both sides; a group holds the parts of a split."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.pairing import is_whole
from chalicelib.interchange.model.formats.tabular.apps.legs import (
    join,
    mark_pair,
    with_extras,
)
from chalicelib.interchange.model.formats.tabular.profiles import Entry, Export, Profile
from chalicelib.interchange.model.formats.types import Extras, Notes, Row
from chalicelib.kernel.currencies import EXPONENTS

_OWN: Final = frozenset(
    {"asset account", "default account", "cash account", "loan", "debt", "mortgage"}
)
"""Kinds of accounts that are the user's; others are shops, employers, or where openings come from."""


def settle(export: Export, _notes: Notes) -> list[Entry]:
    """Give every journal its account and sign: one row for what is spent or earned, two for a transfer."""
    entries: list[Entry] = []
    groups: dict[object, list[int]] = defaultdict(list)
    for number, entry in enumerate(export.entries, 1):
        export.check_room(entries)
        kind = export.cell(entry, "type").strip().casefold()
        out_of, into = export.cell(entry, "source"), export.cell(entry, "destination")
        own_source, own_destination = _sides(export, entry, kind)
        if own_source and own_destination and is_whole(entry.row):
            entries += _transfer(export, entry, f"transfer-{number}")
            continue
        outgoing = own_source or not own_destination
        account, other = (out_of, into) if outgoing else (into, out_of)
        group = export.cell(entry, "group").strip()
        if group and is_whole(entry.row):
            groups[group, account, entry.row.booked_on, entry.row.currency].append(len(entries))
        entries.append(_one_sided(export, entry, account.strip(), other, outgoing=outgoing))
    return _joined(export, entries, groups)


def _sides(export: Export, entry: Entry, kind: str) -> tuple[bool, bool]:
    """Say which of source and destination are the user's accounts, by their types or the journal's."""
    types = [export.cell(entry, name).strip().casefold() for name in ("source_type", "target_type")]
    if all(types):
        source, destination = types[0] in _OWN, types[1] in _OWN
        if source or destination:
            return source, destination
    arrives = kind in {"deposit", "transfer", "opening balance"}
    return kind in {"withdrawal", "transfer"}, arrives


def _one_sided(export: Export, entry: Entry, account: str, other: str, *, outgoing: bool) -> Entry:
    row = entry.row
    if row.amount is not None:
        row = row._replace(amount=-abs(row.amount) if outgoing else abs(row.amount))
    extras = row.extras
    if extras and extras.original_amount:
        paid = abs(extras.original_amount)
        row = with_extras(row, original_amount=-paid if outgoing else paid)
    description, text = row.payee, row.memo
    memo = description if not text or text == description else f"{description}: {text}"
    row = row._replace(payee=other.strip() or description, memo=memo)
    return entry._replace(row=_with_budget(export, entry, row), account=account)


def _with_budget(export: Export, entry: Entry, row: Row) -> Row:
    """Keep the budget as a tag: nothing else of ours says which budget one transaction is for."""
    budget = export.cell(entry, "budget").strip()[:80]
    if not budget:
        return row
    tags = (row.extras or Extras()).tags
    return with_extras(row, tags=(*tags, f"Budget: {budget}"))


def _transfer(export: Export, entry: Entry, mark: str) -> list[Entry]:
    """Make both sides of a line between two accounts, the receiving one in its own currency."""
    out_of, into = export.cell(entry, "source").strip(), export.cell(entry, "destination").strip()
    outgoing = _one_sided(export, entry, out_of, into, outgoing=True)
    incoming = _one_sided(export, entry, into, out_of, outgoing=False)
    received = export.number(entry, "foreign_amount")
    currency = export.cell(entry, "foreign_currency").strip().upper()
    if received and currency in EXPONENTS and currency != entry.row.currency:
        row = incoming.row._replace(amount=abs(received), currency=currency)
        given = abs(entry.row.amount or Decimal(0))
        incoming = incoming._replace(
            row=with_extras(row, original_amount=given, original_currency=entry.row.currency)
        )
    return mark_pair(outgoing, incoming, mark)


def _joined(export: Export, entries: list[Entry], groups: dict[object, list[int]]) -> list[Entry]:
    made: dict[int, Entry] = {}
    gone: set[int] = set()
    for indices in groups.values():
        if len(indices) < 2:
            continue
        pieces = [entries[at] for at in indices]
        title = export.cell(pieces[0], "title").strip()
        whole = join(pieces, payee=_payee(pieces) or title, memo=title)
        number = export.cell(pieces[0], "group").strip()
        made[indices[0]] = whole._replace(
            row=whole.row._replace(provider_id=f"group-{number}"[:255])
        )
        gone.update(indices)
    return [made.get(at, entry) for at, entry in enumerate(entries) if at in made or at not in gone]


def _payee(pieces: list[Entry]) -> str:
    names = {piece.row.payee for piece in pieces}
    return names.pop() if len(names) == 1 else ""


PROFILES: Final = (
    Profile(
        name="firefly-iii",
        title="Firefly III",
        source="firefly-iii/firefly-iii, ExportDataGenerator (AGPL-3.0; facts only)",
        header=frozenset(
            {"journal id", "type", "amount", "currency code", "source name", "destination name"}
        ),
        columns=(
            ("date", "date"),
            ("amount", "amount"),
            ("currency", "currency code"),
            ("payee", "description"),
            ("memo", "notes"),
            ("provider_id", "journal id"),
            ("category", "category"),
            ("tags", "tags"),
            ("original_amount", "foreign amount"),
            ("original_currency", "foreign currency code"),
        ),
        kept=(
            ("type", "type"),
            ("group", "group id"),
            ("title", "group title"),
            ("source", "source name"),
            ("source_type", "source type"),
            ("destination", "destination name"),
            ("target_type", "destination type"),
            ("foreign_amount", "foreign amount"),
            ("foreign_currency", "foreign currency code"),
            ("budget", "budget"),
        ),
        date_order="ymd",
        decimal=".",
        as_written=True,
        is_app=True,
        by_currency=True,
        tag_marks=",",
        settle=settle,
    ),
)
