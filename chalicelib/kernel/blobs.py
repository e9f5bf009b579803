"""Bulk data between services: sealed, deflated JSON in S3, so that queue messages carry only its key."""

from __future__ import annotations

from typing import Any

from chalicelib.kernel import aws
from chalicelib.kernel.changes import pack, unpack
from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.settings import settings
from chalicelib.kernel.vault import Vault


class BlobGone(NotFound):
    """The blob was swept: bulk data expires."""

    slug = "blob-gone"
    title = "The data of this job has expired"


def put(vault: Vault, key: str, value: object) -> None:
    """Seal a JSON value under the owner's key and store it under `key` (which begins with the owner)."""
    sealed = vault.seal_bytes(pack(value), "blob", key)
    aws.s3().put_object(Bucket=settings().bulk_bucket, Key=key, Body=sealed)


def get(vault: Vault, key: str) -> Any:  # noqa: ANN401 - JSON
    """Read what `put` stored; raise `BlobGone` when it is absent."""
    from botocore.exceptions import ClientError

    try:
        answer = aws.s3().get_object(Bucket=settings().bulk_bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
            raise BlobGone from error
        raise
    return unpack(vault.open_bytes(answer["Body"].read(), "blob", key))


def remove(keys: list[str]) -> None:
    """Delete blobs, 1,000 a call; absent ones are no error."""
    for start in range(0, len(keys), 1_000):
        batch = [{"Key": key} for key in keys[start : start + 1_000]]
        aws.s3().delete_objects(
            Bucket=settings().bulk_bucket, Delete={"Objects": batch, "Quiet": True}
        )
