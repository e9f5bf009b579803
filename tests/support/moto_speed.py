"""moto at a bearable price: what it answers stays the same, what it does three times is done once.

- Before each transaction moto 5.2 copies the whole table deeply, once for every item of it, so that it can roll back: a chunk of
  90 items in a table of 5,000 rows takes a minute. Here only the items that a transaction touches are kept, and put back when it fails.
- Each query sorts every item of the table before it looks at their partition. Here it is given the partition alone.
- Each value of an answer is looked for under the twenty names that the ten types of a value might have. Here under its own.

Everything else is moto's own code. It reads an update expression by calling itself for each part, so that one of two hundred
numbers, which AWS takes, needs a deeper stack.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any, Final

Undo = Callable[[], None]
_DEEP = 5_000
_WITHIN: ContextVar[Any] = ContextVar("partition that is asked", default=None)
_VALUE: Final = "AttributeValue"


class _Copying:
    """What moto sees as the module `copy`: tables are given as they are, the rest is copied."""

    def __init__(self, table: type) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Any:
        return getattr(copy, name)

    def deepcopy(self, value: Any, memo: Any = None) -> Any:
        return value if isinstance(value, self._table) else copy.deepcopy(value, memo)


@contextmanager
def speed() -> Iterator[None]:
    """Make moto's transactions, queries and answers cost what they touch."""
    with ExitStack() as stack:
        for one in (_transactions, _queries, _answers):
            stack.enter_context(one())
        yield


@contextmanager
def _transactions() -> Iterator[None]:
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


@contextmanager
def _queries() -> Iterator[None]:
    from moto.dynamodb.models.table import Table

    moto: Any = Table
    query, all_items = moto.query, moto.all_items

    def asked(self: Any, hash_key: Any, *given: Any, **named: Any) -> Any:
        index = given[6] if len(given) > 6 else named.get("index_name")
        token = _WITHIN.set(hash_key if _by_partition(self, index) else None)
        try:
            return query(self, hash_key, *given, **named)
        finally:
            _WITHIN.reset(token)

    def candidates(self: Any) -> list[Any]:
        partition = _WITHIN.get()
        if partition is None:
            found: list[Any] = all_items(self)
            return found
        return list(self.items.get(partition, {}).values())

    moto.query, moto.all_items = asked, candidates
    try:
        yield
    finally:
        moto.query, moto.all_items = query, all_items


def _by_partition(table: Any, index: str | None) -> bool:
    """Tell whether a query asks for one partition of the table, by its own key or by an index within it."""
    if not table.range_key_attr:
        return False
    if index is None:
        return True
    (key,) = (one for one in table.get_index(index).schema if one["KeyType"] == "HASH")
    return bool(key["AttributeName"] == table.hash_key_attr)


@contextmanager
def _answers() -> Iterator[None]:
    from moto.core.serialize import BaseJSONSerializer

    moto: Any = BaseJSONSerializer
    whole = moto._serialize_type_structure

    def structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name != _VALUE or not isinstance(value, dict):
            whole(self, serialized, value, shape, key)
            return
        wrapper = self.MAP_TYPE() if key else serialized
        for name, member in value.items():
            self._serialize(wrapper, member, shape.members[name], name)
        if key:
            self._default_serialize(serialized, wrapper, shape, key)

    moto._serialize_type_structure = structure
    try:
        yield
    finally:
        moto._serialize_type_structure = whole
