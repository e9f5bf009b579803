"""One botocore session per process and one client per AWS service, made on first use.

Making a client costs 100 to 200 ms, so nothing here runs at import. Tests hook the clients' event
system (`client(...).meta.events`) to count calls and to crash between them.
"""

from __future__ import annotations

import socket
import threading
from typing import Any, Final, Protocol, cast

from chalicelib.kernel.metering import watch
from chalicelib.kernel.settings import settings

Json = dict[str, Any]
_LOCK: Final = threading.Lock()
_CLIENTS: Final[dict[str, object]] = {}
_POOL: Final = 32
_AGENT: Final = "xpense/2 (botocore)"
_CONNECT: Final = 2
_READ: Final = 10
"""Seconds until a call counts as lost."""
_THROTTLED: Final = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "Throttling",
        "SlowDown",
    }
)


class Dynamo(Protocol):
    """The DynamoDB operations in use."""

    meta: Any

    def get_item(self, **request: object) -> Json: ...
    def batch_get_item(self, **request: object) -> Json: ...
    def batch_write_item(self, **request: object) -> Json: ...
    def query(self, **request: object) -> Json: ...
    def put_item(self, **request: object) -> Json: ...
    def update_item(self, **request: object) -> Json: ...
    def delete_item(self, **request: object) -> Json: ...
    def transact_write_items(self, **request: object) -> Json: ...
    def create_table(self, **request: object) -> Json: ...
    def describe_table(self, **request: object) -> Json: ...
    def update_table(self, **request: object) -> Json: ...


class Queues(Protocol):
    """The SQS operations in use."""

    meta: Any

    def send_message_batch(self, **request: object) -> Json: ...
    def send_message(self, **request: object) -> Json: ...


class Topics(Protocol):
    """The SNS operations in use."""

    meta: Any

    def publish_batch(self, **request: object) -> Json: ...


class Objects(Protocol):
    """The S3 operations in use."""

    meta: Any

    def put_object(self, **request: object) -> Json: ...
    def get_object(self, **request: object) -> Json: ...
    def head_object(self, **request: object) -> Json: ...
    def delete_object(self, **request: object) -> Json: ...
    def delete_objects(self, **request: object) -> Json: ...
    def list_object_versions(self, **request: object) -> Json: ...
    def create_multipart_upload(self, **request: object) -> Json: ...
    def upload_part(self, **request: object) -> Json: ...
    def complete_multipart_upload(self, **request: object) -> Json: ...
    def abort_multipart_upload(self, **request: object) -> Json: ...
    def list_objects_v2(self, **request: object) -> Json: ...
    def generate_presigned_post(self, **request: object) -> Json: ...
    def generate_presigned_url(self, operation: str, **request: object) -> str: ...


class Mail(Protocol):
    """The SES v2 operations in use."""

    meta: Any

    def send_email(self, **request: object) -> Json: ...


class KeyService(Protocol):
    """The KMS operations in use."""

    meta: Any

    def encrypt(self, **request: object) -> Json: ...
    def decrypt(self, **request: object) -> Json: ...


class Readers(Protocol):
    """The Textract operations in use."""

    meta: Any

    def analyze_expense(self, **request: object) -> Json: ...


class Sockets(Protocol):
    """The API Gateway management operations in use."""

    meta: Any

    def post_to_connection(self, **request: object) -> Json: ...
    def delete_connection(self, **request: object) -> Json: ...


def _make(service: str) -> object:
    from botocore.config import Config
    from botocore.session import get_session

    from chalicelib.kernel.answers import Parsers

    here = settings()
    endpoint = _endpoint(service)
    session = _CLIENTS.setdefault("session", get_session())
    cast("Any", session).register_component("response_parser_factory", Parsers())
    config = Config(
        region_name=here.region,
        # standard: 3 attempts with jitter; our own loops above it retry whole use-cases, not calls.
        retries={"mode": "standard", "total_max_attempts": 3},
        connect_timeout=_CONNECT,
        # reading a page of small print takes seconds; everything else answers at once
        read_timeout=40 if service == "textract" else _READ,
        max_pool_connections=_POOL,
        # boto3 otherwise sends some calls to a host named by account id, which test engines do not know
        account_id_endpoint_mode="disabled",
        # our own types have checked the requests; botocore would walk each of them again
        parameter_validation=False,
        # botocore otherwise puts its own together again for each call: a tenth of the call's time
        user_agent=_AGENT,
        s3={"addressing_style": "path" if here.aws_endpoint else "auto"},
        signature_version="s3v4" if service == "s3" else None,
    )
    client = cast("Any", session).create_client(
        service, config=config, endpoint_url=endpoint or None
    )
    watch(client)
    return _directly(client, session) if service == "dynamodb" else client


def _directly(client: Any, session: Any) -> object:  # noqa: ANN401 - botocore's
    """Put the short way before a client, trusting whom botocore trusts.

    Behind a proxy everything is botocore's, and without credentials, which it says in its own words.
    """
    from botocore.httpsession import get_cert_path
    from botocore.utils import get_environ_proxies
    from urllib3 import Timeout, connection_from_url

    from chalicelib.kernel.direct import Direct

    endpoint, credentials = client.meta.endpoint_url, session.get_credentials()
    if credentials is None or get_environ_proxies(endpoint):
        return cast("object", client)
    trusted = session.get_config_variable("ca_bundle") or get_cert_path(verify=True)
    secure = (
        {"ca_certs": trusted, "cert_reqs": "CERT_REQUIRED"} if endpoint.startswith("https:") else {}
    )
    pool = connection_from_url(
        endpoint,
        maxsize=_POOL,
        timeout=Timeout(connect=_CONNECT, read=_READ),
        # a call is two writes, which Nagle and the peer's delayed ACK would hold back for 40 ms
        socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        **secure,
    )
    return Direct(client, pool, credentials, agent=_AGENT)


def _endpoint(service: str) -> str:
    here = settings()
    if service == "dynamodb":
        return here.dynamodb_endpoint
    if (
        service == "apigatewaymanagementapi"
    ):  # also in the cloud: the WebSocket API's own callback URL
        return here.sockets_endpoint
    return f"{here.aws_endpoint}/{service}" if here.aws_endpoint else ""


def _client(service: str) -> object:
    found = _CLIENTS.get(service)
    if found is None:
        with _LOCK:
            found = _CLIENTS.get(service)
            if found is None:
                found = _CLIENTS[service] = _make(service)
    return found


def dynamodb() -> Dynamo:
    """Give the DynamoDB client."""
    return cast("Dynamo", _client("dynamodb"))


def sqs() -> Queues:
    """Give the SQS client."""
    return cast("Queues", _client("sqs"))


def sns() -> Topics:
    """Give the SNS client."""
    return cast("Topics", _client("sns"))


def s3() -> Objects:
    """Give the S3 client."""
    return cast("Objects", _client("s3"))


def sesv2() -> Mail:
    """Give the SES v2 client."""
    return cast("Mail", _client("sesv2"))


def kms() -> KeyService:
    """Give the KMS client."""
    return cast("KeyService", _client("kms"))


def textract() -> Readers:
    """Give the Textract client."""
    return cast("Readers", _client("textract"))


def sockets() -> Sockets:
    """Give the client that pushes to WebSocket connections."""
    return cast("Sockets", _client("apigatewaymanagementapi"))


def is_outage(error: BaseException) -> bool:
    """Tell whether AWS did not answer or was throttling, after the client's own retries."""
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NotReached

    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or error.response["Error"]["Code"] in _THROTTLED
    return isinstance(error, HTTPClientError | NotReached)


def reset() -> None:
    """Forget all clients: for tests and for the local host, when endpoints change."""
    with _LOCK:
        _CLIENTS.clear()


def started() -> dict[str, object]:
    """Give the clients made so far by service name, for test harnesses."""
    return {name: made for name, made in _CLIENTS.items() if name != "session"}
