"""What a cold start is for: the first and the second request of a function, in a process of its own.

The function speaks to a real engine, and its tokens and keys are those of a local stack that made the person. Figures
are CPU milliseconds of the function's process alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.stack import person, stack
from local.engine import start_engine
from tools.manifest import ENVIRONMENT

ROOT: Final = Path(__file__).resolve().parent.parent
REQUESTS: Final[Mapping[str, tuple[str, str, str, Mapping[str, str]]]] = {
    "users, read me": ("users", "GET", "/v1/users/me", {}),
    "security, factors": ("security", "GET", "/v1/security/factors", {}),
    "currency, currencies": ("currency", "GET", "/v1/currency/currencies", {}),
    "expenses, list": ("expenses", "GET", "/v1/expenses/transactions", {"limit": "50"}),
    "expenses, create": ("expenses", "POST", "/v1/expenses/transactions", {}),
    "interchange, list": ("interchange", "GET", "/v1/interchange/imports", {}),
    "analytics, 12 months": ("analytics", "GET", "/v1/analytics/trends", {"months": "12"}),
    "notifications, ticket": ("notifications", "POST", "/v1/notifications/ws-ticket", {}),
}
"""What is asked: service, method, path and query."""
_PROGRAM: Final = """
import json, sys, time
event = json.loads(sys.stdin.read())
import app as module
from chalicelib.kernel import aws
aws.dynamodb()
marks, told = [time.process_time()], []
for _ in range(2):
    told.append(module.app(event, None)["statusCode"])
    marks.append(time.process_time())
print(json.dumps([told, marks]))
"""


class Taken(NamedTuple):
    """CPU milliseconds: up to the end of the import with a client, of the first request, of the second."""

    start: float
    first: float
    second: float


class Function:
    """Functions of a made-up stage that has one person with an account and some transactions."""

    def __init__(self, environment: Mapping[str, str], token: str, account: str) -> None:
        """Keep what a request needs."""
        self._environment = environment
        self._token = token
        self._account = account

    def take(self, name: str) -> Taken:
        """Start a function and ask it the same twice."""
        service, method, path, query = REQUESTS[name]
        body = json.dumps(self.body()) if name == "expenses, create" else None
        answer = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            cwd=ROOT,
            env={**self._environment, "XPENSE_SERVICE": service},
            input=json.dumps(self._event(method, path, query, body)),
            text=True,
            check=True,
            stdout=subprocess.PIPE,
            timeout=120,
        )
        told, marks = json.loads(answer.stdout.splitlines()[-1])
        if not all(200 <= status < 300 for status in told):
            raise RuntimeError(f"{name}: answered {told}")
        return Taken(
            *(1_000 * (end - begin) for begin, end in zip((0.0, *marks[:-1]), marks, strict=True))
        )

    def body(self) -> dict[str, Any]:
        """Give a transaction to record."""
        return {
            "account_id": self._account,
            "amount": {"amount": "-12.34", "currency": "EUR"},
            "booked_on": "2026-06-15",
            "payee": "Corner shop",
        }

    def _event(
        self, method: str, path: str, query: Mapping[str, str], body: str | None
    ) -> dict[str, Any]:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "User-Agent": "xpense-bench/1",
        }
        return {
            "resource": path,
            "path": path,
            "httpMethod": method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": dict(query) or None,
            "multiValueQueryStringParameters": {name: [one] for name, one in query.items()} or None,
            "pathParameters": None,
            "stageVariables": None,
            "requestContext": {
                "httpMethod": method,
                "identity": {"sourceIp": "127.0.0.1"},
                "path": path,
                "requestId": "bench-request",
                "resourcePath": path,
            },
            "body": body,
            "isBase64Encoded": False,
        }


@contextmanager
def functions() -> Iterator[Function]:
    """Start an engine and a stack on it, make a person there, and give functions beside it."""
    with tempfile.TemporaryDirectory() as folder:
        engine = start_engine(None)
        try:
            with stack(data_dir=Path(folder), engine=engine.endpoint) as url:
                rest = person(url)
                account = rest.call(
                    "POST",
                    "/v1/expenses/accounts",
                    {"name": "Bench", "kind": "bank", "currency": "EUR"},
                )["id"]
                made = Function(
                    _environment(url, engine.endpoint, Path(folder)), rest.token, account
                )
                for _ in range(3):
                    rest.call("POST", "/v1/expenses/transactions", made.body())
                rest.settle()
                yield made
        finally:
            engine.close()


def _environment(url: str, engine: str, folder: Path) -> dict[str, str]:
    ours = {
        "STAGE": "local",
        "REGION": "eu-central-1",
        "DYNAMODB_ENDPOINT": engine,
        "AWS_ENDPOINT": f"{url}/_aws",
        "KEYS": f"file:{folder / 'keys.json'}",
        "PUBLIC_URL": url,
        "UPLOADS_BUCKET": "xpense-local-uploads",
        "BULK_BUCKET": "xpense-local-bulk",
        "FILES_BUCKET": "xpense-local-files",
        "LOG_LEVEL": "ERROR",
    }
    return {
        **ENVIRONMENT,
        **{f"XPENSE_{name}": value for name, value in ours.items()},
        "PATH": os.environ.get("PATH", ""),
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
