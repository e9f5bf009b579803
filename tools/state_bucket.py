"""The bucket that Terraform's states lie in, one a stage and root, each locked by an object beside it.

A state holds what Terraform was told, secrets among it: so the bucket is encrypted, closed and of this account alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

_LOCK: Final = ".tflock"
_STATE: Final = ".tfstate"
_ALL: Final = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_FORMER_DAYS: Final = 90
_FIRST_REGION: Final = "us-east-1"
"""The one that S3 does not want to be told."""


class NotOurs(RuntimeError):
    """The bucket can't be used: it is somebody else's, or elsewhere."""


@dataclass(frozen=True, slots=True)
class States:
    """The states of one stage."""

    client: Any
    bucket: str
    stage: str
    region: str

    def backend(self, of: str) -> Mapping[str, str]:
        """Tell Terraform's backend of a state, by its name such as `services/expenses`."""
        return {
            "bucket": self.bucket,
            "key": f"{self.stage}/{of}{_STATE}",
            "region": self.region,
            "encrypt": "true",
            "use_lockfile": "true",
        }

    def services(self) -> list[str]:
        """Name the services whose state holds anything, whether there is code of theirs or not."""
        begin = f"{self.stage}/services/"
        keys = [key for key in self._keys(begin) if key.endswith(_STATE)]
        held = [key for key in keys if self._read(key).get("resources")]
        return [key.removeprefix(begin).removesuffix(_STATE) for key in held]

    def locks(self) -> dict[str, Mapping[str, Any]]:
        """Give the locks that are held, by the state's name: who holds it, since when, for what."""
        begin = f"{self.stage}/"
        keys = [key for key in self._keys(begin) if key.endswith(_LOCK)]
        ends = f"{_STATE}{_LOCK}"
        return {key.removeprefix(begin).removesuffix(ends): self._read(key) for key in keys}

    def unlock(self, of: str) -> None:
        """Forget the lock of a state, whoever holds it."""
        self.client.delete_object(Bucket=self.bucket, Key=f"{self.stage}/{of}{_STATE}{_LOCK}")

    def _keys(self, begin: str) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=begin
        )
        yield from (one["Key"] for page in pages for one in page.get("Contents", ()))

    def _read(self, key: str) -> dict[str, Any]:
        body = self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        found: dict[str, Any] = json.loads(body)
        return found


def make(client: Any, name: str, *, region: str, there: bool, say: Callable[[str], None]) -> None:  # noqa: ANN401 - one of botocore's
    """Make the bucket where it is not there, or what is missing of it.

    Versioning comes last: a bucket that has it was finished, and is left as it is.
    """
    if not there:
        place = {} if region == _FIRST_REGION else {"LocationConstraint": region}
        told = {"CreateBucketConfiguration": place} if place else {}
        client.create_bucket(Bucket=name, **told)
        say(f"made the bucket of Terraform's states, {name}")
    if client.get_bucket_versioning(Bucket=name).get("Status") != "Enabled":
        _finish(client, name)


def there(client: Any, name: str, *, region: str, account: str) -> bool:  # noqa: ANN401 - one of botocore's
    """Tell whether there is such a bucket; raise `NotOurs` where another account took the name, or another region."""
    try:
        client.head_bucket(Bucket=name, ExpectedBucketOwner=account)
    except ClientError as refused:
        if refused.response["Error"]["Code"] in {"404", "NoSuchBucket"}:
            return False
        why = "is not this account's, or these credentials may not use it"
        raise NotOurs(f"the bucket {name} {why}: STATE_BUCKET= names another one") from refused
    place = client.get_bucket_location(Bucket=name).get("LocationConstraint") or _FIRST_REGION
    if place != region:
        why = f"the states in {name} are of {place}, and this is to be in {region}"
        raise NotOurs(f"{why}: REGION={place}, or a STATE_BUCKET= of its own")
    return True


def _finish(client: Any, name: str) -> None:  # noqa: ANN401 - one of botocore's
    """Close it to the public and to plain HTTP, encrypt it, let former versions go after a while, keep versions."""
    client.put_public_access_block(
        Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(_ALL, True)
    )
    kms = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    client.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={"Rules": [{**kms, "BucketKeyEnabled": True}]},
    )
    former = {"NoncurrentDays": _FORMER_DAYS}
    rule = {"ID": "former-states", "Status": "Enabled", "Filter": {"Prefix": ""}}
    client.put_bucket_lifecycle_configuration(
        Bucket=name,
        LifecycleConfiguration={"Rules": [{**rule, "NoncurrentVersionExpiration": former}]},
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
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
