"""A small client of our own API, for the demo commands: plain HTTP, nothing that a phone could not do."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import urllib3

PASSWORD: Final = "correct horse battery staple 42"  # noqa: S105 - of made-up people on this machine
_PATIENCE: Final = 600.0
_SHORTEST: Final = 0.05
_LONGEST: Final = 1.0
_BUSY: Final = ("waiting", "in_flight", "delayed")


class Trouble(RuntimeError):
    """Something that the person at the terminal is told in a sentence, without a traceback."""


class Refused(Trouble):
    """The API answered with a problem; its sentence is the message."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        wrong = "; ".join(f"{one['pointer']}: {one['detail']}" for one in problem.get("errors", ()))
        parts = (problem.get("title", "refused"), problem.get("detail"), wrong)
        super().__init__(f"refused: {status} " + ": ".join(part for part in parts if part))
        self.status = status
        self.problem = problem


class Unreachable(Trouble):
    """Nothing answers there."""

    def __init__(self, url: str) -> None:
        super().__init__(f"nothing answers at {url}: start it with `make run`, or say which PORT=")


class UploadRefused(Trouble):
    """The store did not take the file; it says so in XML."""

    def __init__(self, status: int, said: str) -> None:
        reasons = re.findall(r"<(?:Code|Message)>([^<]*)<", said)
        super().__init__(f"the upload was refused: {status} {': '.join(reasons)}")


@dataclass(slots=True)
class Rest:
    """One person's view of the API at `url`."""

    url: str
    token: str = ""
    email: str = ""
    password: str = PASSWORD
    last_request: str = ""
    """The id of the last request, by which `make logs` finds what it caused."""
    pool: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:  # noqa: ANN401 - JSON
        """Call a route and give its JSON, or None; raise `Refused` for a problem.

        An access token lives ten minutes: on 401 the person logs in again, once.
        """
        given = {name: value for name, value in (query or {}).items() if value is not None}
        target = self.url + path + (f"?{urlencode(given)}" if given else "")
        sent = {"Content-Type": "application/json", **(headers or {})}
        if method != "GET" and self.token:
            sent["Idempotency-Key"] = secrets.token_hex(16)
        raw = None if body is None else json.dumps(body).encode()
        answer = self._send(method, target, raw, sent)
        if answer.status == 401 and self.token:
            self.log_in(self.email, password=self.password)
            answer = self._send(method, target, raw, sent)
        self.last_request = answer.headers.get("X-Request-Id", "")
        if answer.status >= 400:
            raise Refused(answer.status, _problem(answer.data))
        return json.loads(answer.data) if answer.data else None

    def _send(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str]
    ) -> urllib3.BaseHTTPResponse:
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            return self.pool.request(
                method, target, body=body, headers={**headers, **bearer}, timeout=60, retries=False
            )
        except urllib3.exceptions.NewConnectionError as error:
            raise Unreachable(self.url) from error

    def sign_up(self, email: str, *, password: str = PASSWORD) -> None:
        """Register, read the mail of this machine's mailbox, verify, and log in."""
        self.call("POST", "/v1/users/register", {"email": email, "password": password})
        self.call("POST", "/v1/users/verify-email", {"token": self._mailed_token(email)})
        self.log_in(email, password=password)

    def log_in(self, email: str, *, password: str = PASSWORD) -> None:
        """Log in and keep the access token."""
        self.token, self.email, self.password = "", email, password
        answer = self.call("POST", "/v1/users/login", {"email": email, "password": password})
        self.token = answer["access_token"]

    def _mailed_token(self, email: str) -> str:
        for _ in _patiently(30):
            for mail in self.call("GET", "/local/mailbox.json", query={"to": email}):
                for word in mail["text"].split():
                    if "token=" in word:
                        return str(word.split("token=", 1)[1])
        raise Trouble("no mail came")

    def upload(self, upload: dict[str, Any], path: Path) -> None:
        """Send a file where a presigned upload says."""
        fields = [*upload["fields"].items(), ("file", (path.name, path.read_bytes()))]
        answer = self.pool.request("POST", upload["url"], fields=fields, timeout=60)
        if answer.status >= 300:
            raise UploadRefused(answer.status, answer.data.decode("utf-8", "replace"))

    def settle(self) -> None:
        """Wait until this machine's queues are empty: sums follow an import a moment later."""
        for _ in _patiently(_PATIENCE):
            health = self.call("GET", "/health")
            busy = [any(queue[name] for name in _BUSY) for queue in health["queues"].values()]
            if not any(busy) and not any((health["outbox"] or {}).values()):
                return

    def close(self) -> None:
        """Let go of the connections."""
        self.pool.clear()

    def wait_for(self, job: str, *states: str) -> Any:  # noqa: ANN401 - JSON
        """Poll a job until it is in one of the states; see `watch` for progress."""
        *_, last = self.watch(job, *states)
        return last

    def watch(self, job: str, *states: str) -> Iterator[Any]:
        """Give the job again and again, until it is in one of the states."""
        for _ in _patiently(_PATIENCE):
            now = self.call("GET", job)
            yield now
            if now["state"] in states:
                return
        raise Trouble(f"{job} never came to an end")


def _patiently(seconds: float) -> Iterator[None]:
    """Count rounds with growing pauses, up to a time."""
    until, pause = time.monotonic() + seconds, _SHORTEST
    while time.monotonic() < until:
        yield
        time.sleep(pause)
        pause = min(pause * 1.3, _LONGEST)


def _problem(data: bytes) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(data)
    except ValueError:
        return {}
    return found
