"""Where an operator's command works: on the product of this machine, or on a stage in the cloud.

`local` stands for a running `make run`, found by its data directory; any other name is a stage that Terraform made, reached
with the AWS credentials and region of the shell. Commands get their AWS clients here, and say here what is missing for one.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NoReturn, cast

from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import (
    ConnectionError as NoConnection,
)
from botocore.session import get_session

LOCAL: Final = "local"
REGION: Final = "eu-central-1"
"""Where stages are, when neither the command nor the shell names a region."""
_NO_KEYS: Final = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
_STALE: Final = frozenset(
    {
        *("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "SignatureDoesNotMatch"),
        *("UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"),
    }
)
_SPAN: Final = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_LOCAL_ONLY: Final = ("http://127.0.0.1:", "http://localhost:")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def aws(region: str = "") -> Callable[[str], Any]:
    """Give what makes clients of AWS: by name, with the shell's credentials and endpoint, one session for all."""
    session = get_session()
    place = (
        region or os.environ.get("AWS_REGION") or session.get_config_variable("region") or REGION
    )

    def client(service: str) -> Any:  # noqa: ANN401 - botocore makes them at run time
        return session.create_client(service, region_name=place)

    return client


@contextmanager
def explained() -> Iterator[None]:
    """Say in a line what the shell lacks to reach AWS, and end with 2; other errors pass."""
    try:
        yield
    except _NO_KEYS as missing:
        _end(f"no AWS credentials: {missing}. `aws configure`, `aws sso login`, or AWS_PROFILE=")
    except ClientError as refused:
        if refused.response["Error"]["Code"] not in _STALE:
            raise
        _end(f"AWS does not take these credentials (any more): {refused}")
    except (NoConnection, HTTPClientError) as silent:
        _end(f"AWS can't be reached: {silent}")


def _end(why: str) -> NoReturn:
    print(why, file=sys.stderr)
    sys.exit(2)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage by name; of the local one the folder of its data and where it listens."""

    name: str
    data_dir: Path
    url: str

    def client(self, service: str) -> Any:  # noqa: ANN401 - botocore's clients have no type
        """Give an AWS client of the stage."""
        if self.name != LOCAL:
            return aws()(service)
        from local.cloud.credentials import open_credentials
        from local.provision import REGION as HERE

        file = self.data_dir / "credentials.json"
        if not file.exists():
            _end(f"no product keeps its data in {self.data_dir}: make run, or --data-dir")
        keys = open_credentials(file)
        return get_session().create_client(
            service,
            region_name=HERE,
            endpoint_url=f"{self.url}/_aws/{service}",
            aws_access_key_id=keys.key_id,
            aws_secret_access_key=keys.secret,
            config=Config(retries={"total_max_attempts": 1}),
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command be told its stage."""
    parser.add_argument("--env", default=LOCAL, help="a stage, such as dev; default: this machine")
    parser.add_argument("--data-dir", type=Path, default=Path(".data"), help="of `make run`")
    parser.add_argument("--port", type=int, default=8000, help="of `make run`")


def stage_of(given: argparse.Namespace) -> Stage:
    """Give the stage that a command was told."""
    folder = cast("Path", given.data_dir).resolve()
    return Stage(given.env, folder, f"http://127.0.0.1:{given.port}")


def span(text: str) -> timedelta:
    """Read a span such as `30m` or `2d`, for argparse."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("a number with s, m, h or d behind it, such as 30m")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def since(given: timedelta) -> datetime:
    """Give the instant that lies so long ago."""
    return datetime.now(UTC) - given


def point_at(url: str, data_dir: Path) -> None:
    """Point this process at a running local product, as its own processes are."""
    from local.cloud.credentials import open_credentials
    from local.provision import REGION, STAGE

    if not url.startswith(_LOCAL_ONLY):
        raise SystemExit("--local takes an address of this machine")
    with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=10) as answer:  # noqa: S310 - checked above
        endpoint = json.load(answer)["engines"]["tables"]["endpoint"]
    credentials = open_credentials(data_dir / "credentials.json")
    os.environ.update(
        {
            "XPENSE_STAGE": STAGE,
            "XPENSE_REGION": REGION,
            "XPENSE_KEYS": f"file:{data_dir / 'keys.json'}",
            "XPENSE_DYNAMODB_ENDPOINT": endpoint,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": credentials.key_id,
            "AWS_SECRET_ACCESS_KEY": credentials.secret,
        }
    )
