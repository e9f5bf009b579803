"""Every service has its part of erasure and export, and every kind of row in it: a later one only adds its own."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

import pytest

from chalicelib.kernel.events import registered
from chalicelib.kernel.parts import Part
from chalicelib.kernel.tables import Row
from chalicelib.users.model.erasure import PARTS
from functions._edge.worker import subscriptions
from tools.manifest import services

OWNERLESS = {
    "security": "users asks",
    "currency": "users asks",
    "users": "asks itself",
}
"""Services that answer no message of an erasure: those below users, and users."""
NOT_OWNED: dict[str, str] = {
    # in partitions of nobody's own, and reached by `beside` from a row of the owner
    "AddressRow": "EML#: beside the user",
    "DueRow": "DUE#: removed by what it announces; beside the export",
    "MarkerRow": "ANC#<day>: beside the head of the change log",
    "ClientPointerRow": "CLI#: beside the client",
    "IdentityPointerRow": "IDP#: beside the identity",
    "ItemPointerRow": "ITM#: beside the bank connection",
    "MemberRow": "the household's side of a membership, beside the user's",
    # names nobody
    "ErasureRow": "an erasure has an id of its own, and forgets the user's",
    "SigningKeyRow": "ours",
    "ReceiptKeyRow": "ours",
    "RootRow": "hashes of many owners together",
    "AnchorRow": "hashes of many owners together",
    "OwnerKeyRow": "the key itself: destroyed last, never exported",
    "RotationRow": "ROTATIONS: an id and a number; dropped when it is due and the key is gone, in 35 days at most",
    "OutboxRow": "on its way for seconds; ids only",
    "DecoyRow": "a write to nobody, for a minute, that makes refusals cost alike",
    "TriesRow": "counters under keyed hashes, which expire",
    "RevokedRow": "an app's own token, until it would have expired",
    "UsedFlowRow": "a random id, for minutes",
    "DayRow": "public exchange rates",
    # a household's
    "HouseholdRow": "belongs to a household",
    "InvitationRow": "belongs to a household",
}
"""Rows that are in nobody's part, each with its reason."""


@cache
def row_classes() -> dict[str, list[type[Row]]]:
    """Every row class of every service's repository, and the kernel's."""
    import chalicelib

    found: dict[str, list[type[Row]]] = {}
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if ".repository" in module.name or module.name.startswith("chalicelib.kernel."):
            importlib.import_module(module.name)
    for kind in _subclasses(Row):
        if kind.__module__.startswith("chalicelib."):
            found.setdefault(kind.__module__.split(".")[1], []).append(kind)
    return found


def _subclasses(kind: type[Any]) -> set[type[Any]]:
    direct = set(kind.__subclasses__())
    return direct.union(*(_subclasses(one) for one in direct))


@cache
def part(service: str) -> Part:
    room = importlib.import_module(f"chalicelib.{service}.service.data_rights")
    made: Part = room.PART
    return made


@pytest.mark.parametrize("service", services())
def test_every_service_declares_its_part(service: str) -> None:
    assert part(service).service == service


@pytest.mark.parametrize("service", sorted(set(services()) - set(OWNERLESS)))
def test_every_service_above_users_hears_and_answers(service: str) -> None:
    importlib.import_module(f"functions.{service}.workers")
    queue = next(name for name in subscriptions() if name.endswith(f"-{service}-inbox"))

    assert {"users.erasure_started.v1", "users.export_requested.v1"} <= set(subscriptions()[queue])
    assert {f"{service}.erase_more.v1", f"{service}.export_more.v1"} <= set(registered())


def test_an_erasure_waits_for_exactly_these() -> None:
    assert set(PARTS) == set(services()) - set(OWNERLESS)


def test_users_asks_every_service_below_it() -> None:
    from chalicelib.users.service.data_rights import OWN

    assert set(OWN) == set(OWNERLESS)
    assert list(OWN)[-1] == "users", "the user's own item goes last"


@pytest.mark.parametrize("service", services())
def test_every_row_class_is_a_kind_of_the_part_or_has_a_reason(service: str) -> None:
    declared = {kind.row for kind in part(service).kinds}
    own = set(row_classes().get(service, ()))

    unknown = {
        kind.__name__
        for kind in own - declared
        # a base of others is no row of its own
        if kind.__name__ not in NOT_OWNED and not kind.__subclasses__() and not _tombstone(kind)
    }
    assert unknown == set(), "declare a Kind in service/data_rights.py"


def _tombstone(kind: type[Row]) -> bool:
    return "deleted_at" in kind.get_attributes()


@pytest.mark.parametrize("service", services())
def test_every_attribute_of_a_kind_is_exported_in_a_way_that_is_said(service: str) -> None:
    for kind in part(service).kinds:
        if kind.row is None or kind.skipped:
            continue
        attributes = {
            name: attribute.attr_type for name, attribute in kind.row.get_attributes().items()
        }
        assert set(kind.opened) | set(kind.left_out) <= set(attributes), kind.name
        assert set(kind.fields()) == set(attributes) - {"pk"} - set(kind.left_out), kind.name
        assert all(kind.left_out.values()), kind.name


SEALED = {"name", "label", "email", "payee", "notes", "agent", "network", "display_name", "body"}
"""Attributes that are sealed wherever they are binary."""


@pytest.mark.parametrize("service", services())
def test_what_is_sealed_is_opened(service: str) -> None:
    for kind in part(service).kinds:
        if kind.row is None or kind.skipped:
            continue
        binary = {
            name
            for name, attribute in kind.row.get_attributes().items()
            if attribute.attr_type == "B"
        }
        closed = (binary & SEALED) - set(kind.opened) - set(kind.left_out)
        assert closed == set(), (kind.name, closed)


def test_the_ledgers_log_and_the_marks_are_in_every_part() -> None:
    for service in services():
        prefixes = {kind.prefix for kind in part(service).kinds}
        wanted = {"INB#"} | ({"CHG#", "META"} if part(service).spec.ledger else set())
        assert wanted <= prefixes, service


@pytest.mark.parametrize("service", services())
def test_no_two_kinds_are_one_file_of_the_export(service: str) -> None:
    names = [kind.name for kind in part(service).all_kinds()]

    assert len(names) == len(set(names)), names
