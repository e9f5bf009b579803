"""Objects that come in parts: made whole at the end or not at all, and parts that survive kill -9."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.kernel import aws, clock
from chalicelib.kernel.parts import ObjectWriter
from local.cloud import uploads
from local.cloud.cloud import open_cloud
from tests.local.conftest import Here, Process

pytestmark = pytest.mark.local

KEY = "exports/a b+ü&.zip"
PART = 5 * 1024 * 1024
md5 = partial(hashlib.md5, usedforsecurity=False)  # what S3 calls an ETag


def _begun(s3: Any, key: str = KEY, **more: Any) -> dict[str, str]:
    upload = s3.create_multipart_upload(Bucket="bulk", Key=key, **more)
    return {"Bucket": "bulk", "Key": key, "UploadId": upload["UploadId"]}


def _sent(s3: Any, upload: dict[str, str], number: int, body: bytes) -> dict[str, Any]:
    answer = s3.upload_part(**upload, PartNumber=number, Body=body)
    return {"PartNumber": number, "ETag": answer["ETag"]}


def _refused(act: Any) -> str:
    with pytest.raises(ClientError) as refused:
        act()
    return str(refused.value.response["Error"]["Code"])


def test_an_object_is_made_of_parts_whatever_their_order_of_arrival(here: Here) -> None:
    here.cloud.objects.sweep()  # what the tests before left
    s3 = here.sdk("s3")
    upload = _begun(s3, ContentType="application/zip", Metadata={"job": "j1"})
    last = _sent(s3, upload, 3, b"end")
    _sent(s3, upload, 1, b"x" * PART)
    first = _sent(s3, upload, 1, b"a" * PART)  # again: the later one counts
    second = _sent(s3, upload, 2, b"b" * (PART + 1))
    assert _refused(lambda: s3.head_object(Bucket="bulk", Key=KEY)) == "404"

    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [first, second, last]})

    found = s3.get_object(Bucket="bulk", Key=KEY)
    body = found["Body"].read()
    assert body == b"a" * PART + b"b" * (PART + 1) + b"end"
    assert (found["ContentType"], found["Metadata"]) == ("application/zip", {"job": "j1"})
    digests = b"".join(md5(one).digest() for one in (body[:PART], body[PART:-3], b"end"))
    assert done["ETag"] == found["ETag"] == f'"{md5(digests).hexdigest()}-3"'
    assert _refused(lambda: _sent(s3, upload, 1, b"late")) == "NoSuchUpload"
    assert here.cloud.objects.sweep() == 0, "nothing is left of the parts"


def test_an_upload_is_checked_before_it_becomes_an_object(here: Here) -> None:
    s3 = here.sdk("s3")
    upload = _begun(s3)
    small, large = _sent(s3, upload, 1, b"a"), _sent(s3, upload, 2, b"b" * PART)

    def ends(*parts: dict[str, Any]) -> str:
        named = {"Parts": list(parts)}
        return _refused(lambda: s3.complete_multipart_upload(**upload, MultipartUpload=named))

    assert ends(small, large) == "EntityTooSmall"
    assert ends(large, small) == "InvalidPartOrder"
    assert ends({**small, "ETag": large["ETag"]}) == "InvalidPart"
    assert ends({**small, "PartNumber": 3}) == "InvalidPart"
    assert ends() == "MalformedXML"
    assert _refused(lambda: _sent(s3, upload, 10_001, b"a")) == "InvalidArgument"
    assert _refused(lambda: _sent(s3, {**upload, "Key": "other"}, 1, b"a")) == "NoSuchUpload"
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [large]})
    assert s3.head_object(Bucket="bulk", Key=KEY)["ContentLength"] == PART


def test_an_aborted_upload_leaves_nothing(here: Here) -> None:
    here.cloud.objects.sweep()  # what the tests before left
    s3 = here.sdk("s3")
    upload = _begun(s3)
    _sent(s3, upload, 1, b"a" * PART)

    s3.abort_multipart_upload(**upload)

    assert _refused(lambda: s3.abort_multipart_upload(**upload)) == "NoSuchUpload"
    assert _refused(lambda: s3.head_object(Bucket="bulk", Key=KEY)) == "404"
    assert here.cloud.store.rows("SELECT * FROM parts") == []
    assert here.cloud.objects.sweep() == 0


def test_an_upload_that_needs_more_than_an_object_may_have_is_refused(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", PART)
    s3 = here.sdk("s3")
    upload = _begun(s3)
    named = {"Parts": [_sent(s3, upload, 1, b"a" * PART), _sent(s3, upload, 2, b"b")]}

    too_large = _refused(lambda: s3.complete_multipart_upload(**upload, MultipartUpload=named))

    assert too_large == "EntityTooLarge"


def test_parts_that_were_taken_survive_kill_9(started: Callable[..., Process]) -> None:
    first = started()
    bucket = "xpense-local-bulk"
    s3 = first.sdk("s3")
    upload = {"Bucket": bucket, "Key": KEY}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    parts = [_sent(s3, upload, 1, b"a" * PART)]
    first.kill()
    second = started()
    s3 = second.sdk("s3")
    parts.append(_sent(s3, upload, 2, b"end"))
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    second.kill()

    found = started().sdk("s3").get_object(Bucket=bucket, Key=KEY)

    assert found["Body"].read() == b"a" * PART + b"end"


def test_an_upload_that_nobody_finishes_goes_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_cloud(tmp_path, region="eu-central-1", stage="test")
    before.objects.create("bulk")
    upload_id = before.uploads.begin("bulk", "k", headers={})
    before.uploads.put_part("bulk", "k", upload_id, 1, b"half")
    before.close()
    later = clock.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr("local.cloud.store.clock.now", lambda: later)

    again = open_cloud(tmp_path, region="eu-central-1", stage="test")

    assert again.store.rows("SELECT * FROM uploads") == []
    assert list((tmp_path / "objects").glob("??/*")) == []
    again.close()


def test_a_large_export_is_written_in_parts_and_read_back(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(aws._CLIENTS, "s3", here.sdk("s3"))
    digest = hashlib.sha256()
    with ObjectWriter("bulk", KEY, "application/zip") as target:
        for number in range(20):
            block = bytes([number]) * 1_000_003
            digest.update(block)
            target.write(block)

    data = here.sdk("s3").get_object(Bucket="bulk", Key=KEY)["Body"].read()

    assert hashlib.sha256(data).digest() == digest.digest()
    with pytest.raises(RuntimeError):
        _write_half("broken")
    assert here.cloud.store.rows("SELECT * FROM uploads WHERE key = 'broken'") == []


def _write_half(key: str) -> None:
    with ObjectWriter("bulk", key, "application/zip") as target:
        target.write(b"x" * 9_000_000)
        raise RuntimeError
