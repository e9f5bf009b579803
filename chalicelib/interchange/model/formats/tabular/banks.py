"""Banks whose exports leave something open: the order of day and month, the sign, which column is the amount.

Most are recognised by the words of their header. Some have no header, or one that says too little to tell the
bank; they are applied only where the user names them. Facts only, from importers' documentation: bank2ynab
(MIT), csv2ofx (MIT), beancount-dkb (MIT), Firefly-iii-CSV-Converter (MIT), and, with no text or code of theirs,
the plugins of ofxstatement, beancount_reds_importers and ledger-autosync (GPL).
"""

from __future__ import annotations

from typing import Final, TypedDict, Unpack

from chalicelib.interchange.model.formats.tabular.profiles import Profile, Words
from chalicelib.interchange.model.formats.types import ColumnMap, DateOrder, DecimalMark

_B2Y: Final = "bank2ynab"
_C2O: Final = "csv2ofx"
_OFX: Final = "ofxstatement"
_REDS: Final = "beancount_reds_importers"
_DKB: Final = "beancount-dkb"
_UK: Final = "Firefly-iii-CSV-Converter"
_DOCS: Final = "other importers' documentation"
_GER: Final[tuple[DateOrder, DecimalMark]] = ("dmy", ",")
_ISO: Final[tuple[DateOrder, DecimalMark]] = ("ymd", ".")
_ISO_COMMA: Final[tuple[DateOrder, DecimalMark]] = ("ymd", ",")
_US: Final[tuple[DateOrder, DecimalMark]] = ("mdy", ".")
_UK_STYLE: Final[tuple[DateOrder, DecimalMark]] = ("dmy", ".")
Style = tuple[DateOrder, DecimalMark]


class _More(TypedDict, total=False):
    """What few banks need besides."""

    columns: Words
    without: frozenset[str]
    as_written: bool
    amounts_are_spent: bool


def _bank(
    name: str, title: str, source: str, style: Style, header: str, **more: Unpack[_More]
) -> Profile:
    """A bank that is recognised by its header; the first two letters of its name are the country."""
    return Profile(
        name=name,
        title=title,
        country=name[:2].upper(),
        source=source,
        header=frozenset(header.split("|")),
        date_order=style[0],
        decimal=style[1],
        keeps_categories=False,
        **more,
    )


def _named(
    name: str,
    title: str,
    style: Style,
    currency: str,
    columns: ColumnMap,
    *,
    delimiter: str | None = None,
) -> Profile:
    """A bank without a header, or with one that many have: for those who say that it is theirs."""
    return Profile(
        name=name,
        title=title,
        country=name[:2].upper(),
        source=_B2Y,
        header=frozenset(),
        date_order=style[0],
        decimal=style[1],
        keeps_categories=False,
        recognised=False,
        positions=columns,
        currency=currency,
        delimiter=delimiter,
    )


_ORIGINALS: Final = (
    ("date", "buchungsdatum"),
    ("amount", "buchungsbetrag"),
    ("currency", "buchungswahrung"),
    ("payee", "transaktionsbeschreibung"),
    ("memo", "transaktionsbeschreibung zusatz"),
    ("account", "umsatz getatigt von"),
    ("original_amount", "originalbetrag"),
    ("original_currency", "originalwahrung"),
)
_N26: Final = (
    ("date", "datum"),
    ("amount", "betrag eur"),
    ("payee", "empfanger"),
    ("memo", "verwendungszweck"),
    ("kind", "transaktionstyp"),
    ("original_amount", "betrag fremdwahrung"),
    ("original_currency", "fremdwahrung"),
)
_SUMUP: Final = (
    ("date", "datum der transaktion"),
    ("money_out", "zahlungsbetrag ausgehend"),
    ("money_in", "zahlungsbetrag eingehend"),
    ("currency", "zahlungswahrung"),
    ("payee", "referenz"),
    ("memo", "zahlungsreferenz"),
    ("provider_id", "transaktions id"),
    ("balance", "verfugbares guthaben"),
    ("kind", "art der transaktion"),
)

# Cards that `amounts_are_spent` of write what was bought without a sign, and payments with a minus.
# fmt: off
BANKS: Final[tuple[Profile, ...]] = (
    # Order histories list prices: what was ordered was paid.
    Profile(name="orders", header=frozenset({"order id", "order date", "item total"}), amounts_are_spent=True),
    Profile(name="orders", header=frozenset({"order id", "order url", "total"}), amounts_are_spent=True),
    # --- recognised by their header
    _bank("at-livebank", "Livebank", _OFX, _ISO_COMMA,
          "kontonummer|auszugsnummer|buchungsdatum|valutadatum|umsatzzeit|zahlungsreferenz|betrag"),
    _bank("at-oberbank", "Oberbank", _OFX, _GER,
          "buchungsdatum|wertstellung|betrag|wahrung|auftraggebername|auftraggeber iban kto nr"),
    _bank("at-ing", "ING Austria", _OFX, _GER, "kontonummer|text|datum|wahrung|soll|haben"),
    _bank("be-kbc", "KBC", _B2Y, _GER, "rekeningnummer|rubrieknaam|naam|munt|afschriftnummer|datum|valuta|bedrag|saldo"),
    _bank("be-kbc-card", "KBC card", _B2Y, _GER,
          "kredietkaart|kaarthouder|uitgavenstaat|datum verrichting|datum verrekening|bedrag"),
    _bank("be-keytrade", "Keytrade Bank", _B2Y, _GER, "uittreksel|datum|valutadatum|rekening|omschrijving|bedrag|valuta"),
    _bank("ch-ubs", "UBS (French)", _C2O, _UK_STYLE,
          "monn|produit|date de valeur|description 1|description 2|description 3|debit|credit|solde"),
    _bank("cz-ceska-sporitelna", "Česká spořitelna", _B2Y, _ISO_COMMA,
          "polozka|datum zauctovani|castka czk|bankovni spojeni|datum provedeni"),
    _bank("cz-ceska-sporitelna-en", "Česká spořitelna (English)", _B2Y, _ISO_COMMA,
          "item|posting date|amount czk|bank account details|execution date"),
    _bank("cz-raiffeisen", "Raiffeisenbank Czechia", _B2Y, _GER,
          "datum provedeni|datum zauctovani|cislo uctu|nazev uctu|zauctovana castka|mena uctu"),
    _bank("de-c24", "C24 Bank", _C2O, _GER,
          "transaktionstyp|buchungsdatum|betrag|zahlungsempfanger|verwendungszweck|kontoname"),
    _bank("de-commerzbank", "Commerzbank", _B2Y, _GER,
          "buchungstag|wertstellung|umsatzart|buchungstext|betrag|wahrung|auftraggeberkonto"),
    _bank("de-dkb", "DKB", _DKB, _GER,
          "buchungsdatum|wertstellung|status|zahlungspflichtige r|zahlungsempfanger in|verwendungszweck|umsatztyp"),
    _bank("de-gls", "GLS Bank", _C2O, _GER, "kontonummer|buchungstag|auftraggeber empfanger|buchungstext|betrag"),
    _bank("de-ing", "ING Germany", _OFX, _GER,
          "buchung|wertstellungsdatum|auftraggeber empfanger|buchungstext|verwendungszweck|betrag"),
    _bank("de-n26", "N26 (2017)", _B2Y, _ISO,
          "datum|empfanger|kontonummer|transaktionstyp|betrag eur|betrag fremdwahrung|fremdwahrung", columns=_N26),
    _bank("de-sparkasse", "Sparkasse", _B2Y, _GER,
          "auftragskonto|buchungstag|valutadatum|buchungstext|verwendungszweck|beguenstigter zahlungspflichtiger|betrag"),
    _bank("de-sparkasse-card", "Sparkasse card", _B2Y, _GER,
          "umsatz getatigt von|belegdatum|buchungsdatum|originalbetrag|originalwahrung|buchungsbetrag|buchungswahrung",
          columns=_ORIGINALS),
    _bank("de-sumup", "SumUp", _C2O, ("dmy", "."),
          "datum der transaktion|art der transaktion|zahlungsbetrag ausgehend|zahlungsbetrag eingehend", columns=_SUMUP),
    _bank("dk-jyske", "Jyske Bank", _B2Y, _GER, "dato|tekst|belob|saldo|kommentar|afstemt|flag|konto"),
    _bank("es-ing", "ING Spain", _C2O, _UK_STYLE, "date|class|subcategory|desc|notes|image|amount|balance"),
    _bank("fr-boursorama", "Boursorama", _C2O, _ISO_COMMA,
          "dateop|dateval|label|category|categoryparent|amount|accountnum"),
    _bank("gb-barclaycard-business", "Barclaycard Business", _B2Y, _UK_STYLE,
          "cardholder name|account number|transaction date|merchant name|amount|currency|original amount|mcc",
          columns=(
              ("date", "posted date|transaction date"), ("amount", "amount"), ("currency", "currency"),
              ("payee", "merchant name"), ("account", "account number"), ("provider_id", "transaction id"),
              ("mcc", "mcc"), ("original_amount", "original amount"), ("original_currency", "original currency"),
          ), as_written=True, amounts_are_spent=True),
    _bank("gb-lloyds", "Lloyds, Halifax, Bank of Scotland", _UK, _UK_STYLE,
          "transaction date|transaction type|sort code|account number|transaction description|debit amount|credit amount"),
    _bank("gb-starling", "Starling", _C2O, _UK_STYLE, "date|counter party|reference|type|amount gbp|balance gbp"),
    _bank("gb-money-dashboard", "Money Dashboard", _C2O, _UK_STYLE,
          "account|date|originaldescription|currentdescription|amount|tag",
          columns=(
              ("date", "date"), ("amount", "amount"), ("account", "account"), ("payee", "currentdescription"),
              ("memo", "originaldescription"),
          ), as_written=True),
    _bank("hu-erste", "Erste Hungary", _B2Y, ("ymd", "."),
          "tranzakcio datuma|partner neve|szamla neve|tranzakcio osszege|tranzakcio devizaneme"),
    _bank("lt-swedbank", "Swedbank Lithuania", _OFX, _ISO, "saskaitos nr|data|gavejas|paaiskinimai|suma|valiuta|d k"),
    _bank("nl-bunq", "bunq", _B2Y, _ISO_COMMA, "datum|bedrag|rekening|tegenrekening|naam|omschrijving"),
    _bank("nl-bunq-en", "bunq (English)", _B2Y, _ISO_COMMA, "date|amount|account|counterparty|name|description"),
    _bank("nl-ing", "ING Netherlands", _B2Y, _ISO_COMMA,
          "datum|naam omschrijving|rekening|tegenrekening|code|af bij|bedrag eur|mutatiesoort"),
    _bank("nl-rabobank", "Rabobank", _B2Y, _ISO_COMMA, "iban bban|munt|bic|volgnr|datum|rentedatum|bedrag"),
    _bank("no-sparebank1", "SpareBank 1", _B2Y, _GER, "dato|beskrivelse|rentedato|inn|ut|til konto|fra konto"),
    _bank("se-lansforsakringar", "Länsförsäkringar", _B2Y, _ISO_COMMA,
          "bokforingsdatum|transaktionsdatum|transaktionstyp|meddelande|belopp|kontonummer|kontonamn"),
    _bank("sg-ocbc", "OCBC", _B2Y, _UK_STYLE, "transaction date|value date|description|withdrawals sgd|deposits sgd"),
    _bank("us-amex", "American Express", _DOCS, _US,
          "date|description|amount|extended details|appears on your statement as|city state|zip code|reference",
          columns=(
              ("date", "date"), ("amount", "amount"), ("payee", "description"),
              ("memo", "appears on your statement as"), ("provider_id", "reference"),
          ), as_written=True, amounts_are_spent=True),
    _bank("us-bofa-card", "Bank of America card", _B2Y, _US, "posted date|reference number|payee|address|amount"),
    _bank("us-capital-one", "Capital One", _C2O, ("ymd", "."),
          "transaction date|posted date|card no|description|category|debit|credit"),
    _bank("us-chase", "Chase", _B2Y, _US, "details|posting date|description|amount|type|balance|check or slip"),
    _bank("us-chase-card", "Chase card", _B2Y, _US, "transaction date|post date|description|category|type|amount|memo"),
    _bank("us-discover", "Discover", _REDS, _US, "trans date|post date|description|amount|category",
          as_written=True, without=frozenset({"type", "balance", "debit", "credit"}), amounts_are_spent=True),
    _bank("us-payoneer", "Payoneer", _C2O, _US,
          "transaction date|transaction time|description|debit amount|credit amount|currency|running balance"),
    _bank("us-schwab", "Charles Schwab checking", _C2O, _US,
          "date|status|type|checknumber|description|withdrawal|deposit|runningbalance"),
    _bank("us-truist", "Truist", _DOCS, _US,
          "posted date|transaction date|transaction type|check serial|description|amount|daily posted balance"),
    # --- applied where they are named: no header, or one that many have
    _named("at-easybank-card", "easybank card", _GER, "EUR", ColumnMap(date=3, amount=4, payee=(1,)), delimiter=";"),
    _named("at-raiffeisen", "Raiffeisen Austria (2018)", _GER, "EUR",
           ColumnMap(date=2, amount=3, payee=(1,)), delimiter=";"),
    _named("at-raiffeisen-2019", "Raiffeisen Austria (2019)", _GER, "EUR",
           ColumnMap(date=2, amount=3, payee=(1,)), delimiter=";"),
    _named("at-raiffeisen-card", "Raiffeisen Austria card", _GER, "EUR",
           ColumnMap(date=0, amount=6, payee=(1,), memo=(2,)), delimiter=";"),
    _named("au-anz", "ANZ", _UK_STYLE, "AUD", ColumnMap(date=0, amount=1, payee=(2,))),
    _named("au-nab", "National Australia Bank", _UK_STYLE, "AUD",
           ColumnMap(date=0, amount=1, payee=(5,), balance=6)),
    _named("ca-td", "TD Canada Trust", _US, "CAD",
           ColumnMap(date=0, payee=(1,), money_out=2, money_in=3, balance=4)),
    _named("dk-bec", "Banks of Bankernes EDB Central", _GER, "DKK",
           ColumnMap(date=0, payee=(1,), amount=2, balance=3), delimiter=";"),
    _named("dk-sparekassen-thy", "Sparekassen Thy", _GER, "DKK",
           ColumnMap(date=1, payee=(2,), amount=3, balance=4), delimiter=";"),
    _named("gb-barclaycard", "Barclaycard", _UK_STYLE, "GBP",
           ColumnMap(date=0, payee=(1,), money_in=5, money_out=6)),
    _named("ie-bank-of-ireland", "Bank of Ireland", _UK_STYLE, "EUR",
           ColumnMap(date=0, payee=(1,), money_out=2, money_in=3, balance=4, header_line=1)),
    _named("it-inbank", "Inbank (RomagnaBanca)", _GER, "EUR",
           ColumnMap(date=0, money_out=2, money_in=3, payee=(5,), header_line=1), delimiter=";"),
    _named("se-sparbanken-tanum", "Sparbanken Tanum", _ISO_COMMA, "SEK",
           ColumnMap(payee=(0,), date=1, amount=3), delimiter=";"),
    _named("sg-posb", "POSB savings", _UK_STYLE, "SGD",
           ColumnMap(date=0, money_out=2, money_in=3, payee=(4,), memo=(5,))),
)
# fmt: on
