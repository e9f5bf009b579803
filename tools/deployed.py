"""A stage as its commands see it: the roots of Terraform, what lies in SSM between them, and where builds are."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tools.docs_page import content_security_policy
from tools.reach import ROOT
from tools.terraform import ROOTS, Failed, Root

STAGE_OWNER: Final = {"owner": "stage"}
"""The encryption context of the root secret (kernel/keys.py)."""
KINDS: Final = ("platform", "service", "front_door")
_MOST_NAMES: Final = 10
"""How many parameters SSM deletes in one call."""
_PROTECT: Final = re.compile(r"^\s*protect\s*=\s*true\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage to deploy. `client` makes botocore's clients; the rest says where things lie."""

    name: str
    region: str
    client: Callable[[str], Any]
    state: Callable[[str], Mapping[str, str]]
    """What the backend is told of a state, by its name such as `services/expenses`."""
    roots: Path = ROOTS
    work: Path = ROOT / ".cache" / "terraform"
    """Terraform's own data, and what it says: `<stage>/<state>` and `<stage>/<state>.log`."""
    manifests: Path = ROOT / "build" / "manifest"
    packages: Path = ROOT / "dist"
    site: Path = ROOT / "build" / "site"
    more: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Variables besides the file's, by the kind of root."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What Terraform is given besides this process's environment."""

    def platform(self) -> Root:
        """The root of what all share."""
        return self._root("platform", "platform", {"manifests": str(self.manifests)})

    def service(self, service: str) -> Root:
        """The root of one service."""
        places = {"manifests": str(self.manifests), "packages": str(self.packages)}
        return self._root("service", f"services/{service}", {"service": service, **places})

    def front_door(self) -> Root:
        """The root of the front door."""
        told = {"docs_policy": content_security_policy()}
        return self._root("front_door", "front_door", told)

    def file(self, kind: str) -> Path:
        """The stage's variables for one kind of root."""
        return self.roots / kind / f"{self.name}.tfvars"

    def log(self, state: str) -> Path:
        """Where Terraform's words about a state go."""
        return self.work / self.name / f"{state}.log"

    def _root(self, kind: str, state: str, told: Mapping[str, str]) -> Root:
        return Root(
            self.roots / kind,
            self.work / self.name / state,
            self.state(state),
            (self.file(kind),),
            {"region": self.region, **told, **self.more.get(kind, {})},
            self.environment,
            self.log(state),
        )

    def protected_by(self) -> list[Path]:
        """Name the stage's files that protect it."""
        return [path for path in map(self.file, KINDS) if _PROTECT.search(path.read_text())]

    def stands(self) -> bool:
        """Tell whether the platform was applied, so that services can be."""
        return not self._absent(f"/xpense/{self.name}/platform")

    def knows(self, service: str) -> bool:
        """Tell whether a service was applied, so that the front door can lead to it."""
        return not self._absent(f"/xpense/{self.name}/services/{service}")

    def url(self) -> str:
        """Give the front door's URL, or nothing before there is one."""
        name = f"/xpense/{self.name}/front_door/url"
        answer = self.client("ssm").get_parameters(Names=[name])
        return "".join(one["Value"] for one in answer["Parameters"])

    def settings(self) -> None:
        """Make the stage's two secrets where they are not there yet; none is shown or kept elsewhere."""
        key = self.platform().outputs()["owners_key"]
        root, door = (f"{self._settings()}/{name}" for name in ("sealed_root", "front_door_secret"))
        if self._absent(root):
            sealed = self.client("kms").generate_data_key_without_plaintext(
                KeyId=key, NumberOfBytes=32, EncryptionContext=STAGE_OWNER
            )
            text = base64.b64encode(sealed["CiphertextBlob"]).decode()
            self._put(root, text, Type="String")  # sealed already
        if self._absent(door):
            key = f"alias/xpense-{self.name}-settings"
            self._put(door, secrets.token_urlsafe(32), Type="SecureString", KeyId=key)

    def forget_settings(self) -> list[str]:
        """Delete all settings of a stage that is destroyed, the root secret with what was sealed under it; name them."""
        client = self.client("ssm")
        pages = client.get_paginator("get_parameters_by_path").paginate(Path=self._settings())
        names = [one["Name"] for page in pages for one in page["Parameters"]]
        for begin in range(0, len(names), _MOST_NAMES):
            client.delete_parameters(Names=names[begin : begin + _MOST_NAMES])
        return [name.rpartition("/")[2] for name in names]

    def stubborn_tables(self) -> Iterator[str]:
        """Name the tables that refuse to be deleted."""
        client = self.client("dynamodb")
        for page in client.get_paginator("list_tables").paginate():
            for name in page["TableNames"]:
                if name.startswith(f"xpense-{self.name}-"):
                    table = client.describe_table(TableName=name)["Table"]
                    if table.get("DeletionProtectionEnabled"):
                        yield name

    def _settings(self) -> str:
        return f"/xpense/{self.name}/settings"

    def _absent(self, name: str) -> bool:
        return not self.client("ssm").get_parameters(Names=[name])["Parameters"]

    def _put(self, name: str, value: str, **how: str) -> None:
        self.client("ssm").put_parameter(Name=name, Value=value, Overwrite=False, **how)


def complete(stage: Stage, services: Sequence[str], *, site: bool) -> None:
    """Raise `Failed` where a file is missing that a deploy needs; a newcomer learns it before anything is done."""
    needed = {stage.file(kind): "a stage is a file in each of the three folders" for kind in KINDS}
    for service in services:
        needed[stage.manifests / f"{service}.json"] = "make manifest"
        needed[stage.packages / f"{service}.zip"] = "make package"
    if site:
        needed[stage.site / "index.html"] = "make site"
    missing = [f"there is no {path}: {how}" for path, how in needed.items() if not path.exists()]
    if missing:
        raise Failed("\n".join(missing))
