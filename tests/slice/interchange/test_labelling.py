"""What a file calls its categories: shown, decided with the commit, and carried into the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from chalicelib.expenses.model.categories import MAX_OWN, default_id
from chalicelib.interchange.model.importing import MAX_ACCOUNTS
from chalicelib.interchange.service.data_rights import PART
from chalicelib.kernel import aws, blobs
from chalicelib.kernel.settings import settings
from tests.factories.app_files import DAY, journal, journals_read, line, piece
from tests.factories.expenses import everything
from tests.factories.households import joined, made, within
from tests.factories.imports import URL, account_of, committed, csv_of, pages, uploaded
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.ledger_check import check
from tests.support.ledger_state import state_of

pytestmark = [pytest.mark.slice, pytest.mark.durable]
CATEGORIES = "/v1/expenses/categories"
TRANSACTIONS = "/v1/expenses/transactions"
GROCERIES, RENT = default_id("groceries"), default_id("rent")


@pytest.fixture(autouse=True)
def _journals() -> Iterator[None]:
    with journals_read():
        yield


def labels(person: SignedIn, job: Any, **query: str) -> list[Any]:
    reply = person.client.get(f"{URL}/{job['id']}/labels", query=query)
    assert reply.status == 200, reply.text
    items: list[Any] = reply.json["items"]
    return items


def outcomes(person: SignedIn, job: Any) -> dict[str, tuple[str, str | None]]:
    return {one["label"]: (one["outcome"], one["category_id"]) for one in labels(person, job)}


def category(person: SignedIn, name: str, **more: Any) -> Any:
    reply = person.client.post(CATEGORIES, {"name": name, "kind": "expense", **more})
    assert reply.status == 201, reply.text
    return reply.json


def tree(person: SignedIn) -> dict[str, Any]:
    """The owner's own categories, by name."""
    found, cursor = {}, ""
    while True:
        query = {"limit": "200", **({"cursor": cursor} if cursor else {})}
        page = person.client.get(CATEGORIES, query=query).json
        found.update({one["name"]: one for one in page["items"] if not one["shipped"]})
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def commit(person: SignedIn, job: Any, **body: Any) -> Reply:
    return person.client.post(f"{URL}/{job['id']}/commit", body)


def transactions(person: SignedIn) -> list[Any]:
    items: list[Any] = person.client.get(TRANSACTIONS, query={"limit": "200"}).json["items"]
    return items


def by_payee(person: SignedIn) -> dict[str, str | None]:
    return {one["payee"]: one["category_id"] for one in transactions(person)}


FILE = journal(
    [
        line("-4.20", "Kiosk", category=("Food and drink", "GROCERIES")),
        line("-9.00", "Landlord", category=("rent",)),
        line("-1.00", "Cinema", category=("Fun", "Films")),
        line("-2.00", "Zoo", category=("Fun",)),
        line("900.00", "Employer", category=("Work", "Pay")),
        line("-5.00", "Plain"),
    ]
)


def test_labels_are_shown_with_what_they_mean(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = uploaded(cloud, person, account, FILE)

    assert (job["labels"], job["transfers"]) == (5, 0)
    assert outcomes(person, job) == {
        "Food and drink:GROCERIES": ("match", GROCERIES),
        "rent": ("match", RENT),
        "Fun:Films": ("new", None),
        "Fun": ("new", None),
        "Work:Pay": ("new", None),
    }
    first = labels(person, job, limit="2")
    assert [one["label"] for one in first] == ["Food and drink:GROCERIES", "Fun"]
    assert first[1] == {
        "label": "Fun",
        "path": ["Fun"],
        "rows": 1,
        "incoming": 0,
        "outcome": "new",
        "category_id": None,
    }


def test_they_are_paged(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = uploaded(cloud, person, account, FILE)
    url, seen, cursor = f"{URL}/{job['id']}/labels", [], None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = person.client.get(url, query=query).json
        seen += [one["label"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 5


def test_a_file_of_a_bank_has_none(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = uploaded(cloud, person, account, csv_of(3))

    assert labels(person, job) == []
    refused = commit(person, job, categories={"Fun": "new"})
    assert (refused.status, refused.problem) == (422, "unfit-categories")


def test_committing_makes_what_is_missing_and_files_all(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    done = committed(cloud, person, uploaded(cloud, person, account, FILE))

    assert done["result"] == {"recorded": 6, "duplicates": 0}
    own = tree(person)
    assert set(own) == {"Fun", "Films", "Work", "Pay"}
    assert own["Films"]["parent_id"] == own["Fun"]["id"]
    assert {name: own[name]["kind"] for name in own} == {
        "Fun": "expense",
        "Films": "expense",
        "Work": "income",
        "Pay": "income",
    }
    assert by_payee(person) == {
        "Kiosk": GROCERIES,
        "Landlord": RENT,
        "Cinema": own["Films"]["id"],
        "Zoo": own["Fun"]["id"],
        "Employer": own["Pay"]["id"],
        "Plain": None,
    }
    assert outcomes(person, done)["Fun:Films"] == ("match", own["Films"]["id"])
    check(cloud, person, Random(1))


def test_what_the_commit_says_goes_first(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = uploaded(cloud, person, account, FILE)
    said = {"Fun": RENT, "rent": "new", "Food and drink:GROCERIES": None}

    assert commit(person, job, categories=said, new_categories=False).status == 202
    cloud.drain()

    own = tree(person)
    assert set(own) == {"rent"}
    found = by_payee(person)
    assert (found["Zoo"], found["Landlord"]) == (RENT, own["rent"]["id"])
    stated = {one["payee"] for one in transactions(person) if one["category_source"] == "import"}
    assert stated == {"Zoo", "Landlord"}
    assert outcomes(person, job)["Fun:Films"] == ("none", None)


def test_committing_again_is_the_same_job_and_otherwise_is_refused(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, FILE)
    first = commit(person, job, categories={"Fun": RENT})

    assert commit(person, job).json == first.json
    assert commit(person, job, categories={"Fun": RENT}).json == first.json
    refused = commit(person, job, categories={"Fun": GROCERIES})
    assert (refused.status, refused.problem) == (409, "import-already-committed")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"Nothing": "new"}, (422, "unfit-categories")),
        ({"Fun:films": "new"}, (422, "unfit-categories")),
        ({"a/b~c": None}, (422, "unfit-categories")),
        ({"Fun": "newest"}, (422, "invalid")),
        ({"Fun": 7}, (422, "invalid")),
        ({"": "new"}, (422, "invalid")),
        ([], (422, "invalid")),
        ({"Fun": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"}, (404, "category-not-found")),
    ],
)
def test_what_does_not_fit_is_named_and_changes_nothing(
    cloud: Cloud, person: SignedIn, account: str, said: object, answer: tuple[int, str]
) -> None:
    job = uploaded(cloud, person, account, FILE)

    refused = commit(person, job, categories=said)

    assert (refused.status, refused.problem) == answer
    if refused.problem == "unfit-categories":
        assert refused.json["errors"][0]["pointer"].startswith("/categories/")
    assert tree(person) == {}
    assert person.client.get(f"{URL}/{job['id']}").json["state"] == "ready"


def test_a_foreign_an_archived_and_a_merged_category(
    cloud: Cloud, person: SignedIn, stranger: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, FILE)
    theirs = category(stranger, "Theirs")["id"]
    closed = category(person, "Closed")["id"]
    person.client.patch(f"{CATEGORIES}/{closed}", {"archived": True}, headers={"If-Match": "*"})
    merged = category(person, "Merged")["id"]
    person.client.post(f"{CATEGORIES}/{merged}/merge", {"into": RENT}, headers={"If-Match": "*"})
    cloud.drain()

    foreign = commit(person, job, categories={"Fun": theirs})
    archived = commit(person, job, categories={"Fun": closed})
    assert (foreign.status, foreign.problem) == (404, "category-not-found")
    assert (archived.status, archived.problem) == (409, "category-archived")
    assert commit(person, job, categories={"Fun": merged}).status == 202
    cloud.drain()
    assert by_payee(person)["Zoo"] == RENT


def test_what_is_archived_here_is_neither_used_nor_made_again(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    fun = category(person, "FUN")["id"]
    person.client.patch(f"{CATEGORIES}/{fun}", {"archived": True}, headers={"If-Match": "*"})
    job = uploaded(cloud, person, account, FILE)

    assert outcomes(person, job)["Fun"] == ("archived", None)
    assert outcomes(person, job)["Fun:Films"] == ("archived", None)
    refused = commit(person, job, categories={"Fun:Films": "new"})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/categories/Fun:Films")
    assert set(tree(person)) == {"FUN"}  # nothing was made for the others
    committed(cloud, person, job)
    assert set(tree(person)) == {"FUN", "Work", "Pay"}


def test_a_category_that_was_renamed_since_is_still_what_its_label_became(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    committed(cloud, person, uploaded(cloud, person, account, FILE))
    fun = tree(person)["Fun"]
    person.client.patch(f"{CATEGORIES}/{fun['id']}", {"name": "Joy"}, headers={"If-Match": "*"})
    more = journal([line("-3.00", "Circus", category=("Fun",))])
    committed(cloud, person, uploaded(cloud, person, account, more))

    assert by_payee(person)["Circus"] == fun["id"]
    assert "Fun" not in tree(person)


def test_a_category_that_was_deleted_since_comes_back_with_the_next_file(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    one = journal([line("-3.00", "Circus", category=("Fun",))])
    committed(cloud, person, uploaded(cloud, person, account, one))
    fun = tree(person)["Fun"]["id"]
    person.client.delete(f"{CATEGORIES}/{fun}", headers={"If-Match": "*"})
    two = journal([line("-4.00", "Zoo", category=("fun",))])
    committed(cloud, person, uploaded(cloud, person, account, two))

    assert tree(person)["fun"]["id"] == fun
    assert by_payee(person)["Zoo"] == fun


def test_many_labels_are_made_in_several_transactions_and_at_most_as_many_as_allowed(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    many = journal([line(f"-{n + 1}", f"P {n}", category=("All", f"C {n}")) for n in range(170)])
    committed(cloud, person, uploaded(cloud, person, account, many))
    assert len(tree(person)) == 171
    assert len({one["category_id"] for one in transactions(person)}) == 170

    more = journal([line(f"-{n + 1}", f"Q {n}", category=(f"D {n}",)) for n in range(MAX_OWN)])
    job = uploaded(cloud, person, account, more)
    refused = commit(person, job)
    assert (refused.status, refused.problem) == (409, "limit-reached")
    assert len(tree(person)) == 171
    assert commit(person, job, new_categories=False).status == 202


def test_more_labels_than_can_be_asked_about_are_noted(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    many = journal([line(f"-{n + 1}", f"P {n}", category=(f"C {n}",)) for n in range(1_003)])
    job = uploaded(cloud, person, account, many)

    assert job["labels"] == 1_000
    assert [one["code"] for one in job["notes"]] == ["too-many-labels"]


def test_a_whole_file_of_an_app_arrives_as_it_is(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    """Accounts, currencies, categories, parts, tags, transfers and original amounts."""
    savings, dollars = account_of(person), account_of(person, currency="USD")
    parts = (piece("-3.00", "Fun", memo="film"), piece("-1.00", "Food"))
    data = journal(
        [
            line("-4.00", "Cinema", parts=parts, tags=("date",)),
            line("-50.00", "Save", transfer="t1", other_account="Account 1"),
            line("-20.00", "Abroad", transfer="t2"),
            line("-7.00", "Hotel", original_amount="-8.10", original_currency="USD"),
        ],
        [line("50.00", "Save", transfer="t1")],
        [line("22.00", "Abroad", transfer="t2")],
        currencies=("EUR", "EUR", "USD"),
    )
    job = uploaded(cloud, person, account, data)
    rows = person.client.get(f"{URL}/{job['id']}/rows").json["items"]
    assert (job["transfers"], job["labels"]) == (2, 2)
    assert [one["transfer_row"] for one in rows] == [None, 4, 5, None, 1, 2]
    assert rows[0]["tags"] == ["date"]
    assert rows[0]["parts"][0] == {
        "amount": {"amount": "-3.00", "currency": "EUR"},
        "category": "Fun",
        "memo": "film",
        "statement": None,
    }
    assert rows[1]["other_account"] == "Account 1"
    assert rows[3]["original_amount"] == {"amount": "-8.10", "currency": "USD"}

    done = committed(cloud, person, job, {"0": account, "1": savings, "2": dollars})

    assert (done["state"], done["progress"]["done"]) == ("done", 6)
    assert done["result"] == {"recorded": 6, "duplicates": 0}
    shown = person.client.get(f"{URL}/{job['id']}/rows").json["items"]
    assert {one["duplicate"] for one in shown} == {None}
    kinds = sorted((one["kind"], one["amount"]["amount"]) for one in transactions(person))
    assert kinds == [
        ("expense", "-4.00"),
        ("expense", "-7.00"),
        ("transfer", "-20.00"),
        ("transfer", "-50.00"),
    ]
    check(cloud, person, Random(2))

    again = committed(
        cloud,
        person,
        uploaded(cloud, person, account, data),
        {"0": account, "1": savings, "2": dollars},
    )
    assert again["result"] == {"recorded": 0, "duplicates": 6}


def moved(count: int) -> bytes:
    """A file whose rows carry tags, parts and categories, and many of which are legs of transfers."""
    split = (piece("-3.00", "Groceries"), piece("-1.00", "Rent", memo="film"))
    days = [DAY + timedelta(days=place % 60) for place in range(count)]
    out = [
        line(
            f"-{10 + place}",
            f"Save {place}",
            day=days[place],
            transfer=f"t{place}",
            tags=("saved",),
        )
        for place in range(count)
    ]
    back = [
        line(f"{10 + place}", f"From {place}", day=days[place], transfer=f"t{place}")
        for place in range(count)
    ]
    rest = [
        line("-4.00", f"Store {place}", day=days[place], parts=split, tags=(f"tag {place}", "all"))
        for place in range(count)
    ]
    return journal([*out, *rest], back)


def test_taking_it_back_leaves_the_ledger_as_it_was_and_the_file_may_come_again(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    accounts = {"0": account, "1": account_of(person)}
    cloud.drain()
    before = state_of(person)
    data = moved(50)
    first = committed(cloud, person, uploaded(cloud, person, account, data), accounts)
    once = ledger_of(person)
    assert first["result"] == {"recorded": 150, "duplicates": 0}
    assert len(once) == 100

    assert person.client.post(f"{URL}/{first['id']}/revert", {}).status == 202
    cloud.drain()
    undone = person.client.get(f"{URL}/{first['id']}").json
    assert (undone["state"], undone["revert"]["kept"]) == ("reverted", {})
    assert state_of(person) == before
    check(cloud, person, Random(4))

    again = committed(cloud, person, uploaded(cloud, person, account, data), accounts)
    assert again["result"] == first["result"]
    assert ledger_of(person) == once
    check(cloud, person, Random(5))


def ledger_of(person: SignedIn) -> list[tuple[Any, ...]]:
    """What of a ledger a file of an app brings, in a stable order."""
    return sorted(
        (one["id"], one["kind"], one["amount"]["amount"], tuple(one["tags"]), len(one["parts"]))
        for one in everything(person, limit="200")
    )


def test_a_transfer_that_somebody_built_on_stays_with_both_of_its_rows(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    accounts = {"0": account, "1": account_of(person)}
    job = committed(cloud, person, uploaded(cloud, person, account, moved(2)), accounts)
    one = next(one for one in transactions(person) if one["kind"] == "transfer")
    person.client.patch(f"{TRANSACTIONS}/{one['id']}", {"notes": "mine"}, headers={"If-Match": "*"})

    person.client.post(f"{URL}/{job['id']}/revert", {})
    cloud.drain()

    undone = person.client.get(f"{URL}/{job['id']}").json
    assert undone["revert"]["kept"] == {"linked": 2}
    (left,) = transactions(person)
    assert (left["id"], left["notes"]) == (one["id"], "mine")
    check(cloud, person, Random(6))


def test_an_export_of_an_app_with_eighty_accounts_goes_in_at_once(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    data = journal(*([line(f"-{place + 1}", f"P {place}")] * 2 for place in range(MAX_ACCOUNTS)))
    job = uploaded(cloud, person, account, data)
    accounts = {str(place): account_of(person) for place in range(MAX_ACCOUNTS)}

    done = committed(cloud, person, job, accounts)

    assert done["result"] == {"recorded": 2 * MAX_ACCOUNTS, "duplicates": 0}
    check(cloud, person, Random(3))


def test_deleting_the_import_leaves_nothing_of_it_in_the_bucket(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    savings = account_of(person)
    data = journal([line("-5", transfer="t", category=("Fee",))], [line("5", transfer="t")])
    job = uploaded(cloud, person, account, data)
    committed(cloud, person, job, {"0": account, "1": savings})
    assert len(pages(person, job["id"])) == 4  # rows, labels, what they became, pairs

    assert person.client.delete(f"{URL}/{job['id']}").status == 204
    cloud.drain()

    assert pages(person, job["id"]) == []


def test_an_owners_export_says_what_lies_beside_the_rows(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    data = journal([line("-5", transfer="t", category=("Fee",))], [line("5", transfer="t")])
    job = uploaded(cloud, person, account, data)
    committed(cloud, person, job, {"0": account, "1": account_of(person)})
    rows = next(one for one in PART.objects if one.name == "imported_rows")

    found = [one for key in pages(person, job["id"]) for one in rows.lines(person.vault, key)]

    assert all(isinstance(one, dict) and one["import_id"] == job["id"] for one in found)
    said = Counter(name for one in found if isinstance(one, dict) for name in one)
    assert said == {"import_id": 5, "row": 2, "label": 1, "label_became": 1, "transfer_legs": 1}


def test_labels_after_the_rows_expired_are_gone(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, FILE)
    blobs.remove(pages(person, job["id"]))

    reply = person.client.get(f"{URL}/{job['id']}/labels")

    assert (reply.status, reply.problem) == (404, "blob-gone")


def test_labels_lie_sealed(cloud: Cloud, person: SignedIn, account: str) -> None:
    committed(cloud, person, uploaded(cloud, person, account, FILE))
    bucket: Any = aws.s3()
    job = person.client.get(URL).json["items"][0]
    for key in pages(person, job["id"]):
        body = bucket.get_object(Bucket=settings().bulk_bucket, Key=key)["Body"].read()
        assert b"Films" not in body
        assert b"Fun" not in body


def test_in_a_household_editors_make_categories_and_others_are_refused(
    cloud: Cloud, person: SignedIn
) -> None:
    household = made(person)
    shared = within(person, household)
    account = account_of(shared)
    editor, viewer, limited = (signed_in(Client(cloud.app)) for _ in range(3))
    joined(person, household, editor, role="editor")
    joined(person, household, viewer, role="viewer")
    joined(person, household, limited, role="editor", accounts={account: "editor"})
    job = uploaded(cloud, within(editor, household), account, FILE)
    url = f"{URL}/{job['id']}"

    for one in (viewer, limited):
        assert within(one, household).client.post(f"{url}/commit", {}).problem == "missing-role"
    assert within(viewer, household).client.get(f"{url}/labels").status == 200
    assert within(limited, household).client.get(f"{url}/labels").status == 403
    done = committed(cloud, within(editor, household), job)

    assert done["result"]["recorded"] == 6
    assert set(tree(shared)) == {"Fun", "Films", "Work", "Pay"}
    assert tree(person) == {}


def test_committing_labels_costs_so_much_and_no_more(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, FILE)
    with budget() as spent:
        assert commit(person, job).status == 202

    # what a bank's file costs, with the account's name remembered; the labels; the tree to match them; the ledger's
    # head, its tree and what was there under the new ids, and one write; what was decided
    assert spent.calls == {
        "BatchGetItem": 6,
        "Query": 2,
        "s3.GetObject": 1,
        "s3.PutObject": 1,
        "TransactWriteItems": 2,
    }
    assert spent.writes == 8 + 1 + 4 + 2
