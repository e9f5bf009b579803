"""A local cloud in memory on a real port of this process, and one as a real process to be killed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from botocore.session import get_session
from chalice.app import Response, SQSEvent, WebsocketEvent

from functions._edge.application import Application
from local import fetch
from local.cloud.cloud import Cloud, open_cloud
from local.cloud.credentials import Credentials
from local.errors import EngineUnavailable
from local.host import Options, build
from local.serving import Serving, open_port

REGION = "eu-central-1"
TYPES = ["application/json", "text/plain", "application/octet-stream"]
ROOT = Path(__file__).resolve().parents[2]


def until(condition: Callable[[], Any], *, seconds: float = 15) -> Any:
    """Wait for something to become true, and give it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(0.02)
    return found


@dataclass(slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(
    url: str,
    method: str = "GET",
    *,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Send one request on a connection of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        found: dict[str, str] = {}
        for name, value in answer.getheaders():
            known = found.get(name.lower())
            found[name.lower()] = value if known is None else f"{known}, {value}"
        return Answer(answer.status, found, answer.read())
    finally:
        connection.close()


@cache
def _session() -> Any:
    return get_session()


def client(service: str, base: str, credentials: Credentials) -> Any:
    """Make the ordinary SDK client, pointed at the local endpoint."""
    return _session().create_client(
        service,
        region_name=REGION,
        endpoint_url=f"{base}/_aws/{service}",
        aws_access_key_id=credentials.key_id,
        aws_secret_access_key=credentials.secret,
        config=Config(
            signature_version="s3v4" if service == "s3" else None,
            retries={"total_max_attempts": 1},
        ),
    )


@dataclass(slots=True)
class Heard:
    """What the handlers of the app in this process got; `fail` makes them fail on a body."""

    records: list[dict[str, Any]] = field(default_factory=list)
    sockets: list[dict[str, Any]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    fail: set[str] = field(default_factory=set)

    def bodies(self) -> list[str]:
        return [record["body"] for record in self.records]


@dataclass(slots=True)
class Here:
    """A local cloud that is served by this very process."""

    base: str
    cloud: Cloud
    heard: Heard

    def sdk(self, service: str) -> Any:
        return client(service, self.base, self.cloud.credentials)

    def queue_url(self, name: str) -> str:
        return f"{self.base}/_aws/sqs/000000000000/{name}"

    def call(self, path: str, method: str = "GET", **more: Any) -> Answer:
        return call(self.base + path, method, **more)


def _app(heard: Heard) -> Application:
    app = Application(app_name="here")

    @app.route("/echo/{name}", methods=["GET", "POST"], content_types=TYPES)
    def echo(name: str) -> Response:
        event = app.current_request.to_original_event()  # type: ignore[union-attr]
        headers: dict[str, str | list[str]] = {
            "Content-Type": "application/json",
            "X-Xpense": "1",
            "Set-Cookie": ["a=1", "b=2"],
        }
        return Response(json.dumps({"name": name, "event": event}), headers)

    @app.route("/echo/fixed")
    def fixed() -> Response:
        return Response("fixed", {"Content-Type": "text/plain", "X-Xpense": "1"})

    @app.route("/crash")
    def crash() -> Response:
        raise RuntimeError("a secret detail")

    @app.on_sqs_message(queue="heard", batch_size=10, name="on_heard")
    def on_heard(event: SQSEvent) -> dict[str, Any]:
        records = event.to_dict()["Records"]
        heard.records += records
        heard.batches.append(len(records))
        if "crash" in heard.fail and any(record["body"] == "crash" for record in records):
            raise RuntimeError("the handler crashed")
        bad = [record for record in records if record["body"] in heard.fail]
        return {"batchItemFailures": [{"itemIdentifier": one["messageId"]} for one in bad]}

    _listen(app, heard)
    return app


def _listen(app: Application, heard: Heard) -> None:
    @app.on_ws_connect()
    def on_connect(event: WebsocketEvent) -> dict[str, int]:
        heard.sockets.append(event.to_dict())
        query = event.to_dict()["queryStringParameters"] or {}
        return {"statusCode": 200 if query.get("ticket") == "good" else 401}

    @app.on_ws_message()
    def on_message(event: WebsocketEvent) -> None:
        heard.sockets.append(event.to_dict())

    @app.on_ws_disconnect()
    def on_disconnect(event: WebsocketEvent) -> None:
        heard.sockets.append(event.to_dict())


@pytest.fixture(scope="module")
def served() -> Iterator[Here]:
    heard = Heard()
    cloud = open_cloud(None, region=REGION, stage="test")
    cloud.queues.create("heard-dead")
    cloud.queues.create("heard", dead="heard-dead")
    cloud.queues.create("quiet")
    cloud.objects.create("uploads", notify={"": "quiet"})
    cloud.objects.create("bulk")
    listener = open_port(0)
    serving = Serving(build(_app(heard), cloud, Options(backoff=0.01)), listener)
    serving.start()
    yield Here(f"http://127.0.0.1:{listener.getsockname()[1]}", cloud, heard)
    assert serving.stop()
    listener.close()
    cloud.close()


def _is_quiet(served: Here) -> bool:
    report = served.call("/health").json
    return bool(report["batches_in_work"] == report["websockets"] == 0)


@pytest.fixture
def here(served: Here) -> Here:
    """A local cloud in memory on a free port, with a small app behind it; empty for each test."""
    until(partial(_is_quiet, served))
    with served.cloud.store.write() as db:
        for table in ("messages", "mails", "objects", "uploads", "parts"):
            db.execute(f"DELETE FROM {table}")  # noqa: S608 - the names stand in the line above
    for queue in served.cloud.topic.subscriptions():
        served.cloud.topic.subscribe(queue, ())
    served.cloud.topic.subscribe("quiet", ["toys.made.v1", "toys.lost.v1"])
    for told in (served.heard.records, served.heard.sockets, served.heard.batches):
        told.clear()
    served.heard.fail.clear()
    return served


@dataclass(slots=True)
class Process:
    """`python -m local.serve` with the toy app."""

    data_dir: Path
    popen: subprocess.Popen[str]
    base: str
    said: list[str]

    def call(self, path: str, method: str = "GET", **more: Any) -> Answer:
        return call(self.base + path, method, **more)

    def notes(self, kind: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.call(f"/notes/{kind}").json
        return found

    def sdk(self, service: str) -> Any:
        stored = json.loads((self.data_dir / "credentials.json").read_text())
        return client(service, self.base, Credentials(stored["key_id"], stored["secret"]))

    def kill(self) -> None:
        self.popen.kill()
        self.finish()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.popen.send_signal(number)
        return self.finish()

    def finish(self) -> int:
        if self.popen.stdout is not None:
            self.said += self.popen.stdout.read().splitlines()
            self.popen.stdout.close()
        return self.popen.wait(30)


def start(
    data_dir: Path,
    *more: str,
    environment: dict[str, str] | None = None,
    app: str = "tests.local.toy",
) -> Process:
    """Start the local cloud as a process and wait until it says that it is ready."""
    command = [sys.executable, "-m", "local.serve", "--app", app, "--port", "0"]
    popen = subprocess.Popen(
        [*command, "--data-dir", str(data_dir), *more],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    assert popen.stdout is not None
    for line in popen.stdout:
        said.append(line.rstrip())
        if line.startswith("ready "):
            return Process(data_dir, popen, line.split()[1], said)
    code = popen.wait(10)
    popen.stdout.close()
    raise AssertionError(f"it ended with {code}: {said}")


@pytest.fixture(scope="session")
def dynoxide() -> Path:
    """The engine's binary; where it cannot be had the tests about it are skipped, and say why."""
    try:
        return fetch.dynoxide()
    except EngineUnavailable as reason:
        pytest.skip(f"no dynoxide here: {reason}")


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts processes on one data directory, and stops what still runs at the end."""
    processes: list[Process] = []

    def begin(*more: str, **options: Any) -> Process:
        processes.append(start(tmp_path / "data", *more, **options))
        return processes[-1]

    yield begin
    for process in processes:
        if process.popen.poll() is None:
            process.kill()
        elif process.popen.stdout is not None:
            process.popen.stdout.close()
