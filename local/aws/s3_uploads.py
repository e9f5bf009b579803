"""Uploads in parts: CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from local.aws.s3_errors import S3Error
from local.cloud import uploads
from local.cloud.cloud import Cloud
from local.http import Request, Response

_NAMESPACE: Final = "http://s3.amazonaws.com/doc/2006-03-01/"
_REFUSALS: Final[dict[type[Exception], tuple[str, str, int]]] = {
    uploads.NoSuchUpload: ("NoSuchUpload", "The specified upload does not exist.", 404),
    uploads.InvalidPart: ("InvalidPart", "A part was not uploaded, or its ETag is another.", 400),
    uploads.InvalidPartOrder: ("InvalidPartOrder", "The parts are not in ascending order.", 400),
    uploads.PartTooSmall: ("EntityTooSmall", "Every part but the last has 5 MiB or more.", 400),
    uploads.UploadTooLarge: ("EntityTooLarge", "The object exceeds the maximum allowed size", 400),
}


def is_one(request: Request) -> bool:
    """Tell whether a request for an object concerns an upload in parts."""
    return bool({"uploads", "uploadId"} & {name for name, _ in request.pairs()})


def answer(
    cloud: Cloud,
    request: Request,
    bucket: str,
    key: str,
    *,
    headers: dict[str, str],
    read: Callable[[Request], bytes],
) -> Response:
    """Run one operation; `read` checks and gives the body, `headers` are those that an object keeps."""
    upload_id = request.parameter("uploadId")
    try:
        match request.method:
            case "POST" if not upload_id:
                upload_id = cloud.uploads.begin(bucket, key, headers=headers)
                return _xml("InitiateMultipartUploadResult", bucket, key, UploadId=upload_id)
            case "PUT" if upload_id:
                number, body = _number(request.parameter("partNumber")), read(request)
                etag = cloud.uploads.put_part(bucket, key, upload_id, number, body)
                return Response(200, (("etag", f'"{etag}"'),))
            case "POST":
                info = cloud.uploads.complete(bucket, key, upload_id, _named(read(request)))
                return _xml("CompleteMultipartUploadResult", bucket, key, ETag=f'"{info.etag}"')
            case "DELETE" if upload_id:
                cloud.uploads.abort(bucket, key, upload_id)
                return Response(204)
            case _:
                raise S3Error("NotImplemented", "the local S3 does not have this operation", 501)
    except tuple(_REFUSALS) as refused:
        raise S3Error(*_REFUSALS[type(refused)]) from refused


def _number(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= uploads.MOST_PARTS:
        return int(text[:6])
    raise S3Error("InvalidArgument", "Part number must be an integer between 1 and 10000")


def _named(body: bytes) -> list[tuple[int, str]]:
    try:
        # safe: only who holds our own key gets here, and expat bounds entity expansion
        asked = ET.fromstring(body)  # noqa: S314
    except ET.ParseError as wrong:
        raise S3Error("MalformedXML", "The XML you provided was not well-formed") from wrong
    found = [
        (_number(node.findtext("{*}PartNumber", "")), node.findtext("{*}ETag", "").strip('"'))
        for node in asked.iterfind("{*}Part")
    ]
    if not 0 < len(found) <= uploads.MOST_PARTS:
        raise S3Error("MalformedXML", "An object is made of 1 to 10,000 parts")
    return found


def _xml(name: str, bucket: str, key: str, **more: str) -> Response:
    inner = "".join(
        f"<{one}>{escape(value)}</{one}>"
        for one, value in {"Bucket": bucket, "Key": key, **more}.items()
    )
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{_NAMESPACE}">{inner}</{name}>'
    return Response(200, (("content-type", "application/xml"),), body.encode())
