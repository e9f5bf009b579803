"""A person imports the wrong statement over HTTP, takes it back, and imports it again where it belongs."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.journeys.product import ACCOUNTS, IMPORTS, TRANSACTIONS, Person, Product, sign_up

pytestmark = pytest.mark.journey

ROWS = 300
STATEMENT = "Date,Amount,Payee\n" + "".join(
    f"2026-{number % 3 + 1:02d}-{number % 28 + 1:02d},-{number}.50,Shop {number}\n"
    for number in range(1, ROWS + 1)
)


def balance(person: Person, account: str) -> str:
    amount: str = person.get(f"{ACCOUNTS}/{account}")["balance"]["amount"]
    return amount


def spent(person: Person) -> Any:
    return person.get("/v1/analytics/spending", month="2026-02")["currencies"]


def test_a_statement_in_the_wrong_account_is_taken_back(product: Product) -> None:
    person = sign_up(product)
    wrong, right = person.account(name="Wrong"), person.account(name="Right")
    job = person.read(wrong, STATEMENT.encode(), "march.csv")
    assert person.commit(job["id"])["result"] == {"recorded": ROWS, "duplicates": 0}
    product.settle()
    assert spent(person)
    kept = person.every(TRANSACTIONS, account_id=wrong)[0]
    person.change(f"{TRANSACTIONS}/{kept['id']}", {"notes": "mine"})

    begun = person.post(f"{IMPORTS}/{job['id']}/revert", {}, status=202)
    assert begun["state"] == "reverting"
    done = person.wait(job["id"], "reverted", "failed")
    product.settle()

    assert done["state"] == "reverted", done["problem"]
    assert (done["revert"]["removed"], done["revert"]["kept"]) == (ROWS - 1, {"edited": 1})
    assert [one["id"] for one in person.every(TRANSACTIONS)] == [kept["id"]]
    assert balance(person, wrong) == kept["amount"]["amount"]
    person.post(f"{IMPORTS}/{job['id']}/revert", {"edited": "revert"}, status=202)
    assert person.wait(job["id"], "reverted", "failed")["revert"]["kept"] == {}
    product.settle()
    assert (person.every(TRANSACTIONS), balance(person, wrong)) == ([], "0.00")

    again = person.read(right, STATEMENT.encode(), "march.csv")
    rows = person.every(f"{IMPORTS}/{again['id']}/rows")
    assert {row["duplicate"] for row in rows} == {None}
    assert person.commit(again["id"])["result"]["recorded"] == ROWS
    covered = person.get("/v1/interchange/coverage", account_id=right)["months"]
    assert [one["month"] for one in covered] == ["2026-01", "2026-02", "2026-03"]
    piece = person.get(f"{IMPORTS}/{again['id']}/file")
    assert base64.b64decode(piece["content"]) == STATEMENT.encode()
    product.check()
