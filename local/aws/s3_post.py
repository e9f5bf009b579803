"""Presigned POST: a browser's form upload, let in by a signed policy and by nothing else.

Source: AWS, "Browser-based uploads using POST (Signature Version 4)": policy expiry, every form
field matched by a condition, content-length-range, signature over the base64 policy.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from chalicelib.kernel import clock
from local.aws.s3_errors import S3Error
from local.cloud.cloud import Cloud
from local.cloud.signatures import ALGORITHM, Refused, scope_of, sign
from local.http import Request, Response

FORM_OVERHEAD: Final = 64 * 1024
"""Bytes that the fields around the file may take; S3 allows 20 KB of form data."""
_BOUNDARY: Final = re.compile(r'boundary="?([^";,]{1,70})"?')
_NAME: Final = re.compile(rb'[; ]name="([^"]*)"')
_FILENAME: Final = re.compile(rb'filename="([^"]*)"')
_FREE_FIELDS: Final = frozenset({"policy", "x-amz-signature", "file", "x-amz-algorithm"})
_MAX_FIELDS: Final = 100


@dataclass(frozen=True, slots=True)
class Form:
    """A decoded form; field names are lower case, the file ends it."""

    fields: dict[str, str]
    file: bytes
    filename: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What the signer allowed: (operator, field, value) triples and a range of sizes in bytes."""

    matches: tuple[tuple[str, str, str], ...]
    least: int
    most: int | None


def answer(cloud: Cloud, request: Request, bucket: str) -> Response:
    """Store the form's file when its policy is signed by us, is not expired and allows all of it."""
    form = read_form(request)
    fields = {
        name: value.replace("${filename}", form.filename) for name, value in form.fields.items()
    }
    policy = _verified_policy(cloud, form.fields)
    _check_fields(policy, {**fields, "bucket": bucket})
    _check_size(policy, len(form.file))
    key = fields.get("key", "")
    if not key:
        raise S3Error("InvalidArgument", "Bucket POST must contain a field named 'key'.")
    kept = {
        name: value
        for name, value in fields.items()
        if name.startswith(("x-amz-meta-", "x-amz-server-side-encryption"))
        or name in {"content-type", "content-disposition", "content-encoding", "cache-control"}
    }
    headers = {"content-type": "binary/octet-stream", **kept}
    info = cloud.objects.put(bucket, key, form.file, headers=headers, event="Post")
    return _stored(fields, bucket, key, info.etag)


def _stored(fields: Mapping[str, str], bucket: str, key: str, etag: str) -> Response:
    tag = ("etag", f'"{etag}"')
    if fields.get("success_action_status") == "201":
        body = (
            f"<PostResponse><Bucket>{escape(bucket)}</Bucket><Key>{escape(key)}</Key>"
            f'<ETag>"{etag}"</ETag></PostResponse>'
        )
        return Response(201, (tag, ("content-type", "application/xml")), body.encode())
    return Response(200 if fields.get("success_action_status") == "200" else 204, (tag,))


def read_form(request: Request) -> Form:
    """Read multipart/form-data up to and including the field `file`, in linear time."""
    match = _BOUNDARY.search(request.header("content-type"))
    if match is None or not request.header("content-type").startswith("multipart/form-data"):
        raise S3Error("PreconditionFailed", "Bucket POST must be of multipart/form-data", 412)
    mark = b"--" + match.group(1).encode()
    fields: dict[str, str] = {}
    position = request.body.find(mark)
    while position >= 0 and len(fields) < _MAX_FIELDS:
        head_end = request.body.find(b"\r\n\r\n", position)
        body_end = request.body.find(b"\r\n" + mark, head_end + 4) if head_end >= 0 else -1
        if body_end < 0:
            break
        head = request.body[position + len(mark) : head_end]
        name = _NAME.search(head)
        if name is None:
            break
        value = request.body[head_end + 4 : body_end]
        if name.group(1).lower() == b"file":
            filename = _FILENAME.search(head)
            return Form(
                fields, value, filename.group(1).decode("utf-8", "replace") if filename else ""
            )
        fields[name.group(1).decode("utf-8", "replace").lower()] = value.decode("utf-8", "replace")
        position = body_end + 2
    raise S3Error("MalformedPOSTRequest", "The body of your POST request is not well-formed.")


def _verified_policy(cloud: Cloud, fields: Mapping[str, str]) -> Policy:
    encoded, signature = fields.get("policy", ""), fields.get("x-amz-signature", "")
    if not encoded or not signature or fields.get("x-amz-algorithm") != ALGORITHM:
        raise Refused("AccessDenied", "the form carries no signed policy (Signature Version 4)")
    scope = scope_of(fields.get("x-amz-credential", ""), cloud.credentials)
    expected = sign(encoded, scope=scope, credentials=cloud.credentials)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Refused("SignatureDoesNotMatch", "the signature is not that of this policy")
    try:
        document = json.loads(base64.b64decode(encoded, validate=True))
        expires = clock.parse_rfc3339(document["expiration"])
        policy = _read_policy(document["conditions"])
    except (ValueError, KeyError, TypeError, binascii.Error) as wrong:
        raise S3Error("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.") from wrong
    if clock.now() > expires:
        raise Refused("AccessDenied", "Invalid according to Policy: Policy expired.")
    return policy


def _read_policy(conditions: list[object]) -> Policy:
    matches: list[tuple[str, str, str]] = []
    least, most = 0, None
    for condition in conditions:
        match condition:
            case dict():
                matches += [("eq", name.lower(), str(value)) for name, value in condition.items()]
            case ["content-length-range", int(low), int(high)]:
                least, most = low, high
            case [("eq" | "starts-with") as operator, str(field), str(value)]:
                matches.append((operator, field.removeprefix("$").lower(), value))
            case _:
                raise ValueError("a condition of an unknown kind")
    return Policy(tuple(matches), least, most)


def _check_fields(policy: Policy, fields: Mapping[str, str]) -> None:
    for operator, name, value in policy.matches:
        given = fields.get(name)
        good = given is not None and (
            given == value if operator == "eq" else given.startswith(value)
        )
        if not good:
            reason = f'Policy Condition failed: ["{operator}", "${name}", "{value}"]'
            raise Refused("AccessDenied", f"Invalid according to Policy: {reason}")
    named = {name for _, name, _ in policy.matches} | _FREE_FIELDS
    extra = sorted(
        name for name in fields if name not in named and not name.startswith("x-ignore-")
    )
    if extra:
        raise Refused(
            "AccessDenied", f"Invalid according to Policy: Extra input fields: {', '.join(extra)}"
        )


def _check_size(policy: Policy, size: int) -> None:
    if policy.most is not None and size > policy.most:
        raise S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    if size < policy.least:
        raise S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed")
