"""Which third-party packages a service ships: the names it asks for, pinned by the lock, with what they need.

A service names packages in functions/<service>/requirements.txt (and all of them share those of
functions/_edge/requirements.txt); requirements.lock has the versions and hashes. What the Lambda runtime
brings is never shipped, and of Chalice only its router is (see tools/package.py).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import requires
from pathlib import Path
from typing import Final

from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parent.parent
_ENTRY: Final = re.compile(
    r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\\n]+?))?(?: \\)?\n((?: +--hash=.*\n)+)", re.MULTILINE
)
_HASH: Final = re.compile(r"--hash=(\S+)")

FROM_THE_RUNTIME: Final = frozenset({"boto3", "botocore", "s3transfer"})
"""AWS keeps these in every Python runtime, compiled; 23 MB that a zip need not hold."""
ROUTER_ONLY: Final = frozenset({"chalice"})
"""Its command line's dependencies stay at home."""


OURS: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The interpreter that runs this, which zips for this machine are for."""
CLOUD: Final = "3.13"
"""The runtime that zips are for. Up to 3.11 Lambda's glibc is 2.26, for which packages no longer make wheels."""


class UnpinnedRequirement(LookupError):
    """A service asks for a name that the root requirements.txt does not pin."""


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """One package at one version, with the hashes of its files."""

    name: str
    version: str
    hashes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Write `name==version`."""
        return f"{self.name}=={self.version}"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a zip runs: CPython `3.13` on Linux `aarch64`, or this very machine."""

    label: str
    python: str
    platforms: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]


def host_target() -> Target:
    """Give the target of this machine and interpreter, for tests."""
    here = tuple((name, str(value)) for name, value in default_environment().items())
    return Target(f"host-{OURS}", OURS, (), here)


def lambda_target(machine: str = "aarch64", python: str = CLOUD) -> Target:
    """Give the target of AWS Lambda: Python 3.11 runs on glibc 2.26, 3.12 and later on 2.34."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_machine": machine,
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    modern = () if python in {"3.10", "3.11"} else ("2_34", "2_28")
    versions = (*modern, "2_26", "2_24", "2_17")
    platforms = tuple(f"manylinux_{version}_{machine}" for version in versions)
    return Target(
        f"{machine}-{python}",
        python,
        (*platforms, f"manylinux2014_{machine}"),
        tuple(environment.items()),
    )


def names_for(service: str, root: Path = ROOT) -> tuple[str, ...]:
    """Read the names that a service and the edge ask for; raise `UnpinnedRequirement` for an unknown one."""
    pinned = {pin.name for pin in _pins_of(root / "requirements.txt")}
    found: set[str] = set()
    for folder in ("_edge", service):
        path = root / "functions" / folder / "requirements.txt"
        if path.exists():
            lines = path.read_text(encoding="utf-8").splitlines()
            found |= {canonicalize_name(line) for line in lines if line.strip() and line[0] != "#"}
    if not found <= pinned:
        raise UnpinnedRequirement(", ".join(sorted(found - pinned)))
    return tuple(sorted(found))


def _pins_of(path: Path) -> list[Pin]:
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if "==" in line and line[0] != "#"]
    return [Pin(canonicalize_name(name), version.strip()) for name, version in pairs]


@cache
def _lock(environment: tuple[tuple[str, str], ...]) -> dict[str, Pin]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found: dict[str, Pin] = {}
    for name, version, marker, hashes in _ENTRY.findall(text):
        if not marker or Marker(marker).evaluate(dict(environment)):
            found[canonicalize_name(name)] = Pin(name, version, tuple(_HASH.findall(hashes)))
    return found


def closure(names: Iterable[str], target: Target | None = None) -> tuple[Pin, ...]:
    """Give all packages to ship for some names: they and what they need on the target, sorted."""
    environment = (target or lambda_target()).environment
    lock = _lock(environment)
    todo: list[str] = [canonicalize_name(name) for name in names]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen or name in FROM_THE_RUNTIME:
            continue
        seen.add(name)
        if name not in ROUTER_ONLY:
            todo += _needs(lock[name].name, environment)
    return tuple(sorted(lock[name] for name in seen))


def needs_of(name: str, target: Target) -> list[str]:
    """Give what a shipped package itself needs on a target, nothing for one that comes without."""
    if name in ROUTER_ONLY:
        return []
    return sorted(_needs(_lock(target.environment)[name].name, target.environment))


def _needs(name: str, environment: tuple[tuple[str, str], ...]) -> list[str]:
    """What a package needs without its extras, by the metadata of the one installed here."""
    found: list[str] = []
    for line in requires(name) or ():
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate({**dict(environment), "extra": ""}):
            found.append(canonicalize_name(wanted.name))
    return found
