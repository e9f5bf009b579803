"""DynamoDB's answers are read by hand: what comes out is what botocore reads, to the byte."""

from __future__ import annotations

import base64
import json
from typing import Any, Final

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import JSONParser
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.answers import ItemParser, Parsers

_MODEL: Final = get_session().get_service_model("dynamodb")
_HEADERS: Final = HeadersDict({"x-amzn-RequestId": "r-1", "Content-Type": "application/json"})

_SCALARS = st.one_of(
    st.text(max_size=8).map(lambda text: {"S": text}),
    st.integers().map(lambda number: {"N": str(number)}),
    st.booleans().map(lambda truth: {"BOOL": truth}),
    st.just({"NULL": True}),
    st.binary(max_size=8).map(lambda raw: {"B": base64.b64encode(raw).decode()}),
    st.lists(st.binary(max_size=4), min_size=1, max_size=3).map(
        lambda raws: {"BS": [base64.b64encode(raw).decode() for raw in raws]}
    ),
    st.lists(st.text(max_size=4), min_size=1, max_size=3).map(lambda texts: {"SS": texts}),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda values: {"L": values}),
        st.dictionaries(st.sampled_from(["B", "S", "L", "a"]), inner, max_size=3).map(
            lambda values: {"M": values}
        ),
    ),
    max_leaves=6,
)
_ITEMS = st.dictionaries(st.sampled_from(["pk", "sk", "B", "M", "Item"]), _VALUES, max_size=4)


def _read(operation: str, body: dict[str, Any], status: int = 200) -> tuple[Any, Any]:
    """Read an answer by hand and by botocore."""
    shape = _MODEL.operation_model(operation).output_shape
    raw = {"body": json.dumps(body).encode(), "headers": _HEADERS, "status_code": status}
    return ItemParser().parse(raw, shape), JSONParser().parse(raw, shape)


@given(items=st.lists(_ITEMS, max_size=3))
def test_items_are_read_as_botocore_reads_them(items: list[dict[str, Any]]) -> None:
    for operation, body in (
        (
            "Query",
            {"Items": items, "Count": len(items), "ScannedCount": 9, "LastEvaluatedKey": None},
        ),
        ("BatchGetItem", {"Responses": {"t": items}, "UnprocessedKeys": {"t": {"Keys": items}}}),
        ("GetItem", {"Item": items[0]} if items else {}),
        ("UpdateItem", {"Attributes": items[0]} if items else {}),
        ("BatchWriteItem", {"UnprocessedItems": {"t": _requests(items)}}),
        ("TransactWriteItems", {"ConsumedCapacity": [{"TableName": "t", "CapacityUnits": 3.5}]}),
    ):
        ours, theirs = _read(operation, body)

        assert ours == theirs


def _requests(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    puts: list[dict[str, Any]] = [{"PutRequest": {"Item": one}} for one in items]
    return puts + [{"DeleteRequest": {"Key": one}} for one in items]


@pytest.mark.parametrize("status", [400, 500])
def test_errors_are_read_by_botocore(status: int) -> None:
    body = {"__type": "com.amazonaws.dynamodb.v20120810#ValidationException", "message": "no"}

    ours, theirs = _read("Query", body, status)

    assert ours == theirs
    assert ours["Error"]["Code"] == "ValidationException"


def test_what_has_times_is_read_by_botocore() -> None:
    ours, theirs = _read("DescribeTable", {"Table": {"TableName": "t", "CreationDateTime": 1.5e9}})

    assert ours == theirs


def test_an_empty_body_is_an_empty_answer() -> None:
    shape = _MODEL.operation_model("PutItem").output_shape
    raw = {"body": b"", "headers": _HEADERS, "status_code": 200}

    assert ItemParser().parse(raw, shape) == JSONParser().parse(raw, shape)


def test_other_protocols_have_their_own_parsers() -> None:
    assert type(Parsers().create_parser("rest-xml")).__name__ == "RestXMLParser"
