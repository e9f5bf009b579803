"""What Terraform makes in the cloud, made at the start: environment, queues, buckets, tables."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import IO, Final

from chalice.app import Chalice

from chalicelib.kernel import tables
from chalicelib.kernel.tables import TableSpec
from chalicelib.kernel.uploads import incoming
from local.child import HOST
from local.cloud.cloud import ACCOUNT, Cloud
from local.engine import Engine
from local.errors import DataDirInUse, LocalCloudError
from local.pump import consumers

STAGE: Final = "local"
REGION: Final = "eu-central-1"
UPLOADS: Final = f"xpense-{STAGE}-uploads"
BULK: Final = f"xpense-{STAGE}-bulk"
FILES: Final = f"xpense-{STAGE}-files"
_OURS: Final = f"xpense-{STAGE}-"
_UPLOADS: Final = "-uploads"


def claim(data_dir: Path) -> IO[str]:
    """Make the directory ours for as long as the returned file is open; raise `DataDirInUse`.

    The kernel lets go of the lock when the process dies, however it dies.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "lock").open("a+")
    except OSError as failure:
        raise LocalCloudError(f"cannot write to {data_dir}: {failure.strerror}") from failure
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as taken:
        lock.close()
        raise DataDirInUse(
            f"another xPense runs on {data_dir}: stop it, or choose another DATA_DIR="
        ) from taken
    return lock


def set_environment(
    environ: MutableMapping[str, str], *, cloud: Cloud, engine: Engine, port: int, keys: Path
) -> None:
    """Point the product at the local cloud; must happen before `app` is imported.

    Whatever AWS profile, proxy or endpoint the developer's shell has is put aside, so that nothing
    local ever speaks to a real account.
    """
    for name in [name for name in environ if name.startswith("AWS_")]:
        del environ[name]
    base = f"http://{HOST}:{port}"
    ours = {
        "STAGE": STAGE,
        "SERVICE": "all",
        "REGION": cloud.region,
        "DYNAMODB_ENDPOINT": engine.endpoint,
        "AWS_ENDPOINT": f"{base}/_aws",
        "SOCKETS_ENDPOINT": f"{base}/_aws/execute-api",
        "KEYS": f"file:{keys}",
        "TOPIC_ARN": cloud.topic_arn,
        "QUEUE_BASE": f"{base}/_aws/sqs/{ACCOUNT}/",
        "UPLOADS_BUCKET": UPLOADS,
        "BULK_BUCKET": BULK,
        "FILES_BUCKET": FILES,
        "RECEIPT_READER": "local",
        "PUBLIC_URL": base,
    }
    environ.update({f"XPENSE_{name}": value for name, value in ours.items()})
    environ.setdefault("XPENSE_LOG_LEVEL", "WARNING")
    environ.update(
        {
            "AWS_ACCESS_KEY_ID": cloud.credentials.key_id,
            "AWS_SECRET_ACCESS_KEY": cloud.credentials.secret,
            "AWS_REGION": cloud.region,
            "AWS_DEFAULT_REGION": cloud.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            # a client that nobody pointed anywhere ends here instead of at a real account
            "AWS_ENDPOINT_URL": f"{base}/_aws/nowhere",
            "PYDANTIC_DISABLE_PLUGINS": "__all__",
            "NO_PROXY": f"{HOST},localhost",
            "no_proxy": f"{HOST},localhost",
        }
    )


def provision(app: Chalice, cloud: Cloud, specs: Iterable[TableSpec]) -> None:
    """Make what is missing: a queue with dead letters per consumer, the buckets, the tables."""
    for consumer in consumers(app):
        dead = f"{consumer.queue}-dead"
        cloud.queues.create(dead)
        cloud.queues.create(consumer.queue, dead=dead)
    waiting = [name for name in cloud.queues.names() if name.endswith(_UPLOADS)]
    heard = {incoming(name.removeprefix(_OURS).removesuffix(_UPLOADS)): name for name in waiting}
    cloud.objects.create(UPLOADS, notify=heard)
    cloud.objects.create(BULK)
    cloud.objects.create(FILES)
    for spec in specs:
        tables.create(spec)
