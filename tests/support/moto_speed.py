"""Transactions on moto at a bearable price.

moto 5.2 copies the whole table deeply before each transaction, once for every item of it, so that it can roll
back: a chunk of 90 items in a table of 5,000 rows takes a minute. Here only the items that a transaction
touches are kept, and put back when it fails; everything else is moto's own code. It reads an update expression
by calling itself for each part, so that one of two hundred numbers, which AWS takes, needs a deeper stack.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Undo = Callable[[], None]
_DEEP = 5_000


class _Copying:
    """What moto sees as the module `copy`: tables are given as they are, the rest is copied."""

    def __init__(self, table: type) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Any:
        return getattr(copy, name)

    def deepcopy(self, value: Any, memo: Any = None) -> Any:
        return value if isinstance(value, self._table) else copy.deepcopy(value, memo)


@contextmanager
def cheap_transactions() -> Iterator[None]:
    """Make moto's transactions cost what they touch."""
    from moto.dynamodb import models
    from moto.dynamodb.models.dynamo_type import DynamoType
    from moto.dynamodb.models.table import Table

    sys.setrecursionlimit(max(sys.getrecursionlimit(), _DEEP))
    backend: Any = models.DynamoDBBackend
    module: Any = models
    whole, copying = backend.transact_write_items, module.copy

    def undo_of(table: Any, item: dict[str, Any]) -> Undo:
        partition = DynamoType(item[table.hash_key_attr])
        sort = DynamoType(item[table.range_key_attr])
        before = copy.deepcopy(table.items.get(partition, {}).get(sort))

        def undo() -> None:
            if before is None:
                table.items.get(partition, {}).pop(sort, None)
            else:
                table.items[partition][sort] = before

        return undo

    def transact_write_items(self: Any, transact_items: list[dict[str, Any]]) -> None:
        asked = [next(iter(one.values())) for one in transact_items]
        undone = [
            undo_of(self.tables[one["TableName"]], one.get("Item") or one["Key"]) for one in asked
        ]
        try:
            whole(self, transact_items)
        except BaseException:
            for undo in undone:
                undo()
            raise

    backend.transact_write_items = transact_write_items
    module.copy = _Copying(Table)
    try:
        yield
    finally:
        backend.transact_write_items, module.copy = whole, copying
