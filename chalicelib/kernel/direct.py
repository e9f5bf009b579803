"""DynamoDB's client on the short way: written once, signed once, sent once, read as it is.

For each call botocore walks the request by its model, looks for the endpoint anew, copies headers several times, and
asks a dozen listeners whether to try again; all that took two thirds of a request's time. Our requests have the wire's
form already, so here they go out as they are, signed by botocore's own signer, on a pool of urllib3's connections.
Only what is final comes back: an answer, or a condition that failed. Whatever might be tried again (no connection,
throttling, a clock that is wrong, 5xx) goes botocore's whole way, which begins anew. Listeners of botocore's events hear of a call as they would.
Import it where a client is made. Reasons: docs/adr/0027-the-short-way-to-dynamodb.md.
"""

from __future__ import annotations

import json
import zlib
from binascii import b2a_base64
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.exceptions import BotoCoreError
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import HTTPError

from chalicelib.kernel.answers import ItemParser
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.values import dataclass

_FINAL: Final = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})
_OK: Final = 200
_KIND: Final = "application/x-amz-json-1.0"
_SHORT: Final[Mapping[str, str]] = {
    "get_item": "GetItem",
    "batch_get_item": "BatchGetItem",
    "batch_write_item": "BatchWriteItem",
    "query": "Query",
    "put_item": "PutItem",
    "update_item": "UpdateItem",
    "delete_item": "DeleteItem",
    "transact_write_items": "TransactWriteItems",
}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back, in the words of botocore's answers."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class Direct:
    """A client: the calls of `_SHORT` go the short way, everything else is botocore's."""

    def __init__(
        self,
        client: Any,  # noqa: ANN401
        pool: HTTPConnectionPool,
        credentials: Any,  # noqa: ANN401
        *,
        agent: str,
    ) -> None:
        """Stand in front of botocore's client.

        `pool` leads to its endpoint, `credentials` are botocore's, which renew themselves, and `agent` is what we say that we are.
        """
        self.meta = client.meta
        self._client = client
        self._model = client.meta.service_model
        self._pool = pool
        self._credentials = credentials
        self._agent = agent
        self._url = f"{client.meta.endpoint_url.rstrip('/')}/"
        self._target = self._model.metadata["targetPrefix"]
        self._parser = ItemParser()
        for name, operation in _SHORT.items():
            setattr(self, name, partial(self._call, name, operation))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Give what only botocore's client has."""
        return getattr(self._client, name)

    def _call(self, name: str, operation: str, **request: object) -> Any:  # noqa: ANN401
        model = self._model.operation_model(operation)
        if operation == "TransactWriteItems":  # sent twice it is done once, as with botocore
            request.setdefault("ClientRequestToken", new_id())
        context: dict[str, Any] = {}  # what listeners of one call tell each other
        tell = partial(self._tell, operation, model=model, context=context)
        tell("before-parameter-build", params=request)
        body = json.dumps(request, separators=(",", ":"), default=_in_base64).encode()
        tell("before-call", params={"body": body, "url": self._url, "context": context})
        answered = self._answered(operation, body, model)
        if answered is None:
            return getattr(self._client, name)(**request)
        answer, parsed = answered
        tell("after-call", http_response=answer, parsed=parsed)
        if answer.status_code != _OK:
            raise self._client.exceptions.from_code(parsed["Error"]["Code"])(parsed, operation)
        return parsed

    def _tell(self, operation: str, event: str, **what: object) -> None:
        self.meta.events.emit(f"{event}.dynamodb.{operation}", **what)

    def _answered(
        self,
        operation: str,
        body: bytes,
        model: Any,  # noqa: ANN401
    ) -> tuple[Any, dict[str, Any]] | None:
        """Send a call, and give what came of it if that is final."""
        try:
            answer = self._sent(operation, body)
        except (BotoCoreError, HTTPError):
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

    def _sent(self, operation: str, body: bytes) -> Any:  # noqa: ANN401
        headers = self._signed(body, f"{self._target}.{operation}")
        headers["User-Agent"] = self._agent
        headers["Content-Length"] = str(len(body))
        request = AWSPreparedRequest("POST", self._url, headers, body, stream_output=False)
        for _, answer in self.meta.events.emit(
            f"before-send.dynamodb.{operation}", request=request
        ):
            if answer is not None:
                return answer
        plain = self._pool.urlopen("POST", "/", body=body, headers=headers, retries=False)
        return _Answer(plain.status, plain.headers, plain.data)

    def _signed(self, body: bytes, target: str) -> dict[str, str]:
        """Let botocore sign; keys that are being renewed are taken as they are at one moment."""
        request = AWSRequest(
            "POST", self._url, headers={"Content-Type": _KIND, "X-Amz-Target": target}, data=body
        )
        frozen = self._credentials.get_frozen_credentials()
        SigV4Auth(frozen, "dynamodb", self.meta.region_name).add_auth(request)
        return dict(request.headers.items())


def _in_base64(value: object) -> str:
    """Write bytes as the wire has them; there is nothing else that JSON does not know."""
    if isinstance(value, bytes):
        return b2a_base64(value, newline=False).decode()
    msg = f"{type(value).__name__} is nothing that a request is made of"
    raise TypeError(msg)
