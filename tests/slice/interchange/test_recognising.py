"""Whose statement a file is: remembered by keyed hashes at the commit, said of the next file."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.interchange.repository import TABLE
from chalicelib.kernel.tables import Table
from tests.factories.expenses import everything, opened
from tests.factories.imports import CSV, URL, account_of, committed, ofx_of, uploaded
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.durable]


def sent(cloud: Cloud, person: SignedIn, data: bytes, **more: Any) -> Any:
    """Upload a file that is for no account in particular, and give the import as it was read."""
    return uploaded(cloud, person, None, data, **more)


def only(job: Any) -> Any:
    (one,) = job["statements"]
    return one


def test_a_number_that_was_imported_before_says_its_account(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    account_of(person)
    first = sent(cloud, person, ofx_of({"DE12 3456": ["-1.00"]}))
    assert only(first)["suggestion"] is None
    refused = person.client.post(f"{URL}/{first['id']}/commit", {})
    assert (refused.status, refused.problem) == (422, "unfit-accounts")
    assert refused.json["errors"][0]["pointer"] == "/accounts/0"
    committed(cloud, person, first, {"0": account})

    job = sent(cloud, person, ofx_of({"DE123456": ["-1.00", "-2.00"]}))
    done = committed(cloud, person, job)

    assert job["account_id"] is None
    assert only(job)["suggestion"] == {"account_id": account, "certain": True, "by": "number"}
    assert (done["state"], only(done)["account_id"]) == ("done", account)


def test_several_statements_need_a_word_only_where_they_are_not_known(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    other = account_of(person)
    both = ofx_of({"11111": ["-1"], "22222": ["-2"]})
    committed(cloud, person, sent(cloud, person, ofx_of({"11111": ["-5"]})), {"0": account})
    job = sent(cloud, person, both)

    refused = person.client.post(f"{URL}/{job['id']}/commit", {})
    assert [one["pointer"] for one in refused.json["errors"]] == ["/accounts/1"]
    done = committed(cloud, person, job, {"1": other})

    assert [one["account_id"] for one in done["statements"]] == [account, other]


def test_the_last_digits_and_the_name_are_only_a_guess(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    account_of(person)
    first = sent(cloud, person, ofx_of({"400011112222": ["-1"]}))
    committed(cloud, person, first, {"0": account})

    job = sent(cloud, person, ofx_of({"************2222": ["-7"]}))
    dollars = sent(cloud, person, ofx_of({"************2222": ["-7"]}, currency="USD"))

    assert only(job)["suggestion"] == {"account_id": account, "certain": False, "by": "last4"}
    refused = person.client.post(f"{URL}/{job['id']}/commit", {})
    assert refused.problem == "unfit-accounts"
    assert only(dollars)["suggestion"] is None


def test_an_account_that_is_gone_or_archived_is_not_suggested(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    committed(cloud, person, sent(cloud, person, ofx_of({"12345": ["-1"]})), {"0": account})
    job = sent(cloud, person, ofx_of({"12345": ["-1", "-2"]}))
    person.client.patch(
        f"/v1/expenses/accounts/{account}", {"archived": True}, headers={"If-Match": "*"}
    )

    late = person.client.post(f"{URL}/{job['id']}/commit", {})
    again = sent(cloud, person, ofx_of({"12345": ["-3"]}))

    assert (late.status, late.problem) == (422, "unfit-accounts")
    assert only(again)["suggestion"] is None


def test_a_table_without_a_currency_takes_that_of_all_accounts(
    cloud: Cloud, person: SignedIn
) -> None:
    nothing = sent(cloud, person, CSV)
    assert (nothing["state"], nothing["problem"]["slug"]) == ("failed", "currency-unknown")
    hinted = sent(cloud, person, CSV, hints={"currency": "CHF"})
    assert only(hinted)["currency"] == "CHF"

    yen = opened(person, currency="JPY")["id"]
    job = sent(cloud, person, b"Date,Amount,Payee\n2026-11-02,-420,Kiosk\n")
    assert only(job)["currency"] == "JPY"
    committed(cloud, person, job, {"0": yen})
    assert everything(person)[0]["amount"] == {"amount": "-420", "currency": "JPY"}

    opened(person, currency="EUR")
    assert sent(cloud, person, CSV)["problem"]["slug"] == "currency-unknown"


def test_the_same_file_is_told_without_an_account(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    first = committed(cloud, person, uploaded(cloud, person, account, CSV))

    again = sent(cloud, person, CSV)

    assert again["same_file"] == first["id"]
    assert again["notes"][0]["code"] == "same-file"


def test_nobody_else_is_told_whose_number_it_is(
    cloud: Cloud, person: SignedIn, stranger: SignedIn, account: str
) -> None:
    committed(cloud, person, sent(cloud, person, ofx_of({"777788889999": ["-1"]})), {"0": account})
    account_of(stranger)

    theirs = sent(cloud, stranger, ofx_of({"777788889999": ["-1"]}))

    assert only(theirs)["suggestion"] is None
    stored = Table(TABLE).query_all(str(person.owner), "!", "~", most=1_000, consistent=True)
    assert "777788889999" not in repr(list(stored))
