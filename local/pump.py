"""Lambda's event source mappings: takes batches from the queues and calls the deployed handlers.

What a handler names in `batchItemFailures` comes again later, the rest is deleted; after five
receives a message goes to the dead letters. Several queues run at once, each with two batches at most.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from chalice.app import Chalice, SQSEventConfig

from local.aws.sqs import md5, system_attributes
from local.cloud.cloud import Cloud
from local.cloud.queues import Message
from local.cloud.store import millis
from local.invoke import EVENT_SECONDS, invoke

WORKERS: Final = 4
PER_QUEUE: Final = 2
_LOG: Final = logging.getLogger("xpense.local")
_IDLE_SECONDS: Final = 1.0
_LONGEST_BACKOFF: Final = 30.0


@dataclass(frozen=True, slots=True)
class Consumer:
    """Which handler hears a queue, and in what portions."""

    queue: str
    handler: str
    batch_size: int
    concurrency: int


def consumers(app: Chalice) -> list[Consumer]:
    """Read the app's registry for queues and their handlers."""
    found = []
    for source in app.event_sources:
        if isinstance(source, SQSEventConfig):
            name = source.queue or str(source.queue_arn).rpartition(":")[2]
            concurrency = min(PER_QUEUE, source.maximum_concurrency or PER_QUEUE)
            found.append(Consumer(name, source.name, source.batch_size, concurrency))
    return found


class Pump:
    """One thread that deals out batches, and a few that run handlers."""

    def __init__(self, app: Chalice, cloud: Cloud, *, backoff: float = 1.0) -> None:
        """`backoff` is the seconds before the first retry; each further one waits twice as long."""
        self._app = app
        self._cloud = cloud
        self._backoff = backoff
        self._consumers = {consumer.queue: consumer for consumer in consumers(app)}
        self._busy = dict.fromkeys(self._consumers, 0)
        self._wake = threading.Condition()
        self._woken = False
        self._stopping = False
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="worker")
        self._thread = threading.Thread(target=self._run, name="pump", daemon=True)
        cloud.queues.on_arrival(self._nudge)

    def start(self) -> None:
        """Begin to take messages."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more messages and return when the running handlers are done."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        self._thread.join()
        self._pool.shutdown(wait=True)

    def in_flight(self) -> int:
        """Count the batches in work."""
        with self._wake:
            return sum(self._busy.values())

    def _nudge(self) -> None:
        with self._wake:
            self._woken = True
            self._wake.notify_all()

    def _run(self) -> None:
        while True:
            with self._wake:
                if not self._woken and not self._stopping:
                    self._wake.wait(self._pause())
                if self._stopping:
                    return
                self._woken = False
            try:
                self._deal()
            except Exception:
                _LOG.exception("the pump could not read a queue")

    def _free(self) -> list[Consumer]:
        with self._wake:
            if sum(self._busy.values()) >= WORKERS:
                return []
            return [c for c in self._consumers.values() if self._busy[c.queue] < c.concurrency]

    def _due(self) -> list[Consumer]:
        """Give the free consumers whose queues have something now: asking each queue costs a transaction."""
        free = self._free()
        due = self._cloud.queues.next_due(consumer.queue for consumer in free) if free else {}
        now = millis()
        return [consumer for consumer in free if due.get(consumer.queue, now + 1) <= now]

    def _pause(self) -> float:
        due = self._cloud.queues.next_due(consumer.queue for consumer in self._free())
        if not due:
            return _IDLE_SECONDS
        return max(0.0, min(_IDLE_SECONDS, (min(due.values()) - millis()) / 1000))

    def _deal(self) -> None:
        """Give every free consumer a batch, round after round, until nothing is due or nobody free."""
        dealt = True
        while dealt and not self._stopping:
            dealt = False
            for consumer in self._due():
                messages = self._cloud.queues.receive(
                    consumer.queue, consumer.batch_size, visibility=EVENT_SECONDS
                )
                if messages:
                    dealt = True
                    self._count(consumer, 1)
                    self._pool.submit(self._work, consumer, messages)
                if self.in_flight() >= WORKERS:
                    return

    def _count(self, consumer: Consumer, change: int) -> None:
        with self._wake:
            self._busy[consumer.queue] += change

    def _work(self, consumer: Consumer, messages: Sequence[Message]) -> None:
        try:
            failed = self._failed(consumer, messages)
            queues = self._cloud.queues
            queues.delete([m.receipt for m in messages if m.id not in failed])
            for message in messages:
                if message.id in failed:
                    queues.give_back([message.receipt], delay=self._delay(message.receives))
        except Exception:
            _LOG.exception("the pump could not settle a batch of %s", consumer.queue)
        finally:
            self._count(consumer, -1)
            self._nudge()

    def _failed(self, consumer: Consumer, messages: Sequence[Message]) -> set[str]:
        everything = {message.id for message in messages}
        event = {"Records": [self._record(consumer.queue, message) for message in messages]}
        try:
            answer = invoke(self._app, consumer.handler, event)
        except Exception:
            _LOG.exception("%s failed on a batch of %d", consumer.handler, len(messages))
            return everything
        named = failures(answer)
        return everything if named is None or not named <= everything else named

    def _delay(self, receives: int) -> float:
        return float(min(_LONGEST_BACKOFF, self._backoff * 2 ** (receives - 1)))

    def _record(self, queue: str, message: Message) -> dict[str, object]:
        return {
            "messageId": message.id,
            "receiptHandle": message.receipt,
            "body": message.body,
            "attributes": system_attributes(message),
            "messageAttributes": {
                name: {
                    "stringValue": attribute.value,
                    "stringListValues": [],
                    "binaryListValues": [],
                    "dataType": attribute.kind,
                }
                for name, attribute in message.attributes.items()
            },
            "md5OfBody": md5(message.body),
            "eventSource": "aws:sqs",
            "eventSourceARN": self._cloud.queue_arn(queue),
            "awsRegion": self._cloud.region,
        }


def failures(answer: object) -> set[str] | None:
    """Read `batchItemFailures`; None when Lambda would take the whole batch as failed."""
    if not answer:
        return set()
    listed = (answer.get("batchItemFailures") or []) if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        return None
    ids = [entry.get("itemIdentifier") if isinstance(entry, dict) else None for entry in listed]
    return {str(id) for id in ids} if all(ids) else None
