"""An owner's objects in a bucket, all versions of them; and writing a large object in parts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Final, Self, cast

from chalicelib.kernel import aws
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.values import dataclass

_DELETED_AT_ONCE: Final = 1_000
_PART: Final = 8 * 1024 * 1024
"""Bytes of one part of a multipart upload: S3 takes 5 MiB at least, and 10,000 parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The objects of an owner under a prefix of a bucket."""

    bucket: Callable[[], str]
    prefix: Callable[[Owner], str]

    def page(self, owner: Owner, _after: str, most: int) -> tuple[int, str]:
        """Count the objects of the next page, all versions, and name its last key; 0 at the end.

        What came before is deleted by then, so the next page is the first one.
        """
        found = _versions(self.bucket(), self.prefix(owner), most)
        return len(found), max((key for key, _ in found), default="")

    def remove(self, owner: Owner, _after: str, until: str, most: int) -> None:
        """Delete the objects up to `until`, all versions; again is no error."""
        for _ in range(most):  # a page may end between two versions of one key
            found = _versions(self.bucket(), self.prefix(owner), most)
            going = [one for one in found if one[0] <= until]
            if not going:
                return
            _delete(self.bucket(), going)

    def keys(self, owner: Owner, after: str, most: int) -> list[str]:
        """List the keys of the next page of objects that are there now."""
        answer = aws.s3().list_objects_v2(
            Bucket=self.bucket(), Prefix=self.prefix(owner), StartAfter=after, MaxKeys=most
        )
        return [one["Key"] for one in answer.get("Contents", ())]


def remove_objects(bucket: str, prefix: str, *, most: int = 10) -> None:
    """Delete what lies under a prefix, all versions, in up to so many pages of 1,000."""
    for _ in range(most):
        found = _versions(bucket, prefix, _DELETED_AT_ONCE)
        if not found:
            return
        _delete(bucket, found)


def _delete(bucket: str, found: Sequence[tuple[str, str]]) -> None:
    for start in range(0, len(found), _DELETED_AT_ONCE):
        batch = [
            {"Key": key, **({"VersionId": version} if version else {})}
            for key, version in found[start : start + _DELETED_AT_ONCE]
        ]
        aws.s3().delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})


def _versions(bucket: str, prefix: str, most: int) -> list[tuple[str, str]]:
    """List keys with their versions; where a store knows no versions, keys alone."""
    from botocore.exceptions import ClientError

    try:
        answer = aws.s3().list_object_versions(Bucket=bucket, Prefix=prefix, MaxKeys=most)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotImplemented":
            raise
        listed = aws.s3().list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=most)
        return [(one["Key"], "") for one in listed.get("Contents", ())]
    both = [*answer.get("Versions", ()), *answer.get("DeleteMarkers", ())]
    return sorted((one["Key"], _version(one)) for one in both)


def _version(one: Mapping[str, str]) -> str:
    return "" if one["VersionId"] == "null" else one["VersionId"]


def download_link(bucket: str, key: str, *, filename: str, seconds: int) -> str:
    """Sign a link that downloads an object for so many seconds."""
    return aws.s3().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": bucket,
            "Key": key,
            "ResponseContentDisposition": f'attachment; filename="{filename}"',
        },
        ExpiresIn=seconds,
    )


@dataclass(slots=True)
class ObjectWriter:
    """A file to write to that becomes an object: at once when small, in parts of 8 MiB when large.

    Use it in a `with`: the object is there at its end, and after an error nothing is.
    """

    bucket: str
    key: str
    content_type: str
    encryption: str = ""
    """By which key S3 keeps it, such as `aws:kms`; else as the bucket says."""
    size: int = 0
    _buffer: bytearray = field(default_factory=bytearray)
    _upload: str = ""
    _parts: list[dict[str, object]] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._close()
        else:
            self._abort()

    def write(self, data: bytes) -> int:
        """Take bytes; send a part when there is enough for one."""
        self._buffer += data
        self.size += len(data)
        while len(self._buffer) >= _PART:
            self._send(bytes(self._buffer[:_PART]))
            del self._buffer[:_PART]
        return len(data)

    def _close(self) -> None:
        where = {"Bucket": self.bucket, "Key": self.key}
        if not self._upload:
            aws.s3().put_object(**where, Body=bytes(self._buffer), **self._kind())
            return
        if self._buffer:
            self._send(bytes(self._buffer))
        aws.s3().complete_multipart_upload(
            **where, UploadId=self._upload, MultipartUpload={"Parts": self._parts}
        )

    def _abort(self) -> None:
        """Drop what was sent so far; the bucket's own rule drops what a crash leaves."""
        from botocore.exceptions import ClientError

        if self._upload:
            with contextlib.suppress(ClientError):
                aws.s3().abort_multipart_upload(
                    Bucket=self.bucket, Key=self.key, UploadId=self._upload
                )

    def _send(self, data: bytes) -> None:
        where = {"Bucket": self.bucket, "Key": self.key}
        if not self._upload:
            begun = aws.s3().create_multipart_upload(**where, **self._kind())
            self._upload = cast("str", begun["UploadId"])
        number = len(self._parts) + 1
        sent = aws.s3().upload_part(**where, UploadId=self._upload, PartNumber=number, Body=data)
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})

    def _kind(self) -> dict[str, str]:
        kind = {"ContentType": self.content_type}
        return {**kind, "ServerSideEncryption": self.encryption} if self.encryption else kind
