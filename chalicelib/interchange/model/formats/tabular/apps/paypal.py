"""PayPal: the net amount moves the balance, fees are a part of it, conversions are four lines of one payment."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.pairing import is_whole
from chalicelib.interchange.model.formats.tabular.apps.legs import (
    with_extras,
    with_fee,
)
from chalicelib.interchange.model.formats.tabular.profiles import Entry, Export, Profile, Words
from chalicelib.interchange.model.formats.tabular.vocabulary import fold
from chalicelib.interchange.model.formats.types import Notes, Problem

_CONVERSIONS: Final = (
    "currency conversion",
    "wahrungsumrechnung",
    "conversion de devise",
    "conversion de divisa",
    "conversione di valuta",
    "conversione valuta",
    "valutaomrekening",
)
_MEMOS: Final = frozenset({"memo", "aucun", "ninguno", "nessuno"})
_HELD: Final = (
    "authorization",
    "authorisation",
    "autorisierung",
    "autorisation",
    "autorizacion",
    "autorizzazione",
    "account hold",
    "einbehaltung",
)
_HELD_WHOLE: Final = frozenset({"request", "request received", "request sent", "order"})


def settle(export: Export, notes: Notes) -> list[Entry]:
    """Show fees as a part, take converted payments together, and leave out what was only held."""
    entries = [_booked(export, _with_fee(export, _named(entry))) for entry in export.entries]
    return _converted(export, entries, notes)


def _named(entry: Entry) -> Entry:
    """What PayPal does by itself has no name: its kind stands for it."""
    return (
        entry if entry.row.payee else entry._replace(row=entry.row._replace(payee=entry.row.kind))
    )


def _with_fee(export: Export, entry: Entry) -> Entry:
    fee, gross = export.number(entry, "fee"), export.number(entry, "gross")
    net = entry.row.amount
    if not fee or gross is None or net is None or gross + fee != net:
        return entry
    return with_fee(entry, gross, fee, "PayPal fee")


def _booked(export: Export, entry: Entry) -> Entry:
    """Mark what PayPal only remembers: holds, requests, and lines that do not touch the balance."""
    kind, impact = fold(entry.row.kind), fold(export.cell(entry, "impact"))
    held = kind in _HELD_WHOLE or any(word in kind for word in _HELD)
    if not held and impact not in _MEMOS:
        return entry
    detail = "PayPal only held or announced this: the balance did not change."
    problem = Problem(entry.row.line, "status", "not-booked", detail)
    return entry._replace(row=entry.row._replace(problems=(*entry.row.problems, problem)))


def _converted(export: Export, entries: list[Entry], notes: Notes) -> list[Entry]:
    """Take a payment in one currency and its two conversion lines for one row in the other currency."""
    payments = {
        entry.row.provider_id: at
        for at, entry in enumerate(entries)
        if entry.row.provider_id and not _is_conversion(entry)
    }
    lines: dict[int, list[int]] = defaultdict(list)
    for at, entry in enumerate(entries):
        paid = (
            payments.get(export.cell(entry, "reference").strip()) if _is_conversion(entry) else None
        )
        if paid is not None:
            lines[paid].append(at)
    gone: set[int] = set()
    for paid, conversions in lines.items():
        merged = _merged(entries[paid], [entries[at] for at in conversions])
        if merged is not None:
            entries[paid] = merged
            gone.update(conversions)
            detail = "Payment and currency conversion are one row, in the currency that was given."
            notes.add("conversion-joined", detail, line=merged.row.line)
    return [entry for at, entry in enumerate(entries) if at not in gone]


def _is_conversion(entry: Entry) -> bool:
    kind = fold(entry.row.kind)
    return any(word in kind for word in _CONVERSIONS)


def _merged(payment: Entry, conversions: list[Entry]) -> Entry | None:
    """Give the payment in the currency of the balance, or None where the lines do not add up to that."""
    row, amount = payment.row, payment.row.amount
    if (
        len(conversions) != 2
        or not amount
        or not all(is_whole(one.row) for one in (payment, *conversions))
    ):
        return None
    bought = [one for one in conversions if one.row.currency == row.currency]
    given = [one for one in conversions if one.row.currency != row.currency]
    if len(bought) != 1 or bought[0].row.amount != -amount:
        return None
    counter = given[0].row.amount or Decimal(0)
    if not counter or (counter > 0) != (amount > 0):
        return None
    row = with_extras(row, parts=(), original_amount=amount, original_currency=row.currency)
    return payment._replace(
        row=row._replace(
            amount=counter, currency=given[0].row.currency, balance=given[0].row.balance
        )
    )


_NET: Final = "net|netto|neto"
_COLUMNS: Final[Words] = (
    ("date", "date|datum|fecha|data"),
    ("payee", "name|nom|nombre|nome|naam"),
    (
        "memo",
        (
            "item title|subject|artikelbezeichnung|betreff|titre de l objet|objet|titulo del articulo|"
            "asunto|titolo oggetto|oggetto|titel object|onderwerp"
        ),
    ),
    ("memo+", "note|hinweis|remarque|nota|opmerking"),
    ("amount", _NET),
    ("currency", "currency|wahrung|devise|divisa|valuta"),
    ("kind", "type|typ|tipo|beschreibung|description|descripcion|descrizione|omschrijving"),
    ("status", "status|etat|estado|stato"),
    (
        "provider_id",
        (
            "transaction id|transaktionscode|numero de transaction|id de transaccion|"
            "codice transazione|transactiereferentie"
        ),
    ),
    ("balance", "balance|guthaben|solde|saldo"),
)
_KEPT: Final[Words] = (
    ("gross", "gross|brutto|avant commission|brut|bruto|lordo"),
    ("fee", "fee|gebuhr|entgelt|commission|comision|tarifa|tariffa|kosten"),
    ("impact", "balance impact|auswirkung auf guthaben"),
    (
        "reference",
        (
            "reference txn id|zugehoriger transaktionscode|numero de la transaction de reference|"
            "id de transaccion de referencia|codice transazione di riferimento|"
            "referentietransactiereferentie"
        ),
    ),
)
_HEADERS: Final = (
    ("currency", "gross", "fee", "net", "transaction id"),
    ("wahrung", "brutto", "gebuhr", "netto", "transaktionscode"),
    ("wahrung", "brutto", "entgelt", "netto", "transaktionscode"),
    ("devise", "avant commission", "commission", "net", "numero de transaction"),
    ("divisa", "bruto", "neto", "id de transaccion"),
    ("valuta", "lordo", "tariffa", "netto", "codice transazione"),
    ("valuta", "bruto", "net", "transactiereferentie"),
)
PROFILES: Final = tuple(
    Profile(
        name="paypal",
        title="PayPal",
        source="beancount-paypal, lang.py (MIT); PayPal's activity download",
        header=frozenset(words),
        columns=_COLUMNS,
        kept=_KEPT,
        as_written=True,
        is_app=True,
        by_currency=True,
        settle=settle,
    )
    for words in _HEADERS
)
