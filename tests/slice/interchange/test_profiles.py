"""Profiles over HTTP: saving, showing, changing and forgetting them, and files that are read by them."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.interchange.model.formats.tabular.profiles import built_in
from chalicelib.interchange.model.profiles import MAX_PROFILES
from chalicelib.interchange.repository import TABLE
from chalicelib.interchange.repository import profiles as repository
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from chalicelib.security import api as security
from tests.factories.app_exports import SPLITWISE
from tests.factories.imports import URL as IMPORTS
from tests.factories.imports import account_of, put_file, started, uploaded
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice

URL = "/v1/interchange/profiles"
HEADER = ["When", "What", "Plus", "Minus"]
COLUMNS = {"date": 0, "payee": [1], "money_in": 2, "money_out": 3}
BODY: dict[str, Any] = {
    "name": "Village bank",
    "match": {"header": HEADER},
    "hints": {"date_order": "mdy", "columns": COLUMNS},
}
TABLE_FILE = (
    b"When,What,Plus,Minus\n11/02/2026,Corner Bakery,,4.20\n11/05/2026,Employer Ltd,2150.00,\n"
)
BUILT_IN = {known.name: known.id for known in built_in()}


def saved(person: SignedIn, **more: Any) -> Any:
    reply = person.client.post(URL, {**BODY, **more})
    assert reply.status == 201, reply.text
    return reply.json


def rows_of(person: SignedIn, job: Any) -> list[tuple[str, str, str]]:
    rows = person.client.get(f"{IMPORTS}/{job['id']}/rows").json["items"]
    return [(row["booked_on"], row["amount"]["amount"], row["payee"]) for row in rows]


READ_BY_IT = [
    ("2026-11-02", "-4.20", "Corner Bakery"),
    ("2026-11-05", "2150.00", "Employer Ltd"),
]


# --- saving and showing


def test_a_saved_profile_is_shown_as_it_was_saved(person: SignedIn) -> None:
    made = saved(person)

    shown = person.client.get(f"{URL}/{made['id']}")
    assert shown.json == made
    assert (made["version"], made["built_in"], made["name"]) == (1, False, "Village bank")
    assert made["match"] == {"header": HEADER, "columns": None, "account_id": None}
    assert made["hints"]["columns"] == {
        **dict.fromkeys(made["hints"]["columns"]),
        **COLUMNS,
        "memo": [],
        "category": [],
        "tags": [],
    }
    assert shown.headers["ETag"]


def test_name_and_header_are_sealed_at_rest(person: SignedIn) -> None:
    saved(person)

    items = Table(TABLE).query_all(str(person.owner), "PRF#", "PRF#~", most=10)
    assert [
        b"Village" in str(item).encode() or b"Minus" in str(item).encode() for item in items
    ] == [False]


def test_own_profiles_come_first_and_the_built_in_ones_after_them(person: SignedIn) -> None:
    second, first = saved(person, name="beta"), saved(person, name="Alpha")

    shown = person.client.get(f"{URL}?limit=200").json["items"]

    assert [one["id"] for one in shown[:2]] == [first["id"], second["id"]]
    assert {one["id"] for one in shown[2:]} == set(BUILT_IN.values())
    assert all(one["built_in"] and one["source"] for one in shown[2:])


def test_the_list_is_paged_without_gaps(person: SignedIn) -> None:
    saved(person)
    whole = [one["id"] for one in person.client.get(f"{URL}?limit=200").json["items"]]
    found: list[str] = []
    cursor = ""
    while True:
        page = person.client.get(f"{URL}?limit=7{cursor}").json
        found += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert found == whole


def test_a_page_goes_on_where_a_profile_was_deleted(person: SignedIn) -> None:
    made = [saved(person, name=f"Bank {at}")["id"] for at in range(4)]
    first = person.client.get(f"{URL}?limit=2&built_in=false").json
    person.client.delete(f"{URL}/{made[1]}")

    rest = person.client.get(f"{URL}?limit=2&built_in=false&cursor={first['next_cursor']}").json

    assert [one["id"] for one in rest["items"]] == made[2:]


@pytest.mark.parametrize(("wanted", "own", "others"), [("true", 0, len(BUILT_IN)), ("false", 1, 0)])
def test_one_kind_can_be_asked_for(person: SignedIn, wanted: str, own: int, others: int) -> None:
    saved(person)

    shown = person.client.get(f"{URL}?limit=200&built_in={wanted}").json["items"]

    assert sum(not one["built_in"] for one in shown) == own
    assert sum(one["built_in"] for one in shown) == others


def test_saving_costs_so_much_and_no_more(person: SignedIn) -> None:
    with budget() as spent:
        reply = person.client.post(URL, BODY)

    assert reply.status == 201
    # session; head and key; the profiles that are there; profile, META, CHG and the day's marker
    assert spent.calls == {"BatchGetItem": 2, "Query": 1, "TransactWriteItems": 1}
    assert spent.writes == 4


def test_showing_changing_and_forgetting_cost_so_much_and_no_more(person: SignedIn) -> None:
    url = f"{URL}/{saved(person)['id']}"
    with budget() as listed:
        assert person.client.get(f"{URL}?limit=200").status == 200
    with budget() as changed:
        assert person.client.patch(url, {"name": "New"}).status == 200
    with budget() as forgotten:
        assert person.client.delete(url).status == 204

    # session; all profiles at once
    assert listed.calls == {"BatchGetItem": 1, "Query": 1}
    # session; head and key; profile; profile, META, CHG
    assert changed.calls == {"BatchGetItem": 2, "GetItem": 1, "TransactWriteItems": 1}
    assert changed.writes == 3
    assert forgotten.calls == changed.calls
    assert forgotten.writes == 3


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "x"}, "/match"),
        ({"name": "x", "match": {"header": ["", " "]}}, "/match"),
        ({"name": "x", "match": {"columns": 3}}, "/match/account_id"),
        ({"name": "x", "match": {"header": ["a"], "columns": 3, "account_id": new_id()}}, "/match/columns"),
        ({"name": "x", "match": {"header": ["a"]}, "hints": {"columns": {"date": 0}}}, "/hints/columns"),
        ({"name": "x", "match": {"header": ["a"]}, "hints": {"encoding": "rot13"}}, "/hints/encoding"),
        ({"name": "", "match": {"header": ["a"]}}, "/name"),
        ({"name": "x", "match": {"header": ["a"] * 257}}, "/match/header"),
        ({"name": "x", "match": {"header": ["a" * 201]}}, "/match/header/0"),
        ({"name": "x", "match": {"header": ["a"]}, "built_in": True}, "/built_in"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_profile_is_refused_with_the_field(
    person: SignedIn, body: dict[str, Any], pointer: str
) -> None:
    reply = person.client.post(URL, body)

    assert reply.status == 422
    assert pointer in {error["pointer"] for error in reply.json["errors"]}


def test_an_account_that_is_not_the_owners_is_not_found(
    person: SignedIn, stranger: SignedIn
) -> None:
    theirs = account_of(stranger)

    reply = person.client.post(URL, {**BODY, "match": {"header": HEADER, "account_id": theirs}})

    assert reply.status == 404


def test_a_clients_own_id_makes_one_profile(person: SignedIn) -> None:
    mine = new_id()

    assert saved(person, id=mine) == saved(person, id=mine)
    other = person.client.post(URL, {**BODY, "id": mine, "name": "Other"})
    assert (other.status, other.problem) == (409, "id-taken")
    person.client.delete(f"{URL}/{mine}")
    again = person.client.post(URL, {**BODY, "id": mine})
    assert (again.status, again.problem) == (409, "id-taken")


def test_nobody_takes_the_id_of_a_built_in_profile(person: SignedIn) -> None:
    reply = person.client.post(URL, {**BODY, "id": BUILT_IN["ynab"]})

    assert (reply.status, reply.problem) == (409, "id-taken")


def test_nobody_saves_more_than_a_hundred(
    person: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "MAX_PROFILES", 2)
    assert MAX_PROFILES == 100
    saved(person)
    saved(person)

    reply = person.client.post(URL, BODY)

    assert (reply.status, reply.problem) == (409, "limit-reached")


# --- changing and forgetting


def test_a_patch_changes_what_it_names_and_nothing_else(person: SignedIn) -> None:
    made = saved(person)

    reply = person.client.patch(
        f"{URL}/{made['id']}", {"hints": {"invert_sign": True, "date_order": None}}
    )

    assert reply.status == 200
    assert reply.json["version"] == 2
    assert reply.json["hints"] == {**made["hints"], "invert_sign": True, "date_order": None}
    assert (reply.json["name"], reply.json["match"]) == (made["name"], made["match"])


def test_a_patch_that_changes_nothing_makes_no_version(person: SignedIn) -> None:
    made = saved(person)

    assert person.client.patch(f"{URL}/{made['id']}", {"name": made["name"]}).json == made


def test_a_patch_may_not_make_a_profile_that_fits_everything(person: SignedIn) -> None:
    made = saved(person)

    reply = person.client.patch(f"{URL}/{made['id']}", {"match": {"header": []}})

    assert (reply.status, reply.problem) == (422, "unfit-profile")


def test_a_stale_version_is_refused(person: SignedIn) -> None:
    made = saved(person)
    url, old = f"{URL}/{made['id']}", person.client.get(f"{URL}/{made['id']}").headers["ETag"]
    person.client.patch(url, {"name": "New"})

    assert person.client.patch(url, {"name": "Newer"}, headers={"If-Match": old}).status == 412
    assert person.client.delete(url, headers={"If-Match": old}).status == 412


def test_a_forgotten_profile_is_gone_and_forgetting_again_is_no_error(person: SignedIn) -> None:
    url = f"{URL}/{saved(person)['id']}"

    assert person.client.delete(url).status == 204
    assert person.client.delete(url).status == 204
    assert person.client.get(url).status == 404
    assert person.client.get(f"{URL}?built_in=false").json["items"] == []


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_built_in_profile_cannot_be_changed(person: SignedIn, method: str) -> None:
    url = f"{URL}/{BUILT_IN['ca-td']}"

    shown = person.client.get(url)
    reply = (
        person.client.patch(url, {"name": "x"}) if method == "patch" else person.client.delete(url)
    )

    assert (shown.status, shown.json["name"], shown.json["country"]) == (
        200,
        "TD Canada Trust",
        "CA",
    )
    assert (reply.status, reply.problem) == (409, "profile-built-in")


def test_a_strangers_profile_is_not_found(person: SignedIn, stranger: SignedIn) -> None:
    made = saved(stranger)
    account = account_of(person)

    assert person.client.get(f"{URL}/{made['id']}").status == 404
    assert person.client.patch(f"{URL}/{made['id']}", {"name": "x"}).status == 404
    assert person.client.delete(f"{URL}/{made['id']}").status == 404
    body = {"account_id": account, "filename": "a.csv", "profile_id": made["id"]}
    reply = person.client.post(IMPORTS, body)
    assert (reply.status, reply.problem) == (404, "profile-not-found")


# --- reading by them


def test_a_file_with_its_header_is_read_by_it(cloud: Cloud, person: SignedIn, account: str) -> None:
    made = saved(person)

    job = uploaded(cloud, person, account, TABLE_FILE)

    assert rows_of(person, job) == READ_BY_IT
    assert job["profile"] == {"id": made["id"], "name": "Village bank", "built_in": False}


def test_without_a_profile_no_row_of_the_same_file_can_be_imported(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = uploaded(cloud, person, account, TABLE_FILE)

    assert (job["profile"], job["counts"]["importable"]) == (None, 0)


def test_a_strangers_profile_reads_nothing(
    cloud: Cloud, person: SignedIn, stranger: SignedIn, account: str
) -> None:
    saved(stranger)

    assert uploaded(cloud, person, account, TABLE_FILE)["profile"] is None


def test_a_profile_of_one_account_is_not_used_for_another(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    other = account_of(person)
    saved(person, match={"header": HEADER, "account_id": other})

    assert uploaded(cloud, person, account, TABLE_FILE)["profile"] is None
    assert rows_of(person, uploaded(cloud, person, other, TABLE_FILE)) == READ_BY_IT


def test_the_profile_of_the_account_wins_over_one_for_all(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    narrow = saved(person, name="Narrow", match={"header": HEADER, "account_id": account})
    saved(person, name="Wide", hints={**BODY["hints"], "invert_sign": True})

    job = uploaded(cloud, person, account, TABLE_FILE)

    assert job["profile"]["id"] == narrow["id"]
    assert rows_of(person, job) == READ_BY_IT


def test_a_file_without_a_header_is_told_by_account_and_width(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    saved(person, match={"columns": 4, "account_id": account})

    job = uploaded(cloud, person, account, TABLE_FILE.partition(b"\n")[2])

    assert rows_of(person, job) == READ_BY_IT


def test_a_named_built_in_profile_reads_a_file_that_nothing_explains(
    cloud: Cloud, person: SignedIn
) -> None:
    account = account_of(person, currency="CAD")
    data = b"11/02/2026,Corner Bakery,4.20,,95.80\n11/05/2026,Employer Ltd,,2150.00,2245.80\n"

    job = uploaded(cloud, person, account, data, profile_id=BUILT_IN["ca-td"])

    assert rows_of(person, job) == READ_BY_IT
    assert job["profile"] == {
        "id": BUILT_IN["ca-td"],
        "name": "TD Canada Trust",
        "built_in": True,
    }


def test_the_preview_says_which_built_in_profile_was_used(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    data = b"Trans. Date,Post Date,Description,Amount,Category\n11/02/2026,11/02/2026,Bakery,4.20,Food\n"

    job = uploaded(cloud, person, account, data)

    assert (job["dialect"], job["profile"]["name"]) == ("us-discover", "Discover")
    assert rows_of(person, job) == [("2026-11-02", "-4.20", "Bakery")]


def test_a_profile_that_was_forgotten_since_it_was_named_is_as_if_none_had_been(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    made = saved(person)
    job = started(person, account, profile_id=made["id"])
    person.client.delete(f"{URL}/{made['id']}")

    put_file(job, b"Date,Payee,Amount\n2026-11-02,Bakery,-4.20\n")
    cloud.deliver("interchange-uploads")

    read = person.client.get(f"{IMPORTS}/{job['id']}").json
    assert rows_of(person, read) == [("2026-11-02", "-4.20", "Bakery")]


def test_the_same_id_with_another_profile_is_another_import(person: SignedIn, account: str) -> None:
    job = started(person, account)

    reply = person.client.post(
        IMPORTS,
        {
            "id": job["id"],
            "account_id": account,
            "filename": "statement.csv",
            "profile_id": BUILT_IN["ca-td"],
        },
    )

    assert (reply.status, reply.problem) == (409, "id-taken")


# --- saving what an import was told


def test_an_import_corrected_by_hints_is_saved_in_one_call(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    hints = {"date_order": "mdy", "columns": {**COLUMNS, "header_line": 1}}
    job = uploaded(cloud, person, account, TABLE_FILE, hints=hints)

    made = person.client.post(URL, {"name": "Village bank", "from_import": job["id"]})
    again = uploaded(cloud, person, account, b"Export\n\n" + TABLE_FILE)

    assert made.status == 201
    assert made.json["match"]["header"] == HEADER
    assert again["profile"]["id"] == made.json["id"]
    assert rows_of(person, again) == READ_BY_IT


def test_what_detection_found_is_kept_with_the_correction(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    data = b"Date,Payee,Notes,Amount\n2026-11-02,Bakery,bread,4.20\n"
    job = uploaded(cloud, person, account, data, hints={"invert_sign": True})

    made = person.client.post(URL, {"name": "Card", "from_import": job["id"]}).json

    assert made["hints"]["invert_sign"] is True
    assert (made["hints"]["columns"]["amount"], made["hints"]["columns"]["memo"]) == (3, [2])
    assert rows_of(person, uploaded(cloud, person, account, data)) == [
        ("2026-11-02", "-4.20", "Bakery")
    ]


def test_a_correction_on_top_of_a_saved_profile_takes_it_along(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    saved(person)
    job = uploaded(cloud, person, account, TABLE_FILE, hints={"invert_sign": True})

    made = person.client.post(URL, {"name": "Turned", "from_import": job["id"]}).json

    assert made["hints"]["date_order"] == "mdy"
    assert made["hints"]["columns"]["money_out"] == 3
    assert made["hints"]["invert_sign"] is True


def test_a_table_without_a_header_is_saved_for_its_account(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    data = TABLE_FILE.partition(b"\n")[2]
    hints = {"date_order": "mdy", "columns": COLUMNS}
    job = uploaded(cloud, person, account, data, hints=hints)

    made = person.client.post(URL, {"name": "Bare", "from_import": job["id"]}).json

    assert made["match"] == {"header": [], "columns": 4, "account_id": account}
    assert rows_of(person, uploaded(cloud, person, account, data)) == READ_BY_IT


def test_who_somebody_is_in_a_shared_file_is_saved_without_columns(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    data = SPLITWISE.encode()
    job = uploaded(cloud, person, account, data, hints={"person": "Cy Doe"})

    made = person.client.post(URL, {"name": "Us", "from_import": job["id"]}).json

    assert (made["hints"]["person"], made["hints"]["columns"]) == ("Cy Doe", None)
    assert rows_of(person, uploaded(cloud, person, account, data)) == rows_of(person, job)


def test_an_import_that_was_not_read_or_no_table_makes_no_profile(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    waiting = started(person, account)
    quicken = uploaded(cloud, person, account, b"!Type:Bank\nD11/02/2026\nT-4.20\nPBakery\n^\n")

    first = person.client.post(URL, {"name": "x", "from_import": waiting["id"]})
    second = person.client.post(URL, {"name": "x", "from_import": quicken["id"]})
    absent = person.client.post(URL, {"name": "x", "from_import": new_id()})
    both = person.client.post(URL, {**BODY, "from_import": quicken["id"]})

    assert (first.status, first.problem) == (409, "import-not-ready")
    assert (second.status, second.problem) == (422, "unfit-profile")
    assert absent.status == 404
    assert both.status == 422


def test_a_strangers_import_makes_no_profile(
    cloud: Cloud, person: SignedIn, stranger: SignedIn
) -> None:
    theirs = uploaded(
        cloud, stranger, account_of(stranger), b"Date,Payee,Amount\n2026-11-02,B,-1\n"
    )

    reply = person.client.post(URL, {"name": "x", "from_import": theirs["id"]})

    assert (reply.status, reply.problem) == (404, "import-not-found")


# --- leaving


def test_no_profile_is_asked_for_where_a_file_is_no_table(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    job = started(person, account)
    put_file(job, b"!Type:Bank\nD11/02/2026\nT-4.20\nPBakery\n^\n")
    with budget() as spent:
        cloud.deliver("interchange-uploads")

    # of accounts alone
    assert spent.calls["Query"] == 1


def test_profiles_are_kept_within_bounds_with_their_tombstones(person: SignedIn) -> None:
    for _ in range(3):
        person.client.delete(f"{URL}/{saved(person)['id']}")

    profiles, items = repository.find(person.owner, security.vault(person.owner))

    assert (profiles, items) == ([], 3)
