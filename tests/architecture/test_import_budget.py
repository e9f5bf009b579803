"""Nothing heavy at module top: a cold start pays for it, in every function, for every user."""

from __future__ import annotations

import json
import os
import subprocess
import sys
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
PROBE = """
import json, sys
import app
from chalicelib.kernel import aws
print(json.dumps([sorted(sys.modules), sorted(aws.started())]))
"""


def loaded(service: str) -> tuple[set[str], list[str]]:
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
    modules, clients = json.loads(answer.stdout)
    return set(modules), clients


@pytest.mark.parametrize("service", services())
def test_importing_a_service_loads_nothing_heavy_and_makes_no_client(service: str) -> None:
    modules, clients = loaded(service)

    assert sorted(modules & HEAVY) == []
    assert clients == []


@pytest.mark.parametrize("service", services())
def test_a_service_loads_no_handlers_but_its_own(service: str) -> None:
    modules, _ = loaded(service)

    others = {name.split(".")[1] for name in modules if name.startswith("functions.")}
    assert others <= {service, "_edge"}
