"""Deploys a stage, or one service of it: `make deploy ENV=dev [SERVICE=expenses]`, `make plan`, `make destroy`.

The order is platform, services from low to high, front door; each has a state of its own. Between them stands what
Terraform should not know: the stage's root secret, made and sealed by KMS without ever being seen, and the front door's
secret. A service's new version goes live by tools/rollout.py. docs/deploying.md is the manual.
"""

from __future__ import annotations

import argparse
import base64
import json
import secrets
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tools import rollout, site
from tools.docs_page import content_security_policy
from tools.manifest import services
from tools.reach import ROOT, reach
from tools.terraform import ROOTS, Failed, Root

BUILT: Final = ROOT / "build"
ZIPS: Final = ROOT / "dist"
STAGE_OWNER: Final = {"owner": "stage"}
"""The encryption context of the root secret (kernel/keys.py)."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage to deploy. `client` makes botocore's clients; the rest says where things lie."""

    name: str
    region: str
    client: Callable[[str], Any]
    state: Callable[[str], Mapping[str, str]]
    """What the backend is told of a state, by its name such as `services/expenses`."""
    roots: Path = ROOTS
    data: Path = ROOT / ".cache" / "terraform"
    manifests: Path = BUILT / "manifest"
    packages: Path = ZIPS
    site: Path = BUILT / "site"
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

    def _root(self, kind: str, state: str, told: Mapping[str, str]) -> Root:
        folder = self.roots / kind
        return Root(
            folder,
            self.data / self.name / state,
            self.state(state),
            (folder / f"{self.name}.tfvars",),
            {"region": self.region, **told, **self.more.get(kind, {})},
            self.environment,
        )

    def settings(self) -> None:
        """Make the stage's two secrets where they are not there yet; none is shown or kept elsewhere."""
        key = self.platform().outputs()["owners_key"]
        if self._absent("sealed_root"):
            sealed = self.client("kms").generate_data_key_without_plaintext(
                KeyId=key, NumberOfBytes=32, EncryptionContext=STAGE_OWNER
            )
            self._put("sealed_root", base64.b64encode(sealed["CiphertextBlob"]).decode(), "String")
        if self._absent("front_door_secret"):
            self._put("front_door_secret", secrets.token_urlsafe(32), "SecureString")

    def _parameter(self, name: str) -> str:
        return f"/xpense/{self.name}/settings/{name}"

    def _absent(self, name: str) -> bool:
        answer = self.client("ssm").get_parameters(Names=[self._parameter(name)])
        return not answer["Parameters"]

    def _put(self, name: str, value: str, kind: str) -> None:
        self.client("ssm").put_parameter(
            Name=self._parameter(name), Value=value, Type=kind, Overwrite=False
        )

    def forget_settings(self) -> None:
        """Delete the secrets, and with them what was sealed under the root: for a stage that is destroyed."""
        names = [self._parameter(name) for name in ("sealed_root", "front_door_secret")]
        self.client("ssm").delete_parameters(Names=names)

    def url(self) -> str:
        """Give the front door's URL, or nothing before there is one."""
        name = f"/xpense/{self.name}/front_door/url"
        answer = self.client("ssm").get_parameters(Names=[name])
        return "".join(one["Value"] for one in answer["Parameters"])


def deploy(stage: Stage, chosen: Sequence[str], *, bake: float) -> bool:
    """Apply a whole stage, or the chosen services alone; False when a rollout was taken back."""
    if chosen:
        for service in chosen:
            _tell_embedding(service, chosen)
        return _all_live(stage, chosen, bake=bake)
    platform = stage.platform()
    platform.init()
    platform.apply()
    stage.settings()
    before = stage.url()
    if not _all_live(stage, services(), bake=bake):
        return False  # the front door stays as it is, in front of what ran before
    front_door = stage.front_door()
    front_door.init()
    front_door.apply()
    _fill(stage, front_door.outputs())
    if stage.url() == before:
        return True
    print(f"the front door is {stage.url()} now: the services are told")
    return _all_live(stage, services(), bake=0)


def _fill(stage: Stage, front_door: Mapping[str, Any]) -> None:
    """Upload the static files, and let CloudFront forget the old ones."""
    count = site.upload(stage.client("s3"), front_door["web_bucket"], stage.site)
    stage.client("cloudfront").create_invalidation(
        DistributionId=front_door["distribution"],
        InvalidationBatch={
            "Paths": {"Quantity": 1, "Items": ["/*"]},
            "CallerReference": secrets.token_hex(8),
        },
    )
    print(f"{count} static files")


def _all_live(stage: Stage, names: Iterable[str], *, bake: float) -> bool:
    return all(_live(stage, service, bake=bake) for service in names)


def _live(stage: Stage, service: str, *, bake: float) -> bool:
    """Apply a service and roll its new versions out."""
    print(f"== {service}", flush=True)
    root = stage.service(service)
    root.init()
    root.apply()
    wanted = rollout.Function.all_of(root.outputs()["functions"])
    return rollout.Rollout(stage.client("lambda"), stage.client("cloudwatch")).run(
        wanted, bake=bake
    )


def _tell_embedding(service: str, chosen: Sequence[str]) -> None:
    """Services above hold this one's code too, and keep the old one until they are deployed themselves."""
    above = [name for name in services() if service in reach(name).embeds and name not in chosen]
    if above:
        print(f"these hold code of {service} too and keep the old one: {', '.join(above)}")


def plan(stage: Stage, chosen: Sequence[str]) -> None:
    """Show what a deploy would do. What is not applied yet can't be planned by those that build on it."""
    roots = [stage.service(service) for service in chosen or services()]
    if not chosen:
        roots = [stage.platform(), *roots, stage.front_door()]
    for root in roots:
        root.init()
        root.plan()


def destroy(stage: Stage) -> None:
    """Remove a stage, from the front door down."""
    for root in (
        stage.front_door(),
        *(stage.service(service) for service in reversed(services())),
        stage.platform(),
    ):
        root.init()
        root.destroy()
    stage.forget_settings()


def state_bucket(client: Any, name: str, region: str) -> None:  # noqa: ANN401 - one of botocore's
    """Make the bucket for the states, if it is not there: versioned, encrypted, closed to the public, TLS only."""
    if any(one["Name"] == name for one in client.list_buckets()["Buckets"]):
        return
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    client.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration=dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"),
            True,
        ),
    )
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    client.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
        },
    )
    deny = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [deny]}
    client.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))


def _stage(name: str, region: str, bucket: str) -> Stage:
    from botocore.session import get_session

    session = get_session()

    def client(service: str) -> Any:  # noqa: ANN401 - botocore makes it at run time
        return session.create_client(service, region_name=region)

    bucket = bucket or f"xpense-state-{client('sts').get_caller_identity()['Account']}"
    state_bucket(client("s3"), bucket, region)

    def state(of: str) -> dict[str, str]:
        key = f"{name}/{of}.tfstate"
        # the lock is an object beside the state: no table for it
        return {
            "bucket": bucket,
            "key": key,
            "region": region,
            "encrypt": "true",
            "use_lockfile": "true",
        }

    return Stage(name, region, client, state)


def main() -> int:
    """Do what the command line says; 1 when a rollout was taken back or Terraform failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["plan", "deploy", "destroy"])
    parser.add_argument("stage", help="dev or prod, or whatever has a .tfvars file")
    parser.add_argument("--service", action="append", default=[], choices=services())
    parser.add_argument("--region", default="eu-central-1")
    parser.add_argument("--state-bucket", default="", help="default: xpense-state-<account>")
    parser.add_argument("--bake", type=float, default=300, help="seconds of a rollout's first step")
    arguments = parser.parse_args()
    stage = _stage(arguments.stage, arguments.region, arguments.state_bucket)
    try:
        if arguments.what == "deploy":
            return 0 if deploy(stage, arguments.service, bake=arguments.bake) else 1
        if arguments.what == "plan":
            plan(stage, arguments.service)
        else:
            destroy(stage)
    except (Failed, rollout.RangAlready) as failure:
        print(f"stopped: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
