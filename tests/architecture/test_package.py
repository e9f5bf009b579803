"""The zips are what Lambda gets: reproducible, complete, and nothing that has no business there."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import manifest, package
from tools.reach import reach
from tools.requirements import (
    FROM_THE_RUNTIME,
    UnpinnedRequirement,
    closure,
    host_target,
    lambda_target,
    names_for,
)

SERVICES = manifest.services()
MOST_MB = 12
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
PROBE = """
import importlib, json, sys
root, handlers, provided = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
assert not any("site-packages" in path for path in sys.path), sys.path
sys.path[:0] = [root]

class Runtime:
    # What the Lambda runtime brings, and nothing else of this machine's packages.
    @staticmethod
    def find_spec(name, path=None, target=None):
        place = provided.get(name)
        if place is None:
            return None
        spec = importlib.util.spec_from_file_location(
            name, place, submodule_search_locations=[place.rpartition("/")[0]]
            if place.endswith("__init__.py") else None)
        return spec

import importlib.util
sys.meta_path.append(Runtime)
app = importlib.import_module("app")
assert app.__file__.startswith(root), app.__file__
missing = [name for name in handlers if not callable(getattr(app, name, None))]
strays = sorted(
    name for name, module in sys.modules.items()
    if "site-packages" in (getattr(module, "__file__", "") or "")
    and name.partition(".")[0] not in provided
)
print(json.dumps({"missing": missing, "strays": strays, "cached": app.__cached__}))
"""


def provided() -> dict[str, str]:
    """The files of the packages that the runtime brings, as installed here."""
    found = {}
    for name in RUNTIME:
        spec = importlib.util.find_spec(name)
        assert spec is not None, name
        assert spec.origin is not None, name
        found[name] = spec.origin
    return found


@pytest.fixture(scope="session", name="zips")
def built_zips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("zips")
    return {service: package.build(service, host_target(), folder) for service in SERVICES}


@pytest.mark.parametrize("service", SERVICES)
def test_every_handler_of_a_zip_can_be_imported_from_it_alone(
    service: str, zips: dict[str, Path], tmp_path: Path
) -> None:
    with zipfile.ZipFile(zips[service]) as archive:
        archive.extractall(tmp_path)
    handlers = [one["handler"][4:] for one in manifest.read(service)["functions"].values()]

    probe(sys.executable, service, tmp_path, handlers)


def probe(interpreter: str, service: str, root: Path, handlers: list[str]) -> None:
    """Import every handler from an unpacked zip as Lambda would: nothing of this machine beside the runtime."""
    answer = subprocess.run(
        [interpreter, "-I", "-S", "-B", "-c", PROBE, str(root), json.dumps(handlers),
         json.dumps(provided())],
        cwd=root,
        env={"XPENSE_STAGE": "test", "XPENSE_SERVICE": service, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )  # fmt: skip

    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert told["missing"] == []
    assert told["strays"] == []
    assert Path(told["cached"]).exists(), "the zip carries bytecode for this interpreter"


@pytest.mark.parametrize("service", ["users", "expenses"])  # together they ship every package
def test_a_zip_starts_under_the_clouds_own_runtime(service: str, tmp_path: Path) -> None:
    target = lambda_target(platform.machine())
    interpreter = package.compiler(target)
    if interpreter is None:
        pytest.skip(f"no python{target.python} here; python.org and pyenv have it")
    with zipfile.ZipFile(package.build(service, target, tmp_path)) as archive:
        archive.extractall(tmp_path / "task")
    handlers = [one["handler"][4:] for one in manifest.read(service)["functions"].values()]

    probe(interpreter, service, tmp_path / "task", handlers)


@pytest.fixture(scope="session", name="deployed")
def zips_for_the_cloud(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("deployed")
    return {service: package.build(service, lambda_target(), folder) for service in SERVICES}


def test_building_twice_gives_the_same_bytes(
    zips: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = SERVICES[-1]
    monkeypatch.setattr(package, "SITES", tmp_path / "sites")  # nothing left of the first build

    again = package.build(service, host_target(), tmp_path)

    assert again.read_bytes() == zips[service].read_bytes()


@pytest.mark.parametrize("service", SERVICES)
def test_a_zip_holds_what_it_needs_and_nothing_else(service: str, zips: dict[str, Path]) -> None:
    with zipfile.ZipFile(zips[service]) as archive:
        names = archive.namelist()
        dates = {entry.date_time for entry in archive.infolist()}
        modes = {entry.external_attr >> 16 for entry in archive.infolist()}
    tops = {name.partition("/")[0] for name in names}
    parts = {name.split("/")[1] for name in names if name.startswith("chalicelib/")}
    handlers = {name.split("/")[1] for name in names if name.startswith("functions/")}

    assert names == sorted(names)
    assert dates == {(1980, 1, 1, 0, 0, 0)}
    assert modes == {0o100644}
    assert not tops & {*FROM_THE_RUNTIME, "local", "tools", "tests", "benchmarks", "moto"}
    assert {name for name in parts if not name.startswith("__")} == {
        "kernel", service, *reach(service).embeds,
    }  # fmt: skip
    assert {name for name in handlers if not name.startswith("__")} == {"_edge", service}
    assert {name for name in names if name.startswith("chalice/")} == {
        "chalice/__init__.pyc",
        "chalice/app.pyc",
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_zip_is_small_enough_to_start_fast(service: str, deployed: dict[str, Path]) -> None:
    assert deployed[service].stat().st_size < MOST_MB * 1_000_000
    with zipfile.ZipFile(deployed[service]) as archive:
        ours = [name for name in archive.namelist() if name.startswith(("app.", "chalicelib/"))]
    assert "app.pyc" in ours or package.compiler(lambda_target()) is None


@pytest.mark.parametrize("service", SERVICES)
def test_everything_that_the_code_can_reach_is_shipped_or_in_the_runtime(service: str) -> None:
    from importlib.metadata import packages_distributions

    from packaging.utils import canonicalize_name

    shipped = {pin.name for pin in closure(names_for(service))}
    homes = packages_distributions()

    for module in reach(service).packages:
        if module in sys.stdlib_module_names or module in RUNTIME:
            continue
        names = {canonicalize_name(home) for home in homes.get(module, ())}
        assert names & shipped, f"{module} is imported, but no requirements.txt brings it"


def test_a_name_that_the_root_does_not_pin_is_refused(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("pydantic==1.0\n", encoding="utf-8")
    (tmp_path / "functions" / "users").mkdir(parents=True)
    (tmp_path / "functions" / "users" / "requirements.txt").write_text(
        "leftpad\n", encoding="utf-8"
    )

    with pytest.raises(UnpinnedRequirement, match="leftpad"):
        names_for("users", tmp_path)


def test_the_cloud_gets_wheels_of_its_own_machine_and_interpreter() -> None:
    target = lambda_target(python="3.13")

    assert target.label == "aarch64-3.13"
    assert "manylinux_2_34_aarch64" in target.platforms
    assert not any("x86" in platform for platform in target.platforms)
    # Python 3.11 runs on Amazon Linux 2, whose glibc is older
    assert "manylinux_2_28_aarch64" not in lambda_target(python="3.11").platforms


def test_the_closure_leaves_the_boto_stack_and_the_command_line_at_home() -> None:
    names = {pin.name for pin in closure(["pynamodb", "chalice", "boto3"])}

    assert names == {"chalice", "pynamodb"}
