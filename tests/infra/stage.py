"""A whole stage, applied by Terraform with the real AWS provider to a moto server: once for all tests of a file.

What `make deploy` does is done by the same code (tools/deploy.py); only the provider is told that AWS is on this
machine, and the states lie in a folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from local.child import HOST, free_port, spawn, wait_until_it_answers
from tools import manifest, terraform
from tools.deploy import Stage
from tools.reach import ROOT
from tools.terraform import Root, found

REGION: Final = "eu-central-1"
URL: Final = "https://test.example"
STAGE: Final = "dev"
_TERRAFORM: Final = ROOT / "infra" / "terraform"
_MIRROR: Final = ROOT.parent / "shared" / "tools" / "terraform-mirror"
_PROVIDER: Final = """
  access_key                  = "testing"
  secret_key                  = "testing"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
"""
_OVERRIDE: Final = 'terraform {\n  backend "local" {}\n}\n\nprovider "aws" {' + _PROVIDER + "}\n"
_GLOBAL: Final = '\nprovider "aws" {\n  alias = "global"' + _PROVIDER + "}\n"
_ARGUMENTS: Final = "TF_CLI_ARGS_init"
HOW: Final = (
    "install Terraform 1.11 or later, and let it reach registry.terraform.io or set TF_CLI_ARGS_init="
    "-plugin-dir=<folder> for a mirror with hashicorp/aws 5.100 or later"
)


class CannotBeHad(RuntimeError):
    """Terraform or its provider is not here; says how to get it."""


@dataclass(slots=True)
class Applied:
    """A stage that stands, with what its services are."""

    stage: Stage
    environment: dict[str, str]
    manifests: Mapping[str, Any]
    log: Path
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        return client(self.environment, service)

    def roots(self) -> dict[str, Root]:
        """All roots by the names of their states."""
        services = {f"services/{name}": self.stage.service(name) for name in self.manifests}
        every = {
            "platform": self.stage.platform(),
            **services,
            "front_door": self.stage.front_door(),
        }
        return {name: self.quiet(name, root) for name, root in every.items()}

    def quiet(self, name: str, root: Root) -> Root:
        """Let a root write to a file of its own."""
        return replace(root, output=self.log / f"{name.replace('/', '-')}.log")

    def planned(self, names: Sequence[str] = (), **more: str) -> dict[str, dict[str, Any]]:
        """Plan roots, all at once; give what each would change, by address."""
        every = {name: root for name, root in self.roots().items() if not names or name in names}
        if not more and self.changes:
            return self.changes
        with ThreadPoolExecutor(len(every)) as pool:
            plans = pool.map(lambda root: _planned(root, more), every.values())
            found = dict(zip(every, plans, strict=True))
        if not more and not names:
            self.changes = found
        return found


def _planned(root: Root, more: Mapping[str, str]) -> dict[str, Any]:
    kept = root.data / "plan"
    told = replace(root, variables={**root.variables, **more})
    told.plan(into=kept)
    return {
        one["address"]: one
        for one in root.shown(kept)["resource_changes"]
        if one["change"]["actions"] not in (["no-op"], ["read"])
    }


def client(environment: Mapping[str, str], service: str) -> Any:
    """Make a client of the moto server."""
    from botocore.config import Config
    from botocore.session import get_session

    return get_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        config=Config(s3={"addressing_style": "path"}),
    )


@cache
def plugin_arguments() -> str:
    """What `init` needs to find the provider: a mirror of this machine, or nothing where the registry answers."""
    given = os.environ.get(_ARGUMENTS, "")
    if given or not _MIRROR.exists():
        return given
    answer = subprocess.run([str(_MIRROR)], capture_output=True, text=True, check=False)
    return f"-plugin-dir={answer.stdout.strip()}" if answer.returncode == 0 else ""


def copy(folder: Path) -> Path:
    """Copy the roots with the override that tells the provider where AWS is; give the folder of the roots."""
    shutil.copytree(_TERRAFORM, folder, ignore=shutil.ignore_patterns(".terraform*"))
    for root in ("platform", "service", "front_door"):
        text = _OVERRIDE + (_GLOBAL if root == "front_door" else "")
        (folder / "envs" / root / "test_override.tf").write_text(text, encoding="utf-8")
    return folder / "envs"


def prepare(folder: Path, endpoint: str) -> Applied:
    """Make everything that `make deploy` makes before Terraform; raise `CannotBeHad`."""
    if not found():
        raise CannotBeHad(f"there is no terraform: {HOW}")
    roots = copy(folder / "terraform")
    environment = {
        "AWS_ENDPOINT_URL": endpoint,
        _ARGUMENTS: plugin_arguments(),
        "TF_CLI_ARGS_apply": "-parallelism=20",
        "TF_CLI_ARGS_plan": "-parallelism=20",
    }
    for name in ("log", "manifest", "dist", "state"):
        (folder / name).mkdir()
    with ThreadPoolExecutor(2) as pool:
        names = manifest.services()
        manifests = dict(zip(names, pool.map(manifest.read, names), strict=True))
    _write(folder, manifests)
    stage = Stage(
        STAGE,
        REGION,
        lambda service: client(environment, service),
        lambda of: {"path": str(folder / "state" / f"{of}.tfstate")},
        roots=roots,
        data=folder / "data",
        manifests=folder / "manifest",
        packages=folder / "dist",
        site=folder / "site",
        more={"service": {"public_url": URL, "dashboard": "true"}},
        environment=environment,
    )
    return Applied(stage, environment, manifests, folder / "log")


def _write(folder: Path, manifests: Mapping[str, Any]) -> None:
    """Write manifests, and zips as small as can be: what is in the real ones is tests/architecture's business."""
    for service, made in manifests.items():
        (folder / "manifest" / f"{service}.json").write_text(json.dumps(made), encoding="utf-8")
        with zipfile.ZipFile(
            folder / "dist" / f"{service}.zip", "w", zipfile.ZIP_DEFLATED
        ) as archive:
            archive.write(ROOT / "app.py", "app.py")


def initialise(applied: Applied, only: Sequence[str] = ()) -> None:
    """Get the provider for all roots or some; raise `CannotBeHad` where neither a mirror nor the registry gives it."""
    roots = {name: root for name, root in applied.roots().items() if not only or name in only}
    try:
        roots["platform"].init()
    except terraform.Failed as failure:
        raise CannotBeHad(f"the provider can't be had: {HOW}") from failure
    # the first init of a folder writes its lock file, which the others then only read
    services = [root for name, root in roots.items() if name.startswith("services/")]
    for first in (roots["front_door"], services[0]):
        first.init()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Root.init, services[1:]))


def apply(applied: Applied) -> None:
    """Apply platform, services and front door, in the order of a deploy; services at once."""
    roots = applied.roots()
    roots["platform"].apply()
    applied.stage.settings()
    services = [root for name, root in roots.items() if name.startswith("services/")]
    with ThreadPoolExecutor(len(services)) as pool:
        list(pool.map(Root.apply, services))
    roots["front_door"].apply()


@contextmanager
def moto(folder: Path) -> Iterator[str]:
    """Run all of AWS on a free port; give its address."""
    port = free_port()
    child = spawn(
        [sys.executable, "-m", "tests.infra.moto_server", HOST, str(port)], log=folder / "moto.log"
    )
    try:
        wait_until_it_answers(child, port, seconds=60)
        yield f"http://{HOST}:{port}"
    finally:
        child.close()
