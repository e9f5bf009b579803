"""Taking an import back: the ledger is what it was before, but for what somebody built on it since."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from chalicelib.expenses.commands import ROWS_PER_CHUNK, ImportRows
from chalicelib.expenses.events import ImportReverted, KeptRow
from chalicelib.expenses.model.categories import default_id
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    RULES,
    TRANSACTIONS,
    balance,
    everything,
    handed,
    matching,
    recorded,
)
from tests.factories.imports import (
    CSV,
    URL,
    account_of,
    committed,
    csv_of,
    ofx_of,
    progress_of,
    reversing,
    uploaded,
)
from tests.factories.users import SignedIn
from tests.slice.interchange.test_committing import hear, told
from tests.support.budget import budget
from tests.support.client import Reply
from tests.support.cloud import Cloud
from tests.support.ledger_state import state_of

pytestmark = [pytest.mark.slice, pytest.mark.durable]
MOVES: Final = "Date,Amount,Payee,Memo\n"


def revert(person: SignedIn, job: Any, **body: str) -> Reply:
    return person.client.post(f"{URL}/{job['id']}/revert", body)


def reverted(cloud: Cloud, person: SignedIn, job: Any, **body: str) -> Any:
    """Take an import back to the end, and give it as it stands then."""
    reply = revert(person, job, **body)
    assert reply.status == 202, reply.text
    cloud.drain()
    return person.client.get(f"{URL}/{job['id']}").json


def brought(cloud: Cloud, person: SignedIn, account: str, data: bytes) -> Any:
    return committed(cloud, person, uploaded(cloud, person, account, data))


def by_payee(person: SignedIn, payee: str) -> Any:
    (one,) = [one for one in everything(person, limit="200") if one["payee"] == payee]
    return one


def lived_in(cloud: Cloud, person: SignedIn, account: str) -> None:
    """A ledger that somebody uses: own rows, a plan, what was taught, a tag, a rule that tags and files."""
    dining = default_id("restaurants")
    recorded(person, account, "-48.17", payee="Lotus", notes="with Ines", booked_on="2026-11-01")
    recorded(person, account, "-61.50", payee="Market", category_id=dining, tags=["home"])
    recorded(person, account, "-9.99", payee="Gym", status="planned", booked_on="2026-11-06")
    rule = {
        "name": "Shops",
        "when": {"field": "payee", "operator": "contains", "value": "shop"},
        "then": [{"action": "add_tags", "value": ["home", "found"]}],
    }
    reply = person.client.post(RULES, rule)
    assert reply.status == 201, reply.text
    cloud.drain()


def statement(rows: int = 200) -> bytes:
    """Rows that are new, copies of each other, and what the user wrote down or planned."""
    own = (
        b"2026-11-02,-48.17,LOTUS GARDEN BERLIN\n2026-11-07,-9.99,GYM\n2026-11-04,-120.00,Savings\n"
    )
    return csv_of(rows) + b"\n" + own


def test_the_ledger_is_what_it_was_before(cloud: Cloud, person: SignedIn, account: str) -> None:
    savings = account_of(person)
    lived_in(cloud, person, account)
    recorded(person, savings, "120.00", payee="Everyday", booked_on="2026-11-04")
    cloud.drain()
    before = state_of(person)

    done = brought(cloud, person, account, statement())
    assert done["result"]["recorded"] + done["result"]["duplicates"] == 203
    assert done["result"]["duplicates"] >= 2
    assert any(name.startswith("expenses MAT#") for name in state_of(person))
    undone = reverted(cloud, person, done)

    assert undone["state"] == "reverted"
    assert undone["revert"]["removed"] == done["result"]["recorded"]
    assert undone["revert"]["restored"] == 2
    assert (undone["revert"]["kept"], undone["revert"]["kept_rows"]) == ({}, [])
    assert undone["progress"] == {"done": 203, "total": 203}
    assert state_of(person) == before


def test_after_a_revert_the_same_file_brings_the_same_ledger(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    lived_in(cloud, person, account)
    first = brought(cloud, person, account, statement())
    once = [(one["id"], one["amount"], one["payee"]) for one in everything(person, limit="200")]
    reverted(cloud, person, first)

    job = uploaded(cloud, person, account, statement())
    assert job["same_file"] is None
    again = committed(cloud, person, job)

    assert again["result"] == first["result"]
    twice = [(one["id"], one["amount"], one["payee"]) for one in everything(person, limit="200")]
    assert twice == once
    before = balance(person, account)
    assert reverted(cloud, person, again)["state"] == "reverted"
    assert balance(person, account) != before


def test_what_its_owner_deleted_stays_deleted(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = brought(cloud, person, account, CSV)
    gone = by_payee(person, "Supermarket")
    person.client.delete(f"{TRANSACTIONS}/{gone['id']}", headers=matching(gone))

    undone = reverted(cloud, person, job)
    again = brought(cloud, person, account, CSV)

    assert undone["revert"]["removed"] == 3
    assert again["result"] == {"recorded": 3, "duplicates": 1}
    assert "Supermarket" not in {one["payee"] for one in everything(person)}


def test_what_was_built_on_is_kept_and_told_and_may_be_taken_along(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    before = balance(person, account)
    job = brought(cloud, person, account, CSV)
    market, salary = by_payee(person, "Supermarket"), by_payee(person, "Employer Ltd")
    edited = person.client.patch(
        f"{TRANSACTIONS}/{market['id']}", {"notes": "shared"}, headers=matching(market)
    )
    assert edited.status == 200, edited.text
    halves = [
        {"amount": {"amount": "1000.00", "currency": "EUR"}},
        {"amount": {"amount": "1150.00", "currency": "EUR"}},
    ]
    split = person.client.put(
        f"{TRANSACTIONS}/{salary['id']}/splits", {"parts": halves}, headers=matching(salary)
    )
    assert split.status == 200, split.text

    kept = reverted(cloud, person, job)
    assert kept["revert"]["removed"] == 2
    assert kept["revert"]["kept"] == {"edited": 1, "split": 1}
    assert kept["revert"]["kept_rows"] == [
        {"index": 2, "reason": "edited"},
        {"index": 3, "reason": "split"},
    ]
    assert {one["payee"] for one in everything(person)} == {"Supermarket", "Employer Ltd"}

    along = reverted(cloud, person, job, edited="revert")
    assert (along["state"], along["revert"]["removed"]) == ("reverted", 4)
    assert along["revert"]["kept"] == {}
    assert everything(person) == []
    assert balance(person, account) == before


def test_a_settled_row_that_was_edited_since_stays_unless_it_is_taken_along(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    mine = recorded(person, account, "-48.17", payee="Lotus", notes="with Ines")
    job = brought(cloud, person, account, b"Date,Amount,Payee\n2026-11-03,-48.17,LOTUS BERLIN\n")
    (taken,) = everything(person)
    person.client.patch(
        f"{TRANSACTIONS}/{mine['id']}", {"notes": "with Ada"}, headers=matching(taken)
    )

    assert reverted(cloud, person, job)["revert"]["kept"] == {"edited": 1}
    along = reverted(cloud, person, job, edited="revert")

    assert along["revert"] == {
        "edited": "revert",
        "removed": 0,
        "restored": 1,
        "kept": {},
        "kept_rows": [],
    }
    assert by_payee(person, "Lotus")["notes"] == "with Ines"


def test_a_settled_row_that_was_moved_off_a_deleted_account_stays(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    other = account_of(person)
    mine = recorded(person, account, "-48.17", payee="Lotus")
    job = brought(cloud, person, account, b"Date,Amount,Payee\n2026-11-03,-48.17,LOTUS BERLIN\n")
    (taken,) = everything(person)
    moved = person.client.patch(
        f"{TRANSACTIONS}/{mine['id']}", {"account_id": other}, headers=matching(taken)
    )
    assert moved.status == 200, moved.text
    url = f"/v1/expenses/accounts/{account}"
    assert person.client.delete(url, headers={"If-Match": "*"}).status == 204

    along = reverted(cloud, person, job, edited="revert")

    assert (along["state"], along["revert"]["kept"]) == ("reverted", {"edited": 1})
    assert balance(person, other) == "-48.17"


def test_undoing_the_revert_in_the_history_brings_rows_back_as_their_owners(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = brought(cloud, person, account, CSV)
    before = balance(person, account)
    reverted(cloud, person, job)
    change = person.client.get("/v1/expenses/changes").json["items"][0]

    undone = person.client.post(f"/v1/expenses/changes/{change['id']}/undo", {})
    cloud.drain()

    assert undone.status == 200, undone.text
    assert balance(person, account) == before
    assert brought(cloud, person, account, CSV)["result"] == {"recorded": 0, "duplicates": 4}
    assert reverted(cloud, person, job, edited="revert")["revert"]["removed"] == 4


def test_a_linked_refund_is_released_when_its_purchase_goes_along(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    data = MOVES.encode() + b"2026-11-02,-40.00,Shoes,\n2026-11-05,40.00,Shoes back,\n"
    job = brought(cloud, person, account, data)
    bought, back = by_payee(person, "Shoes"), by_payee(person, "Shoes back")
    linked = person.client.post(
        f"{TRANSACTIONS}/{bought['id']}/refunds",
        {"refund_id": back["id"]},
        headers=matching(bought),
    )
    assert linked.status in {200, 201}, linked.text

    assert reverted(cloud, person, job)["revert"]["kept"] == {"linked": 2}
    along = reverted(cloud, person, job, edited="revert")

    assert (along["revert"]["removed"], along["revert"]["kept"]) == (2, {})
    assert everything(person) == []
    assert balance(person, account) == "0.00"


def paired(person: SignedIn) -> Any:
    """Accept the transfer that was proposed."""
    (match,) = person.client.get("/v1/expenses/matches", query={"kind": "transfer"}).json["items"]
    reply = person.client.post(
        f"/v1/expenses/matches/{match['id']}/accept", {}, headers=matching(match)
    )
    assert reply.status == 200, reply.text
    return match


def test_a_transfer_gives_its_other_side_back_when_one_leg_goes_along(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    savings = account_of(person)
    other = brought(cloud, person, savings, b"Date,Amount,Payee\n2026-11-04,120.00,From Everyday\n")
    job = brought(cloud, person, account, b"Date,Amount,Payee\n2026-11-04,-120.00,To savings\n")
    paired(person)

    assert reverted(cloud, person, job)["revert"]["kept"] == {"linked": 1}
    assert reverted(cloud, person, other)["revert"]["kept"] == {"linked": 1}
    along = reverted(cloud, person, job, edited="revert")

    assert along["revert"]["removed"] == 1
    (left,) = everything(person)
    assert (left["payee"], left["account_id"]) == ("From Everyday", savings)
    assert (balance(person, account), balance(person, savings)) == ("0.00", "120.00")
    assert reverted(cloud, person, other, edited="revert")["revert"]["removed"] == 1
    assert everything(person) == []


def test_what_is_reconciled_is_never_touched(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = brought(cloud, person, account, CSV)
    opened = person.client.post(
        f"/v1/expenses/accounts/{account}/reconciliations",
        {
            "day": "2026-11-05",
            "closing_balance": {"amount": balance(person, account), "currency": "EUR"},
        },
    )
    assert opened.status == 201, opened.text
    place = f"/v1/expenses/accounts/{account}/reconciliations/{opened.json['id']}/finish"
    assert person.client.post(place, {}, headers=matching(opened.json)).status in {200, 202}
    cloud.drain()

    for manner in ("keep", "revert"):
        undone = reverted(cloud, person, job, edited=manner)
        assert undone["revert"]["kept"] == {"reconciled": 4}
    assert len(everything(person)) == 4


def test_copies_come_again_when_what_they_were_copies_of_was_taken_back(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    first = brought(cloud, person, account, CSV)
    other = CSV.replace(b"Memo", b"Text").replace(b"Corner Bakery", b"CORNER BAKERY BERLIN")
    second = brought(cloud, person, account, other)
    copies = second["result"]["duplicates"]
    assert copies
    reverted(cloud, person, first)

    again = brought(cloud, person, account, other)

    assert again["result"]["recorded"] == 4 - second["result"]["recorded"]
    assert len(everything(person)) == 4


def test_an_import_that_was_never_committed_has_nothing_to_revert(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, CSV)

    assert revert(person, job).problem == "import-not-committed"
    person.client.post(f"{URL}/{job['id']}/commit", {})
    early = revert(person, job)
    assert (early.status, early.problem) == (409, "import-committing")
    cloud.drain()
    assert len(everything(person)) == 4


def test_reverting_twice_is_one_job_and_nothing_else_may_come_between(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = brought(cloud, person, account, CSV)
    first = revert(person, job)
    again = revert(person, job)

    assert (first.status, first.json["state"]) == (202, "reverting")
    assert again.json == first.json
    assert revert(person, job, edited="revert").problem == "import-reverting"
    assert person.client.post(f"{URL}/{job['id']}/commit", {}).problem == "import-reverted"
    assert person.client.delete(f"{URL}/{job['id']}").problem == "import-reverting"
    cloud.drain()

    done = person.client.get(f"{URL}/{job['id']}").json
    assert (done["state"], done["revert"]["removed"]) == ("reverted", 4)
    assert revert(person, job).json == done
    assert person.client.delete(f"{URL}/{job['id']}").status == 204


def test_a_failed_import_gives_back_what_it_had_recorded(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, csv_of(2 * ROWS_PER_CHUNK))
    person.client.post(f"{URL}/{job['id']}/commit", {})
    cloud.sweep({"interchange"})
    cloud.deliver("expenses-inbox", most=1)
    assert len(everything(person, limit="200")) == ROWS_PER_CHUNK
    person.client.patch(
        f"/v1/expenses/accounts/{account}", {"archived": True}, headers={"If-Match": "*"}
    )
    cloud.drain()
    assert person.client.get(f"{URL}/{job['id']}").json["state"] == "failed"

    undone = reverted(cloud, person, job)

    assert (undone["state"], undone["revert"]["removed"]) == ("reverted", ROWS_PER_CHUNK)
    assert undone["problem"] is None
    assert everything(person) == []


def test_a_chunk_that_comes_after_the_revert_records_nothing(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = brought(cloud, person, account, CSV)
    order = next(
        body
        for queue, body in cloud.delivered
        if queue == "expenses-inbox" and body["type"] == ImportRows.name
    )
    reverted(cloud, person, job)

    assert handed(cloud, json.dumps({**order, "id": new_id()})) == []
    cloud.drain()
    assert everything(person) == []


def test_chunks_are_counted_once_each_in_any_order(cloud: Cloud, person: SignedIn) -> None:
    job = reversing(person, chunks=3, rows=200)
    facts = [
        ImportReverted(
            import_id=job,
            chunk=number,
            chunks=3,
            removed=80,
            restored=1,
            kept=(KeptRow(place=number * 85, reason="edited"),),
        )
        for number in (1, 2, 1, 0)
    ]
    for fact in facts:
        hear(cloud, told(person, fact))

    seen = progress_of(person, job)
    assert seen.state == "reverted"
    assert seen.reversal is not None
    assert (seen.reversal.removed, seen.reversal.restored) == (240, 3)
    assert seen.reversal.kept_rows == ((0, "edited"), (85, "edited"), (170, "edited"))


def test_a_foreign_import_is_not_there(
    cloud: Cloud, person: SignedIn, stranger: SignedIn, account: str
) -> None:
    job = brought(cloud, person, account, CSV)

    assert revert(stranger, job).status == 404
    assert len(everything(person)) == 4


def test_taking_a_chunk_back_costs_so_much_and_no_more(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = brought(cloud, person, account, ofx_of({"1": [f"-{n}.00" for n in range(1, 81)]}))
    revert(person, job)
    cloud.sweep({"interchange"})
    with budget() as spent:
        cloud.deliver("expenses-inbox", most=1)

    # META and mark; the page; rows; who has attachments; open matches; the log's entry; all in one write
    assert spent.calls["BatchGetItem"] == 2
    assert spent.calls["s3.GetObject"] == 1
    assert spent.calls["Query"] == 2
    assert spent.calls["GetItem"] == 1
    assert spent.calls["TransactWriteItems"] == 1
    # rows, their account and its month, META, CHG, mark, facts, that it is closed, the count
    assert spent.writes == 80 + 8


def test_the_compared_state_has_everything_that_an_import_touches(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    lived_in(cloud, person, account)
    brought(cloud, person, account, statement(100))

    kinds = {name.partition("#")[0] for name in state_of(person)}

    assert {"ACC", "TXN", "MOV", "TAG", "LRN", "JDG", "CFG"} <= {
        one.removeprefix("expenses ") for one in kinds
    }
    assert "analytics RUP" in kinds
