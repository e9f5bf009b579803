"""Nothing heavy at module top: a cold start pays for it, in every function, for every user."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tools.manifest import services

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {
    "ariadne", "aws_xray_sdk", "babel", "faker", "graphql", "httpx",
    "hypothesis", "jinja2", "joserfc", "lxml", "moto", "numpy", "ofxtools", "openpyxl", "pandas",
    "phonenumbers", "pytest", "requests", "scipy", "setuptools", "sklearn", "strawberry", "stripe",
    "uvicorn", "webauthn", "pyotp", "segno", "cbor2", "OpenSSL", "websockets", "werkzeug", "xlsxwriter", "re2", "local", "tools",
    "aws_lambda_powertools.event_handler", "pip", "chalice.cli",
    "chalice.deploy", "chalice.local",
}  # fmt: skip
MOST_OF_OURS = 135
"""Modules of our own that a function loads before its first call: the edge, the kernel, what they ask of users and
security, and the service's table. One more costs 0.3 to 1 ms of every cold start of every function."""
MOST_WRITTEN = 12
"""Dataclasses of ours whose methods are written by then (`kernel.values`): those that a constant is made of."""
PROBE = """
import dataclasses, json, re, sys
written, expressions, process, compile = [], [], dataclasses._process_class, re._compiler.compile
def counted(cls, *told):
    written.append(f"{cls.__module__}.{cls.__name__}")
    return process(cls, *told)
def compiled(told, *more):
    if "chalicelib" in sys._getframe(3).f_code.co_filename:
        expressions.append(str(told))
    return compile(told, *more)
dataclasses._process_class, re._compiler.compile = counted, compiled
import app
from pydantic import BaseModel
from chalicelib.kernel import aws
def below(kind):
    return [one for each in kind.__subclasses__() for one in (each, *below(each))]
shapes = [f"{one.__module__}.{one.__name__}" for one in below(BaseModel)]
print(json.dumps({"modules": sorted(sys.modules), "clients": sorted(aws.started()), "shapes": shapes,
    "written": [name for name in written if name.startswith(("chalicelib.", "functions."))],
    "expressions": expressions}))
"""


@cache
def loaded(service: str) -> dict[str, list[str]]:
    environment = {
        "PATH": os.environ["PATH"],
        "XPENSE_STAGE": "test",
        "XPENSE_SERVICE": service,
        "AWS_REGION": "eu-central-1",
    }
    answer = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        timeout=60,
    )
    told: dict[str, list[str]] = json.loads(answer.stdout)
    return told


@pytest.mark.parametrize("service", services())
def test_importing_a_service_loads_nothing_heavy_and_makes_no_client(service: str) -> None:
    told = loaded(service)

    assert sorted({*told["modules"]} & HEAVY) == []
    assert told["clients"] == []


@pytest.mark.parametrize("service", services())
def test_a_service_loads_no_handlers_but_its_own(service: str) -> None:
    others = {
        name.split(".")[1] for name in loaded(service)["modules"] if name.startswith("functions.")
    }
    assert others <= {service, "_edge"}


@pytest.mark.parametrize("service", services())
def test_what_a_function_loads_before_its_first_call_is_little_and_counted(service: str) -> None:
    """By counts, because they are the same on every machine; the times are benchmarks/cold_import.py's."""
    told = loaded(service)

    ours = [name for name in told["modules"] if name.split(".")[0] in {"chalicelib", "functions"}]
    assert len(ours) <= MOST_OF_OURS, sorted(ours)
    assert told["shapes"] == [], "shapes of the wire come with the routes that have them"
    assert len(told["written"]) <= MOST_WRITTEN, told["written"]
    assert told["expressions"] == [], "`kernel.regex` compiles with the first use"
