"""Wheels, fetched once into .cache/wheels with their hashes checked, and unpacked without an installer.

Unpacking by ourselves leaves nothing of the installer in the zip (paths, times, scripts), which is what
makes two builds equal byte by byte.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name, parse_wheel_filename

from tools.requirements import ROOT, ROUTER_ONLY, Pin, Target

CACHE: Final = ROOT / ".cache" / "wheels"
_ROUTER: Final = frozenset({"chalice/__init__.py", "chalice/app.py"})
_UNUSED: Final = (
    "aws_lambda_powertools/event_handler/",  # Chalice is the router
    # the logger is what we use of it
    *(
        f"aws_lambda_powertools/utilities/{room}/"
        for room in (
            "auth_alpha",
            "batch",
            "circuit_breaker",
            "data_classes",
            "data_masking",
            "feature_flags",
            "idempotency",
            "kafka",
            "parameters",
            "parser",
            "streaming",
        )
    ),
    "cffi/",  # the compiled half (_cffi_backend) is what cryptography and argon2 load
    "pycparser/",  # cffi reads C with it, when something is built
    "pydantic/v1/",  # the pydantic of before
    "pydantic/mypy.py",
)
_KEPT_METADATA: Final = re.compile(
    r"METADATA|entry_points\.txt|licen[cs]es?/|(?:LICEN[CS]E|NOTICE|COPYING)", re.IGNORECASE
)
_IDLE: Final = re.compile(
    r"(?:^|/)(?:tests?|__pycache__)/|\.(?:pyi|pyc|c|h|pxd|pyx)$|(?:^|/)py\.typed$"
)


def fetch(pins: tuple[Pin, ...], target: Target) -> dict[str, Path]:
    """Give the wheel of each pin by name, downloading those that the cache lacks."""
    folder = CACHE / target.label
    folder.mkdir(parents=True, exist_ok=True)
    found = _cached(folder)
    missing = [pin for pin in pins if _key(pin) not in found]
    if missing:
        _download(missing, target, folder)
        found = _cached(folder)
    return {pin.name: found[_key(pin)] for pin in pins}


def _key(pin: Pin) -> tuple[str, str]:
    return canonicalize_name(pin.name), pin.version


def _cached(folder: Path) -> dict[tuple[str, str], Path]:
    found = {}
    for path in sorted(folder.glob("*.whl")):
        name, version, _, _ = parse_wheel_filename(path.name)
        found[(str(name), str(version))] = path
    return found


def _download(pins: list[Pin], target: Target, folder: Path) -> None:
    wanted = "".join(f"{pin} {' '.join(f'--hash={one}' for one in pin.hashes)}\n" for pin in pins)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", "--dest", str(folder)]
    if target.platforms:
        command += ["--implementation", "cp", "--python-version", target.python]
        command += [part for platform in target.platforms for part in ("--platform", platform)]
    with tempfile.TemporaryDirectory() as here:
        names = Path(here) / "requirements.txt"
        names.write_text(wanted, encoding="utf-8")
        subprocess.run([*command, "-r", str(names)], check=True, timeout=600)


def unpack(wheel: Path, into: Path) -> None:
    """Unpack what runs of a wheel: no tests, no type stubs, no installer's records; of Chalice the router."""
    name = canonicalize_name(wheel.name.split("-")[0])
    with zipfile.ZipFile(wheel) as archive:
        for inside, out in _members(archive):
            if name in ROUTER_ONLY and out.startswith("chalice/") and out not in _ROUTER:
                continue
            path = into / out
            path.parent.mkdir(parents=True, exist_ok=True)
            content = archive.read(inside)
            path.write_bytes(_facts(content) if out.endswith("/METADATA") else content)


def _facts(metadata: bytes) -> bytes:
    """The fields of a package's metadata without its description, which is its manual: 0.14 MB of pydantic's."""
    fields, end, _ = metadata.replace(b"\r\n", b"\n").partition(b"\n\n")
    return fields + end


def _is_idle(out: str) -> bool:
    return out.startswith(_UNUSED) or _IDLE.search(out) is not None


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The members to keep, each with its place: `x.data/purelib` and `platlib` are roots like the root."""
    for inside in archive.namelist():
        out = re.sub(r"^[^/]+\.data/(?:purelib|platlib)/", "", inside)
        folder, _, rest = out.partition("/")
        if out.endswith("/") or folder.endswith(".data") or _is_idle(out):
            continue
        if folder.endswith(".dist-info") and not _KEPT_METADATA.match(rest):
            continue
        yield inside, out
