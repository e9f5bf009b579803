from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from chalicelib.kernel import clock
from local.cloud.cloud import open_cloud
from tests.local.conftest import Answer, Here, call

pytestmark = pytest.mark.local

KEY = "incoming/a b+ü&.csv"
BOUNDARY = "----xpense"


def _status(refused: pytest.ExceptionInfo[ClientError]) -> int:
    return int(refused.value.response["ResponseMetadata"]["HTTPStatusCode"])


def _post(url: str, fields: dict[str, str], body: bytes, *, filename: str = "s.csv") -> Answer:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
    start = "".join(parts) + head + "Content-Type: text/csv\r\n\r\n"
    form = start.encode() + body + f"\r\n--{BOUNDARY}--\r\n".encode()
    return call(
        url,
        "POST",
        body=form,
        headers={"content-type": f"multipart/form-data; boundary={BOUNDARY}"},
    )


def _form(here: Here, *, expires: int = 60, most: int = 1000, **more: Any) -> dict[str, Any]:
    form: dict[str, Any] = here.sdk("s3").generate_presigned_post(
        Bucket="uploads",
        Key=more.get("key", KEY),
        Fields={"content-type": "text/csv", "x-amz-meta-import": "i1"},
        Conditions=[
            {"content-type": "text/csv"},
            {"x-amz-meta-import": "i1"},
            ["content-length-range", 1, most],
        ],
        ExpiresIn=expires,
    )
    return form


def test_an_object_keeps_its_bytes_type_and_metadata(here: Here) -> None:
    s3 = here.sdk("s3")
    s3.put_object(
        Bucket="bulk", Key=KEY, Body=b"abc", ContentType="text/csv", Metadata={"owner": "u1"}
    )

    found = s3.get_object(Bucket="bulk", Key=KEY)

    assert found["Body"].read() == b"abc"
    assert (found["ContentType"], found["Metadata"]) == ("text/csv", {"owner": "u1"})
    assert found["ContentLength"] == s3.head_object(Bucket="bulk", Key=KEY)["ContentLength"] == 3
    s3.delete_object(Bucket="bulk", Key=KEY)
    s3.delete_object(Bucket="bulk", Key=KEY)
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket="bulk", Key=KEY)
    with pytest.raises(ClientError) as refused:
        s3.head_object(Bucket="bulk", Key=KEY)
    assert _status(refused) == 404


@pytest.mark.parametrize(
    ("asked", "got", "said"),
    [
        ("bytes=0-1", b"01", "bytes 0-1/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=5-500", b"56789", "bytes 5-9/10"),
    ],
)
def test_a_range_is_read(here: Here, asked: str, got: bytes, said: str) -> None:
    s3 = here.sdk("s3")
    s3.put_object(Bucket="bulk", Key="k", Body=b"0123456789")

    found = s3.get_object(Bucket="bulk", Key="k", Range=asked)

    assert (found["Body"].read(), found["ContentRange"]) == (got, said)


def test_a_range_behind_the_end_is_416(here: Here) -> None:
    s3 = here.sdk("s3")
    s3.put_object(Bucket="bulk", Key="k", Body=b"0123456789")

    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket="bulk", Key="k", Range="bytes=10-")

    assert _status(refused) == 416


def test_a_listing_pages_through_every_key_of_a_prefix(here: Here) -> None:
    s3 = here.sdk("s3")
    for name in ("a/1", "a/2 +&ü", "a/3", "b/1", "a"):
        s3.put_object(Bucket="bulk", Key=name, Body=b"x")

    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket="bulk", Prefix="a/", PaginationConfig={"PageSize": 2}
    )

    assert [o["Key"] for page in pages for o in page.get("Contents", [])] == [
        "a/1",
        "a/2 +&ü",
        "a/3",
    ]


@pytest.mark.parametrize(("quiet", "told"), [(True, []), (False, ["a&b", "c", "gone"])])
def test_many_objects_are_deleted_at_once(here: Here, quiet: bool, told: list[str]) -> None:
    s3 = here.sdk("s3")
    for key in ("a&b", "c", "kept"):
        s3.put_object(Bucket="bulk", Key=key, Body=b"x")

    done = s3.delete_objects(
        Bucket="bulk",
        Delete={"Objects": [{"Key": key} for key in ("a&b", "c", "gone")], "Quiet": quiet},
    )

    assert [one["Key"] for one in done.get("Deleted", [])] == told
    left = s3.list_objects_v2(Bucket="bulk")["Contents"]
    assert [one["Key"] for one in left] == ["kept"]


def test_a_mass_delete_is_signed_like_everything_else(here: Here) -> None:
    here.sdk("s3").put_object(Bucket="bulk", Key="k", Body=b"x")

    body = b"<Delete><Object><Key>k</Key></Object></Delete>"
    answer = here.call("/_aws/s3/bulk?delete", "POST", body=body)

    assert answer.status == 403
    assert here.cloud.objects.head("bulk", "k").size == 1


def test_an_unknown_bucket_is_refused(here: Here) -> None:
    s3 = here.sdk("s3")
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.put_object(Bucket="nowhere", Key="k", Body=b"")


def test_a_damaged_body_is_refused(here: Here) -> None:
    with pytest.raises(ClientError) as refused:
        here.sdk("s3").put_object(Bucket="bulk", Key="k", Body=b"abc", ChecksumCRC32="AAAAAA==")

    assert refused.value.response["Error"]["Code"] == "BadDigest"


def test_a_presigned_url_reads_its_object_and_nothing_else(here: Here) -> None:
    s3 = here.sdk("s3")
    s3.put_object(Bucket="bulk", Key=KEY, Body=b"<script>1</script>", ContentType="text/html")
    s3.put_object(Bucket="bulk", Key="other", Body=b"secret")
    url = s3.generate_presigned_url(
        "get_object",
        Params={
            "Bucket": "bulk",
            "Key": KEY,
            "ResponseContentDisposition": 'attachment; filename="x.csv"',
        },
        ExpiresIn=60,
    )

    good = call(url)

    assert (good.status, good.body) == (200, b"<script>1</script>")
    assert good.headers["content-disposition"] == 'attachment; filename="x.csv"'
    assert good.headers["content-security-policy"].startswith("sandbox")
    path = urlsplit(url).path
    for tampered in (
        url.replace(path, "/_aws/s3/bulk/other"),
        url.replace("attachment", "inline"),
        url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"),
        url + "&x=1",
        url[:-1] + ("0" if url[-1] != "0" else "1"),
    ):
        assert call(tampered).status == 403, tampered
    assert call(url, "DELETE").status == 403


def test_a_presigned_url_expires(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    s3 = here.sdk("s3")
    s3.put_object(Bucket="bulk", Key="k", Body=b"x")
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": "bulk", "Key": "k"}, ExpiresIn=60
    )
    later = datetime.now(UTC) + timedelta(seconds=61)

    assert call(url).status == 200
    monkeypatch.setattr(clock, "now", lambda: later)
    expired = call(url)

    assert expired.status == 403
    assert b"Request has expired" in expired.body


def test_a_form_upload_is_stored_and_told(here: Here) -> None:
    form = _form(here)

    answer = _post(form["url"], form["fields"], b"a;b\r\n1;2\r\n")

    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    found = here.sdk("s3").get_object(Bucket="uploads", Key=KEY)
    assert found["Body"].read() == b"a;b\r\n1;2\r\n"
    assert (found["ContentType"], found["Metadata"]) == ("text/csv", {"import": "i1"})
    [note] = here.cloud.queues.receive("quiet")
    [record] = json.loads(note.body)["Records"]
    assert record["eventName"] == "ObjectCreated:Post"
    assert record["s3"]["bucket"]["name"] == "uploads"
    assert record["s3"]["object"]["key"] == "incoming/a+b%2B%C3%BC%26.csv"
    assert record["s3"]["object"]["size"] == 10


def test_bytes_that_look_like_the_form_itself_are_kept(here: Here) -> None:
    form = _form(here)
    body = b"--" + BOUNDARY.encode() + b" \r\n\r\n--\r\n" + bytes(range(256))

    assert _post(form["url"], form["fields"], body).status == 204

    assert here.sdk("s3").get_object(Bucket="uploads", Key=KEY)["Body"].read() == body


def _tampered(form: dict[str, Any]) -> dict[str, dict[str, str]]:
    fields = form["fields"]
    policy = json.loads(base64.b64decode(fields["policy"]))
    policy["expiration"] = "2999-01-01T00:00:00Z"
    forged = base64.b64encode(json.dumps(policy).encode()).decode()
    without = {name: value for name, value in fields.items() if name != "x-amz-signature"}
    return {
        "another key": {**fields, "key": "incoming/other.csv"},
        "another owner": {**fields, "x-amz-meta-import": "i2"},
        "another type": {**fields, "content-type": "text/html"},
        "an extra field": {**fields, "x-amz-meta-more": "1"},
        "a forged policy": {**fields, "policy": forged},
        "a wrong signature": {**fields, "x-amz-signature": "0" * 64},
        "no signature": without,
        "another key id": {
            **fields,
            "x-amz-credential": "LOCALX/20260101/eu-central-1/s3/aws4_request",
        },
        "a missing field": {k: v for k, v in fields.items() if k != "x-amz-meta-import"},
    }


def test_a_tampered_form_is_403(here: Here) -> None:
    form = _form(here)

    for what, fields in _tampered(form).items():
        assert _post(form["url"], fields, b"x").status == 403, what

    other = form["url"].replace("/uploads", "/bulk")
    assert _post(other, form["fields"], b"x").status == 403
    assert here.cloud.queues.depth("quiet").waiting == 0


@pytest.mark.parametrize(("size", "status"), [(0, 400), (1, 204), (1000, 204), (1001, 400)])
def test_the_size_range_is_exact(here: Here, size: int, status: int) -> None:
    form = _form(here)

    assert _post(form["url"], form["fields"], b"x" * size).status == status


def test_a_form_expires(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    form = _form(here, expires=60)
    later = datetime.now(UTC) + timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)

    answer = _post(form["url"], form["fields"], b"x")

    assert answer.status == 403
    assert b"Policy expired" in answer.body


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b"x"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=a", b""),
        ("multipart/form-data; boundary=a", b"--a\r\n\r\n\r\n--a--"),
        ("multipart/form-data; boundary=a", b'--a\r\nX; name="key"\r\n\r\nv\r\n--a--\r\n'),
        ("multipart/form-data; boundary=a", b"--a\r\n" * 20_000),
    ],
)
def test_what_is_no_form_is_refused(here: Here, kind: str, body: bytes) -> None:
    answer = here.call("/_aws/s3/uploads", "POST", body=body, headers={"content-type": kind})

    assert answer.status in {400, 412}


def test_the_browsers_preflight_is_answered(here: Here) -> None:
    answer = here.call("/_aws/s3/uploads", "OPTIONS", headers={"origin": "http://127.0.0.1:5173"})

    assert answer.status == 200
    assert "POST" in answer.headers["access-control-allow-methods"]


def test_a_put_that_died_leaves_no_file_behind(tmp_path: Path) -> None:
    cloud = open_cloud(tmp_path, region="eu-central-1", stage="test")
    cloud.objects.create("bulk")
    cloud.objects.put("bulk", "k", b"kept", headers={})
    (tmp_path / "objects" / "ff").mkdir(exist_ok=True)
    orphan = tmp_path / "objects" / "ff" / "ff00"
    orphan.write_bytes(b"half a put")
    cloud.close()

    again = open_cloud(tmp_path, region="eu-central-1", stage="test")
    again.objects.create("bulk")

    assert not orphan.exists()
    assert again.objects.read(again.objects.head("bulk", "k")) == b"kept"
    again.close()


def test_an_object_is_replaced_whole(here: Here) -> None:
    s3 = here.sdk("s3")
    s3.put_object(Bucket="bulk", Key="k", Body=b"first", Metadata={"n": "1"})
    s3.put_object(Bucket="bulk", Key="k", Body=b"second")

    found = s3.get_object(Bucket="bulk", Key="k")

    assert (found["Body"].read(), found["Metadata"]) == (b"second", {})
