"""S3, path style: objects, listing and presigned GET. Uploads by form are in s3_post.py, those in parts in s3_uploads.py."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from chalicelib.kernel.clock import parse_rfc3339
from chalicelib.kernel.ids import new_id
from local.aws import s3_post, s3_uploads
from local.aws.s3_errors import S3Error
from local.cloud.cloud import Cloud
from local.cloud.objects import MAX_OBJECT, NoSuchBucket, NoSuchKey, ObjectInfo
from local.cloud.signatures import Refused, check_headers, check_presigned
from local.http import Request, Response

CORS: Final = (
    ("access-control-allow-origin", "*"),
    ("access-control-allow-methods", "GET, HEAD, PUT, POST, DELETE"),
    ("access-control-allow-headers", "*"),
    ("access-control-expose-headers", "ETag, x-amz-request-id"),
    ("access-control-max-age", "3000"),
)
"""As the uploads bucket's CORS rule; what protects the bucket is the signature."""
_NAMESPACE: Final = "http://s3.amazonaws.com/doc/2006-03-01/"
_KEPT: Final = frozenset(
    {"content-type", "content-disposition", "content-language", "content-encoding", "cache-control"}
)
_KEPT_PREFIXES: Final = ("x-amz-meta-", "x-amz-server-side-encryption")
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


def answer(cloud: Cloud, request: Request, path: str) -> Response:
    """Run one S3 operation on `/bucket/key`."""
    bucket, _, key = unquote(path.lstrip("/")).partition("/")
    try:
        response = _run(cloud, request, bucket, key)
    except NoSuchBucket:
        response = S3Error("NoSuchBucket", "The specified bucket does not exist", 404).response()
    except NoSuchKey:
        response = S3Error("NoSuchKey", "The specified key does not exist.", 404).response()
    except Refused as refused:
        response = S3Error(refused.code, str(refused), 403).response()
    except S3Error as refused:
        response = refused.response()
    body = b"" if request.method == "HEAD" else response.body
    names = {name for name, _ in response.headers}
    extra = [("x-amz-request-id", new_id()), *CORS]
    headers = (*response.headers, *(pair for pair in extra if pair[0] not in names))
    return Response(response.status, headers, body)


def _run(cloud: Cloud, request: Request, bucket: str, key: str) -> Response:
    if request.method == "OPTIONS":
        return Response(200)
    if len(request.body) > MAX_OBJECT + s3_post.FORM_OVERHEAD:
        raise S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    names = {name for name, _ in request.pairs()}
    if request.method == "POST" and not key and "delete" not in names:
        return s3_post.answer(cloud, request, bucket)
    _authenticate(cloud, request)
    if not key:
        if request.method == "POST":
            return _delete_many(cloud, request, bucket)
        if request.method == "GET" and request.parameter("list-type") == "2":
            return _list(cloud, request, bucket)
        raise S3Error("NotImplemented", "the local S3 does not have this operation", 501)
    return _object(cloud, request, bucket, key)


def _authenticate(cloud: Cloud, request: Request) -> None:
    if "X-Amz-Algorithm=" in request.raw_query:
        check_presigned(request, cloud.credentials)
    else:
        check_headers(request, cloud.credentials)


def _object(cloud: Cloud, request: Request, bucket: str, key: str) -> Response:
    if s3_uploads.is_one(request):
        kept = kept_headers(request.headers)
        return s3_uploads.answer(cloud, request, bucket, key, headers=kept, read=_checked_body)
    subresources = {"tagging", "acl", "versionId"}
    if subresources & {name for name, _ in request.pairs()} or request.header("x-amz-copy-source"):
        raise S3Error("NotImplemented", "the local S3 does not have this operation", 501)
    match request.method:
        case "GET" | "HEAD":
            return _get(cloud, request, bucket, key)
        case "PUT":
            body = _checked_body(request)
            info = cloud.objects.put(bucket, key, body, headers=kept_headers(request.headers))
            return Response(200, (("etag", f'"{info.etag}"'),))
        case "DELETE":
            cloud.objects.delete(bucket, key)
            return Response(204)
        case _:
            raise S3Error("MethodNotAllowed", "not allowed against this resource", 405)


def _delete_many(cloud: Cloud, request: Request, bucket: str) -> Response:
    """Delete up to 1,000 keys; absent ones count as deleted, as in S3."""
    try:
        # safe: only who holds our own key gets here, and expat bounds entity expansion
        asked = ET.fromstring(_checked_body(request))  # noqa: S314
    except ET.ParseError as wrong:
        raise S3Error("MalformedXML", "The XML you provided was not well-formed") from wrong
    keys = [node.text or "" for node in asked.iterfind("{*}Object/{*}Key")]
    if not 0 < len(keys) <= 1000 or not all(keys):
        raise S3Error("MalformedXML", "1 to 1,000 keys are deleted at once")
    for key in keys:
        cloud.objects.delete(bucket, key)
    quiet = asked.findtext("{*}Quiet", "").lower() == "true"
    done = "" if quiet else "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
    body = f'<DeleteResult xmlns="{_NAMESPACE}">{done}</DeleteResult>'
    return Response(200, (("content-type", "application/xml"),), body.encode())


def kept_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Pick what S3 stores with an object: content headers, user metadata, encryption."""
    kept = {
        name: value for name, value in headers if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }
    if kept.get("content-encoding") == "aws-chunked":
        del kept["content-encoding"]
    return {"content-type": "binary/octet-stream", **kept}


def _checked_body(request: Request) -> bytes:
    if len(request.body) > MAX_OBJECT:
        raise S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    if request.header("x-amz-content-sha256").startswith("STREAMING-"):
        raise S3Error("NotImplemented", "the local S3 takes no chunked signing", 501)
    crc, md5 = request.header("x-amz-checksum-crc32"), request.header("content-md5")
    if crc and crc != base64.b64encode(zlib.crc32(request.body).to_bytes(4, "big")).decode():
        raise S3Error("BadDigest", "The CRC32 you specified did not match the calculated checksum.")
    digest = hashlib.md5(request.body, usedforsecurity=False).digest()
    if md5 and md5 != base64.b64encode(digest).decode():
        raise S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.")
    return request.body


def _get(cloud: Cloud, request: Request, bucket: str, key: str) -> Response:
    info = cloud.objects.head(bucket, key)
    headers = _object_headers(info, request)
    span = _range(request.header("range"), info.size)
    if span is None:
        body = b"" if request.method == "HEAD" else cloud.objects.read(info)
        return Response(200, (*headers, ("content-length", str(info.size))), body)
    start, end = span
    body = b"" if request.method == "HEAD" else cloud.objects.read(info, start, end - start)
    part = (
        ("content-range", f"bytes {start}-{end - 1}/{info.size}"),
        ("content-length", str(end - start)),
    )
    return Response(206, (*headers, *part), body)


def _object_headers(info: ObjectInfo, request: Request) -> tuple[tuple[str, str], ...]:
    """Describe the object; a stored page must not run as one of ours, hence the sandbox."""
    modified = parse_rfc3339(info.modified).strftime("%a, %d %b %Y %H:%M:%S GMT")
    chosen = {
        name.removeprefix("response-"): value
        for name, value in request.pairs()
        if name.removeprefix("response-") in _KEPT and name.startswith("response-")
    }
    return (
        *{**info.headers, **chosen}.items(),
        ("etag", f'"{info.etag}"'),
        ("last-modified", modified),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
    )


def _range(header: str, size: int) -> tuple[int, int] | None:
    """Read one byte range (RFC 9110, 14.1.2); None means the whole object."""
    match = _RANGE.fullmatch(header)
    if match is None or match.group(1) == match.group(2) == "":
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
    if start >= size or end <= start:
        raise S3Error("InvalidRange", "The requested range is not satisfiable", 416)
    return start, end


def _list(cloud: Cloud, request: Request, bucket: str) -> Response:
    prefix = request.parameter("prefix")
    wanted = request.parameter("max-keys", "1000")
    limit = min(int(wanted), 1000) if wanted.isdecimal() else 1000
    token = request.parameter("continuation-token")
    after = bytes.fromhex(token).decode() if token else request.parameter("start-after")
    found = cloud.objects.find(bucket, prefix=prefix, after=after, limit=limit + 1)
    page, more = found[:limit], len(found) > limit
    encode = quote if request.parameter("encoding-type") == "url" else escape
    contents = "".join(
        f"<Contents><Key>{encode(info.key)}</Key><LastModified>{info.modified}</LastModified>"
        f'<ETag>"{info.etag}"</ETag><Size>{info.size}</Size><StorageClass>STANDARD</StorageClass>'
        "</Contents>"
        for info in page
    )
    following = ""
    if more:
        following = f"<NextContinuationToken>{page[-1].key.encode().hex()}</NextContinuationToken>"
    coded = "<EncodingType>url</EncodingType>" if encode is quote else ""
    body = (
        f'<ListBucketResult xmlns="{_NAMESPACE}">'
        f"<Name>{escape(bucket)}</Name><Prefix>{encode(prefix)}</Prefix><KeyCount>{len(page)}</KeyCount>"
        f"<MaxKeys>{limit}</MaxKeys>{coded}<IsTruncated>{str(more).lower()}</IsTruncated>"
        f"{following}{contents}</ListBucketResult>"
    )
    return Response(200, (("content-type", "application/xml"),), body.encode())
