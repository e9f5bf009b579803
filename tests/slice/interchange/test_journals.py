"""Books of double entry from upload to ledger: accounts, transfers and parts arrive as they are."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.factories import gnucash
from tests.factories.expenses import recorded
from tests.factories.exports import exported
from tests.factories.imports import URL, account_of, committed, uploaded
from tests.factories.users import SignedIn
from tests.support import judges
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice

DAY = date(2026, 11, 2)
BEANCOUNT = b"""
2026-11-01 * "Opening"
  Assets:Bank    100.00 EUR
  Equity:Opening
2026-11-02 * "Bakery" "bread" #food
  Assets:Bank     -4.20 EUR
  Expenses:Food    3.20 EUR
  Expenses:Fun
2026-11-03 * "Wire"
  Assets:Bank    -20.00 EUR @@ 22.00 USD
  Assets:Bank     -1.00 EUR
  Assets:Abroad   22.00 USD
  Expenses:Fees    1.00 EUR
2026-11-04 balance Assets:Bank 74.80 EUR
"""
HLEDGER = """
2026-11-01 Opening
    assets:bank    100,00 €
    equity:opening
2026-11-02 Bakery | bread  ; food:
    assets:bank     -4,20 €
    expenses:food    3,20 €
    expenses:fun
2026-11-03 Wire
    assets:bank    -20,00 € @@ $22,00
    assets:bank     -1,00 € = 74,80 €
    assets:abroad   $22,00
    expenses:fees    1,00 €
""".encode()
GNUCASH = gnucash.file(
    gnucash.transaction(
        "t1", date(2026, 11, 1), "Opening", [("bank", 10_000, 10_000), ("equity", -10_000, -10_000)]
    ),
    gnucash.transaction(
        "t2", DAY, "Bakery", [("bank", -420, -420), ("food", 320, 320), ("fees", 100, 100)]
    ),
    gnucash.transaction(
        "t3",
        date(2026, 11, 3),
        "Wire",
        [("bank", -2_100, -2_100), ("abroad", 2_000, 2_200), ("fees", 100, 100)],
    ),
)


def kinds(person: SignedIn) -> list[tuple[str, str, int]]:
    found: Any = person.client.get("/v1/expenses/transactions").json["items"]
    return sorted((one["kind"], one["amount"]["amount"], len(one["parts"])) for one in found)


@pytest.mark.parametrize(
    ("name", "data"), [("beancount", BEANCOUNT), ("hledger", HLEDGER), ("gnucash", GNUCASH)], ids=["beancount", "hledger", "gnucash"]
)  # fmt: skip
def test_a_whole_book_comes_into_the_ledger(
    cloud: Cloud, person: SignedIn, account: str, name: str, data: bytes
) -> None:
    dollars = account_of(person, currency="USD")

    job = uploaded(cloud, person, account, data)
    done = committed(cloud, person, job, {"0": account, "1": dollars})

    shown = person.client.get(f"{URL}/{job['id']}").json
    assert (shown["format"], shown["transfers"]) == (name, 1)
    bank = shown["statements"][0]
    assert bank["name"].casefold() == "assets:bank"
    assert bank["opening_balance"] == {"amount": "100.00", "currency": "EUR"}
    assert bank["balanced"] is (None if name == "gnucash" else True)
    assert done["result"] == {"recorded": 4, "duplicates": 0}
    assert kinds(person) == [
        ("expense", "-1.00", 0),
        ("expense", "-4.20", 2),
        ("transfer", "-20.00", 0),
    ]


@pytest.mark.parametrize("form", ["beancount", "hledger"])
def test_what_is_exported_is_accepted_by_its_program_and_known_when_it_comes_back(
    cloud: Cloud, person: SignedIn, account: str, form: str
) -> None:
    dollars = account_of(person, currency="USD")
    recorded(person, account, "-12.34", notes='a "b"\nc;', tags=["Bröt;"])
    transfer = {
        "from_account_id": account,
        "to_account_id": dollars,
        "sent": {"amount": "20.00", "currency": "EUR"},
        "received": {"amount": "22.00", "currency": "USD"},
        "fee": {"amount": "1.00", "currency": "EUR"},
        "booked_on": "2026-11-02",
    }
    assert person.client.post("/v1/expenses/transfers", transfer).status == 201

    data = exported(cloud, person, form)
    job = uploaded(cloud, person, account, data)
    done = committed(cloud, person, job, {"0": account, "1": dollars})

    if form == "beancount":
        assert judges.beancount(data.decode())[1] == []
    else:
        judges.hledger(data, "check", "--strict")
    assert job["notes"] == []
    assert [one["balanced"] for one in job["statements"]] == [True, True]
    assert done["result"] == {"recorded": 0, "duplicates": 3}
