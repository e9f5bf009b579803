"""One reproducible zip per service: the same commit gives the same bytes, so a deploy is no surprise.

A zip holds the app, the service's handlers and the edge, its own package of the heart with those that it
embeds, and the third-party packages that it names: as bytecode alone, where it could be made, because sources
are a twentieth of a zip and a traceback names file and line without them.
Not in it: the boto stack (the Lambda runtime has it), tests, type stubs, anything of the machine that built it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from tools import sbom
from tools.manifest import services
from tools.reach import ROOT, reach
from tools.requirements import Pin, Target, closure, host_target, lambda_target, names_for
from tools.wheels import fetch, unpack

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_ORDINARY_FILE: Final = 0o100644 << 16
_UNIX: Final = 3
_LEVEL: Final = 9
SITES: Final = ROOT / ".cache" / "sites"
_LEFT_OUT: Final = frozenset({"requirements.txt"})


def sources(service: str) -> Iterator[Path]:
    """Give our own files of a service's zip, as paths relative to the root."""
    yield from (Path("app.py"), Path("chalicelib/__init__.py"), Path("functions/__init__.py"))
    for folder in (
        "chalicelib/kernel",
        f"chalicelib/{service}",
        f"functions/{service}",
        "functions/_edge",
    ):
        yield from _files(folder)
    for embedded in reach(service).embeds:
        yield from _reached(service, embedded)


def _files(folder: str) -> Iterator[Path]:
    for path in sorted((ROOT / folder).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.name not in _LEFT_OUT:
            yield path.relative_to(ROOT)


def _reached(service: str, embedded: str) -> Iterator[Path]:
    """Give the files of a service below that this one can come to: its modules, and data where a gateway reads it."""
    package = f"chalicelib.{embedded}"
    names = {name for name in reach(service).modules if f"{name}.".startswith(f"{package}.")}
    parents = {name.rpartition(".")[0] for name in names}
    parents |= {parent.rpartition(".")[0] for parent in parents}
    wanted = names | {parent for parent in parents if f"{parent}.".startswith(f"{package}.")}
    reads = any(name.startswith(f"{package}.gateways.") for name in names)
    for path in _files(package.replace(".", "/")):
        module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        if module in wanted if path.suffix == ".py" else reads:
            yield path


def build(service: str, target: Target, folder: Path) -> Path:
    """Write `<service>.zip` into a folder and give its path."""
    site = _site(closure(names_for(service), target), target)
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"{service}.zip"
    with tempfile.TemporaryDirectory(prefix="xpense-package-") as here:
        own = Path(here)
        for path in sources(service):
            (own / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, own / path)
        if _compile(own, target):
            _drop_sources(own)
        _zip([own, site], made)
    return made


def _site(pins: tuple[Pin, ...], target: Target) -> Path:
    """Give a folder with these packages unpacked and compiled, made once for all services that share them."""
    code = b"".join(
        Path(__file__).with_name(name).read_bytes() for name in ("wheels.py", "package.py")
    )
    told = f"{target} {compiler(target)} {sys.version} {pins}".encode()
    place = SITES / hashlib.sha256(told + code).hexdigest()[:24]
    if place.exists():
        return place
    SITES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SITES) as here:
        fresh = Path(here) / "site"
        for wheel in fetch(pins, target).values():
            unpack(wheel, fresh)
        if _compile(fresh, target):
            _drop_sources(fresh)
        try:
            fresh.rename(place)
        except OSError:  # another process was quicker
            if not place.exists():
                raise
    return place


@cache
def compiler(target: Target) -> str | None:
    """Find an interpreter of the target's minor version: bytecode of another one would be ignored."""
    if target.python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    for found in _candidates(target.python):
        # a version manager's shim is there even when the version is not
        answer = subprocess.run([found, "-V"], capture_output=True, text=True, check=False)
        if answer.stdout.startswith(f"Python {target.python}."):
            return found
    return None


def _candidates(version: str) -> Iterator[str]:
    found = shutil.which(f"python{version}")
    if found is not None:
        yield found
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    yield from (str(path) for path in sorted(kept.glob(f"{version}.*/bin/python"), reverse=True))


def _drop_sources(root: Path) -> None:
    """Remove the sources that have bytecode beside them: a traceback still names file and line."""
    for source in root.rglob("*.py"):
        if source.with_suffix(".pyc").exists():
            source.unlink()


def _compile(root: Path, target: Target) -> bool:
    """Put bytecode beside each source, where it works without it; tells whether it could.

    With unchecked hashes: /var/task is read-only, and file times in a zip mean nothing.
    """
    interpreter = compiler(target)
    if interpreter is None:
        return False
    command = [interpreter, "-S", "-m", "compileall", "-q", "-j", "1", "-b"]
    command += [
        "--invalidation-mode",
        "unchecked-hash",
        "-s",
        str(root),
        "-p",
        "/var/task",
        str(root),
    ]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONHASHSEED": "0"}
    subprocess.run(command, check=True, env=environment, timeout=600)
    return True


def _zip(roots: list[Path], made: Path) -> None:
    files = {
        path.relative_to(root).as_posix(): path
        for root in roots
        for path in root.rglob("*")
        if path.is_file()
    }
    with zipfile.ZipFile(made, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = _ORDINARY_FILE
            archive.writestr(entry, files[name].read_bytes(), compresslevel=_LEVEL)


def main() -> None:
    """Write the zips of all services, or of those named, and print their sizes and digests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("service", nargs="*")
    parser.add_argument("--platform", choices=["aarch64", "x86_64", "host"], default="aarch64")
    arguments = parser.parse_args()
    host = arguments.platform == "host"
    target = host_target() if host else lambda_target(arguments.platform)
    if compiler(target) is None:
        print(f"no python{target.python} here: the zips carry no bytecode", file=sys.stderr)
    for service in arguments.service or services():
        made = build(service, target, arguments.folder)
        sbom.write(service, target, arguments.folder)
        content = made.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        print(f"{service:<14} {len(content) / 1_000_000:6.2f} MB  sha256 {digest[:16]}")


if __name__ == "__main__":
    main()
