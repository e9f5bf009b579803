"""Moving in from another app: its export over HTTP, each account into one of one's own, and what is there afterwards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.factories.app_exports import FIREFLY, YNAB
from tests.journeys.product import ACCOUNTS, IMPORTS, TRANSACTIONS, Person, Product, sign_up

pytestmark = pytest.mark.journey

PROFILES = "/v1/interchange/profiles"


def moved_in(person: Person, export: str, filename: str) -> tuple[Any, dict[str, str]]:
    """Upload an export, make an account for each that it names, and commit it; gives job and accounts by name."""
    home = person.account("EUR", name="Only asked for")
    job = person.read(home, export.encode(), filename)
    assert job["state"] == "ready", job["problem"]
    accounts: dict[str, str] = {}
    mapping: dict[str, str | None] = {}
    for part in job["statements"]:
        accounts[part["name"]] = person.account(part["currency"], name=part["name"])
        mapping[str(part["index"])] = accounts[part["name"]]
    done = person.commit(job["id"], mapping)
    assert done["state"] == "done", done["problem"]
    person.product.settle()
    return done, accounts


def transactions(person: Person, account_id: str) -> list[tuple[str, str, str]]:
    rows = person.every(TRANSACTIONS, account_id=account_id)
    return sorted((row["booked_on"], row["amount"]["amount"], row["payee"]) for row in rows)


def balances(person: Person, accounts: dict[str, str]) -> dict[str, Decimal]:
    return {
        name: Decimal(person.get(f"{ACCOUNTS}/{one}")["balance"]["amount"])
        for name, one in accounts.items()
    }


def test_somebody_moves_in_from_ynab(product: Product) -> None:
    person = sign_up(product)

    job, accounts = moved_in(person, YNAB, "Register.csv")

    assert job["profile"]["name"] == "YNAB register"
    assert job["result"] == {**job["result"], "recorded": 6, "duplicates": 0}
    assert transactions(person, accounts["Checking"]) == [
        ("2026-01-29", "2500.00", "Employer"),
        ("2026-01-30", "-100.00", "Transfer : Savings"),
        ("2026-01-31", "-25.50", "Corner Market"),
    ]
    assert balances(person, accounts) == {
        "Checking": Decimal("2374.50"),
        "Savings": Decimal("100.00"),
        "Card": Decimal("27.70"),
    }


def test_the_preview_of_ynab_shows_parts_and_both_sides_of_a_transfer(product: Product) -> None:
    person = sign_up(product)
    job = person.read(person.account("EUR"), YNAB.encode(), "Register.csv")

    rows = person.every(f"{IMPORTS}/{job['id']}/rows")

    market = next(row for row in rows if row["payee"] == "Corner Market")
    assert [(one["amount"]["amount"], one["category"], one["memo"]) for one in market["parts"]] == [
        ("-20.00", "Everyday:Groceries", "food"),
        ("-5.50", "Everyday:Household", "soap"),
    ]
    sides = {row["index"]: row["transfer_row"] for row in rows if row["transfer_row"] is not None}
    assert len(sides) == 2
    assert all(sides[other] == at for at, other in sides.items())
    closed = next(row for row in rows if row["payee"].endswith("Closed Account"))
    assert (closed["other_account"], closed["transfer_row"]) == ("Closed Account", None)


def test_the_same_export_again_adds_nothing(product: Product) -> None:
    person = sign_up(product)
    _, accounts = moved_in(person, YNAB, "Register.csv")
    before = balances(person, accounts)

    again = person.read(accounts["Checking"], YNAB.encode(), "Register.csv")
    mapping = {str(part["index"]): accounts[part["name"]] for part in again["statements"]}
    done = person.commit(again["id"], mapping)

    assert (done["result"]["recorded"], done["result"]["duplicates"]) == (0, 6)
    assert balances(person, accounts) == before


def test_somebody_moves_in_from_firefly(product: Product) -> None:
    person = sign_up(product)

    job, accounts = moved_in(person, FIREFLY, "transactions.csv")

    assert job["profile"]["name"] == "Firefly III"
    assert balances(person, accounts) == {
        "Checking": Decimal("2115.30"),
        "Dollars": Decimal("110.00"),
        "Car loan": Decimal("300.00"),
    }
    diner = next(
        row
        for row in person.every(TRANSACTIONS, account_id=accounts["Checking"])
        if row["payee"] == "Diner"
    )
    assert diner["original_amount"] == {"amount": "-10.00", "currency": "USD"}


def test_a_table_that_nobody_knows_is_corrected_once_and_read_by_itself_from_then_on(
    product: Product,
) -> None:
    person = sign_up(product)
    account = person.account("EUR")
    january = b"When,What,Plus,Minus\n01/02/2026,Bakery,,4.20\n01/03/2026,Employer,2150.00,\n"
    february = b"Export of today\n\n" + january.replace(b"01/0", b"02/0")
    lost = person.read(account, january)
    columns = {"date": 0, "payee": [1], "money_in": 2, "money_out": 3, "header_line": 1}
    hints = {"date_order": "mdy", "columns": columns}

    corrected = person.read(account, january, hints=hints)
    profile = person.post(PROFILES, {"name": "Village bank", "from_import": corrected["id"]})
    later = person.read(account, february)

    assert lost["counts"]["importable"] == 0
    assert later["profile"] == {"id": profile["id"], "name": "Village bank", "built_in": False}
    assert [row["booked_on"] for row in person.every(f"{IMPORTS}/{later['id']}/rows")] == [
        "2026-02-02",
        "2026-02-03",
    ]
