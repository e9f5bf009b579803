"""The topic: one message in, one copy for every queue whose filter names its type."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from local.cloud.queues import Draft, Queues
from local.cloud.store import Store

TYPE_ATTRIBUTE = "type"


class Topic:
    """Fan-out by the message attribute `type`, with raw delivery: the queue gets the bare message."""

    def __init__(self, store: Store, queues: Queues) -> None:
        self._store = store
        self._queues = queues
        self._lock = threading.Lock()
        self._filters: dict[str, frozenset[str]] = {}

    def subscribe(self, queue: str, types: Iterable[str]) -> None:
        """Deliver messages of these types to a queue, in place of what it heard before."""
        with self._lock:
            self._filters[queue] = frozenset(types)

    def subscriptions(self) -> dict[str, frozenset[str]]:
        """Give the types that each queue hears."""
        with self._lock:
            return dict(self._filters)

    def publish(self, drafts: Iterable[Draft]) -> None:
        """Store a copy of each message per matching queue, all in one transaction."""
        filters = self.subscriptions()
        with self._store.write() as db:
            for draft in drafts:
                kind = draft.attributes.get(TYPE_ATTRIBUTE)
                for queue, types in filters.items():
                    if kind is not None and kind.value in types:
                        self._queues.send_within(db, queue, [draft])
        self._queues.announce()
