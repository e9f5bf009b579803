from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from websockets.sync.client import connect

from local import serve
from tests.local.conftest import ROOT, Process, call, until

pytestmark = pytest.mark.local
Starter = Callable[..., Process]


@pytest.mark.usefixtures("dynoxide")
def test_it_starts_serves_and_stops_cleanly_on_ctrl_c(started: Starter) -> None:
    process = started()

    health = process.call("/health").json
    code = process.stop(signal.SIGINT)

    assert health["engines"]["tables"]["alive"] is True
    assert health["engines"]["objects"]["durable"] is True
    assert code == 0
    assert process.said[-1] == "stopping"
    with pytest.raises(ConnectionRefusedError):
        process.call("/health")


def test_its_files_are_for_their_owner_only(started: Starter) -> None:
    process = started()
    process.sdk("s3").put_object(Bucket="xpense-local-bulk", Key="k", Body=b"x")
    assert process.call("/toys/t1", "PUT").status == 201
    process.stop()

    paths = [process.data_dir, *process.data_dir.rglob("*")]
    assert [path for path in paths if path.stat().st_mode & 0o077] == []
    assert {"tables.sqlite", "cloud.sqlite", "credentials.json"} <= {path.name for path in paths}


@pytest.mark.usefixtures("dynoxide")
def test_a_second_signal_leaves_at_once_and_loses_nothing(started: Starter) -> None:
    process = started()
    url = f"{process.base}/_aws/sqs/000000000000/xpense-local-birds-inbox"
    process.sdk("sqs").send_message(QueueUrl=url, MessageBody="sleep")
    until(lambda: process.notes("SLEPT"))

    process.popen.send_signal(signal.SIGINT)
    until(lambda: _is_draining(process))
    process.popen.send_signal(signal.SIGINT)

    assert process.finish() == 130
    again = started()
    assert until(lambda: again.notes("BIRD"))[0]["sk"] == "sleep"


def _is_draining(process: Process) -> bool:
    return process.call("/notes/SLEPT").status == 503


def _make_toys(process: Process, acknowledged: list[str], name: str) -> None:
    number = 0
    with contextlib.suppress(OSError, http.client.HTTPException):
        while True:
            id = f"{name}-{number}"
            if process.call(f"/toys/{id}", "PUT").status == 201:
                acknowledged.append(id)
            number += 1


def _send_messages(process: Process, acknowledged: list[str], turn: int) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    sqs, number = process.sdk("sqs"), 0
    url = f"{process.base}/_aws/sqs/000000000000/xpense-local-birds-inbox"
    with contextlib.suppress(BotoCoreError, ClientError):
        while True:
            sqs.send_message(QueueUrl=url, MessageBody=f"direct-{turn}-{number}")
            acknowledged.append(f"direct-{turn}-{number}")
            number += 1


def _are_longer(length: int, *lists: list[str]) -> bool:
    return min(len(one) for one in lists) > length


def _put_objects(process: Process, acknowledged: list[str], mails: list[str]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    s3, ses, number = process.sdk("s3"), process.sdk("sesv2"), 0
    with contextlib.suppress(BotoCoreError, ClientError):
        while True:
            key = f"incoming/interchange/{number}"
            s3.put_object(Bucket="xpense-local-uploads", Key=key, Body=key.encode() * 1000)
            acknowledged.append(key)
            ses.send_email(
                FromEmailAddress="no-reply@xpense.local",
                Destination={"ToAddresses": ["a@example.org"]},
                Content={"Simple": {"Subject": {"Data": key}, "Body": {"Text": {"Data": "t"}}}},
            )
            mails.append(key)
            number += 1


@pytest.mark.usefixtures("dynoxide")
def test_nothing_acknowledged_is_lost_by_kill_9_in_the_middle_of_traffic(started: Starter) -> None:
    toys: list[str] = []
    messages: list[str] = []
    objects: list[str] = []
    mails: list[str] = []
    for turn in range(3):
        process = started("--backoff", "0.05")
        workers = [
            threading.Thread(target=_make_toys, args=(process, toys, f"r{turn}a")),
            threading.Thread(target=_make_toys, args=(process, toys, f"r{turn}b")),
            threading.Thread(target=_put_objects, args=(process, objects, mails)),
            threading.Thread(target=_send_messages, args=(process, messages, turn)),
        ]
        for worker in workers:
            worker.start()
        until(partial(_are_longer, 5 * turn + 5, objects, mails, messages))
        process.kill()
        for worker in workers:
            worker.join(30)

    again = started("--backoff", "0.05")

    assert len(toys) > 30
    assert set(toys) <= {note["sk"] for note in again.notes("TOY")}
    until(lambda: set(toys) <= {note["sk"] for note in again.notes("HEARD")}, seconds=60)
    birds = set(toys) | set(messages)
    until(lambda: birds <= {note["sk"] for note in again.notes("BIRD")}, seconds=60)
    until(lambda: set(objects) <= {note["sk"] for note in again.notes("UPLOAD")}, seconds=60)
    s3 = again.sdk("s3")
    for key in set(objects):
        body = s3.get_object(Bucket="xpense-local-uploads", Key=key)["Body"].read()
        assert body == key.encode() * 1000
    stored = {mail["subject"] for mail in again.call("/local/mailbox.json").json}
    assert set(mails[-150:]) <= stored
    health = again.call("/health").json
    assert health["dead_letters"] == dict.fromkeys(health["dead_letters"], 0)
    assert health["outbox"] == {"toys": 0}


def test_a_second_instance_on_the_same_data_is_refused(started: Starter) -> None:
    first = started()

    second = _serve("--port", "0", "--data-dir", str(first.data_dir))

    assert second.returncode == 2
    assert "another xPense runs on" in second.stderr
    assert first.call("/health").status == 200


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        refused = _serve("--port", port, "--data-dir", str(tmp_path / "data"))

    assert refused.returncode == 2
    assert f"port {port} is taken" in refused.stderr
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    refused = _serve("--port", "0", "--data-dir", str(tmp_path / "file"))

    assert refused.returncode == 2
    assert "cannot write to" in refused.stderr


def _serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.serve", "--app", "tests.local.toy", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_in_memory_it_says_that_nothing_is_kept(started: Starter) -> None:
    process = started("--memory")

    assert any(line.startswith("NOT DURABLE") for line in process.said)
    engines = process.call("/health").json["engines"]
    assert {part["durable"] for part in engines.values()} == {False}
    assert process.stop() == 0
    assert not process.data_dir.exists()


def test_the_fallback_engine_is_announced_at_the_start_and_in_health(started: Starter) -> None:
    process = started(environment={"DYNAMODB_ENDPOINT": "moto"})

    tables = process.call("/health").json["engines"]["tables"]
    assert any(line.startswith("NOT DURABLE: tables are on moto") for line in process.said)
    assert (tables["name"], tables["durable"]) == ("moto", False)
    assert process.call("/toys/t1", "PUT").status == 201
    until(lambda: process.notes("HEARD"))
    assert process.stop() == 0


@pytest.mark.usefixtures("dynoxide")
def test_a_dead_engine_ends_everything_loudly(started: Starter) -> None:
    process = started()
    port = process.call("/health").json["engines"]["tables"]["endpoint"].rpartition(":")[2]
    pid = next(
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if f"--port\0{port}".encode() in path.read_bytes() and b"dynoxide" in path.read_bytes()
    )

    subprocess.run(["kill", "-9", str(pid)], check=True)

    assert process.finish() == 1
    assert any("the DynamoDB engine stopped" in line for line in process.said)


@pytest.mark.usefixtures("dynoxide")
def test_work_in_hand_is_finished_before_it_stops(started: Starter) -> None:
    process = started()
    acknowledged: list[str] = []
    worker = threading.Thread(target=_make_toys, args=(process, acknowledged, "t"))
    worker.start()
    until(lambda: len(acknowledged) > 20)

    code = process.stop()
    worker.join(30)

    assert code == 0
    again = started()
    assert {note["sk"] for note in again.notes("TOY")} == set(acknowledged)
    until(lambda: {note["sk"] for note in again.notes("HEARD")} == set(acknowledged))


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_a_port_that_is_none_is_refused_in_a_sentence(
    port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        serve.main(["--port", port, "--memory"])

    assert ended.value.code == 2
    assert "--port" in capsys.readouterr().err


def test_the_socket_echoes_through_the_product(started: Starter) -> None:
    process = started()
    address = process.base.replace("http", "ws") + "/ws?ticket=good"

    with connect(address) as browser:
        browser.send("hello")
        assert browser.recv(5) == "echo hello"

    until(lambda: process.notes("GONE"))


def test_the_developers_own_aws_settings_are_put_aside(started: Starter) -> None:
    strange = {
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_SESSION_TOKEN": "t",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
    }
    process = started(environment=strange)

    assert process.call("/toys/t1", "PUT").status == 201
    until(lambda: process.notes("HEARD"))


def test_the_clock_can_be_sped_up(started: Starter) -> None:
    process = started("--tick-scale", "7200")

    [first, *_] = until(lambda: process.notes("TICK"))
    assert json.loads(first["event"])["source"] == "aws.events"


def test_the_port_answers_loopback_only(started: Starter) -> None:
    process = started()
    address = next(
        (
            info[4][0]
            for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
            if not str(info[4][0]).startswith("127.")
        ),
        None,
    )
    if address is None:
        pytest.skip("this machine has no address but loopback")

    with pytest.raises(OSError, match=r"refused|unreachable|A test tried"):
        call(process.base.replace("127.0.0.1", str(address)) + "/health")
