"""What one app writes in several ways: languages, older layouts, fees, and lines that belong together or not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.factories import app_exports
from tests.support.app_rows import cells, read, shown_row

PAYPAL_HEADERS = {
    "German": "Datum;Uhrzeit;Zeitzone;Name;Typ;Status;Währung;Brutto;Entgelt;Netto;Transaktionscode;Zugehöriger Transaktionscode",
    "German of 2019": "Datum;Uhrzeit;Zeitzone;Name;Typ;Status;Währung;Brutto;Gebühr;Netto;Transaktionscode;Zugehöriger Transaktionscode",
    "French": "Date;Heure;Fuseau horaire;Nom;Type;État;Devise;Avant commission;Commission;Net;Numéro de transaction;Numéro de la transaction de référence",
    "Spanish": "Fecha;Hora;Zona horaria;Nombre;Tipo;Estado;Divisa;Bruto;Comisión;Neto;Id. de transacción;Id. de transacción de referencia",
    "Italian": "Data;Orario;Fuso orario;Nome;Tipo;Stato;Valuta;Lordo;Tariffa;Netto;Codice transazione;Codice transazione di riferimento",
    "Dutch": "Datum;Tijd;Tijdzone;Naam;Type;Status;Valuta;Bruto;Kosten;Net;Transactiereferentie;Referentietransactiereferentie",
}  # fmt: skip
CONVERSIONS = {
    "German": "Allgemeine Währungsumrechnung",
    "German of 2019": "Allgemeine Währungsumrechnung",
    "French": "Conversion de devise générale",
    "Spanish": "Conversión de divisa general",
    "Italian": "Conversione di valuta generica",
    "Dutch": "Algemene valutaomrekening",
}


@pytest.mark.parametrize("language", sorted(PAYPAL_HEADERS))
def test_paypal_is_read_in_the_languages_of_its_users(language: str) -> None:
    conversion = CONVERSIONS[language]
    text = "\n".join(
        [
            PAYPAL_HEADERS[language],
            "31.01.2026;10:00:00;CET;Laden;x;y;USD;-10,00;0,00;-10,00;P1;",
            f"31.01.2026;10:00:00;CET;;{conversion};y;EUR;-9,20;0,00;-9,20;P2;P1",
            f"31.01.2026;10:00:00;CET;;{conversion};y;USD;10,00;0,00;10,00;P3;P1",
            "30.01.2026;10:00:00;CET;Kunde;x;y;EUR;1.100,00;-3,20;1.096,80;P5;",
        ]
    )

    parsed = read(text)

    assert parsed.dialect == "paypal"
    assert [shown_row(row) for row in parsed.rows] == [
        "2026-01-31 -9.20 EUR [Laden] [] id=P1 paid=-10.00 USD",
        "2026-01-30 1096.80 EUR [Kunde] [] id=P5 part=1100.00:: part=-3.20::PayPal fee",
    ]


@pytest.mark.parametrize(
    "kind",
    ["Account Hold for Open Authorization", "Reversal of General Account Hold", "Request Received"],
)
def test_what_paypal_only_holds_is_not_imported(kind: str) -> None:
    rows = read(
        app_exports.PAYPAL.replace("Mobile Payment", kind).replace("Pending", "Completed")
    ).rows

    [bakery] = [row for row in rows if row.payee == "Bakery"]
    assert [problem.code for problem in bakery.problems] == ["not-booked"]


def test_conversion_lines_that_do_not_add_up_stay_rows_of_their_currencies() -> None:
    parsed = read(app_exports.PAYPAL.replace('"10.00","0.00","10.00"', '"9.99","0.00","9.99"'))

    assert {one.currency for one in parsed.statements} == {"EUR", "USD"}
    assert "conversion-joined" not in {note.code for note in parsed.notes}


def test_firefly_without_types_of_accounts_goes_by_the_type_of_the_journal() -> None:
    lines = [
        ",".join(cells(line)[0][:17] + cells(line)[0][19:20])
        for line in app_exports.FIREFLY.splitlines()
    ]

    parsed = read("\n".join(lines))

    assert {one.account.name for one in parsed.statements} == {"Checking", "Dollars"}
    opening = next(row for row in parsed.rows if row.booked_on == date(2026, 1, 1))
    assert opening.amount == Decimal("50.00")


def test_a_refund_of_wise_is_not_counted() -> None:
    rows = read(app_exports.WISE.replace("TRANSFER-1,COMPLETED", "TRANSFER-1,REFUNDED")).rows

    assert [problem.code for problem in rows[0].problems] == ["not-booked"]


def test_a_fee_in_another_currency_than_the_payment_is_no_part_of_it() -> None:
    rows = read(app_exports.WISE.replace("0.45,EUR", "0.45,USD")).rows

    assert rows[0].amount == Decimal("-120.00")


def test_an_exchange_with_a_fee_is_a_transfer_and_a_fee() -> None:
    text = app_exports.REVOLUT.replace(
        "Exchanged to USD,-10.00,0.00", "Exchanged to USD,-10.00,0.25"
    )

    rows = read(text).statements[0].rows

    assert [shown_row(row) for row in rows[2:4]] == [
        "2026-01-08 -10.00 EUR [Exchanged to USD] [] exchange-1 other=Current",
        "2026-01-08 -0.25 EUR [Revolut fee] []",
    ]


def test_a_transfer_between_accounts_of_two_currencies_is_linked() -> None:
    head = app_exports.MONEFY.splitlines()[0]
    parsed = read(
        f"{head}\n30/01/2026,Cash,To 'Dollars',-100.00,EUR,-100.00,EUR,x\n"
        "30/01/2026,Dollars,From 'Cash',110.00,USD,100.00,EUR,x\n"
    )

    assert [row.extras and row.extras.transfer for row in parsed.rows] == ["transfer-1"] * 2


def test_two_equal_transfers_of_a_day_are_two_pairs() -> None:
    head, *lines = app_exports.MONEFY.splitlines()
    parsed = read("\n".join([head, lines[1], lines[1], lines[2], lines[2]]))

    marks = [row.extras.transfer for row in parsed.rows if row.extras]
    assert sorted(marks) == ["transfer-1", "transfer-1", "transfer-2", "transfer-2"]
