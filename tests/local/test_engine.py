from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session

from local import engine as engines
from local import fetch
from local.engine import DYNOXIDE, EXTERNAL, MOTO, Engine, start_engine
from local.errors import EngineUnavailable
from tests.local.conftest import ROOT, until

pytestmark = pytest.mark.local
HERE = (sys.platform, os.uname().machine)
needs_dynoxide = pytest.mark.usefixtures("dynoxide")


def _sdk(engine: Engine) -> Any:
    return get_session().create_client(
        "dynamodb",
        region_name="eu-central-1",
        endpoint_url=engine.endpoint,
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )


def _make_table(engine: Engine) -> None:
    _sdk(engine).create_table(
        TableName="xpense-test-things",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )


@needs_dynoxide
def test_the_default_engine_keeps_its_tables_through_a_kill(tmp_path: Path) -> None:
    first = start_engine(tmp_path)
    _make_table(first)
    _sdk(first).put_item(TableName="xpense-test-things", Item={"pk": {"S": "kept"}})
    assert first.child is not None
    first.child.process.kill()
    first.close()
    assert not first.alive()

    second = start_engine(tmp_path)

    answer = _sdk(second).get_item(TableName="xpense-test-things", Key={"pk": {"S": "kept"}})
    second.close()
    assert (first.name, first.durable) == (DYNOXIDE, True)
    assert answer["Item"] == {"pk": {"S": "kept"}}


@needs_dynoxide
def test_an_engine_in_memory_says_that_it_is_not_durable() -> None:
    engine = start_engine(None)
    engine.close()

    assert (engine.name, engine.durable) == (DYNOXIDE, False)


@needs_dynoxide
def test_the_engine_dies_with_its_parent(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from local.engine import start_engine;"
        "e = start_engine(pathlib.Path(sys.argv[1])); print(e.child.process.pid, flush=True);"
        "sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert _runs(child)

    parent.send_signal(signal.SIGKILL)
    parent.communicate()

    until(lambda: not _runs(child), seconds=5)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_without_the_engine_moto_takes_over_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PINS", {})

    engine = start_engine(None)

    _make_table(engine)
    tables = _sdk(engine).list_tables()["TableNames"]
    engine.close()
    assert (engine.name, engine.durable, tables) == (MOTO, False, ["xpense-test-things"])
    assert "not published" in engine.note
    with pytest.raises(EngineUnavailable):
        start_engine(None, prefer=DYNOXIDE)


def test_any_other_engine_is_taken_by_its_address() -> None:
    engine = start_engine(None, prefer="http://127.0.0.1:4566/")

    assert (engine.name, engine.endpoint) == (EXTERNAL, "http://127.0.0.1:4566")
    assert engine.durable is None
    assert engine.alive()
    engine.close()
    with pytest.raises(EngineUnavailable):
        start_engine(None, prefer="oracle")


def _tarball(folder: Path, content: bytes) -> Path:
    path = folder / "engine.tgz"
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo("package/dynoxide")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return path


def test_a_tarball_that_is_not_the_pinned_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin = fetch.Pin("@dynoxide/linux-x64", "1.2.1", "sha512-other", "0" * 64)
    monkeypatch.setattr(fetch, "PINS", {HERE: pin})
    monkeypatch.setattr(fetch, "CACHE", tmp_path)
    monkeypatch.setattr(fetch, "_pack", lambda pin, folder: _tarball(folder, b"something else"))

    with pytest.raises(EngineUnavailable, match="not the pinned tarball"):
        fetch.dynoxide()

    assert not (tmp_path / "dynoxide-1.2.1" / "dynoxide").exists()


@needs_dynoxide
def test_a_damaged_cache_is_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = fetch.dynoxide().read_bytes()
    fetched: list[fetch.Pin] = []

    def refetch(pin: fetch.Pin, binary: Path) -> None:
        fetched.append(pin)
        binary.write_bytes(good)

    monkeypatch.setattr(fetch, "CACHE", tmp_path)
    monkeypatch.setattr(fetch, "_fetch", refetch)
    damaged = tmp_path / "dynoxide-1.2.1" / "dynoxide"
    damaged.parent.mkdir()
    damaged.write_bytes(good[:1000])

    assert fetch.dynoxide() == damaged
    assert fetch.dynoxide().read_bytes() == good
    assert len(fetched) == 1


def test_an_npm_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no such registry >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setattr(fetch, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(fetch, "_npm", lambda: ([str(npm)], os.environ["PATH"]))
    pin = fetch.Pin("@dynoxide/none", "1", "sha512-x", "0")
    monkeypatch.setattr(fetch, "PINS", {HERE: pin})

    with pytest.raises(EngineUnavailable, match="no such registry"):
        fetch.dynoxide()

    assert engines.start_engine(None, prefer="http://x").name == EXTERNAL
