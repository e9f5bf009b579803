"""No role may do more than it needs: no wildcards, nothing of another service's but what was seen in the tests."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tools import manifest, rights
from tools.reach import reach

SERVICES = manifest.services()
WITH_A_STAR = {
    "object": "one kind of things of all owners, or one service's uploads",
}
"""Kinds of resources that may hold a `*`."""
SENDS = {"ses": "sesv2", "execute-api": "apigatewaymanagementapi"}


@cache
def made(service: str) -> dict[str, Any]:
    return manifest.read(service)


@pytest.mark.parametrize("service", SERVICES)
def test_no_action_and_no_resource_is_a_wildcard(service: str) -> None:
    for role, written in made(service)["roles"].items():
        for statement in written:
            for action in statement["actions"]:
                assert "*" not in action, (role, action)
            for thing in statement["on"]:
                kind, _, rest = thing.partition("/")
                assert "*" not in thing or kind in WITH_A_STAR, (role, thing)
                assert not rest.startswith("*/*"), (role, thing)


@pytest.mark.parametrize("service", SERVICES)
def test_every_function_has_a_role_and_every_role_a_function(service: str) -> None:
    roles = {function["role"] for function in made(service)["functions"].values()}

    assert set(made(service)["roles"]) == roles <= set(rights.ROLES)


@pytest.mark.parametrize("service", SERVICES)
def test_only_clients_that_the_code_asks_for_are_granted(service: str) -> None:
    asked = set(reach(service).clients)

    for role, written in made(service)["roles"].items():
        for statement in written:
            for action in statement["actions"]:
                prefix = action.partition(":")[0]
                assert SENDS.get(prefix, prefix) in asked, (role, action)


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_writes_a_table_that_its_code_does_not_embed(service: str) -> None:
    embedded = {table for one in (service, *reach(service).embeds) for table in _tables(one)}

    for role, written in made(service)["roles"].items():
        for statement in written:
            for thing in statement["on"]:
                if thing.startswith("table/"):
                    assert thing.split("/")[1] in embedded, (role, thing)


def _tables(service: str) -> list[str]:
    return [str(table["name"]) for table in made(service)["tables"]]


@pytest.mark.parametrize("service", SERVICES)
def test_a_role_is_what_was_recorded_and_what_s3_asks_for_besides(service: str) -> None:
    """Nothing is granted because it is the service's own table, or because another role has it."""
    for role, written in made(service)["roles"].items():
        things = [
            (action, f"{thing}/of/{kind}" if kind else thing)
            for statement in written
            for action in statement["actions"]
            for thing in statement["on"]
            for kind in (statement["for"] or [""])
        ]
        recorded = rights.recorded(service, role)
        assert len(things) == len(set(things)), role
        assert set(things) == recorded | rights.implied(recorded), role
        besides = set(things) - recorded
        assert all(thing.startswith(("key/files", "bucket/", "object/")) for _, thing in besides)


@pytest.mark.parametrize("service", SERVICES)
def test_keys_are_opened_by_kind_of_owner_and_whoever_anybody_calls_is_bound_to_partitions(
    service: str,
) -> None:
    for role, written in made(service)["roles"].items():
        for statement in written:
            bound = {"key/owners"} | {thing for thing in statement["on"] if role in rights.BOUND}
            bound = {thing for thing in bound if thing.startswith(("key/owners", "table/"))}
            if bound & set(statement["on"]):
                assert len(statement["on"]) == 1, role
                assert statement["for"], (role, statement)
            else:
                assert statement["for"] == [], (role, statement)
            assert not any(kind.startswith("*") for kind in statement["for"]), role


def test_sockets_and_relays_open_less_than_the_api() -> None:
    """What the open internet reaches without a token, and what only carries, has rights of its own."""
    written = made("notifications")["roles"]
    on = {
        role: {thing for statement in statements for thing in statement["on"]}
        for role, statements in written.items()
    }

    assert "key/owners" not in on["relay"]
    assert not any(thing.startswith("object/") for thing in on["socket"] | on["relay"])
    assert "mail" not in on["socket"] | on["relay"] | on["api"]


def test_only_services_and_roles_that_exist_are_kept() -> None:
    for service, roles in rights.kept().items():
        assert service in SERVICES
        assert set(roles) <= set(made(service)["roles"]), service
