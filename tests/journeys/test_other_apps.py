"""Moving in from another app: its export over HTTP, each account into one of one's own, and what is there afterwards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.factories.app_exports import FIREFLY, YNAB
from tests.journeys.product import (
    ACCOUNTS,
    CATEGORIES,
    IMPORTS,
    TRANSACTIONS,
    Person,
    Product,
    sign_up,
)

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


def ledger(person: Person, account_id: str) -> dict[str, Any]:
    """Give an account's transactions by payee."""
    return {row["payee"]: row for row in person.every(TRANSACTIONS, account_id=account_id)}


def category(person: Person, category_id: str | None) -> str:
    """Give the path of a category's names."""
    names: list[str] = []
    known = {one["id"]: one for one in person.every(CATEGORIES)}
    while category_id is not None:
        names.insert(0, known[category_id]["name"])
        category_id = known[category_id]["parent_id"]
    return ":".join(names)


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
    checking, savings = ledger(person, accounts["Checking"]), ledger(person, accounts["Savings"])
    assert [
        (part["amount"]["amount"], category(person, part["category_id"]), part["notes"])
        for part in checking["Corner Market"]["parts"]
    ] == [("-20.00", "Everyday:Groceries", "food"), ("-5.50", "Everyday:Household", "soap")]
    moved = checking["Transfer : Savings"]
    assert (moved["kind"], moved["transfer"]["to_account_id"]) == ("transfer", accounts["Savings"])
    assert moved["tags"] == ["Red"]
    assert list(savings.values()) == [moved]
    books = ledger(person, accounts["Card"])["Bookshop"]
    assert (category(person, books["category_id"]), books["category_source"]) == (
        "Fun:Books",
        "import",
    )
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
    checking = ledger(person, accounts["Checking"])
    assert checking["Diner"]["original_amount"] == {"amount": "-10.00", "currency": "USD"}
    assert [part["notes"] for part in checking["Corner Market"]["parts"]] == ["food", "soap"]
    assert checking["Corner Market"]["tags"] == ["weekly", "shared", "Budget: Everyday"]
    moved = {name: checking[name]["transfer"] for name in ("Dollars", "Car loan")}
    assert {name: one["to_account_id"] for name, one in moved.items()} == {
        name: accounts[name] for name in moved
    }
    assert moved["Dollars"]["received"] == {"amount": "110.00", "currency": "USD"}


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
