"""Signature Version 4, checked as AWS does: header, presigned query and POST policy.

Source: AWS, "Signature Version 4 signing process" and "Authenticating requests: browser-based
uploads using POST". Checked against what botocore signs.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from chalicelib.kernel import clock
from local.cloud.credentials import Credentials
from local.http import Request

ALGORITHM: Final = "AWS4-HMAC-SHA256"
UNSIGNED: Final = "UNSIGNED-PAYLOAD"
_SKEW: Final = timedelta(minutes=15)
_LONGEST: Final = 604_800
_UNRESERVED: Final = "-_.~"


class Refused(Exception):
    """The request is not signed by the local key, or no longer; `code` is S3's word for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and when a signature is valid."""

    date: str
    region: str
    service: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def parse_time(text: str) -> datetime:
    """Read an X-Amz-Date; raise `Refused`."""
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as wrong:
        raise Refused("AccessDenied", "X-Amz-Date is not a time") from wrong


def scope_of(credential: str, credentials: Credentials) -> Scope:
    """Read `KEYID/date/region/service/aws4_request`; raise `Refused` for another key."""
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != "aws4_request":
        raise Refused("AuthorizationQueryParametersError", "the credential is malformed")
    if not hmac.compare_digest(parts[0].encode(), credentials.key_id.encode()):
        raise Refused("InvalidAccessKeyId", "this key is not the local cloud's")
    return Scope(parts[1], parts[2], parts[3])


def sign(text: str, *, scope: Scope, credentials: Credentials) -> str:
    """Sign a text with the key derived for the scope."""
    key = ("AWS4" + credentials.secret).encode()
    for part in (scope.date, scope.region, scope.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def check_headers(request: Request, credentials: Credentials) -> None:
    """Check the Authorization header of an ordinary SDK call; raise `Refused`."""
    kind, _, rest = request.header("authorization").partition(" ")
    if kind != ALGORITHM:
        raise Refused("AccessDenied", "the request is not signed")
    fields = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    scope = scope_of(fields.get("Credential", ""), credentials)
    stamp = request.header("x-amz-date")
    if abs(clock.now() - parse_time(stamp)) > _SKEW:
        raise Refused("RequestTimeTooSkewed", "the request was signed at another time")
    payload = request.header("x-amz-content-sha256")
    body = hashlib.sha256(request.body).hexdigest()
    if payload and payload not in {UNSIGNED, body} and not payload.startswith("STREAMING-"):
        raise Refused("XAmzContentSHA256Mismatch", "the body is not the signed one")
    path = request.raw_path if scope.service == "s3" else quote(request.raw_path, safe="/-_.~")
    canonical = _canonical(
        request, path, request.pairs(), fields.get("SignedHeaders", "").split(";"), payload or body
    )
    _compare(canonical, stamp, scope, credentials, fields.get("Signature", ""))


def check_presigned(request: Request, credentials: Credentials) -> None:
    """Check a presigned URL: signature, method, path, every parameter and the expiry."""
    query = dict(request.pairs())
    if query.get("X-Amz-Algorithm") != ALGORITHM:
        raise Refused("AccessDenied", "the request is not signed by Signature Version 4")
    scope = scope_of(query.get("X-Amz-Credential", ""), credentials)
    stamp, seconds = query.get("X-Amz-Date", ""), query.get("X-Amz-Expires", "")
    if not seconds.isdecimal() or not 0 < int(seconds) <= _LONGEST:
        raise Refused("AuthorizationQueryParametersError", "X-Amz-Expires is out of range")
    signed = query.get("X-Amz-SignedHeaders", "").split(";")
    pairs = [pair for pair in request.pairs() if pair[0] != "X-Amz-Signature"]
    canonical = _canonical(request, request.raw_path, pairs, signed, UNSIGNED)
    _compare(canonical, stamp, scope, credentials, query.get("X-Amz-Signature", ""))
    start = parse_time(stamp)
    if not start - _SKEW <= clock.now() <= start + timedelta(seconds=int(seconds)):
        raise Refused("AccessDenied", "Request has expired")


def _canonical(
    request: Request,
    path: str,
    pairs: Iterable[tuple[str, str]],
    signed: list[str],
    payload: str,
) -> str:
    query = "&".join(
        f"{name}={value}"
        for name, value in sorted(
            (quote(name, safe=_UNRESERVED), quote(value, safe=_UNRESERVED)) for name, value in pairs
        )
    )
    headers = "".join(f"{name}:{' '.join(request.header(name).split())}\n" for name in signed)
    return "\n".join([request.method, path or "/", query, headers, ";".join(signed), payload])


def _compare(
    canonical: str, stamp: str, scope: Scope, credentials: Credentials, signature: str
) -> None:
    if not stamp.startswith(scope.date):
        raise Refused("AccessDenied", "the credential is of another day")
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join([ALGORITHM, stamp, str(scope), digest])
    expected = sign(text, scope=scope, credentials=credentials)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Refused("SignatureDoesNotMatch", "the signature is not that of this request")
