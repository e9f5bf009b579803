"""The words of receipts in the languages of their shops, folded: lower case, without accents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final


def _any(words: Iterable[str]) -> re.Pattern[str]:
    """Match any of the words where no letter goes on: OCR glues figures, codes and signs to them, but not letters."""
    listed = sorted(set(words), key=len, reverse=True)
    return re.compile(r"(?<![^\W\d_])(?:" + "|".join(map(re.escape, listed)) + r")(?![^\W\d_])")


_CODES: Final = "eur usd gbp chf sek nok dkk pln czk huf ron jpy cad aud"
_TOTAL_STRONG: Final = (
    "grand total", "total due", "amount due", "balance due", "total to pay", "amount to pay", "amount payable", "order total",
    "total amount", "total paid", "amount paid", "total charged", "invoice total", "balance to pay", "you paid",
    "zu zahlen", "zu zahlender betrag", "gesamtbetrag", "gesamtsumme", "endbetrag", "endsumme", "rechnungsbetrag", "zahlbetrag",
    "total ttc", "net a payer", "montant total", "montant du", "a payer", "total a payer", "total general",
    "importe total", "total a pagar", "total factura", "total compra", "totale complessivo", "totale euro", "importo pagato",
    "importo totale", "totale dovuto", "te betalen", "totaal te betalen", "totaalbedrag", "valor total", "total pago",
    "do zaplaty", "suma pln", "razem pln", "att betala", "totalt att betala", "at betale", "total i alt", "a betale",
    "maksettava", "celkem k uhrade", "k uhrade", "celkova castka", "osszesen", "fizetendo", "total de plata", "total lei",
    "合計", "ご請求額", "합계", "总计", "合计",
)  # fmt: skip
_TOTAL: Final = (
    "total", "totals", "summe", "betrag", "gesamt", "totale", "totaal", "suma", "razem", "summa", "totalt", "i alt", "sum",
    "yhteensa", "celkem", "spolu", "ukupno", "skupaj", "kokku", "kopa", "is viso", "toplam", "genel toplam", "bedrag",
    "montant", "importe", "importo", "balance", "to pay", "amount",
)  # fmt: skip
_SUBTOTAL: Final = (
    "subtotal", "sub total", "sub-total", "zwischensumme", "nettobetrag", "netto", "net", "sous total", "sous-total", "total ht",
    "base imponible", "subtotale", "imponibile", "subtotaal", "mezisoucet", "delsumma", "valisumma", "net total", "total net",
    "nettosumme", "items total", "goods", "warenwert", "小計", "excl", "exkl", "before tax", "resz osszeg", "reszosszeg",
)  # fmt: skip
_TAX: Final = (
    "vat", "tax", "sales tax", "gst", "hst", "pst", "qst", "mwst", "mwst.", "ust", "ust.", "umsatzsteuer", "mehrwertsteuer", "steuer",
    "tva", "iva", "btw", "moms", "mva", "alv", "ptu", "podatek", "dph", "afa", "kdv", "taxes", "i.v.a", "i.v.a.", "t.v.a", "t.v.a.",
    "m.w.st", "消費税", "税",
)  # fmt: skip
_NO_TAX: Final = ("vat no", "vat number", "vat reg", "vat id", "tax id", "tax invoice", "tax no", "ust-id", "ust-idnr", "ust id", "steuernr",
    "steuer-nr", "steuernummer", "p.iva", "p. iva", "partita iva", "btw nr", "btw-nr", "btw nummer", "tva no", "n tva", "gst no",
    "gst reg", "before tax", "excl tax", "excl. tax", "nr iva", "moms reg", "org nr", "alv tunnus", "y-tunnus")  # fmt: skip
_PAID: Final = (
    "cash", "tendered", "bar", "bargeld", "gegeben", "bar gegeben", "erhalten", "especes", "efectivo", "entregado", "contanti", "contante",
    "contant", "gotowka", "kontant", "kontanter", "kateinen", "hotovost", "hotove", "keszpenz", "numerar", "お預り", "paid cash",
)  # fmt: skip
_BACK: Final = (
    "change", "change due", "ruckgeld", "zuruck", "rendu", "rendu monnaie", "cambio", "resto", "wisselgeld", "terug", "reszta", "vaxel", "byttepenge",
    "tilbake", "vaihtoraha", "vraceno", "visszajaro", "rest", "お釣り", "cashback",
)  # fmt: skip
_CARD: Final = (
    "card", "visa", "mastercard", "maestro", "amex", "american express", "eftpos", "ec-karte", "girocard", "karte", "kartenzahlung", "carte",
    "carte bancaire", "cb", "tarjeta", "carta", "bancomat", "pin", "karta", "kort", "kortti", "bankkartya", "debit", "credit", "contactless",
    "paypal", "apple pay", "google pay", "charged", "v pay", "ec cash", "kreditkarte", "credit card", "debit card",
)  # fmt: skip
_NOISE: Final = (
    "tel", "phone", "fax", "www", "http", "https", "receipt", "invoice", "rechnung", "beleg", "bon", "quittung", "ticket", "facture", "factura", "fattura",
    "scontrino", "kassenbon", "paragon", "kvitto", "kvittering", "kuitti", "table", "tisch", "cashier", "kasse", "server", "bediener", "caissier",
    "cajero", "order", "bestellung", "terminal", "tid", "aid", "auth", "approval", "trace", "welcome", "willkommen", "thank you", "thanks", "danke",
    "vielen dank", "merci", "gracias", "grazie", "dziekujemy", "bedankt", "date", "datum", "time", "uhrzeit", "items", "artikel", "points", "punkte",
    "saved", "savings", "you saved", "guest", "guests", "covers", "store", "filiale", "register", "customer", "kunde", "member", "nip", "siret", "ref",
    "copy", "kundenbeleg", "handlerbeleg", "fiscal", "fiskalny", "document", "page", "seite",
    "tax invoice", "original", "duplicate",
)  # fmt: skip
_BOUGHT: Final = ("date", "datum", "fecha", "data", "dato", "paivays", "pvm", "date d achat", "order date", "purchase date", "transaction date", "bestelldatum",
    "rechnungsdatum", "belegdatum", "kaufdatum", "invoice date", "issued", "wystawiono", "日付")  # fmt: skip
_NOT_BOUGHT: Final = ("due date", "due", "exp", "expires", "expiry", "valid until", "valid", "gultig", "faellig", "fallig", "birth", "delivery", "lieferung", "return by",
    "returns", "best before", "since", "lieferdatum", "renews", "next billing")  # fmt: skip
_DOWN: Final = ("discount", "rabatt", "rebate", "coupon", "gutschein", "nachlass", "remise", "reduction", "descuento", "dto", "sconto", "korting", "rabat", "promo",
    "promotion", "voucher", "off", "savings", "price cut", "desconto", "sleva", "alennus", "kedvezmeny")  # fmt: skip

TOTAL_STRONG: Final = _any(_TOTAL_STRONG)
TOTAL: Final = _any(_TOTAL)
SUBTOTAL: Final = _any(_SUBTOTAL)
TAX: Final = _any(_TAX)
NO_TAX: Final = _any(_NO_TAX)
PAID: Final = _any(_PAID)
BACK: Final = _any(_BACK)
CARD: Final = _any(_CARD)
NOISE: Final = _any(_NOISE)
BOUGHT: Final = _any(_BOUGHT)
NOT_BOUGHT: Final = _any(_NOT_BOUGHT)
DOWN: Final = _any(_DOWN)
GLUED: Final = re.compile(
    r"(?<![^\W\d_])(total|totale|totaal|summe|betrag|suma|summa|razem|mwst|vat|iva|tva|btw)"
    rf"(?=(?:{_CODES.replace(' ', '|')})(?![^\W\d_]))",
    re.IGNORECASE,
)
"""`TOTALEUR`: OCR lost the space between the word and the currency's code."""

MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier janv enero ene gennaio gen januari styczen stycznia sty leden ledna janeiro",
            "feb february februar fevrier fevr febrero febbraio februari luty lutego lut unor unora fevereiro fev",
            "mar march marz maerz mars marzo mrt maart marzec marca brezen brezna marco mrz",
            "apr april avril avr abril abr aprile kwiecien kwietnia kwi duben dubna",
            "may mai mayo maggio mag mei maj maja kveten kvetna maio",
            "jun june juni juin junio giugno giu czerwiec czerwca cze cerven cervna junho",
            "jul july juli juillet juil julio luglio lug lipiec lipca lip cervenec cervence julho",
            "aug august aout agosto ago augustus sierpien sierpnia sie srpen srpna augusti",
            "sep sept september septembre septiembre settembre set wrzesien wrzesnia wrz zari setembro",
            "oct october okt oktober octobre octubre ottobre ott pazdziernik pazdziernika paz rijen rijna outubro out",
            "nov november novembre noviembre listopad listopada lis listopadu novembro",
            "dec december dez dezember decembre diciembre dic dicembre grudzien grudnia gru prosinec prosince dezembro des desember",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
SYMBOLS: Final[Mapping[str, str]] = {
    "€": "EUR", "£": "GBP", "¥": "JPY", "円": "JPY", "zł": "PLN", "kč": "CZK", "ft": "HUF", "lei": "RON", "₹": "INR",
    "₩": "KRW", "₺": "TRY", "₴": "UAH", "r$": "BRL", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "us$": "USD", "hk$": "HKD", "nz$": "NZD",
    "s$": "SGD", "fr.": "CHF", "sfr.": "CHF", "лв": "BGN", "$": "USD",
}  # fmt: skip
CODES: Final = frozenset(
    [
        "EUR",
        "USD",
        "GBP",
        "CHF",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CZK",
        "HUF",
        "RON",
        "JPY",
        "CAD",
        "AUD",
        "NZD",
        "INR",
        "BRL",
        "MXN",
        "SGD",
        "HKD",
        "CNY",
        "KRW",
        "TRY",
        "ZAR",
        "ILS",
        "THB",
        "ISK",
        "BGN",
        "UAH",
        "KWD",
        "BHD",
        "TND",
        "AED",
        "SAR",
    ]
)
FORMS: Final = _any(
    [
        "gmbh",
        "ag",
        "kg",
        "ohg",
        "ug",
        "ltd",
        "limited",
        "plc",
        "inc",
        "llc",
        "corp",
        "co",
        "sa",
        "sas",
        "sarl",
        "srl",
        "s.r.l.",
        "spa",
        "s.p.a.",
        "bv",
        "b.v.",
        "nv",
        "ab",
        "as",
        "a/s",
        "oy",
        "oyj",
        "aps",
        "sp.",
        "z",
        "o.o.",
        "s.a.",
        "e.k.",
        "kft",
        "s.r.o.",
        "lda",
    ]
)
