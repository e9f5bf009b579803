"""A whole stage on a moto server, brought up and removed by the command that people type, with the real AWS provider.

Everything is as on AWS: the provider, the states in S3 with their locks, the roots as they are. Only the environment
says that AWS is on this machine (an address by number makes paths of the buckets' names), and zips are tiny.
"""

from __future__ import annotations

import json
import os
import re
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
from tools import manifest, state_bucket, terraform
from tools.deployed import Stage
from tools.reach import ROOT
from tools.state_bucket import States
from tools.terraform import HOW, Root

REGION: Final = "eu-central-1"
URL: Final = "https://test.example"
STAGE: Final = "dev"
ACCOUNT: Final = "123456789012"
BUCKET: Final = f"xpense-state-{ACCOUNT}"
_TERRAFORM: Final = ROOT / "infra" / "terraform"
_MIRROR: Final = ROOT.parent / "shared" / "tools" / "terraform-mirror"
_ARGUMENTS: Final = "TF_CLI_ARGS_init"
_MANY: Final = "8"
"""How many services are applied at once: the moto server bears it, and waiting is most of the time."""


class CannotBeHad(RuntimeError):
    """Terraform or its provider is not here; says how to get it."""


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    text: str


@dataclass(slots=True)
class Applied:
    """A stage that stands, with what its services are."""

    stage: Stage
    environment: dict[str, str]
    manifests: Mapping[str, Any]
    states: States
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        return client(self.environment, service)

    def roots(self) -> dict[str, Root]:
        """All roots by the names of their states."""
        services = {f"services/{name}": self.stage.service(name) for name in self.manifests}
        return {
            "platform": self.stage.platform(),
            **services,
            "front_door": self.stage.front_door(),
        }

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

    def command(self, *arguments: str) -> list[str]:
        """The command line of `make deploy` and the others, told where things of this test lie."""
        stage = self.stage
        places = ("roots", "work", "manifests", "packages", "site")
        told = [f"--{place}={getattr(stage, place)}" for place in places]
        what, *rest = arguments
        name = [] if rest and not rest[0].startswith("-") else [STAGE]
        line = [sys.executable, "-m", "tools.deploy", what, *name, *rest]
        return [*line, "--at-once", _MANY, *told]

    def process_environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment, "PYTHONUNBUFFERED": "1"}

    def run(self, *arguments: str) -> Said:
        """Run such a command to its end."""
        answer = subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env=self.process_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Said(answer.returncode, answer.stdout)


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
    """Make a client of the moto server; the environment of this process stays as it is, for the other tests."""
    from botocore.session import get_session

    return get_session().create_client(
        service, region_name=REGION, endpoint_url=environment["AWS_ENDPOINT_URL"]
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
    """Copy the roots, and choose for the stage what the tests look at; give the folder of the roots."""
    shutil.copytree(_TERRAFORM, folder, ignore=shutil.ignore_patterns(".terraform*"))
    file = folder / "envs" / "service" / f"{STAGE}.tfvars"
    text = re.sub(r"(?m)^dashboard .*$", "dashboard = true", file.read_text(encoding="utf-8"))
    file.write_text(f'{text}public_url = "{URL}"\n', encoding="utf-8")
    return folder / "envs"


def prepare(folder: Path, endpoint: str) -> Applied:
    """Make everything that `make deploy` makes before Terraform; raise `CannotBeHad`."""
    try:
        terraform.ready()
    except terraform.Failed as missing:
        raise CannotBeHad(str(missing)) from missing
    environment = {
        "AWS_ENDPOINT_URL": endpoint,
        _ARGUMENTS: plugin_arguments(),
        "TF_CLI_ARGS_apply": "-parallelism=20",
        "TF_CLI_ARGS_destroy": "-parallelism=20",
        "TF_CLI_ARGS_plan": "-parallelism=20",
    }
    for name in ("manifest", "dist", "site"):
        (folder / name).mkdir()
    with ThreadPoolExecutor(2) as pool:
        names = manifest.services()
        manifests = dict(zip(names, pool.map(manifest.read, names), strict=True))
    _write(folder, manifests)
    states = States(client(environment, "s3"), BUCKET, STAGE, REGION)
    stage = Stage(
        STAGE,
        REGION,
        lambda service: client(environment, service),
        states.backend,
        roots=copy(folder / "terraform"),
        work=folder / "work",
        manifests=folder / "manifest",
        packages=folder / "dist",
        site=folder / "site",
        environment=environment,
    )
    return Applied(stage, environment, manifests, states)


def _write(folder: Path, manifests: Mapping[str, Any]) -> None:
    """Write manifests, a page, and zips as small as can be: what is in the real ones is tests/architecture's business."""
    for service, made in manifests.items():
        (folder / "manifest" / f"{service}.json").write_text(json.dumps(made), encoding="utf-8")
        pack(folder / "dist" / f"{service}.zip")
    (folder / "site" / "index.html").write_text("<title>xPense</title>", encoding="utf-8")


def pack(zip_: Path, text: str = "") -> None:
    """Write a zip; another text makes another one."""
    with zipfile.ZipFile(zip_, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(ROOT / "app.py", "app.py")
        archive.writestr("told.txt", text)


def states_bucket(made: Applied) -> None:
    """Make the bucket of the states, as the first plan or deploy does."""
    state_bucket.make(made.states.client, BUCKET, region=REGION, there=False, say=lambda _: None)


def initialise(applied: Applied, only: Sequence[str]) -> None:
    """Get the provider for some roots; raise `CannotBeHad` where neither a mirror nor the registry gives it."""
    for name in only:
        try:
            applied.roots()[name].init()
        except terraform.Failed as failure:
            raise CannotBeHad(f"the provider can't be had: {HOW}") from failure


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
