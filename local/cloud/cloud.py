"""Puts the parts of the local cloud together around one data directory."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.cloud.credentials import Credentials, open_credentials
from local.cloud.mailbox import Mailbox
from local.cloud.objects import Objects
from local.cloud.queues import Queues
from local.cloud.store import Store
from local.cloud.topics import Topic
from local.cloud.uploads import Uploads

ACCOUNT: Final = "000000000000"


@dataclass(frozen=True, slots=True)
class Cloud:
    """Everything that the AWS endpoint, the pump and the pages work on."""

    region: str
    topic_arn: str
    credentials: Credentials
    store: Store
    queues: Queues
    topic: Topic
    mailbox: Mailbox
    objects: Objects
    uploads: Uploads
    scratch: tempfile.TemporaryDirectory[str] | None = None

    @property
    def durable(self) -> bool:
        """Tell whether queues, mail and objects survive this process."""
        return self.scratch is None

    def queue_arn(self, name: str) -> str:
        """Give a queue's ARN."""
        return f"arn:aws:sqs:{self.region}:{ACCOUNT}:{name}"

    def close(self) -> None:
        """Close the store, and forget everything that was in memory."""
        self.store.close()
        if self.scratch is not None:
            self.scratch.cleanup()


def open_cloud(data_dir: Path | None, *, region: str, stage: str) -> Cloud:
    """Open the local cloud on a directory, or in memory (objects in a scratch folder) when None.

    Messages that were in flight when the last process died are due again, and files of unfinished
    puts and uploads of more than a day ago are removed.
    """
    scratch = tempfile.TemporaryDirectory(prefix="xpense-") if data_dir is None else None
    folder = data_dir if scratch is None else Path(scratch.name)
    if folder is None:
        raise AssertionError
    store = Store(None if data_dir is None else data_dir / "cloud.sqlite")
    queues = Queues(store)
    objects = Objects(store, queues, folder / "objects", region=region)
    cloud = Cloud(
        region=region,
        topic_arn=f"arn:aws:sns:{region}:{ACCOUNT}:xpense-{stage}-events",
        credentials=open_credentials(None if data_dir is None else data_dir / "credentials.json"),
        store=store,
        queues=queues,
        topic=Topic(store, queues),
        mailbox=Mailbox(store),
        objects=objects,
        uploads=Uploads(store, objects),
        scratch=scratch,
    )
    cloud.queues.recover()
    cloud.uploads.sweep()
    cloud.objects.sweep()
    return cloud
