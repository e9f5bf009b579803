"""The outbox relay without streams: the rows of each commit go straight to the deployed handler.

The handler `<service>_relay` gets the stream event that DynamoDB would have made. What is lost when the
process dies in between, or was committed by another process (`tools/make_admin.py`), is found by the sweep:
at the start and every few seconds, as there is no stream that would carry it.
"""

from __future__ import annotations

import base64
import logging
import queue
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from chalice.app import Chalice, DynamoDBEventConfig

from chalicelib.kernel import clock, outbox, relay
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Raw, TableSpec
from local.invoke import invoke

_LOG: Final = logging.getLogger("xpense.local")
_Work = tuple[str, Raw]
_SWEEP_SECONDS: Final = 5.0


class LocalRelay:
    """One thread that carries committed outbox rows to the relay handlers, in batches."""

    def __init__(self, app: Chalice, specs: Iterable[TableSpec], *, region: str) -> None:
        self._app = app
        self._specs = tuple(specs)
        self._region = region
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._stopping = threading.Event()

    def start(self) -> None:
        """Listen to commits, and publish what an earlier process left in the outboxes."""
        outbox.on_commit(self._committed)
        self._thread.start()
        threading.Thread(target=self._keep_sweeping, name="sweep", daemon=True).start()

    def stop(self) -> None:
        """Publish what has been committed so far and return."""
        self._stopping.set()
        outbox.forget_listeners()
        self._queue.put(None)
        self._thread.join()

    def lag(self) -> dict[str, int]:
        """Count the unpublished rows of each service, up to a bound a shard."""
        return {spec.service: relay.lag(spec) for spec in self._specs if _tells(self._app, spec)}

    def _committed(self, spec: TableSpec, rows: Sequence[Raw]) -> None:
        for row in rows:
            self._queue.put((spec.name, row))

    def _keep_sweeping(self) -> None:
        self._sweep()
        while not self._stopping.wait(_SWEEP_SECONDS):
            self._sweep()

    def _sweep(self) -> None:
        for spec in self._specs:
            try:
                if _tells(self._app, spec):
                    relay.sweep(spec)
            except Exception:
                _LOG.exception("the sweep of %s failed; the next one tries again", spec.service)

    def _run(self) -> None:
        while True:
            work = [self._queue.get()]
            while not self._queue.empty():
                work.append(self._queue.get())
            self._publish([one for one in work if one is not None])
            if None in work:
                return

    def _publish(self, work: Sequence[_Work]) -> None:
        for table in dict.fromkeys(name for name, _ in work):
            source = _source(self._app, table)
            if source is None:
                continue
            rows = [row for name, row in work if name == table]
            for start in range(0, len(rows), source.batch_size):
                self._call(source.name, table, rows[start : start + source.batch_size])

    def _call(self, handler: str, table: str, rows: Sequence[Raw]) -> None:
        try:
            invoke(self._app, handler, {"Records": [self._record(table, row) for row in rows]})
        except Exception:
            _LOG.exception("%s failed; the sweep tries again", handler)

    def _record(self, table: str, row: Raw) -> dict[str, object]:
        image = {name: _stream_form(value) for name, value in row.items()}
        return {
            "eventID": new_id(),
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self._region,
            "eventSourceARN": _stream_arn(self._region, table),
            "dynamodb": {
                "ApproximateCreationDateTime": int(clock.now().timestamp()),
                "Keys": {"pk": image["pk"], "sk": image["sk"]},
                "NewImage": image,
                "SequenceNumber": "0" * 21,
                "SizeBytes": len(str(image)),
                "StreamViewType": "NEW_IMAGE",
            },
        }


def _stream_arn(region: str, table: str) -> str:
    return f"arn:aws:dynamodb:{region}:000000000000:table/{table}/stream/local"


def _stream_form(value: Mapping[str, Any]) -> dict[str, Any]:
    """Write a value as Lambda gets it: binary as base64 text."""
    return {
        kind: base64.b64encode(part).decode() if isinstance(part, bytes) else part
        for kind, part in value.items()
    }


def _source(app: Chalice, table: str) -> DynamoDBEventConfig | None:
    for source in app.event_sources:
        if isinstance(source, DynamoDBEventConfig) and f"table/{table}/" in source.stream_arn:
            return source
    return None


def _tells(app: Chalice, spec: TableSpec) -> bool:
    """Tell whether a table has a relay, and so an outbox."""
    return _source(app, spec.name) is not None
