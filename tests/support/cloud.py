"""All of AWS that the slices touch, on moto in this process: tables, queues, topic, buckets, mail.

Nothing happens by itself: `drain` runs the relays' sweeps and delivers queue messages to the very handlers
that Lambda would call, until nothing is left to do. Tests are kept apart by owner, not by tables.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, cast

from chalicelib.kernel import aws, relay, tables
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Raw, TableSpec
from chalicelib.kernel.uploads import incoming
from tests.support.moto_speed import speed
from tests.support.rights import acting
from tests.support.stream import Stream, streaming

_MOST_ROUNDS: Final = 500
ENGINE: Final = "XPENSE_TEST_ENGINE"
DURABLE: Final = "durable"
_ENDPOINT: Final = "XPENSE_DYNAMODB_ENDPOINT"


@dataclass(slots=True)
class LambdaContext:
    """What Lambda hands to a handler beside the event."""

    function_name: str = "test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:test"
    aws_request_id: str = "00000000-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


@dataclass(slots=True)
class Cloud:
    """The made-up cloud. `specs` are the tables, `delivered` what the queues have handed over."""

    specs: list[TableSpec]
    stream: Stream
    delivered: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def app(self) -> Any:
        return importlib.import_module("app").app

    def sweep(self, only: set[str] | None = None) -> int:
        """Publish what waits in the outboxes, of all services or of those named."""
        return sum(
            _swept(spec)
            for spec in self.specs
            if not spec.service.endswith("-keys") and (only is None or spec.service in only)
        )

    def _relayed(self) -> int:
        """Publish what the stream brings, also what was committed by whom died right after it."""
        waiting = [(spec, self.stream.of(spec.name)) for spec in self.specs]
        return sum(_published(spec, rows) for spec, rows in waiting if rows)

    def deliver(self, queue: str, *, most: int = 10) -> int:
        """Hand one batch of a queue to its handler, as Lambda does; failures become visible again."""
        if not _holds(queue):  # asking costs moto milliseconds, and most queues are empty
            return 0
        received = _sqs().receive_message(
            QueueUrl=settings().queue_url(queue),
            MaxNumberOfMessages=most,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages = received.get("Messages", [])
        if not messages:
            return 0
        event = sqs_event(queue, messages)
        answer = self.app.handler_map[_handler_of(queue)](event, LambdaContext())
        failed = {one["itemIdentifier"] for one in (answer or {}).get("batchItemFailures", ())}
        for message in messages:
            if message["MessageId"] not in failed:
                self.delivered.append((queue, json.loads(message["Body"])))
                _sqs().delete_message(
                    QueueUrl=settings().queue_url(queue), ReceiptHandle=message["ReceiptHandle"]
                )
        return len(messages) - len(failed)

    def drain(self, *, queues: Sequence[str] | None = None) -> int:
        """Relay and deliver until all is quiet; a message that only fails stops it."""
        total = 0
        for _ in range(_MOST_ROUNDS):
            moved = self._relayed() + sum(self.deliver(queue) for queue in queues or self.queues())
            if not moved:
                return total
            total += moved
        raise AssertionError("the queues never became quiet")

    def queues(self) -> list[str]:
        """All queues that have a handler."""
        prefix = settings().queue("")
        return [
            source.queue.removeprefix(prefix)
            for source in self.app.event_sources
            if getattr(source, "queue", None)
        ]

    def forget(self) -> None:
        """Empty buckets, queues, outboxes and tables after a file, but for the keys that this process holds in memory.

        What one file left undelivered, or has had delivered, would else arrive in the next one's counts, and papers and exports, which
        are not sealed by us, would be found by who looks for anything that was left. The sweeps also show what they
        need of their roles' rights: every service's, whichever files run.
        """
        for bucket in _buckets():
            _empty(bucket)
        self.sweep()
        for queue in self.queues():
            for one in filter(_holds, (queue, f"{queue}-dead")):
                _taken(settings().queue_url(one))
        client = cast("Any", aws.dynamodb())
        for spec in self.specs:
            if not spec.service.startswith("security"):
                client.delete_table(TableName=spec.name)
                tables.create(spec)
        self.stream.waiting.clear()
        self.delivered.clear()

    def dead_letters(self, service: str) -> list[dict[str, Any]]:
        """Take what lies in a service's dead-letter queue."""
        return _taken(settings().queue_url(f"{service}-inbox-dead"))

    def mails(self) -> list[Any]:
        """All mail sent so far, oldest first."""
        from moto.ses.models import ses_backends

        return list(ses_backends["123456789012"][settings().region].sent_messages)


def _swept(spec: TableSpec) -> int:
    with acting(spec.service, "relay", f"{spec.service}_sweep"):
        return relay.sweep(spec)


def _published(spec: TableSpec, rows: Sequence[Raw]) -> int:
    with acting(spec.service, "relay", f"{spec.service}_relay"):
        return relay.publish(spec, rows)


def _handler_of(queue: str) -> str:
    return queue.replace("-", "_")


def _sqs() -> Any:
    return cast("Any", aws.sqs())


def _holds(queue: str) -> bool:
    """Tell whether anything lies in a queue, on its way or not."""
    from moto.sqs.models import sqs_backends

    backend = sqs_backends["123456789012"][settings().region]
    return bool(backend.get_queue(settings().queue(queue))._messages)


def _taken(url: str) -> list[dict[str, Any]]:
    """Take all that lies in a queue. (Purging is refused when it was done less than a minute ago.)"""
    found: list[dict[str, Any]] = []
    while True:
        batch = _sqs().receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        if not batch.get("Messages"):
            return found
        for message in batch["Messages"]:
            found.append(message)
            _sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def sqs_event(queue: str, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Write received messages as the event that Lambda makes of them."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message.get("ReceiptHandle", ""),
                "body": message["Body"],
                "attributes": message.get("Attributes", {}),
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{settings().region}:123456789012:{settings().queue(queue)}",
                "awsRegion": settings().region,
            }
            for message in messages
        ]
    }


def _buckets() -> tuple[str, ...]:
    return (settings().uploads_bucket, settings().bulk_bucket, settings().files_bucket)


def _empty(bucket: str) -> None:
    s3 = cast("Any", aws.s3())
    while found := s3.list_objects_v2(Bucket=bucket).get("Contents", ()):
        keys = [{"Key": one["Key"]} for one in found]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
    for one in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", ()):
        s3.abort_multipart_upload(Bucket=bucket, Key=one["Key"], UploadId=one["UploadId"])


@contextmanager
def cloud() -> Iterator[Cloud]:
    """Start moto and make everything that Terraform would make."""
    from moto import mock_aws

    with streaming() as stream, _engine(), mock_aws(), speed():
        app_module = importlib.import_module("app")
        specs = tables.all_specs(app_module.SERVICES)
        for spec in specs:
            tables.create(spec)
        made = Cloud(specs, stream)
        _hold_keys()
        _make_bus(made)
        _make_buckets(made)
        _make_mail()
        yield made


@contextmanager
def _engine() -> Iterator[None]:
    """Put the tables where `XPENSE_TEST_ENGINE` says: on moto, or on the real engine in memory."""
    if os.environ.get(ENGINE) != DURABLE:
        aws.reset()
        yield
        aws.reset()
        return
    from local.engine import start_engine

    engine = start_engine(None, prefer="dynoxide")
    os.environ[_ENDPOINT] = engine.endpoint
    settings.cache_clear()
    aws.reset()
    try:
        yield
    finally:
        del os.environ[_ENDPOINT]
        settings.cache_clear()
        aws.reset()
        engine.close()


def _hold_keys() -> None:
    """Hold what signs for a day: read again every five minutes, it was one query more in whichever test counted then."""
    from chalicelib.security.service import receipts, signing

    held: tuple[Any, ...] = (receipts._KEYS, signing._KEYS)
    for keys in held:
        keys._seconds = 86_400


def _make_bus(made: Cloud) -> None:
    from functions._edge.worker import subscriptions

    sns = cast("Any", aws.sns())
    topic = sns.create_topic(Name=settings().topic_arn.rsplit(":", 1)[1])["TopicArn"]
    account = "arn:aws:sqs:" + settings().region + ":123456789012:"
    heard = subscriptions()
    for queue in made.queues():
        name = settings().queue(queue)
        for one in (name, f"{name}-dead"):
            _sqs().create_queue(QueueName=one, Attributes={"VisibilityTimeout": "0"})
        if heard.get(name):
            sns.subscribe(
                TopicArn=topic,
                Protocol="sqs",
                Endpoint=account + name,
                Attributes={
                    "RawMessageDelivery": "true",
                    "FilterPolicy": json.dumps({"type": list(heard[name])}),
                },
            )


def _make_buckets(made: Cloud) -> None:
    s3 = cast("Any", aws.s3())
    where = {"LocationConstraint": settings().region}
    for bucket in _buckets():
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    arn = "arn:aws:sqs:" + settings().region + ":123456789012:"
    heard = [
        {
            "QueueArn": arn + settings().queue(queue),
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": incoming(service)}]}},
        }
        for queue in made.queues()
        if (service := queue.removesuffix("-uploads")) != queue
    ]
    s3.put_bucket_notification_configuration(
        Bucket=settings().uploads_bucket, NotificationConfiguration={"QueueConfigurations": heard}
    )


def _make_mail() -> None:
    address = settings().mail_from.split("<")[-1].rstrip(">")
    cast("Any", aws.sesv2()).create_email_identity(EmailIdentity=address)
