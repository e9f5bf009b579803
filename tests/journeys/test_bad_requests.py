"""Requests out of order, of somebody else, or damaged: each gets its own answer, and nothing changes."""

from __future__ import annotations

from typing import Any, Final

import pytest

from chalicelib.kernel.ids import new_id
from tests.journeys.product import (
    ACCOUNTS,
    IMPORTS,
    SPENDING,
    TRANSACTIONS,
    TRENDS,
    Person,
    Product,
    Reply,
    sign_up,
)

pytestmark = [pytest.mark.journey, pytest.mark.attack]

GOOD: Final = b"Date,Amount,Payee\n2026-01-01,-1.00,Shop\n2026-01-02,-2.00,Kiosk\n"
MANY: Final = 900
"""Rows of an import that is still being committed when the next request comes: eleven chunks."""


def _many() -> bytes:
    lines = [f"2026-01-{place % 28 + 1:02d},-{place + 1}.00,Shop" for place in range(MANY)]
    return "\n".join(["Date,Amount,Payee", *lines]).encode()


def _said(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.problem


# --- out of order


def test_an_import_is_committed_after_it_was_read_and_once(person: Person) -> None:
    account, other = person.account(), person.account()
    job = person.start(account)
    commit = f"{IMPORTS}/{job['id']}/commit"

    assert _said(person.call("POST", commit, {})) == (409, "import-not-ready")
    assert _said(person.call("GET", f"{IMPORTS}/{job['id']}/rows")) == (409, "import-not-ready")
    assert person.product.upload(job["upload"], GOOD)[0] == 204
    person.wait(job["id"], "ready")
    stale = person.call("POST", commit, {}, headers={"If-Match": '"1"'})
    assert _said(stale) == (412, "stale")

    first = person.post(commit, {}, 202)
    second = person.post(commit, {}, 202)
    assert first["id"] == second["id"]
    elsewhere = person.call("POST", commit, {"accounts": {"0": other}})
    assert _said(elsewhere) == (409, "import-already-committed")
    done = person.wait(job["id"], "done")
    assert person.post(commit, {}, 202) == done
    assert len(person.every(TRANSACTIONS)) == 2
    assert person.get(f"{ACCOUNTS}/{other}")["entries"] == 0


def test_an_import_in_progress_cannot_be_deleted_and_comes_to_its_end(person: Person) -> None:
    job = person.read(person.account(), _many())
    path = f"{IMPORTS}/{job['id']}"

    person.post(f"{path}/commit", {}, 202)
    reply = person.call("DELETE", path)

    assert _said(reply) == (409, "import-committing")
    assert person.wait(job["id"], "done", "failed")["result"] == {"recorded": MANY, "duplicates": 0}
    assert person.call("DELETE", path).status == 204
    assert person.call("DELETE", path).status == 204
    assert _said(person.call("GET", path)) == (404, "import-not-found")
    assert _said(person.call("POST", f"{path}/commit", {})) == (404, "import-not-found")
    assert len(person.every(TRANSACTIONS)) == MANY


def test_an_import_that_was_deleted_takes_no_file(person: Person) -> None:
    account = person.account()
    job = person.start(account)

    assert person.call("DELETE", f"{IMPORTS}/{job['id']}").status == 204
    assert person.product.upload(job["upload"], GOOD)[0] == 204
    person.product.settle()

    assert person.get(IMPORTS)["items"] == []
    body = {"id": job["id"], "account_id": account, "filename": "statement.csv"}
    assert _said(person.call("POST", IMPORTS, body)) == (409, "id-taken")


def test_an_account_that_is_archived_meanwhile_takes_nothing_more(person: Person) -> None:
    account = person.account()
    job = person.read(account, GOOD)

    person.change(f"{ACCOUNTS}/{account}", {"archived": True})

    reply = person.call("POST", f"{IMPORTS}/{job['id']}/commit", {})
    assert _said(reply) == (409, "account-archived")
    body = {"account_id": account, "filename": "a.csv"}
    assert _said(person.call("POST", IMPORTS, body)) == (409, "account-archived")


def test_an_import_goes_only_where_it_fits(person: Person) -> None:
    job = person.read(person.account(), GOOD)
    commit = f"{IMPORTS}/{job['id']}/commit"

    answers = {
        name: _said(person.call("POST", commit, {"accounts": accounts}))
        for name, accounts in {
            "no such statement": {"7": person.account()},
            "no such account": {"0": new_id()},
            "another currency": {"0": person.account("USD")},
            "nowhere": {"0": None},
            "no number": {"x": None},
        }.items()
    }

    assert answers == {
        "no such statement": (422, "unfit-accounts"),
        "no such account": (404, "account-not-found"),
        "another currency": (422, "unfit-accounts"),
        "nowhere": (409, "nothing-to-import"),
        "no number": (422, "invalid"),
    }
    assert person.get(f"{IMPORTS}/{job['id']}")["state"] == "ready"


# --- somebody else's


@pytest.fixture(scope="module")
def stranger(product: Product) -> Person:
    """Somebody who tries what is not theirs, or makes no sense."""
    return sign_up(product)


@pytest.fixture(scope="module")
def victim(product: Product) -> tuple[Person, dict[str, str]]:
    """Somebody with an account, an import with problems and transactions."""
    one = sign_up(product)
    account = one.account()
    job = one.read(account, GOOD + b"2026-01-03,none,Odd\n")
    one.commit(job["id"])
    first = one.get(TRANSACTIONS, limit=1)["items"][0]
    return one, {"account": account, "import": job["id"], "transaction": first["id"]}


THEIRS: Final[tuple[tuple[str, str, object], ...]] = (
    ("GET", "/v1/interchange/imports/{import}", None),
    ("GET", "/v1/interchange/imports/{import}/rows", None),
    ("GET", "/v1/interchange/imports/{import}/rows?only=problems", None),
    ("POST", "/v1/interchange/imports/{import}/commit", {}),
    ("DELETE", "/v1/interchange/imports/{import}", None),
    ("GET", "/v1/expenses/accounts/{account}", None),
    ("PATCH", "/v1/expenses/accounts/{account}", {"name": "Mine now"}),
    ("DELETE", "/v1/expenses/accounts/{account}", None),
    ("GET", "/v1/expenses/transactions/{transaction}", None),
    ("PATCH", "/v1/expenses/transactions/{transaction}", {"notes": "mine"}),
    ("DELETE", "/v1/expenses/transactions/{transaction}", None),
    ("GET", "/v1/expenses/transactions?account_id={account}", None),
    ("GET", "/v1/analytics/spending?month=2026-01&account_id={account}", None),
    ("GET", "/v1/analytics/trends?until=2026-01&account_id={account}", None),
)


@pytest.mark.parametrize(("method", "path", "body"), THEIRS)
def test_what_belongs_to_somebody_else_answers_like_what_is_not_there(
    stranger: Person, victim: tuple[Person, dict[str, str]], method: str, path: str, body: object
) -> None:
    owner, ids = victim
    before = (owner.every(TRANSACTIONS), owner.every(IMPORTS), owner.every(ACCOUNTS))
    nobodys = {name: new_id() for name in ids}

    theirs = stranger.call(method, path.format_map(ids), body, headers={"If-Match": '"1"'})
    absent = stranger.call(method, path.format_map(nobodys), body, headers={"If-Match": '"1"'})

    assert theirs.status == absent.status
    assert _without_instance(theirs) == _without_instance(absent)
    assert not any(one.encode() in theirs.body for one in ids.values())
    assert (owner.every(TRANSACTIONS), owner.every(IMPORTS), owner.every(ACCOUNTS)) == before


def _without_instance(reply: Reply) -> Any:
    return {**reply.json, "instance": None} if reply.body else None


def test_somebody_elses_account_takes_neither_files_nor_transactions(
    stranger: Person, victim: tuple[Person, dict[str, str]]
) -> None:
    owner, ids = victim
    money = {"amount": "-1.00", "currency": "EUR"}
    job = stranger.read(stranger.account(), GOOD)
    entries = owner.get(f"{ACCOUNTS}/{ids['account']}")["entries"]

    for path, body in (
        (IMPORTS, {"account_id": "{}", "filename": "a.csv"}),
        (TRANSACTIONS, {"account_id": "{}", "amount": money, "booked_on": "2026-01-01"}),
        (f"{IMPORTS}/{job['id']}/commit", {"accounts": {"0": "{}"}}),
    ):
        theirs = stranger.call("POST", path, _filled(body, ids["account"]))
        absent = stranger.call("POST", path, _filled(body, new_id()))
        assert _said(theirs) == (404, "account-not-found")
        assert theirs.reason == absent.reason

    assert owner.get(f"{ACCOUNTS}/{ids['account']}")["entries"] == entries


def _filled(body: Any, account: str) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, account) for name, value in body.items()}
    return account if body == "{}" else body


def test_a_cursor_serves_its_owner_and_its_list_only(
    stranger: Person, victim: tuple[Person, dict[str, str]]
) -> None:
    owner, ids = victim
    rows = f"{IMPORTS}/{ids['import']}/rows"
    mine = stranger.read(stranger.account(), GOOD)
    of_rows = owner.get(rows, limit=1)["next_cursor"]
    of_transactions = owner.get(TRANSACTIONS, limit=1)["next_cursor"]
    assert of_rows
    assert of_transactions
    flipped = of_rows[:-1] + ("A" if of_rows[-1] != "A" else "B")

    answers = [
        stranger.call("GET", TRANSACTIONS, query={"cursor": of_transactions}),
        stranger.call("GET", f"{IMPORTS}/{mine['id']}/rows", query={"cursor": of_rows}),
        owner.call("GET", rows, query={"cursor": of_rows, "only": "problems"}),
        owner.call("GET", rows, query={"cursor": of_transactions}),
        owner.call("GET", IMPORTS, query={"cursor": of_transactions}),
        owner.call("GET", rows, query={"cursor": flipped}),
        owner.call("GET", TRANSACTIONS, query={"cursor": "é"}),
        owner.call("GET", TRANSACTIONS, query={"cursor": "A" * 5_000}),
    ]

    assert [_said(one) for one in answers] == [(422, "bad-cursor")] * len(answers)
    assert _said(stranger.call("GET", rows, query={"cursor": of_rows})) == (404, "import-not-found")


# --- damaged


@pytest.mark.parametrize(
    "amount",
    ["1e400", "1e1", "NaN", "Infinity", "-inf", "9" * 40, "9" * 99, "1.005", "", " 1", "1_0", "٣"],
)
def test_an_amount_that_is_none_is_refused_by_its_pointer(stranger: Person, amount: str) -> None:
    money = {"amount": amount, "currency": "EUR"}
    body = {"account_id": new_id(), "amount": money, "booked_on": "2026-01-01"}

    reply = stranger.call("POST", TRANSACTIONS, body)

    assert _said(reply) == (422, "invalid")
    assert reply.json["errors"][0]["pointer"].startswith("/amount")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\x00", 400),
        (b'{"name": "\xff"}', 400),
        (b'{"name": NaN}', 400),
        (b'{"name": 1e400}', 422),
        (b'{"name": "a", "name": "b"}', 400),
        (b'{"name": "\\ud800"}', 400),
        (b"[" * 100_000, 400),
        (b"null", 422),
        (b"[]", 422),
        (b'{"surprise": 1}', 422),
    ],
)
def test_a_body_that_is_no_object_of_ours_is_refused(
    stranger: Person, raw: bytes, status: int
) -> None:
    assert stranger.call("POST", ACCOUNTS, raw=raw).status == status


def test_what_the_router_refuses_is_a_problem_too(stranger: Person, product: Product) -> None:
    as_text = {"Content-Type": "text/plain"}

    answers = [
        stranger.call("POST", ACCOUNTS, {"name": "a"}, headers=as_text),
        stranger.call("PUT", ACCOUNTS, {"name": "a"}),
        stranger.call("GET", "/v1/expenses/nothing"),
        stranger.call("GET", "/v1/expenses/%2e%2e/users/me"),
        stranger.call("GET", f"{ACCOUNTS}/not-an-id"),
        stranger.call("GET", f"{ACCOUNTS}/%00"),
        product.call("GET", ACCOUNTS),
        product.call("GET", ACCOUNTS, headers={"Authorization": "Bearer a.b.c"}),
        product.call("GET", ACCOUNTS, headers={"Authorization": "Basic YTpi"}),
    ]

    assert [one.status for one in answers] == [415, 405, 404, 404, 404, 404, 401, 401, 401]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (TRANSACTIONS, {"limit": 0}),
        (TRANSACTIONS, {"limit": 201}),
        (TRANSACTIONS, {"limit": "many"}),
        (TRANSACTIONS, {"colour": "red"}),
        (TRANSACTIONS, {"from": "2026-02-30"}),
        (TRANSACTIONS, {"from": "2026-02-02", "to": "2026-02-01"}),
        (SPENDING, {}),
        (SPENDING, {"month": "2026-13"}),
        (SPENDING, {"month": "0000-01"}),
        (TRENDS, {"months": 25}),
        (TRENDS, {"until": "soon"}),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_by_its_name(
    stranger: Person, path: str, query: dict[str, object]
) -> None:
    reply = stranger.call("GET", path, query=query)

    assert _said(reply) == (422, "invalid")
    assert reply.json["errors"][0]["pointer"].startswith("?")


def test_a_repeated_request_is_done_once(person: Person) -> None:
    body = {"name": "Everyday", "kind": "bank", "currency": "EUR"}
    key = {"Idempotency-Key": "the same key"}

    first = person.call("POST", ACCOUNTS, body, headers=key)
    again = person.call("POST", ACCOUNTS, body, headers=key)
    other = person.call("POST", ACCOUNTS, {**body, "name": "Other"}, headers=key)

    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json
    assert again.headers["idempotency-replayed"] == "true"
    assert _said(other) == (422, "idempotency-key-reused")
    assert len(person.every(ACCOUNTS)) == 1
