"""The floor of storing anything here: a fresh engine, a table like ours, and plain botocore."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

from local.engine import start_engine

NAME: Final = "floor"
_PAGE: Final = 100


class Bare:
    """A table of an engine of its own, and bare calls to it; `pid` is the engine's process."""

    def __init__(self, client: Any, pid: int) -> None:  # noqa: ANN401 - botocore's clients have no type
        """Bind to a client."""
        self.client = client
        self.pid = pid
        self._number = count()

    def store(self, first: int, size: int) -> None:
        """Write rows by one batch."""
        batch = [{"PutRequest": {"Item": item(number)}} for number in range(first, first + size)]
        self.client.batch_write_item(RequestItems={NAME: batch})

    def put(self) -> None:
        """Write a row that must not be there."""
        self.client.put_item(**self._new())

    def write(self) -> None:
        """Write a row and add to a sum, together."""
        add = {
            "TableName": NAME,
            "Key": {"pk": {"S": "U#one"}, "sk": {"S": "SUM"}},
            "UpdateExpression": "ADD #n :n",
            "ExpressionAttributeNames": {"#n": "n"},
            "ExpressionAttributeValues": {":n": {"N": "1"}},
        }
        self.client.transact_write_items(TransactItems=[{"Put": self._new()}, {"Update": add}])

    def page(self) -> None:
        """Read the newest rows."""
        found = self.client.query(
            TableName=NAME,
            KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": {"S": "U#one"}},
            ScanIndexForward=False,
            Limit=_PAGE,
        )
        if len(found["Items"]) != _PAGE:
            raise RuntimeError("the table has too few rows")

    def get(self) -> None:
        """Read a row."""
        key = {name: item(0)[name] for name in ("pk", "sk")}
        self.client.get_item(TableName=NAME, Key=key)

    def _new(self) -> dict[str, Any]:
        row = item(1_000_000 + next(self._number))
        return {
            "TableName": NAME,
            "Item": row,
            "ConditionExpression": "attribute_not_exists(pk)",
        }


def item(number: int) -> dict[str, dict[str, str]]:
    """Make a row with as many attributes and bytes as one of ours."""
    texts = {f"attribute_{place}": {"S": f"{number:024d}"} for place in range(12)}
    return {"pk": {"S": "U#one"}, "sk": {"S": f"TXN#{number:032d}"}, **texts}


@contextmanager
def bare_table() -> Iterator[Bare]:
    """Start an engine with its data on disk, make a table of 200 rows, and stop it again."""
    from botocore.session import get_session

    with tempfile.TemporaryDirectory() as folder:
        engine = start_engine(Path(folder))
        try:
            client = get_session().create_client(
                "dynamodb",
                region_name="eu-central-1",
                endpoint_url=engine.endpoint,
                aws_access_key_id="floor",
                aws_secret_access_key="floor",  # noqa: S106 - the engine takes any
            )
            client.create_table(
                TableName=NAME,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[
                    {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")
                ],
                KeySchema=[
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                ],
            )
            found = Bare(client, engine.child.process.pid if engine.child else 0)
            for first in range(0, 2 * _PAGE, 25):
                found.store(first, 25)
            yield found
        finally:
            engine.close()
