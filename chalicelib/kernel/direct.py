"""Sends DynamoDB's calls the short way: signed once, sent once, read as they are.

For each call botocore copies and sorts headers several times, works the signature out from a parsed URL, and asks a
dozen listeners whether to try again; that takes two thirds of its time. Here a call goes out as it is meant to
go, on botocore's own HTTP session (its TLS, time limits, pool and errors). Only what is final comes back: an answer, or
a condition that failed. Whatever might be tried again (no connection, throttling, a clock that is wrong, 5xx) goes
botocore's whole way, which begins anew. Import it where a client is made.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import zlib
from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session

from chalicelib.kernel.answers import ItemParser

_FINAL: Final = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})
_OK: Final = 200
_HEADERS: Final = frozenset({"Content-Type", "User-Agent", "X-Amz-Target"})
_SIGNED: Final = "content-type;host;x-amz-date;x-amz-target"
_TOKEN: Final = "x-amz-security-token"  # noqa: S105 - a header's name


class Signer:
    """Signs by AWS Signature Version 4; the day's key is worked out once a day."""

    def __init__(self, credentials: Any, *, region: str, service: str) -> None:  # noqa: ANN401
        """Take botocore's credentials, which renew themselves."""
        self._credentials = credentials
        self._scope = f"{region}/{service}/aws4_request"
        self._key: tuple[str, str, bytes] = ("", "", b"")

    def headers(self, body: bytes, *, host: str, kind: str, target: str) -> dict[str, str]:
        """Give the headers of a POST to `/`, with its signature of now."""
        frozen = self._credentials.get_frozen_credentials()
        at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        signed, token = _SIGNED, ""
        headers = {"Content-Type": kind, "X-Amz-Date": at, "X-Amz-Target": target}
        if frozen.token:
            headers["X-Amz-Security-Token"] = frozen.token
            signed = _SIGNED.replace(";x-amz-target", f";{_TOKEN};x-amz-target")
            token = f"{_TOKEN}:{frozen.token}\n"
        listed = (
            f"content-type:{kind}\nhost:{host}\nx-amz-date:{at}\n{token}x-amz-target:{target}\n"
        )
        request = f"POST\n/\n\n{listed}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{at[:8]}/{self._scope}"
        text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = hmac.digest(self._day_key(frozen.secret_key, at[:8]), text.encode(), "sha256")
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={frozen.access_key}/{scope}, "
            f"SignedHeaders={signed}, Signature={signature.hex()}"
        )
        return headers

    def _day_key(self, secret: str, day: str) -> bytes:
        known_secret, known_day, key = self._key
        if (known_secret, known_day) != (secret, day):
            key = f"AWS4{secret}".encode()
            for part in (day, *self._scope.split("/")):
                key = hmac.digest(key, part.encode(), "sha256")
            self._key = (secret, day, key)
        return key


class Direct:
    """Answers botocore's `before-call` of one client, so that botocore itself sends nothing."""

    def __init__(self, client: Any, session: URLLib3Session, signer: Signer) -> None:  # noqa: ANN401
        """Bind to a client; `attach` lets it answer."""
        self._events = client.meta.events
        self._model = client.meta.service_model
        self._session = session
        self._signer = signer
        self._parser = ItemParser()

    def attach(self) -> None:
        """Begin to send the client's calls; listeners that were there are asked before."""
        # those of more precise names are asked before, and those of this name that are not last
        self._events.register_last("before-call", self.send)

    def send(self, params: Mapping[str, Any], model: Any, **_: object) -> tuple[Any, Any] | None:  # noqa: ANN401
        """Send a call, and give botocore what came of it; None lets botocore do all of it."""
        if params["headers"].keys() - _HEADERS:
            return None  # of these we would not know how they are signed
        try:
            answer = self._answer(params, model.name)
        except BotoCoreError:
            return None
        checksum = answer.headers.get("x-amz-crc32")
        if checksum is not None and int(checksum) != zlib.crc32(answer.content):
            return None
        raw = {
            "status_code": answer.status_code,
            "headers": answer.headers,
            "body": answer.content,
        }
        parsed = self._parser.parse(raw, model.output_shape)
        if answer.status_code != _OK:
            code = parsed.get("Error", {}).get("Code")
            if code not in _FINAL:
                return None
            shape = self._model.shape_for_error_code(code)
            if shape is not None:
                parsed.update(self._parser.parse(raw, shape))
        parsed["ResponseMetadata"]["RetryAttempts"] = 0
        return answer, parsed

    def _answer(self, params: Mapping[str, Any], operation: str) -> Any:  # noqa: ANN401
        given, url = params["headers"], params["url"]
        headers = self._signer.headers(
            params["body"],
            host=url.partition("//")[2].rstrip("/"),
            kind=given["Content-Type"],
            target=given["X-Amz-Target"],
        )
        headers["User-Agent"] = given["User-Agent"]
        headers["Content-Length"] = str(len(params["body"]))
        request = AWSPreparedRequest("POST", url, headers, params["body"], stream_output=False)
        for _, answered in self._events.emit(f"before-send.dynamodb.{operation}", request=request):
            if answered is not None:
                return answered
        return self._session.send(request)
