"""Where an operator's command works: on the product of this machine, or on a stage in the cloud.

`local` stands for a running `make run`, found by its data directory; any other name is a stage that Terraform made, reached
with the AWS credentials and region of the shell.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

from botocore.config import Config
from botocore.session import get_session

LOCAL: Final = "local"
_SPAN: Final = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_LOCAL_ONLY: Final = ("http://127.0.0.1:", "http://localhost:")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage by name; of the local one the folder of its data and where it listens."""

    name: str
    data_dir: Path
    url: str

    def client(self, service: str) -> Any:  # noqa: ANN401 - botocore's clients have no type
        """Give an AWS client of the stage."""
        session = get_session()
        if self.name != LOCAL:
            return session.create_client(service)
        from local.cloud.credentials import open_credentials
        from local.provision import REGION

        file = self.data_dir / "credentials.json"
        if not file.exists():
            print(
                f"no product keeps its data in {self.data_dir}: make run, or --data-dir",
                file=sys.stderr,
            )
            sys.exit(2)
        keys = open_credentials(file)
        return session.create_client(
            service,
            region_name=REGION,
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
