"""Bulk edits by query: what was shown is what is done, at once or in steps, or it is refused."""

from __future__ import annotations

from typing import Any, Final

import pytest

from chalicelib.expenses.commands import RunMore
from chalicelib.expenses.model import plans
from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.service import editing
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    CATEGORIES,
    TRANSACTIONS,
    Ears,
    balance,
    envelope,
    everything,
    handed,
    laid,
    matching,
    recorded,
    row,
)
from tests.factories.households import joined, made, within
from tests.factories.users import SignedIn, signed_in
from tests.slice.expenses.test_history import changed, history, removed
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.taps import every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
EDIT: Final = f"{TRANSACTIONS}/bulk-edit"
GROCERIES: Final = default_id("groceries")
RENT: Final = default_id("rent")


def shown(person: SignedIn, query: str, limit: int = 50, **changes: Any) -> list[Any]:
    """All pages of a preview."""
    body: dict[str, Any] = {"query": query, "changes": changes, "limit": limit}
    pages: list[Any] = []
    while True:
        reply = person.client.post(f"{EDIT}/preview", body)
        assert reply.status == 200, reply.text
        pages.append(reply.json)
        if reply.json["next_cursor"] is None:
            return pages
        body["cursor"] = reply.json["next_cursor"]


def token(person: SignedIn, query: str, **changes: Any) -> str:
    identity: str = shown(person, query, **changes)[-1]["token"]
    return identity


def carried_out(person: SignedIn, identity: str) -> Any:
    reply = person.client.post(EDIT, {"token": identity})
    assert reply.status == 202, reply.text
    return reply.json


def run_of(person: SignedIn, run: Any) -> Any:
    return person.client.get(f"{EDIT}/{run['id']}").json


def sums(person: SignedIn) -> dict[str | None, tuple[str, int]]:
    """What analytics counts in November, by category."""
    query = {"month": "2026-11"}
    (euros,) = person.client.get("/v1/analytics/spending", query=query).json["currencies"]
    return {
        one["category_id"]: (one["expense"]["amount"], one["count"])
        for one in euros["categories"]
        if one["count"]
    }


def content(person: SignedIn) -> list[Any]:
    times = {"version", "updated_at"}
    return [{n: v for n, v in one.items() if n not in times} for one in everything(person)]


def test_a_preview_shows_every_change_and_carrying_it_out_does_just_that(
    person: SignedIn, account: str
) -> None:
    cake = recorded(person, account, payee="Kiosk", notes="cake", tags=["Home"])
    already = recorded(person, account, payee="Kiosk", category_id=GROCERIES, tags=["Party"])
    recorded(person, account, payee="Landlord")

    (page,) = shown(
        person, "kiosk", category_id=GROCERIES, add_tags=["Party"], remove_tags=["HOME"]
    )

    assert (page["matched"], page["changing"]) == (2, 1)
    by_id = {one["id"]: one for one in page["items"]}
    assert by_id[already["id"]]["fields"] == []
    fields = {f["field"]: (f["before"], f["after"]) for f in by_id[cake["id"]]["fields"]}
    assert fields["tags"] == (["Home"], ["Party"])
    assert fields["category_id"] == (cake["category_id"], GROCERIES)
    before = {one["id"]: one for one in everything(person)}

    run = carried_out(person, page["token"])

    assert (run["state"], run["result"]) == ("done", {"changed": 1, "left": 0})
    after = {one["id"]: one for one in everything(person)}
    for identity, one in after.items():
        difference = {
            n: (before[identity][n], one[n]) for n in one if one[n] != before[identity][n]
        }
        if identity == cake["id"]:
            asked = {name: difference[name] for name in fields}
            assert asked == fields
            assert set(difference) - set(fields) == {"version", "updated_at"}
        else:
            assert difference == {}


@pytest.mark.parametrize("meanwhile", ["edited", "deleted"])
def test_what_was_changed_since_the_preview_is_refused_whole(
    person: SignedIn, account: str, meanwhile: str
) -> None:
    rows = [recorded(person, account) for _ in range(2)]
    identity = token(person, "bakery", notes="x")
    if meanwhile == "edited":
        changed(person, rows[0], notes="mine")
    else:
        removed(person, rows[0])

    reply = person.client.post(EDIT, {"token": identity})

    assert (reply.status, reply.problem) == (409, "preview-outdated")
    assert "x" not in [one["notes"] for one in everything(person)]


def test_what_came_after_the_preview_was_not_shown_and_is_not_touched(
    person: SignedIn, account: str
) -> None:
    recorded(person, account)
    identity = token(person, "bakery", notes="x")
    recorded(person, account)

    carried_out(person, identity)

    assert sorted(one["notes"] for one in everything(person)) == ["", "x"]


def test_a_preview_names_what_it_could_not_change_and_why(person: SignedIn, account: str) -> None:
    split = recorded(person, account, "-10.00")
    euros = [{"amount": amount, "currency": "EUR"} for amount in ("-4.00", "-6.00")]
    parts = [{"amount": amount, "category_id": RENT} for amount in euros]
    url = f"{TRANSACTIONS}/{split['id']}/splits"
    assert person.client.put(url, {"parts": parts}, headers=matching(split)).status == 200
    crowded = recorded(person, account, tags=[f"t{n}" for n in range(20)])
    plain = recorded(person, account)

    (page,) = shown(person, "bakery", category_id=GROCERIES, add_tags=["Party"])

    problems = {one["id"]: one["problem"] for one in page["items"]}
    assert problems == {
        split["id"]: "split-transaction",
        crowded["id"]: "too-many-tags",
        plain["id"]: None,
    }
    assert (page["matched"], page["changing"]) == (3, 1)
    carried_out(person, page["token"])
    assert [one["id"] for one in everything(person, q="tag:party")] == [plain["id"]]


def test_a_token_comes_at_the_end_of_a_preview_and_not_before(
    person: SignedIn, account: str
) -> None:
    for day in range(1, 6):
        recorded(person, account, booked_on=f"2026-11-{day:02d}")

    pages = shown(person, "bakery", limit=2, notes="x")

    assert [page["token"] is not None for page in pages] == [False] * (len(pages) - 1) + [True]
    assert [page["matched"] for page in pages][-1] == pages[-1]["changing"] == 5
    assert sum(len(page["items"]) for page in pages) == 5
    carried_out(person, pages[-1]["token"])
    assert {one["notes"] for one in everything(person)} == {"x"}


def test_a_page_of_a_preview_is_read_once_and_with_its_own_question(
    person: SignedIn, account: str
) -> None:
    for _ in range(3):
        recorded(person, account)
    body = {"query": "bakery", "changes": {"notes": "x"}, "limit": 1}
    cursor = person.client.post(f"{EDIT}/preview", body).json["next_cursor"]

    other = {**body, "changes": {"notes": "y"}, "cursor": cursor}
    assert person.client.post(f"{EDIT}/preview", other).problem == "bad-cursor"
    assert person.client.post(f"{EDIT}/preview", {**body, "cursor": cursor}).status == 200
    again = person.client.post(f"{EDIT}/preview", {**body, "cursor": cursor})
    assert (again.status, again.problem) == (422, "bad-cursor")


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"query": "payee:", "changes": {"notes": "x"}}, 422, "/query"),
        ({"query": "bakery", "changes": {}}, 422, "/changes"),
        ({"query": "bakery", "changes": {"payee": None}}, 422, "/changes/payee"),
        ({"query": "bakery", "changes": {"status": "reconciled"}}, 422, "/changes/status"),
        ({"query": "a", "changes": {"delete": True, "notes": "x"}}, 422, "/changes"),
        ({"query": "a", "changes": {"delete": False}}, 422, "/changes/delete"),
        ({"query": "", "changes": {"notes": "x"}}, 422, "/query"),
        ({"query": "bakery", "changes": {"category_id": new_id()}}, 404, None),
    ],
)
def test_a_bad_edit_is_refused(
    person: SignedIn, body: dict[str, Any], status: int, pointer: str | None
) -> None:
    reply = person.client.post(f"{EDIT}/preview", body)

    assert reply.status == status, reply.text
    if pointer:
        assert [one["pointer"] for one in reply.json["errors"]] == [pointer]


def test_more_matches_than_a_bulk_edit_takes_are_refused(
    person: SignedIn, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plans.MOST_EDITED == 1_000
    monkeypatch.setattr(editing, "MOST_EDITED", 2)
    for _ in range(3):
        recorded(person, account)

    body = {"query": "bakery", "changes": {"notes": "x"}}
    reply = person.client.post(f"{EDIT}/preview", body)

    assert (reply.status, reply.problem) == (409, "too-many-matches")


def test_a_token_works_once_for_its_owner_and_again_gives_the_same_run(
    person: SignedIn, stranger: SignedIn, account: str
) -> None:
    recorded(person, account)
    identity = token(person, "bakery", notes="x")

    foreign = stranger.client.post(EDIT, {"token": identity})
    assert (foreign.status, foreign.problem) == (404, "preview-not-found")
    run = carried_out(person, identity)
    (one,) = everything(person)
    changed(person, one, notes="mine")

    assert carried_out(person, identity)["id"] == run["id"]
    assert everything(person)[0]["notes"] == "mine"
    assert stranger.client.get(f"{EDIT}/{run['id']}").status == 404


def test_the_category_that_a_bulk_edit_gives_is_the_users_and_is_remembered(
    person: SignedIn, account: str
) -> None:
    for _ in range(2):
        recorded(person, account, payee="Zxcv Shop")

    carried_out(person, token(person, "zxcv", category_id=RENT))

    assert {one["category_source"] for one in everything(person)} == {"user"}
    assert recorded(person, account, payee="Zxcv Shop")["category_id"] == RENT


def test_an_archived_category_stops_an_edit_that_was_shown(person: SignedIn, account: str) -> None:
    own = person.client.post(CATEGORIES, {"name": "Cakes", "kind": "expense"}).json
    recorded(person, account)
    identity = token(person, "bakery", category_id=own["id"])
    person.client.patch(f"{CATEGORIES}/{own['id']}", {"archived": True})

    reply = person.client.post(EDIT, {"token": identity})

    assert (reply.status, reply.problem) == (409, "category-archived")


@pytest.mark.durable
def test_a_bulk_edit_is_undone(cloud: Cloud, person: SignedIn, account: str) -> None:
    for day in range(1, 4):
        recorded(person, account, booked_on=f"2026-11-{day:02d}", tags=["Home"])
    before = content(person)
    run = carried_out(person, token(person, "bakery", payee="Kiosk", status="planned"))
    assert balance(person, account) == "0.00"

    undoing = person.client.post(f"{EDIT}/{run['id']}/undo").json
    cloud.drain()

    assert run_of(person, undoing)["state"] == "done"
    assert content(person) == before
    assert run_of(person, run)["undone_by"] == undoing["id"]
    redoing = person.client.post(f"{EDIT}/{undoing['id']}/undo").json
    cloud.drain()
    assert run_of(person, redoing)["result"] == {"changed": 3, "left": 0}
    assert {one["payee"] for one in everything(person)} == {"Kiosk"}


def test_what_a_query_finds_is_deleted_and_brought_back(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    handed(cloud, envelope(person, laid(person, [row(1), row(2), row(3)], account)))
    bought = recorded(person, account, "-50.00", payee="Shop")
    new = {
        "account_id": account,
        "amount": {"amount": "20.00", "currency": "EUR"},
        "booked_on": "2026-11-09",
    }
    url = f"{TRANSACTIONS}/{bought['id']}/refunds"
    assert person.client.post(url, {"new": new}, headers=matching(bought)).status == 200
    before, money = content(person), balance(person, account)

    (page,) = shown(person, "shop", delete=True)
    run = carried_out(person, page["token"])

    problems = [one["problem"] for one in page["items"]]
    assert (sorted(map(str, problems)), page["changing"]) == (["None"] * 3 + ["linked"] * 2, 3)
    gone = next(one for one in page["items"] if one["problem"] is None)
    assert {"field": "payee", "before": "Shop 3", "after": None} in [
        field for one in page["items"] for field in one["fields"]
    ]
    assert person.client.get(f"{TRANSACTIONS}/{gone['id']}").status == 404
    assert balance(person, account) == "-30.00"
    # the statement does not bring back what was deleted; undoing does
    handed(cloud, envelope(person, laid(person, [row(1), row(2), row(3)], account)))
    assert balance(person, account) == "-30.00"
    person.client.post(f"{EDIT}/{run['id']}/undo")
    cloud.drain()
    assert (content(person), balance(person, account)) == (before, money)


def test_a_preview_costs_one_query_and_one_write_and_fifty_edits_one_transaction(
    person: SignedIn, account: str
) -> None:
    for _ in range(3):
        recorded(person, account)

    with budget() as spent:
        identity = token(person, "bakery", notes="x")
    # session; head / the page; the plan
    assert spent.calls == {"BatchGetItem": 2, "Query": 1, "PutItem": 1}

    with budget() as spent:
        carried_out(person, identity)
    # session; head; plan; rows / rows, run, plan, META, CHG
    assert spent.calls == {"BatchGetItem": 3, "GetItem": 1, "TransactWriteItems": 1}
    assert spent.writes == 3 + 4


@pytest.mark.durable
def test_carrying_out_survives_a_death_at_every_call(person: SignedIn, account: str) -> None:
    recorded(person, account)
    first = token(person, "bakery", notes="0")
    points = list(every_point(lambda: carried_out(person, first)))
    for number, (point, side) in enumerate(points, start=1):
        identity = token(person, "bakery", notes=str(number))
        killed_at(point, side, lambda one=identity: person.client.post(EDIT, {"token": one}))  # type: ignore[misc]

        assert carried_out(person, identity)["result"] == {"changed": 1, "left": 0}

    (one,) = everything(person)
    assert (one["notes"], one["version"]) == (str(len(points)), len(points) + 2)


@pytest.mark.durable
def test_carrying_out_beside_itself_or_an_edit_is_one_or_the_other(
    person: SignedIn, account: str
) -> None:
    for beside in ("itself", "edit"):
        for order in orders(5, 5, most=6):
            one = recorded(person, account)
            identity = token(person, "bakery", notes=new_id())

            def second(one: Any = one, identity: str = identity, beside: str = beside) -> Reply:
                if beside == "itself":
                    return person.client.post(EDIT, {"token": identity})
                url = f"{TRANSACTIONS}/{one['id']}"
                return person.client.patch(url, {"notes": "mine"}, headers=matching(one))

            def first(identity: str = identity) -> Reply:
                return person.client.post(EDIT, {"token": identity})

            results: Any = interleaved(order, a=first, b=second)

            statuses = (results["a"].status, results["b"].status)
            if beside == "itself":
                assert statuses == (202, 202)
                assert results["a"].json["id"] == results["b"].json["id"]
            else:
                assert statuses in {(202, 412), (409, 200)}
            (now,) = [row for row in everything(person) if row["id"] == one["id"]]
            assert now["version"] == 2
            removed(person, now)


@pytest.mark.durable
class TestInSteps:
    """More than fifty, in steps of forty; the bounds are small here, because moto copies its table."""

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert (editing._STEP, plans.TOGETHER) == (40, 50)
        monkeypatch.setattr(editing, "_STEP", 2)
        monkeypatch.setattr(editing, "TOGETHER", 1)

    @pytest.fixture
    def rows(self, person: SignedIn, account: str) -> list[Any]:
        return [recorded(person, account, booked_on=f"2026-11-{n:02d}") for n in range(1, 6)]

    def test_all_of_them_change_and_change_back(
        self, cloud: Cloud, person: SignedIn, account: str, rows: list[Any]
    ) -> None:
        before = content(person)

        run = carried_out(person, token(person, "bakery", status="planned", notes="x"))
        assert (run["state"], run["progress"]) == ("waiting", {"done": 0, "total": 5})
        cloud.drain()

        assert run_of(person, run)["result"] == {"changed": 5, "left": 0}
        assert {one["notes"] for one in everything(person)} == {"x"}
        assert balance(person, account) == "0.00"
        undoing = person.client.post(f"{EDIT}/{run['id']}/undo").json
        cloud.drain()
        assert run_of(person, undoing)["result"] == {"changed": 5, "left": 0}
        assert content(person) == before

    def test_a_step_tells_one_fact_and_the_sums_follow(
        self, cloud: Cloud, person: SignedIn, ears: Ears, rows: list[Any]
    ) -> None:
        run = carried_out(person, token(person, "bakery", category_id=RENT))
        cloud.drain()

        (newest,) = history(person, rows[0]["id"], limit="1")["items"]
        assert newest["actor"] == {"kind": "system", "user_id": person.user_id, "client_id": None}
        told = [name for name, _ in ears.about(run["id"]) if name != "run_more"]
        assert told == ["transactions_revised"] * 3
        assert sums(person) == {RENT: ("61.70", 5)}
        person.client.post(f"{EDIT}/{run['id']}/undo")
        cloud.drain()
        assert sums(person) == {rows[0]["category_id"]: ("61.70", 5)}

    def test_what_was_touched_meanwhile_is_left_by_the_steps_and_by_their_undoing(
        self, cloud: Cloud, person: SignedIn, rows: list[Any]
    ) -> None:
        run = carried_out(person, token(person, "bakery", notes="x"))
        changed(person, rows[0], notes="mine")
        cloud.drain()
        assert run_of(person, run)["result"] == {"changed": 4, "left": 1}

        (one,) = [one for one in everything(person) if one["id"] == rows[1]["id"]]
        changed(person, one, payee="Kiosk")
        undoing = person.client.post(f"{EDIT}/{run['id']}/undo").json
        cloud.drain()

        assert run_of(person, undoing)["result"] == {"changed": 3, "left": 1}
        notes = {one["id"]: one["notes"] for one in everything(person)}
        assert [notes[one["id"]] for one in rows] == ["mine", "x", "", "", ""]

    def test_a_step_survives_a_death_at_every_call(
        self, cloud: Cloud, person: SignedIn, ears: Ears, rows: list[Any]
    ) -> None:
        def ordered(notes: str) -> str:
            run = carried_out(person, token(person, "bakery", notes=notes))
            return envelope(person, RunMore(run_id=run["id"], step=0))

        first = ordered("0")
        points = list(every_point(lambda: handed(cloud, first)))
        for number, (point, side) in enumerate(points, start=1):
            body = ordered(str(number))
            assert killed_at(point, side, lambda body=body: handed(cloud, body)) is not None  # type: ignore[misc]
            assert handed(cloud, body) == []
            notes = [one["notes"] for one in everything(person)]
            assert notes.count(str(number)) == 2
        versions = [one["version"] for one in everything(person)]
        assert sum(versions) == len(rows) + 2 * (len(points) + 1)

    def test_nobody_undoes_what_is_under_way(self, person: SignedIn, rows: list[Any]) -> None:
        run = carried_out(person, token(person, "bakery", notes="x"))

        reply = person.client.post(f"{EDIT}/{run['id']}/undo")

        assert (reply.status, reply.problem) == (409, "run-under-way")


@pytest.mark.durable
def test_a_hundred_and_twenty_go_in_three_steps(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    for start in (0, 60):
        rows = [row(n, -100 - n, payee=f"Kiosk {n}") for n in range(start, start + 60)]
        handed(cloud, envelope(person, laid(person, rows, account)))

    pages = shown(person, "kiosk", limit=200, category_id=RENT, add_tags=["Sweet"])
    run = carried_out(person, pages[-1]["token"])
    with budget() as spent:
        handed(cloud, envelope(person, RunMore(run_id=run["id"], step=0)))
    cloud.drain()

    # head and mark; run; plan; rows; payees / rows, a tag, a payee or more, run, META, CHG, mark, outbox
    assert spent.calls == {"BatchGetItem": 3, "GetItem": 2, "TransactWriteItems": 1}
    assert 40 + 7 <= spent.writes <= 60
    assert run_of(person, run)["result"] == {"changed": 120, "left": 0}
    assert len(everything(person, q="tag:sweet category:rent by:user", limit="200")) == 120


@pytest.mark.durable
def test_who_may_see_some_accounts_only_edits_none_by_query(cloud: Cloud) -> None:
    owner, guest = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    home = made(owner)
    joined(owner, home, guest, role="editor", accounts={new_id(): "editor"})
    bob = within(guest, home)

    reply = bob.client.post(f"{EDIT}/preview", {"query": "a", "changes": {"notes": "x"}})

    assert (reply.status, reply.problem) == (403, "missing-role")
