"""Every route x every role: what the registry says of a route is what happens, and a new route is in by itself.

Objects are named by ids that nobody has, so whoever is let in changes nothing: a route that lets a role in
answers about the object, one that does not answers about the role.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pytest

from chalicelib.kernel.ids import new_id
from chalicelib.users import api as users
from functions._edge.operations import Operation, operations
from tests.factories.expenses import opened
from tests.factories.households import joined, made, within
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.attack]


def _load() -> list[Operation]:
    import app

    assert app.SERVICES
    return operations()


ALL: Final = _load()
SHARED: Final = [one for one in ALL if one.household and not one.public]
OTHERS: Final = [
    one for one in ALL if not one.household and not one.public and one.scope in users.ALL_SCOPES
]
ROLES: Final = ("owner", "editor", "viewer", "limited", "stranger")
ONE: Final = "/v1/users/households/{household_id}"
MANAGING: Final[dict[tuple[str, str], str]] = {
    ("GET", ONE): "member",
    ("PATCH", ONE): "owner",
    ("DELETE", ONE): "owner",
    ("GET", ONE + "/invitations"): "owner",
    ("POST", ONE + "/invitations"): "owner",
    ("DELETE", ONE + "/invitations/{invitation_id}"): "owner",
    ("PATCH", ONE + "/members/{user_id}"): "owner",
    ("DELETE", ONE + "/members/{user_id}"): "owner",
    ("POST", ONE + "/split"): "member",
    ("POST", ONE + "/leave"): "member",
}
"""Who may call what of a household itself. A member asks for a split in vain, but is told so."""
LEAVING_LAST: Final = sorted(MANAGING, key=lambda place: place[1].endswith("/leave"))


@dataclass(slots=True)
class Home:
    """A household with somebody of each role, and an account that the limited member may write to."""

    id: str
    people: dict[str, SignedIn]


@pytest.fixture(scope="module")
def home(cloud: Cloud) -> Home:
    people = {role: signed_in(Client(cloud.app)) for role in ROLES}
    owner = people["owner"]
    household = made(owner)
    account = opened(within(owner, household))["id"]
    joined(owner, household, people["editor"], role="editor")
    joined(owner, household, people["viewer"], role="viewer")
    joined(owner, household, people["limited"], role="editor", accounts={account: "editor"})
    return Home(household, people)


def _name(value: object) -> str:
    return f"{value.method} {value.path}" if isinstance(value, Operation) else str(value)


def _call(person: SignedIn, operation: Operation, household: str | None = None) -> Reply:
    path = operation.path.replace("{household_id}", household or "{household_id}")
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + new_id() + path[end + 1 :]
    body: Any = None
    if operation.body is not None:
        body = (operation.body.model_json_schema().get("examples") or [{}])[0]
    query = {"household": household} if household and "{household_id}" not in operation.path else {}
    return person.client.call(
        operation.method, path, json=body, query=query, headers={"If-Match": '"1"'}
    )


def _verdict(reply: Reply) -> str:
    """What an answer says about the caller: let in, refused by role, or told of no household."""
    if reply.status not in {403, 404}:
        return "in"
    known = {"missing-role": "role", "household-not-found": "nothing"}
    return known.get(reply.problem, "in")


def _expected(operation: Operation, role: str) -> str:
    if role == "stranger":
        return "nothing"
    if role == "viewer" and operation.method != "GET" and not operation.reads:
        return "role"
    if role == "limited" and not operation.by_account:
        return "role"
    return "in"


@pytest.mark.covers("V8.2.1", "V8.2.2")
@pytest.mark.parametrize("operation", SHARED, ids=_name)
def test_a_households_data_is_open_to_whom_the_registry_says(
    home: Home, operation: Operation
) -> None:
    for role in ROLES:
        reply = _call(home.people[role], operation, home.id)

        assert reply.status < 500, (role, reply.text)
        assert _verdict(reply) == _expected(operation, role), (role, reply.status, reply.text)


@pytest.mark.covers("V8.2.1")
@pytest.mark.parametrize("place", LEAVING_LAST, ids=str)
def test_a_household_itself_is_managed_by_whom_the_table_says(
    home: Home, place: tuple[str, str]
) -> None:
    (operation,) = [one for one in ALL if (one.method, one.path) == place]
    for role in ROLES:
        reply = _call(home.people[role], operation, home.id)
        may = MANAGING[place] == "member" or role == "owner"

        assert reply.status < 500, (role, reply.text)
        expected = "nothing" if role == "stranger" else "in" if may else "role"
        assert _verdict(reply) == expected, (role, reply.status, reply.text)


@pytest.mark.covers("V8.1.1")
def test_every_route_of_a_household_is_in_the_table() -> None:
    assert {(one.method, one.path) for one in ALL if "{household_id}" in one.path} == set(MANAGING)


@pytest.mark.parametrize("operation", OTHERS, ids=_name)
def test_a_route_of_people_alone_takes_no_household(home: Home, operation: Operation) -> None:
    path = operation.path
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + new_id() + path[end + 1 :]
    reply = signed_in_owner(home).client.call(
        operation.method, path, json={}, query={"household": home.id}
    )
    if operation.admin:
        assert reply.status == 404
        return
    assert reply.status in {422, 429}, reply.text
    if reply.status == 422:
        assert "?household" in {one["pointer"] for one in reply.json["errors"]}


def signed_in_owner(home: Home) -> SignedIn:
    return home.people["owner"]


@pytest.mark.parametrize("household", ["x", "", "*", "H#1", "0190B5A8-7C3E-7B1A-9D55-0A6F0C1D2E3F"])
def test_a_household_that_is_no_id_is_named(home: Home, household: str) -> None:
    reply = signed_in_owner(home).client.get(
        "/v1/expenses/accounts", query={"household": household}
    )
    assert reply.status == 422
    assert [one["pointer"] for one in reply.json["errors"]] == ["?household"]


def test_the_matrix_is_whole(record_property: Any) -> None:
    assert len(SHARED) >= 25
    assert any(one.by_account for one in SHARED)
    record_property("figure", f"route x role: {len(SHARED)} shared routes x {len(ROLES)} roles")
