"""The product as a client sees it: a real process, plain HTTP, and people who signed up through their mail.

Every answer is checked on its way: none is a 5xx, and each refusal is a problem document with a reason.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import urllib3

ROOT: Final = Path(__file__).resolve().parents[2]
PASSWORD: Final = "seven tall lamps hum at night"
JSON: Final = {"Content-Type": "application/json"}
PATIENCE: Final = 60.0
"""Seconds after which something that should have happened counts as a hang."""


def until(condition: Callable[[], Any], what: str, *, seconds: float = PATIENCE) -> Any:
    """Wait until a condition holds, and give what it gave."""
    deadline, pause = time.monotonic() + seconds, 0.02
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(pause)
        pause = min(pause * 1.4, 0.2)  # asking costs the product more than waiting
    return found


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the API."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The slug of the problem that this answer is."""
        assert self.status >= 400, self.body
        return str(self.json["type"]).removeprefix("urn:xpense:problem:")

    @property
    def reason(self) -> dict[str, Any]:
        """The problem without the number of this one request."""
        return {name: value for name, value in self.json.items() if name != "instance"}


def _checked(reply: Reply) -> Reply:
    assert reply.status < 500, reply.body
    if reply.status >= 400:
        assert reply.headers["content-type"] == "application/problem+json", reply.headers
        problem = reply.json
        assert problem["type"].startswith("urn:xpense:problem:")
        assert problem["title"]
        assert problem["status"] == reply.status
    return reply


@dataclass(slots=True)
class Product:
    """`python -m local.serve`; what it says goes to a file, so that it can be read at any time."""

    base: str
    popen: subprocess.Popen[bytes]
    log: Path
    data_dir: Path | None
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=4))

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: bytes | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request; `raw` goes out as it is, `body` as JSON."""
        sent = json.dumps(body).encode() if raw is None and body is not None else raw
        answer = self.pool.request(
            method,
            self.base + path,
            body=sent,
            fields=None if query is None else {name: str(value) for name, value in query.items()},
            headers={**JSON, **(headers or {})},
            timeout=PATIENCE,
            retries=False,
        )
        named = {name.lower(): value for name, value in answer.headers.items()}
        return _checked(Reply(answer.status, named, answer.data))

    def upload(
        self, form: Mapping[str, Any], data: bytes, *, filename: str = "statement.csv"
    ) -> tuple[int, str]:
        """Send a file as a browser's form does; gives S3's status and what it says."""
        fields = [*form["fields"].items(), ("file", (filename, data))]
        answer = self.pool.request(
            "POST", form["url"], fields=fields, timeout=PATIENCE, retries=False
        )
        return answer.status, answer.data.decode()

    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", "/health").json
        return found

    def settle(self) -> None:
        """Wait until every message was handled: twice quiet, because a message may be between two places."""
        quiet = 0

        def is_quiet() -> bool:
            nonlocal quiet
            quiet = quiet + 1 if _is_quiet(self.health()) else 0
            return quiet >= 2

        until(is_quiet, "queues and outboxes are empty")

    def check(self) -> None:
        """Fail at once when a handler crashed, instead of waiting for what it will not do.

        A warning is no crash: who loses a race between two writes of one person comes again.
        """
        lines = self.said().splitlines()
        crashes = [one for one in lines if '"level":"ERROR"' in one or one.startswith(_CRASHED)]
        assert not crashes, crashes

    def said(self) -> str:
        """Everything that it wrote to its terminal."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> int:
        """Ask it to end, and give its exit code."""
        self.pool.clear()
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
        try:
            return self.popen.wait(PATIENCE)
        finally:
            self.popen.kill()


def _is_quiet(health: Mapping[str, Any]) -> bool:
    busy = [queue for queue in health["queues"].values() if any(queue[at] for at in _WAITING)]
    return not busy and not any(health["outbox"].values()) and not health["batches_in_work"]


_CRASHED: Final = ("ERROR", "CRITICAL", "Traceback")
_WAITING: Final = ("waiting", "in_flight", "delayed")


def serve(
    folder: Path,
    *,
    data_dir: Path | None = None,
    port: int = 0,
    level: str = "",
    settings: Mapping[str, str] | None = None,
) -> Product:
    """Start the product on a free port, or a given one, and return when it says that it is ready."""
    log = folder / f"serve-{secrets.token_hex(3)}.log"
    place = ["--memory"] if data_dir is None else ["--data-dir", str(data_dir)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **(settings or {})}
    if level:
        environment["XPENSE_LOG_LEVEL"] = level
    with log.open("wb") as out:
        popen = subprocess.Popen(
            [sys.executable, "-m", "tests.support.served", "--port", str(port), *place],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )

    def ready() -> str:
        assert popen.poll() is None, log.read_text()
        lines = log.read_text(errors="replace").splitlines()
        return next((line.split()[1] for line in lines if line.startswith("ready ")), "")

    try:
        base = until(ready, "the product says that it is ready")
    except BaseException:
        popen.kill()
        popen.wait(PATIENCE)
        raise
    return Product(base, popen, log, data_dir)


@dataclass(slots=True)
class Person:
    """Somebody with an account of the product."""

    product: Product
    email: str
    password: str
    tokens: dict[str, Any]

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Reply:
        """Call as this person."""
        bearer = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        headers = {**bearer, **more.pop("headers", {})}
        return self.product.call(method, path, body, headers=headers, **more)

    def get(self, path: str, **query: object) -> Any:
        """Read something that is there."""
        reply = self.call("GET", path, query=query or None)
        assert reply.status == 200, reply.body
        return reply.json

    def post(self, path: str, body: object, status: int = 201) -> Any:
        """Make something, or order it."""
        reply = self.call("POST", path, body)
        assert reply.status == status, reply.body
        return reply.json

    def change(self, path: str, body: object) -> Any:
        """Change something, as the version that it has now."""
        etag = self.call("GET", path).headers["etag"]
        reply = self.call("PATCH", path, body, headers={"If-Match": etag})
        assert reply.status == 200, reply.body
        return reply.json

    def every(self, path: str, *, limit: int = 200, **query: object) -> list[Any]:
        """Follow a list by its cursors to the end."""
        return [item for page in self.pages(path, limit=limit, **query) for item in page]

    def pages(self, path: str, *, limit: int, **query: object) -> Iterator[list[Any]]:
        """Give a list page by page."""
        cursor: dict[str, object] = {}
        for _ in range(10_000):
            page = self.get(path, limit=limit, **query, **cursor)
            yield page["items"]
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}
        raise AssertionError(f"{path} has no end")

    def account(self, currency: str = "EUR", *, name: str = "Everyday") -> str:
        body = {"name": name, "kind": "bank", "currency": currency}
        return str(self.post("/v1/expenses/accounts", body)["id"])

    def start(self, account_id: str, filename: str = "statement.csv", **more: Any) -> Any:
        """Ask for an upload."""
        body = {"account_id": account_id, "filename": filename, **more}
        return self.post("/v1/interchange/imports", body)

    def read(
        self, account_id: str, data: bytes, filename: str = "statement.csv", **more: Any
    ) -> Any:
        """Upload a file, and give the import when it was read or refused."""
        job = self.start(account_id, filename, **more)
        status, said = self.product.upload(job["upload"], data, filename=filename)
        assert status == 204, said
        return self.wait(job["id"], "ready", "failed")

    def wait(self, import_id: str, *states: str) -> Any:
        """Poll an import until it is in one of the states."""

        def there() -> Any:
            self.product.check()
            job = self.get(f"{IMPORTS}/{import_id}")
            return job if job["state"] in states else None

        return until(there, f"the import becomes {' or '.join(states)}")

    def commit(self, import_id: str, accounts: Mapping[str, str | None] | None = None) -> Any:
        """Put an import's rows into the ledger, and give the import when that is done."""
        body = {} if accounts is None else {"accounts": dict(accounts)}
        self.post(f"{IMPORTS}/{import_id}/commit", body, 202)
        return self.wait(import_id, "done", "failed")


IMPORTS: Final = "/v1/interchange/imports"
TRANSACTIONS: Final = "/v1/expenses/transactions"
ACCOUNTS: Final = "/v1/expenses/accounts"
CATEGORIES: Final = "/v1/expenses/categories"
RULES: Final = "/v1/expenses/rules"
SPENDING: Final = "/v1/analytics/spending"
TRENDS: Final = "/v1/analytics/trends"


def sign_up(product: Product, email: str = "", password: str = PASSWORD, **more: str) -> Person:
    """Register, take the token out of the mail, verify and log in."""
    address = email or f"{secrets.token_hex(5)}@example.org"
    body = {"email": address, "password": password, **more}
    assert product.call("POST", "/v1/users/register", body).status == 202
    mails = until(lambda: mails_to(product, address), "the mail comes")
    reply = product.call("POST", "/v1/users/verify-email", {"token": token_in(mails[0])})
    assert reply.status == 204, reply.body
    return log_in(product, address, password)


def log_in(
    product: Product, email: str, password: str = PASSWORD, *, agent: str = "journey"
) -> Person:
    """Begin a session on a device that calls itself `agent`."""
    body = {"email": email, "password": password}
    reply = product.call("POST", "/v1/users/login", body, headers={"User-Agent": agent})
    assert reply.status == 200, reply.body
    return Person(product, email, password, reply.json)


def mails_to(product: Product, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = product.call(
        "GET", "/local/mailbox.json", query={"to": address}
    ).json
    return found


def token_in(mail: Mapping[str, Any]) -> str:
    """Give what stands behind `token=` in the mail's link."""
    return str(mail["text"]).split("token=", 1)[1].split()[0]
