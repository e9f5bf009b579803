"""Layouts of well-known exports, from memory of their headers, with made-up rows.

Each says what must come out: day, amount, currency and payee of every row that is a transaction.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from chalicelib.interchange.model.formats import parse

BANKS = {
    "chase card": (
        ("Transaction Date,Post Date,Description,Category,Type,Amount,Memo\n"
        "01/15/2024,01/16/2024,SHOP A,Food,Sale,-5.25,\n01/20/2024,01/21/2024,THANK YOU,,Payment,100.00,\n"),
        ["2024-01-16 -5.25 - SHOP A", "2024-01-21 100.00 - THANK YOU"],
    ),
    "bank of america": (
        ('Description,,Summary Amt.\nBeginning balance as of 01/01/2024,,"1,000.00"\nTotal credits,,"50.00"\n\n'
        "Date,Description,Amount,Running Bal.\n"
        '01/01/2024,Beginning balance as of 01/01/2024,,"1,000.00"\n01/15/2024,SHOP,"-12.34","987.66"\n'),
        ["2024-01-15 -12.34 - SHOP"],
    ),
    "wells fargo": (
        '"01/15/2024","-25.00","*","","PURCHASE SHOP"\n"01/16/2024","1500.00","*","","PAYROLL"\n',
        ["2024-01-15 -25.00 - PURCHASE SHOP", "2024-01-16 1500.00 - PAYROLL"],
    ),
    "lloyds": (
        ("Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,Credit Amount,Balance\n"
        "15/01/2024,DEB,'30-00-00,12345678,SHOP,12.34,,100.00\n16/01/2024,FPI,'30-00-00,12345678,PAY,,5.00,105.00\n"),
        ["2024-01-15 -12.34 - SHOP", "2024-01-16 5.00 - PAY"],
    ),
    "nationwide": (
        ('"Account Name:","FlexAccount ****1"\n"Account Balance:","£1,000.00"\n"Available Balance: ","£1,000.00"\n\n'
        '"Date","Transaction type","Description","Paid out","Paid in","Balance"\n'
        '"15 Jan 2024","Visa purchase","SHOP","£12.34","","£987.66"\n"16 Jan 2024","Credit","PAY","","£5.00","£992.66"\n'),
        ["2024-01-15 -12.34 GBP SHOP", "2024-01-16 5.00 GBP PAY"],
    ),
    "starling": (
        ("Date,Counter Party,Reference,Type,Amount (GBP),Balance (GBP),Spending Category,Notes\n"
        "15/01/2024,SHOP,REF,CONTACTLESS,-12.34,100.00,GROCERIES,\n"),
        ["2024-01-15 -12.34 GBP SHOP"],
    ),
    "dkb": (
        ('"Girokonto";"DE12"\n""\n"Kontostand vom 16.01.2024:";"1.000,00 €"\n""\n'
        '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";"IBAN";"Betrag (€)";"Gläubiger-ID"\n'
        '"15.01.24";"15.01.24";"Gebucht";"Max";"SHOP";"Danke";"Ausgang";"DE3";"-12,34";""\n'),
        ["2024-01-15 -12.34 EUR SHOP"],
    ),
    "comdirect": (
        ('\n"Umsätze Girokonto";"Zeitraum: 30 Tage";\n"Neuer Kontostand";"1.000,00 EUR";\n\n'
        '"Buchungstag";"Wertstellung (Valuta)";"Vorgang";"Buchungstext";"Umsatz in EUR";\n'
        '"offen";"--";"Karte";" SHOP B";"-1,00";\n"15.01.2024";"15.01.2024";"Lastschrift";" SHOP A";"-12,34";\n"Alter Kontostand";"1.012,34 EUR";\n'),
        ["2024-01-15 -12.34 EUR SHOP A"],
    ),
    "deutsche bank": (
        ("Umsätze Girokonto;;;Kundennummer: 1\n01.01.2024 - 16.01.2024\nLetzter Kontostand;;;;1.000,00;EUR\n\n"
        "Buchungstag;Wert;Umsatzart;Begünstigter / Auftraggeber;Verwendungszweck;IBAN;BIC;Kundenreferenz;Mandatsreferenz ;Gläubiger ID;Fremde Gebühren;Betrag;Abweichender Empfänger;Anzahl der Aufträge;Anzahl der Schecks;Soll;Haben;Währung\n"
        "15.01.2024;15.01.2024;Lastschrift;SHOP;Danke;DE1;B;;;;;;;;;-12,34;;EUR\n16.01.2024;16.01.2024;Gutschrift;PAY;Lohn;DE1;B;;;;;;;;;;1.500,00;EUR\n"
        "Kontostand;16.01.2024;;;1.000,00;EUR\n"),
        ["2024-01-15 -12.34 EUR SHOP", "2024-01-16 1500.00 EUR PAY"],
    ),
    "volksbank": (
        ("Bezeichnung Auftragskonto;IBAN Auftragskonto;BIC Auftragskonto;Bankname Auftragskonto;Buchungstag;Valutadatum;Name Zahlungsbeteiligter;IBAN Zahlungsbeteiligter;BIC (SWIFT-Code) Zahlungsbeteiligter;Buchungstext;Verwendungszweck;Betrag;Waehrung;Saldo nach Buchung;Bemerkung\n"
        "Giro;DE1;B;VB;15.01.2024;15.01.2024;SHOP;DE3;B;Lastschrift;Danke;-12,34;EUR;1.000,00;\n"),
        ["2024-01-15 -12.34 EUR SHOP"],
    ),
    "paypal german": (
        ('"Datum","Uhrzeit","Zeitzone","Beschreibung","Währung","Brutto","Entgelt","Netto","Guthaben","Transaktionscode"\n'
        '"15.01.2024","10:00:00","CET","Handyzahlung","EUR","100,00","-2,84","97,16","197,16","X1"\n'),
        ["2024-01-15 97.16 EUR Handyzahlung"],
    ),
    "ing nl": (
        ('"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mutatiesoort";"Mededelingen"\n'
        '"20240115";"SHOP";"NL1";"NL2";"BA";"Af";"12,34";"Betaalautomaat";"x"\n"20240116";"PAY";"NL1";"NL2";"OV";"Bij";"5,00";"Overschrijving";"y"\n'),
        ["2024-01-15 -12.34 EUR SHOP", "2024-01-16 5.00 EUR PAY"],
    ),
    "abn amro": (
        "123456789\tEUR\t20240115\t1000,00\t987,66\t20240115\t-12,34\tBEA SHOP\n123456789\tEUR\t20240116\t987,66\t992,66\t20240116\t5,00\tPAY\n",
        ["2024-01-15 -12.34 EUR BEA SHOP", "2024-01-16 5.00 EUR PAY"],
    ),
    "boursorama": (
        ("dateOp;dateVal;label;category;categoryParent;supplierFound;amount;comment;accountNum;accountLabel;accountbalance\n"
        '2024-01-15;2024-01-15;"CARTE SHOP";Alim;Vie;shop;-12,34;;0001;BOURSO;1000.00\n'),
        ["2024-01-15 -12.34 - shop"],
    ),
    "caisse d'epargne": (
        ("Date de comptabilisation;Libelle simplifie;Libelle operation;Reference;Informations complementaires;Type operation;Categorie;Sous categorie;Debit;Credit;Date operation;Date de valeur;Pointage operation\n"
        "15/01/2024;SHOP;CB SHOP;X;;Carte;A;B;-12,34;;14/01/2024;15/01/2024;0\n16/01/2024;PAY;VIR PAY;Y;;Virement;A;B;;+5,00;16/01/2024;16/01/2024;0\n"),
        ["2024-01-15 -12.34 - SHOP", "2024-01-16 5.00 - PAY"],
    ),
    "caixabank": (
        "Concepto;Fecha;Importe;Saldo\nSHOP;15/01/2024;-12,34EUR;1.000,00EUR\n",
        ["2024-01-15 -12.34 EUR SHOP"],
    ),
    "bbva": (
        ("F.Valor;Fecha;Concepto;Movimiento;Importe;Divisa;Disponible;Divisa;Observaciones\n"
        "15/01/2024;16/01/2024;SHOP;Pago;-12,34;EUR;1.000,00;EUR;x\n"),
        ["2024-01-16 -12.34 EUR SHOP"],
    ),
    "fineco": (
        ("Data;Entrate;Uscite;Descrizione;Descrizione_Completa;Stato\n"
        "15/01/2024;;-12,34;SHOP;SHOP MILANO;Contabilizzato\n16/01/2024;5,00;;PAY;PAY X;Contabilizzato\n17/01/2024;;-1,00;HOLD;;Autorizzato\n"),
        ["2024-01-15 -12.34 - SHOP", "2024-01-16 5.00 - PAY"],
    ),
    "nubank account": (
        "Data,Valor,Identificador,Descrição\n15/01/2024,-12.34,a-1,SHOP\n",
        ["2024-01-15 -12.34 - SHOP"],
    ),
    "postfinance": (
        ("Datum von:;2024-01-01\nKonto:;CH1\nWährung:;CHF\n\n"
        "Datum;Avisierungstext;Gutschrift in CHF;Lastschrift in CHF;Valuta;Saldo in CHF\n"
        "15.01.2024;SHOP;;-12.34;15.01.2024;1000.00\n16.01.2024;PAY;5.00;;16.01.2024;1005.00\n\nDisclaimer:\nThe content is x\n"),
        ["2024-01-15 -12.34 CHF SHOP", "2024-01-16 5.00 CHF PAY"],
    ),
    "nordea": (
        ("Bokföringsdag;Belopp;Avsändare;Mottagare;Namn;Rubrik;Saldo;Valuta\n"
        "2024/01/15;-12,34;1;;;SHOP;1000,00;SEK\n"),
        ["2024-01-15 -12.34 SEK SHOP"],
    ),
    "dnb": (
        '"Dato";"Forklaring";"Rentedato";"Ut fra konto";"Inn på konto"\n"15.01.2024";"SHOP";"15.01.2024";"12.34";""\n"16.01.2024";"PAY";"16.01.2024";"";"5"\n',
        ["2024-01-15 -12.34 - SHOP", "2024-01-16 5 - PAY"],
    ),
    "op finland": (
        ('"Kirjauspäivä";"Arvopäivä";"Määrä EUROA";"Laji";"Selitys";"Saaja/Maksaja";"Saajan tilinumero";"Viite";"Viesti";"Arkistointitunnus"\n'
        '2024-01-15;2024-01-15;-12,34;"162";"KORTTI";"SHOP";;;"x";"A1"\n'),
        ["2024-01-15 -12.34 - SHOP"],
    ),
    "mbank": (
        ("mBank S.A.;\n#Klient;\nMAX;\n\n#Data operacji;#Opis operacji;#Rachunek;#Kategoria;#Kwota;\n"
        '2024-01-15;"SHOP   ";"eKonto 1234";"Zakupy";-12,34 PLN;;\n2024-01-16;"PAY";"eKonto 1234";"Wpływ";1 500,00 PLN;;\n'),
        ["2024-01-15 -12.34 PLN SHOP", "2024-01-16 1500.00 PLN PAY"],
    ),
    "fio": (
        '"ID pohybu";"Datum";"Objem";"Měna";"Protiúčet";"Název protiúčtu"\n"1";"15.01.2024";"-12,34";"CZK";"1/0800";"SHOP"\n',
        ["2024-01-15 -12.34 CZK SHOP"],
    ),
    "tinkoff": (
        ('"Дата операции";"Дата платежа";"Номер карты";"Статус";"Сумма операции";"Валюта операции";"Сумма платежа";"Валюта платежа";"MCC";"Описание"\n'
        '"15.01.2024 10:00:00";"16.01.2024";"*1";"OK";"-10,00";"USD";"-900,00";"RUB";"5411";"SHOP"\n'),
        ["2024-01-16 -900.00 RUB SHOP"],
    ),
    "hdfc": (
        ("Date,Narration,Chq./Ref.No.,Value Dt,Withdrawal Amt.,Deposit Amt.,Closing Balance\n"
        "15/01/24,SHOP,0001,15/01/24,12.34,,1000.00\n16/01/24,PAY,0002,16/01/24,,5.00,1005.00\n"),
        ["2024-01-15 -12.34 - SHOP", "2024-01-16 5.00 - PAY"],
    ),
    "commbank": (
        ('15/01/2024,"-12.34","SHOP","+1000.00"\n14/01/2024,"+5.00","PAY","+1012.34"\n13/01/2024,"-1.00","CAFE","+1007.34"\n'
        '12/01/2024,"-2.00","BUS","+1008.34"\n11/01/2024,"-3.00","TRAM","+1010.34"\n'),
        ["2024-01-15 -12.34 - SHOP", "2024-01-14 5.00 - PAY", "2024-01-13 -1.00 - CAFE", "2024-01-12 -2.00 - BUS", "2024-01-11 -3.00 - TRAM"],
    ),
    "td canada, proven by its balance": (
        "01/15/2024,SHOP,12.34,,987.66\n01/16/2024,PAY,,5.00,992.66\n01/17/2024,CAFE,2.66,,990.00\n01/18/2024,BUS,3.00,,987.00\n",
        ["2024-01-15 -12.34 - SHOP", "2024-01-16 5.00 - PAY", "2024-01-17 -2.66 - CAFE", "2024-01-18 -3.00 - BUS"],
    ),
    "westpac": (
        ("Bank Account,Date,Narrative,Debit Amount,Credit Amount,Balance,Categories,Serial\n"
        "732000,15/01/2024,SHOP,12.34,,100.00,OTHER,\n732000,16/01/2024,PAY,,5.00,105.00,DEP,\n"),
        ["2024-01-15 -12.34 - SHOP", "2024-01-16 5.00 - PAY"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BANKS)
def test_a_well_known_layout_is_read(name: str) -> None:
    text, expected = BANKS[name]

    rows = [row for row in parse(text.encode()).rows if not row.problems]

    assert [
        f"{row.booked_on} {row.amount} {row.currency or '-'} {row.payee}" for row in rows
    ] == expected


def test_a_balance_beside_two_unnamed_columns_is_never_taken_for_the_amount() -> None:
    rows = parse(b"01/15/2024,SHOP,12.34,,987.66\n01/16/2024,PAY,,5.00,992.60\n").rows

    assert [row.amount for row in rows] == [None, None]
    assert [[problem.code for problem in row.problems] for row in rows] == [["no-direction"]] * 2


def test_the_merchant_category_of_a_table_is_kept() -> None:
    (row,) = parse(b"Date,Payee,Amount,MCC\n2026-01-31,x,-1.00,5411\n").rows

    assert row.mcc == "5411"


def test_a_card_statement_of_unsigned_purchases_is_pointed_out() -> None:
    text = (
        "Date,Description,Amount\n" + "2026-01-30,SHOP,10.00\n" * 5 + "2026-01-31,PAYMENT,-50.00\n"
    )
    parsed = parse(text.encode())

    assert parsed.rows[0].amount == Decimal("10.00")
    assert "mostly-positive-amounts" in {note.code for note in parsed.notes}
