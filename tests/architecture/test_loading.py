"""A function loads what it needs and still has all that it is asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools import manifest, paths

ROOT = Path(__file__).resolve().parents[2]
SERVICES = manifest.services()
EDGES_OWN = ("users", "security")
"""Services that the edge itself asks, so that every process has something of them."""
CALL = """
import importlib, json, sys
import app
told, before, missing = json.loads(sys.stdin.read()), set(sys.modules), []
for path in told["paths"]:
    answer = app.app({"requestContext": {"resourcePath": path, "httpMethod": "TRACE", "path": path},
        "headers": {}, "multiValueQueryStringParameters": None, "pathParameters": None, "body": None,
        "stageVariables": None, "isBase64Encoded": False}, None)
    if answer["statusCode"] != 405:
        missing.append((path, answer["statusCode"]))
stray = app.app({"requestContext": {"resourcePath": "/v1/nothing"}, "headers": {}}, None)["statusCode"]
missing += [name for name in told["handlers"] if not callable(getattr(app, name, None))]
print(json.dumps({"missing": missing, "stray": stray, "loaded": len(set(sys.modules) - before)}))
"""
IMPORTED = """
import json, sys
import app
for name in json.loads(sys.stdin.read()):
    getattr(app, name)
print(json.dumps(sorted(sys.modules)))
"""


def told_by(service: str, program: str, given: object) -> Any:
    """Run a program in a process that holds one service alone."""
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "XPENSE_STAGE": "test",
            "XPENSE_SERVICE": service,
            "AWS_REGION": "eu-central-1",
            "XPENSE_LOG_LEVEL": "CRITICAL",
        },
        input=json.dumps(given).encode(),
        check=True,
        stdout=subprocess.PIPE,
        timeout=120,
    )
    return json.loads(answer.stdout)


@pytest.mark.parametrize("service", SERVICES)
def test_the_paths_that_a_service_names_are_those_that_its_modules_have(service: str) -> None:
    written = paths.file_of(service).read_text(encoding="utf-8")

    assert written == paths.text(paths.read(service)), "`make openapi` writes it"


@pytest.mark.parametrize("service", SERVICES)
def test_a_function_that_has_loaded_nothing_has_every_route_and_handler(service: str) -> None:
    made = manifest.read(service)
    routes = sorted({one["path"] for one in made["routes"]})
    handlers = [one["handler"].removeprefix("app.") for one in made["functions"].values()]

    told = told_by(service, CALL, {"paths": routes, "handlers": handlers})

    assert routes
    assert told["missing"] == []
    assert told["stray"] == 404
    assert told["loaded"] > 0, "all of it was loaded before it was asked for"


@pytest.mark.parametrize("service", SERVICES)
def test_a_relay_loads_nothing_of_routes_and_workers(service: str) -> None:
    loaded = told_by(service, IMPORTED, [f"{service}_relay", f"{service}_sweep"])

    assert f"functions.{service}.relays" in loaded
    assert f"functions.{service}.workers" not in loaded
    if service not in EDGES_OWN:
        assert not [name for name in loaded if name.startswith(f"chalicelib.{service}.service")]
