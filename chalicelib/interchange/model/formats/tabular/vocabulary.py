"""What column headers are called, in the languages of the banks: word -> role and rank.

A word stands once. A lower rank is the better column where a file has several of a role: the
booking date before the date of purchase, the amount in the account's currency before another.
Collected from the headers of real exports; no bank is named here, a header is enough.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from chalicelib.kernel.currencies import EXPONENTS

_NO_WORD: Final = re.compile(r"[^a-z0-9]++")
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
SIGN_CURRENCY: Final = {"€": "EUR", "£": "GBP", "元": "CNY"}


class Meaning(NamedTuple):
    """What a header cell says: its role, how good it is, and a currency if it names one."""

    role: str
    rank: int
    currency: str | None


_WORDS: Final[dict[str, str]] = {
    "date 0": """
        booking date|booked|booked on|date booked|posting date|posted date|post date|posted|
        date posted|date processed|processed date|processing date|completed date|date completed|
        buchungsdatum|buchungstag|buchung|gebucht am|datum buchung|date comptable|
        date de comptabilisation|fecha contable|fecha de contabilizacion|data contabile|
        data registrazione|boekdatum|boekingsdatum|datum verrekening|bokforingsdag|
        bokforingsdatum|bogforingsdato|bokforingsdato|kirjauspaiva|data ksiegowania|
        datum zauctovani|datum zuctovania|konyveles datuma|konyvelesi datum|data lancamento|
        data de lancamento|дата проводки|дата обработки|记账日期|入账日期|入账时间|clearing date|
        date completed utc|finished on|dateop|дата платежа""",
    "date 1": """
        date|datum|dato|data|fecha|paivamaara|pvm|paivays|kuupaev|datums|tarih|дата|日期|时间|交易时间|
        交易日期|datetime|date time|date and time|fecha y hora|timestamp|date utc|dag""",
    "date 2": """
        transaction date|trans date|date of transaction|trade date|purchase date|order date|
        belegdatum|umsatzdatum|kaufdatum|datum verrichting|datum transactie|transactiedatum|
        date operation|date de l operation|date d operation|date de transaction|date d achat|
        fecha operacion|fecha de operacion|fecha transaccion|fecha de la operacion|
        data operazione|data transakcji|data operacji|data transacao|data da transacao|
        data movimento|datum provedeni|datum transakce|tranzakcio datuma|transaktionsdatum|
        transaksjonsdato|kopdatum|started date|tapahtumapaiva|operacijos data|дата операции|
        created|created at|created on|execution date|datum uskutocnenia|txn date|tran date|
        transaction date time|date effective""",
    "date 3": """
        value date|valutadatum|wertstellung|wertstellungsdatum|wertstellungstag|date valeur|
        date de valeur|fecha valor|data valuta|rentedatum|valutadag|rentedato|arvopaiva|
        data waluty|valutadato|ertenap|data valor|effective date|datum valuty|дата валютирования|
        value dt|val dt|wert|wertstellung valuta|f valor|dateval""",
    "amount 0": """
        net amount|net|netto|buchungsbetrag|zauctovana castka|amount in account currency|
        kwota transakcji waluta rachunku|сумма платежа""",
    "amount 1": """
        amount|transaction amount|amount total|total amount|betrag|umsatz|montant|
        montant de l operation|importe|importo|valor|valore|quantia|montante|kwota|kwota operacji|
        kwota transakcji|castka|suma|osszeg|tranzakcio osszege|bedrag|bedrag transactie|belop|
        belopp|belob|maara|summa|summ|сумма|сумма операции|金额|交易金额|amt|iznos|tutar|islem tutari|
        ilosc|umsatz in|montant operation|montant operation en euro|montant en euros|maara euroa|
        objem|importo in euro|amount charged""",
    "amount 2": """
        gross|value|item total|total|amount in|bedrag in|betrag in|paid amount|bruto|brutto""",
    "out 0": """
        debit|debits|debit amount|amount debit|withdrawal|withdrawals|withdrawal amount|
        withdrawal amt|paid out|money out|outflow|out|spent|soll|belastung|belastungen|
        lastschrift|ausgaben|ausgang|debet|af|uitgaven|debito|debiti|uscite|dare|addebiti|cargo|
        cargos|gasto|debe|saida|saidas|debitos|depense|depenses|retrait|retraits|obciazenia|
        obciazenie|wydatki|vydaje|terheles|kiadas|uttag|ut fra konto|ud|ut|islaidos|rozchod|
        расход|списание|支出|支出金额|borc|debit euros|lastschrift in|belastung in|debit in|
        withdrawals debits|amount withdrawn|debited amount""",
    "in 0": """
        credit|credits|credit amount|amount credit|deposit|deposits|deposit amount|deposit amt|
        paid in|money in|inflow|in|received|haben|gutschrift|gutschriften|einnahmen|eingang|
        credito|crediti|entrate|avere|accrediti|abono|abonos|ingreso|ingresos|haber|entrada|
        entradas|creditos|recette|recettes|versement|versements|uznania|uznanie|wplywy|prijmy|
        jovairas|bevetel|insattning|inn pa konto|inn|ind|bij|inkomsten|pajamos|przychod|приход|
        зачисление|поступление|收入|收入金额|alacak|credit euros|gutschrift in|credit in|
        deposits credits|amount deposited|credited amount""",
    "direction 0": """
        d c|c d|d k|dr cr|cr dr|debit credit|credit debit|debit or credit|dc|soll haben|s h|h s|
        af bij|bij af|debet credit|sens|bevetel kiadas|收 支|收支类型|direction|transaction direction|
        debit credit indicator|credit debit indicator|in out|kredit debit""",
    "kind 0": """
        type|transaction type|trans type|art|umsatzart|action|transaktionstyp|typ transakce|typ|
        code|transaction code|tranzakcio tipusa|交易类型|交易分类|umsatztyp|type operation|typ transakcji|
        vorgang|mutatiesoort|laji""",
    "mcc 0": "mcc|merchant category code",
    "category 0": """
        category|category name|kategorie|categorie|categoria|kategoria|kategori|luokka|kategoria transakcji|
        kategorie transakce|категория|类别|分类""",
    "tags 0": "tags|tag|labels|etiquetas|etichette|schlagworte|schlagworter|stichworte|теги|метки",
    "currency 0": """
        currency|ccy|currency code|transaction currency|wahrung|waehrung|buchungswahrung|devise|
        monnaie|moneda|divisa|munt|muntsoort|moeda|waluta|mena|mena uctu|deviza|devizanem|penznem|
        tranzakcio devizaneme|valiuta|valuuta|valuutta|валюта|币种|account currency|valutakod|doviz|
        devies|валюта платежа|currency symbol""",
    "valuta 0": "valuta",
    "foreign 0": """
        amount currency|original amount|originalbetrag|betrag fremdwahrung|local amount|
        foreign amount|oorspr bedrag|puvodni castka a mena|exchange to amount|original currency|
        fremdwahrung|originalwahrung|local currency|oorspr munt|foreign currency|exchange from|
        exchange to|сумма операции в валюте|валюта операции|balance impact""",
    "fee 0": """
        fee|fees|fee amount|amount fee|fees comm|commission|total fees|gebuhr|poplatek|
        kosten op verrichting|service charge|frais|reg fee|entgelt|source fee amount|charges""",
    "balance 0": """
        balance|running balance|runningbalance|account balance|ledger balance|balance after|
        net cash balance|saldo|saldo na trn|saldo na transactie|saldo nach buchung|kontostand|
        solde|solde apres operation|zustatek|zostatok|egyenleg|saldo po operacji|
        saldo po transakcji|likutis|остаток|баланс|余额|账户余额|bakiye|closing balance|running bal|
        guthaben|disponible|saldo in|remaining balance|available balance""",
    "payee 0": """
        payee|payee name|merchant|merchant name|counterparty name|counteraccount name|
        partner name|partner neve|beneficiary|recipient|beguenstigter zahlungspflichtiger|
        beguenstigter|zahlungspflichtiger|begunstigter zahlungspflichtiger|auftraggeber empfanger|
        empfanger|empfangername|zahlungsempfanger|name zahlungsbeteiligter|naam tegenpartij|
        naam omschrijving|tiers|beneficiaire|beneficiario|nadawca odbiorca|odbiorca|
        nazev protiuctu|protistrana|gavejas|moketojas gavejas|mottagare|modtager|saaja|
        saaja maksaja|交易对方|商户名称|handelaar|nimi|получатель|контрагент|seller|counter party|
        zahlungsempfanger in|begunstigter auftraggeber|beguenstigter auftraggeber|
        naam tegenpartij bevat|supplierfound|text mottagare|dane kontrahenta|merchant description|
        payer payee name|transaction party""",
    "payee 1": "name|naam|nom|counterparty|namn",
    "payee 2": """
        description|beschreibung|tekst|beskrivelse|bezeichnung|text|label|libelle|concepto|
        descripcion|descrizione|causale|omschrijving|opis|popis|transaktionsbeschreibung|desc|
        narrative|narration|title|details|transaction details|particulars|items|paaiskinimai|
        selite|selitys|tytul|megnevezes|aciklama|описание|商品|商品说明|historico|descricao|
        transaction description|transactie|libelle operation|libelle court|libelle simplifie|
        lancamento|rubrik|forklaring|opis operacji|opis transakcji|selitys viesti|avisierungstext|
        transaction remarks|description 1|remarks""",
    "memo 0": """
        memo|notes|note|message|original description|verwendungszweck|buchungstext|umsatztext|
        mededelingen|vrije mededeling|gestructureerde mededeling|omschrijving 1|omschrijving 2|
        omschrijving 3|payment reference|reference|kommentar|poznamka|zprava|zprava pro prijemce|
        message for payee|message for me|client note|kozlemeny|reszletek|referenz|ref|
        communication|remittance information|comments|toelichting|备注|item|polozka|purpose|detail|
        memodet|memoconv|transaktionsbeschreibung zusatz|from|to|item title|referencia|comment|
        detail de l ecriture|informations complementaires|observaciones|descrizione completa|
        viesti|viite|szczegoly|description 2|spending category|zahlungspflichtiger in|avsandare|
        notes and tags""",
    "id 0": """
        transaction id|id|trans id|tx id|fitid|identifier|transaction reference number|
        referencni cislo transakce|id transakce|交易单号|交易订单号|archivierungskennung|archive id|
        transferwise id|reference number|transaction number|iraso nr|volgnr|transaktionscode|
        identificador|arkistointitunnus|id pohybu|nr transakcji|transaction identifier|
        transactienummer""",
    "account 0": """
        account|account name|account number|account id|auftragskonto|auftraggeberkonto|rekening|
        rekeningnummer|iban bban|saskaitos nr|cislo uctu|szamlaszam|kredietkaart|card number|
        card no|konto|konto nr|umsatz getatigt von|accountlabel|accountnum|rachunek|
        iban auftragskonto|bezeichnung auftragskonto""",
    "account 1": "kontonummer|iban|bank account|compte|cuenta",
    "status 0": "status|state|transaction status|交易状态|当前状态|stato|estado|statut|stav",
    "holding 0": """
        quantity|price|market value|cost basis|cost share|gain loss|open date|holding period|
        52 week low|52 week high|price change|day change|of account""",
    "order 0": "order id|order url|asin isbn|order status",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split("|"))


SUMMARIES: Final = _words("""
    opening balance|closing balance|balance brought forward|balance carried forward|
    beginning balance|ending balance|anfangssaldo|endsaldo|schlusssaldo|alter kontostand|
    neuer kontostand|saldo inicial|saldo final|saldo iniziale|saldo finale|solde initial|solde final|
    beginsaldo|eindsaldo|likutis pradžiai|likutis pabaigai|apyvarta|turnover|käive|apgrozījums|
    algsaldo|lõppsaldo|atlikums perioda sākumā|
    saldo początkowe|saldo końcowe|počáteční zůstatek|konečný zůstatek|nyitó egyenleg|záró egyenleg|
    期初余额|期末余额|合计""")
"""Texts of lines that repeat a balance or a turnover: whole cells, in lower case."""
SUMMARY_STARTS: Final = tuple(
    f"{words} "
    for words in _words("""
    total|transactions total|sum|summe|gesamt|saldo|balance|opening balance|closing balance|
    ending balance|beginning balance|solde|somme|suma|totale|totaal|anfangssaldo|endsaldo|
    kontostand|alter kontostand|neuer kontostand|合计|итого""")
)
"""How the first text of such a line starts where it stands outside the table's columns."""
NOT_BOOKED: Final = _words("""
    pending|offen|venter|autorizzato|in progress|declined|failed|reverted|refused|rejected|cancelled|canceled|denied|
    removed|unbooked|vorgemerkt|in bearbeitung|storniert|abgelehnt|geplant|en attente|annule|
    pendiente|rechazado|cancelado|in attesa|annullato|oczekujaca|odrzucona|ceka na zpracovani|
    交易关闭|等待付款|支付失败|обрабатывается|отменено""")
"""States, folded, in which no money has moved, or not for good."""
DEBIT_FLAGS: Final = _words("""
    -|d|dr|dt|debit|debet|soll|s|af|withdrawal|outflow|out|o|支出|kiadas|belastung|expense|debito|
    cargo|wydatek""")
"""Flags, folded, of money that leaves the account."""
CREDIT_FLAGS: Final = _words("""
    +|c|cr|kt|credit|kredit|haben|h|k|bij|deposit|inflow|in|i|收入|bevetel|gutschrift|income|credito|
    abono|uznanie""")
"""Flags, folded, of money that arrives."""


@lru_cache(maxsize=4_096)
def fold(text: str) -> str:
    """Bring a header to its plain form: lower case, no accents, words of letters and digits."""
    lowered = text[:200].casefold()
    if lowered.isascii():
        return _NO_WORD.sub(" ", lowered).strip()
    decomposed = unicodedata.normalize("NFKD", lowered.translate(_LETTERS))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join("".join(char if char.isalnum() else " " for char in bare).split())


def flag_word(text: str) -> str:
    """Fold a flag; a mere + or - stays what it is."""
    return fold(text) or text.strip()


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, int]]:
    return {
        word.strip(): (key.split()[0], int(key.split()[1]))
        for key, words in _WORDS.items()
        for word in words.split("|")
    }


def meaning(header: str) -> Meaning | None:
    """Look a header cell up, with or without a currency in it: `Amount (EUR)`, `Částka CZK`."""
    table = _table()
    found = table.get(fold(header))
    bare, currency = _without_currency(header)
    if found:
        return Meaning(*found, currency)
    found = table.get(fold(bare)) if currency else None
    return Meaning(*found, currency) if found else None


def _without_currency(header: str) -> tuple[str, str | None]:
    for sign, code in SIGN_CURRENCY.items():
        if sign in header:
            return header.replace(sign, " "), code
    for token in (
        header.replace("(", " ").replace(")", " ").replace("[", " ").replace("]", " ").split()
    ):
        if len(token) == 3 and token.isupper() and token in EXPONENTS:
            return header.replace(token, " "), token
    return header, None
