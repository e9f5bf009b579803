from __future__ import annotations

import importlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chalicelib.kernel.events import Fact, registered
from functions._edge.operations import face_of, operations
from tools import manifest
from tools.reach import reach

ROOT = Path(__file__).resolve().parents[2]
SERVICES = manifest.services()
MOST_ROUTES = 300
"""What an HTTP API has at most, the one for all else included."""


@cache
def manifests() -> dict[str, dict[str, Any]]:
    return {service: manifest.read(service) for service in SERVICES}


def test_every_folder_of_handlers_is_a_service_of_the_composition_root() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/routes*")}

    assert folders == set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_every_handler_is_a_callable_of_the_app_module(service: str) -> None:
    root = importlib.import_module("app")

    for name, function in manifests()[service]["functions"].items():
        module, _, attribute = function["handler"].partition(".")
        assert module == "app", name
        assert callable(getattr(root, attribute)), name
        assert name.startswith(f"{service}_"), name


@pytest.mark.parametrize("service", SERVICES)
def test_every_function_has_a_size_and_fits_the_limits_of_lambda(service: str) -> None:
    for function in manifests()[service]["functions"].values():
        assert 128 <= function["memory_mb"] <= 10_240
        assert 1 <= function["timeout_s"] <= (29 if function["kind"] == "api" else 900)


@pytest.mark.parametrize("service", SERVICES)
def test_every_queue_reports_partial_failures_and_has_dead_letters(service: str) -> None:
    made = manifests()[service]

    for queue in made["queues"]:
        function = made["functions"][queue["function"]]
        assert function["source"]["partial_failures"] is True
        assert queue["dead_letters"] == queue["name"] + "-dead"
        assert queue["visibility_timeout_s"] >= 6 * function["timeout_s"]
        assert queue["hears"] or queue["takes"] or queue["from_bucket"], "nothing arrives here"


@pytest.mark.parametrize("service", SERVICES)
def test_a_name_in_a_manifest_carries_no_stage(service: str) -> None:
    assert "xpense-" not in str(manifests()[service])


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_is_under_the_prefix_of_its_service(service: str) -> None:
    for route in manifests()[service]["routes"]:
        assert route["path"].startswith((f"/v1/{service}/", "/.well-known/")), route
        assert not route["path"].endswith("/")


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_is_answered_by_the_function_that_has_its_face_and_its_rights(
    service: str,
) -> None:
    importlib.import_module("app")
    made = manifests()[service]
    declared = {(one.method, one.path): one for one in operations() if one.service == service}
    routes = {(one["method"], one["path"]): one["function"] for one in made["routes"]}
    apart = {path for _, path in declared if face_of(path) != "api"}

    assert set(routes) == {*declared, *(("ANY", path) for path in apart)}
    assert len(routes) < MOST_ROUTES
    for (method, path), name in routes.items():
        function, face = made["functions"][name], face_of(path)
        assert (function["handler"], function["kind"]) == ("app.app", "api")
        assert function["environment"] == {"XPENSE_FACE": face}
        assert (name, function["role"]) == (f"{service}_{face}", face)
        if method != "ANY":
            assert declared[method, path].public == (face != "api"), path
    assert made["functions"][made["fallback"]]["role"] == "api"
    assert {name for name, one in made["functions"].items() if one["kind"] == "api"} == {
        *routes.values(),
        made["fallback"],
    }


def test_no_two_services_share_a_function_a_route_a_queue_or_a_table() -> None:
    for part, key in (("routes", None), ("queues", "name"), ("tables", "name")):
        names = [
            one[key] if key else (one["method"], one["path"])
            for made in manifests().values()
            for one in made[part]
        ]
        assert len(names) == len(set(names)), part
    functions = [name for made in manifests().values() for name in made["functions"]]
    assert len(functions) == len(set(functions))


def test_whatever_is_heard_is_told_by_a_service_below() -> None:
    floor = {service: level for level, service in enumerate(SERVICES)}
    teller = {
        name: service for service, made in manifests().items() for name in made["messages"]["tells"]
    }

    for service, made in manifests().items():
        for queue in made["queues"]:
            for name in queue["hears"]:
                assert name in teller, f"{service} hears {name}, which nobody tells"
                assert floor[teller[name]] < floor[service], f"{service} hears {name} from above"


def test_whatever_is_ordered_is_taken_by_its_receiver() -> None:
    for service, made in manifests().items():
        taken = {name for queue in made["queues"] for name in queue["takes"]}
        assert set(made["messages"]["takes"]) <= taken, service


def test_messages_are_named_by_service_fact_and_version() -> None:
    for service, made in manifests().items():
        for name in (*made["messages"]["tells"], *made["messages"]["takes"]):
            assert re.fullmatch(rf"{service}\.[a-z_]+\.v[1-9][0-9]*", name), name


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_embeds_services_below_it_only(service: str) -> None:
    floor = {name: level for level, name in enumerate(SERVICES)}

    for embedded in manifests()[service]["package"]["embeds"]:
        # the one exemption: the edge asks users and security on behalf of every service
        below = floor[embedded] < floor[service] or embedded in {"users", "security"}
        assert below, embedded


@pytest.mark.parametrize("service", SERVICES)
def test_requirements_are_pinned(service: str) -> None:
    for requirement in manifests()[service]["package"]["requirements"]:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", requirement), requirement


def test_grants_follow_from_the_code_that_is_reached() -> None:
    assert "s3" in reach("interchange").clients
    assert "dynamodb" in reach("users").clients
    assert "sesv2" in reach("notifications").clients
    assert "sesv2" not in reach("analytics").clients


def test_an_unknown_service_is_refused() -> None:
    with pytest.raises(KeyError):
        reach("payrolls")


def test_a_fact_that_is_said_to_be_unheard_has_no_listener() -> None:
    importlib.import_module("app")
    unheard = {
        name for name, kind in registered().items() if issubclass(kind, Fact) and not kind.heard
    }
    heard = {
        name for made in manifests().values() for queue in made["queues"] for name in queue["hears"]
    }

    assert unheard
    assert not unheard & heard, "it would wait for what is never written: let it be heard"
