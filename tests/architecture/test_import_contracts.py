from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools.front_doors import is_allowed, trespasses

ROOT = Path(__file__).resolve().parents[2]
TOWER = [
    "sync",
    "dashboard",
    "notifications",
    "budgets",
    "analytics",
    "interchange",
    "payments",
    "expenses",
    "users",
    "currency",
    "security",
    "kernel",
]


def contracts() -> dict[str, Any]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {one["id"]: one for one in settings["tool"]["importlinter"]["contracts"]}


def existing_services() -> set[str]:
    return {path.parent.name for path in (ROOT / "chalicelib").glob("*/__init__.py")} - {"kernel"}


def test_every_service_that_exists_is_held_to_the_rooms() -> None:
    assert set(contracts()["rooms"]["containers"]) == {
        f"chalicelib.{name}" for name in existing_services()
    }


def test_the_tower_is_the_one_of_the_architecture() -> None:
    layers = [
        part.strip(" ()").removeprefix("chalicelib.")
        for layer in contracts()["tower"]["layers"]
        for part in layer.split("|")
    ]

    assert layers == TOWER


def test_every_package_of_the_heart_has_a_floor_in_the_tower() -> None:
    assert existing_services() <= set(TOWER)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("chalicelib.analytics.service", "chalicelib.expenses.api"),
        ("chalicelib.analytics.model", "chalicelib.expenses.events"),
        ("chalicelib.interchange.service", "chalicelib.expenses.commands"),
        ("chalicelib.expenses.service", "chalicelib.expenses.repository.rows"),
        ("functions.expenses.routes", "chalicelib.expenses.schemas"),
        ("functions._edge.endpoint", "chalicelib.users.api"),
        ("functions._edge.endpoint", "chalicelib.kernel.errors"),
        ("chalicelib.users.repository", "pynamodb.models"),
    ],
)
def test_a_front_door_is_open(importer: str, imported: str) -> None:
    assert is_allowed(importer, imported)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("chalicelib.analytics.service", "chalicelib.expenses.repository"),
        ("chalicelib.analytics.service", "chalicelib.expenses.model.matching"),
        ("chalicelib.analytics.service", "chalicelib.expenses"),
        ("chalicelib.kernel.commit", "chalicelib.users.model"),
        ("functions.analytics.routes", "chalicelib.expenses.service"),
        ("functions._edge.session", "chalicelib.users.repository"),
    ],
)
def test_every_other_way_in_is_shut(importer: str, imported: str) -> None:
    assert list(trespasses([(importer, imported)])) == [(importer, imported)]
