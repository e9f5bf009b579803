from __future__ import annotations

import pytest

from chalicelib.kernel import aws, tables
from chalicelib.kernel.tables import Index, Table, TableSpec
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.engine]


def test_a_table_of_an_earlier_version_gets_the_index_that_it_lacks(cloud: Cloud) -> None:
    index = Index("by_colour", partition="colour", sort="sk")
    tables.create(TableSpec("grown", ledger=False))
    aws.dynamodb().put_item(
        TableName=TableSpec("grown", ledger=False).name,
        Item={"pk": {"S": "a"}, "sk": {"S": "1"}, "colour": {"S": "red"}},
    )
    grown = TableSpec("grown", ledger=False, indexes=(index,))

    tables.create(grown)
    tables.create(grown)

    found = Table(grown).query("red", "0", "9", limit=10, index=index)
    assert [item["pk"]["S"] for item in found.items] == ["a"]
