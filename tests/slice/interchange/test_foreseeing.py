"""What the ledger would make of rows is shown before anything is written, certain and suspected apart."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.expenses import TRANSACTIONS, everything, matching, recorded
from tests.factories.imports import CSV, URL, account_of, committed, csv_of, ofx_of, uploaded
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud
from tests.support.ledger_state import state_of

pytestmark = [pytest.mark.slice, pytest.mark.durable]


def said(person: SignedIn, job: Any, **query: str) -> list[str | None]:
    """What is said of each row of a page."""
    reply = person.client.get(f"{URL}/{job['id']}/rows", query={"limit": "200", **query})
    assert reply.status == 200, reply.text
    return [row["duplicate"] for row in reply.json["items"]]


def test_known_rows_are_certain_and_likely_ones_suspected(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    committed(cloud, person, uploaded(cloud, person, account, CSV))
    recorded(person, account, "-48.17", payee="Lotus", booked_on="2026-11-08")
    more = CSV + b"2026-11-09,-48.17,LOTUS GARDEN BERLIN,\n2026-11-09,-3.00,Kiosk,\n"
    before = state_of(person)

    job = uploaded(cloud, person, account, more)

    assert said(person, job) == [*["certain"] * 4, "suspected", None]
    assert state_of(person) == before
    done = committed(cloud, person, job)
    assert done["result"] == {"recorded": 1, "duplicates": 5}
    assert (job["matched"], done["matched"]) == (None, 1)
    assert said(person, job) == [*["certain"] * 4, "suspected", None]


def test_what_is_foreseen_is_what_happens(cloud: Cloud, person: SignedIn, account: str) -> None:
    committed(cloud, person, uploaded(cloud, person, account, csv_of(120)))
    recorded(person, account, "-1.50", payee="Shop 50", booked_on="2026-03-23")

    job = uploaded(cloud, person, account, csv_of(260))
    foreseen = said(person, job)
    rest = person.client.get(f"{URL}/{job['id']}/rows", query={"limit": "200"}).json["next_cursor"]
    foreseen += said(person, job, cursor=rest)
    done = committed(cloud, person, job)

    assert foreseen.count("certain") == 120
    assert done["result"]["duplicates"] == 260 - foreseen.count(None)
    assert done["matched"] == foreseen.count("suspected")


def test_two_equal_rows_of_a_file_are_two(cloud: Cloud, person: SignedIn, account: str) -> None:
    one = b"Date,Amount,Payee\n2026-11-02,-4.20,Corner Bakery\n"
    committed(cloud, person, uploaded(cloud, person, account, one))

    job = uploaded(cloud, person, account, one + b"2026-11-02,-4.20,Corner Bakery\n")

    assert said(person, job) == ["certain", None]


def test_what_was_taken_back_is_no_duplicate_and_what_was_deleted_is(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    first = committed(cloud, person, uploaded(cloud, person, account, CSV))
    (market,) = [one for one in everything(person) if one["payee"] == "Supermarket"]
    person.client.delete(f"{TRANSACTIONS}/{market['id']}", headers=matching(market))
    person.client.post(f"{URL}/{first['id']}/revert", {})
    cloud.drain()

    job = uploaded(cloud, person, account, CSV)

    assert said(person, job) == [None, None, "certain", None]
    assert said(person, first) == [None, None, "certain", None]


def test_rows_without_a_known_account_or_with_problems_say_nothing(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    account_of(person)
    data = ofx_of({"12345": ["-1.00", "-2.00"]})
    committed(cloud, person, uploaded(cloud, person, None, data), {"0": account})

    known = uploaded(cloud, person, None, data)
    strange = uploaded(cloud, person, None, ofx_of({"99999": ["-1.00"]}))
    flawed = uploaded(cloud, person, account, csv_of(3, bad=(1,)))

    assert said(person, known) == ["certain", "certain"]
    assert said(person, strange) == [None]
    assert said(person, flawed, only="problems") == [None]
    assert flawed["counts"]["by_code"]
    assert sum(flawed["counts"]["by_code"].values()) >= 1


def test_looking_ahead_costs_so_much_and_no_more(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    committed(cloud, person, uploaded(cloud, person, account, csv_of(100)))
    job = uploaded(cloud, person, account, csv_of(600))
    url = f"{URL}/{job['id']}/rows"
    with budget() as spent:
        person.client.get(url, query={"limit": "200"})

    # session; import; 200 rows in two batches
    assert spent.calls["BatchGetItem"] == 4
    # what lies around them
    assert spent.calls["Query"] == 1
    assert spent.calls["s3.GetObject"] == 1
    assert spent.writes == 0
