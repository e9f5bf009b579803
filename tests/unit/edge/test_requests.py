from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from chalice.app import Request
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from chalicelib.kernel.context import ANY_VERSION
from chalicelib.kernel.errors import Invalid, Malformed, NotFound, Oversized
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.wire import Id, MoneyIn, Name, PageQuery, Wire
from functions._edge.requests import (
    MAX_BODY,
    check_ids,
    check_json,
    expected_version,
    header,
    read_body,
    read_query,
    request_id_of,
)


class Part(Wire):
    note: Annotated[str, Field(max_length=5)]


class Body(Wire):
    name: Name
    amount: MoneyIn
    parts: tuple[Part, ...] = ()


class Query(PageQuery):
    account_id: Id | None = None


def request(body: bytes | str = b"", query: dict[str, list[str]] | None = None) -> Request:
    return Request(
        {
            "multiValueQueryStringParameters": query,
            "headers": {"content-type": "application/json"},
            "pathParameters": {},
            "requestContext": {"httpMethod": "POST", "resourcePath": "/x", "path": "/x"},
            "body": body,
            "isBase64Encoded": False,
            "stageVariables": None,
        }
    )


GOOD = {"name": "Rewe", "amount": {"amount": "-12.50", "currency": "EUR"}}


def refused(body: object) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        read_body(Body, request(json.dumps(body)))
    return {problem.pointer: problem.detail for problem in caught.value.errors}


# ----------------------------------------------------------------------------------------- JSON


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(
        alphabet=st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(json_values, st.booleans())
def test_json_that_means_one_thing_passes(value: object, escaped: bool) -> None:
    check_json(json.dumps(value, ensure_ascii=escaped).encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"{'a':1}",
        b'{"a":1,}',
        b"[1,]",
        b"{} {}",
        b"nul",
        b"//x\n1",
        b"01",
        b"+1",
        b".5",
        b"1.",
        b"0x10",
        b"1" * 5_000,
        b'"\n"',
        b'"\x00"',
        b'"\\x"',
        b'"abc',
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b'{"a": NaN}',
        b'{"a":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":2}',
        b'[{"b":{"a":1,"c":2,"a":3}}]',
        b'"\xff"',
        b'"\xc3"',
        b'"\xed\xa0\x80"',
        b'"\xc0\x80"',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'{"\\ud83d": 1}',
        b"\xef\xbb\xbf{}",
        '"ü"'.encode("latin-1"),
        '{"a":1}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 33 + b"]" * 33,
        b'{"a":' * 32 + b"1" + b"}" * 32,
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_what_parsers_read_differently_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        check_json(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b"[]",
        b"null",
        b'"\\ud83d\\ude00"',
        '"😀"'.encode(),
        b"[" * 32 + b"]" * 32,
        b"-0",
        b' {"a" : 1 }\n',
    ],
)
def test_odd_but_plain_json_passes(raw: bytes) -> None:
    check_json(raw)


def test_a_body_has_a_largest_size() -> None:
    padding = b" " * (MAX_BODY - 2)

    check_json(b"{}" + padding)
    with pytest.raises(Oversized, match="bytes"):
        check_json(b"{}" + padding + b" ")


@given(st.binary(max_size=60))
def test_any_bytes_are_json_or_malformed(raw: bytes) -> None:
    try:
        check_json(raw)
    except Malformed:
        return

    assert json.dumps(json.loads(raw))


# ----------------------------------------------------------------------------------------- bodies


def test_a_good_body_is_read_from_text_and_from_bytes() -> None:
    for body in (json.dumps(GOOD), json.dumps(GOOD).encode()):
        assert read_body(Body, request(body)).name == "Rewe"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": 7}, "/name"),
        ({"name": "a\x00b"}, "/name"),
        ({"extra": 1}, "/extra"),
        ({"a/b~c": 1}, "/a~1b~0c"),
        ({"parts": [{"note": "ok"}, {"note": "too long"}]}, "/parts/1/note"),
        ({"amount": {"amount": "1e400", "currency": "EUR"}}, "/amount"),
        ({"amount": {"amount": "NaN", "currency": "EUR"}}, "/amount"),
        ({"amount": {"amount": 1.5, "currency": "EUR"}}, "/amount/amount"),
        ({"amount": {"amount": "1.234", "currency": "EUR"}}, "/amount"),
        ({"amount": {"amount": "1", "currency": "XYZ"}}, "/amount/currency"),
    ],
)
def test_each_bad_field_is_named_by_its_pointer(change: dict[str, Any], pointer: str) -> None:
    assert list(refused(GOOD | change)) == [pointer]


def test_missing_fields_are_named_too() -> None:
    assert refused({}).keys() == {"/name", "/amount"}
    assert refused([]).keys() == {"/"}


def test_the_bad_value_itself_is_never_repeated() -> None:
    secret = "my-secret-payee"

    told = refused(
        GOOD | {"parts": [{"note": secret}], "amount": {"amount": secret, "currency": secret}}
    )

    assert secret not in json.dumps(told)


def test_at_most_fifty_problems_are_told() -> None:
    assert len(refused(GOOD | {"parts": [{"note": 1}] * 200})) == 50


def test_a_pointer_has_a_largest_length() -> None:
    assert all(len(pointer) <= 500 for pointer in refused(GOOD | {"k" * 100_000: 1}))


# ---------------------------------------------------------------------------------------- queries


def test_a_query_is_read_by_type() -> None:
    read = read_query(Query, request(query={"limit": ["20"]}), household=False)

    assert read == Query(limit=20)
    assert read_query(Query, request(), household=False) == Query()
    assert read_query(None, request(), household=False) is None


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ({"limit": ["0"]}, ["?limit"]),
        ({"limit": ["201"]}, ["?limit"]),
        ({"limit": ["many"]}, ["?limit"]),
        ({"limit": ["1", "2"]}, ["?limit"]),
        ({"limit": ["1", "1"]}, ["?limit"]),
        ({"account_id": ["x"]}, ["?account_id"]),
        ({"accountid": ["x"]}, ["?accountid"]),
        ({"limit": ["0"], "other": ["1"]}, ["?limit", "?other"]),
    ],
)
def test_an_unknown_repeated_or_bad_parameter_is_named(
    query: dict[str, list[str]], pointers: list[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        read_query(Query, request(query=query), household=False)

    assert sorted(problem.pointer for problem in caught.value.errors) == pointers


def test_a_route_without_parameters_takes_none() -> None:
    with pytest.raises(Invalid) as caught:
        read_query(None, request(query={"limit": ["1"]}), household=False)

    assert [problem.pointer for problem in caught.value.errors] == ["?limit"]


# ------------------------------------------------------------------------------- ids and headers


def test_an_id_in_the_path_that_is_none_names_nothing() -> None:
    check_ids({"transaction_id": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f", "format": "x"})

    for bad in ("x", "", "0190B5A8-7C3E-7B1A-9D55-0A6F0C1D2E3F", "../admin", "U#1"):
        with pytest.raises(NotFound):
            check_ids({"transaction_id": bad})


@pytest.mark.parametrize(
    ("value", "version"),
    [(None, None), ('"7"', 7), (' "7" ', 7), ('"0"', 0), ("*", ANY_VERSION), (" * ", ANY_VERSION)],
)
def test_an_if_match_is_the_etag_that_we_gave_or_any(
    value: str | None, version: int | None
) -> None:
    assert expected_version(value) == version


@pytest.mark.parametrize(
    "value",
    [
        "",
        "7",
        'W/"7"',
        '"7',
        '"-1"',
        '"x"',
        '"1", "2"',
        '"１"',
        '"' + "9" * 13 + '"',
        '"7"\n"8"',
        '""',
        "**",
    ],
)
def test_any_other_if_match_is_refused(value: str) -> None:
    with pytest.raises(Invalid) as caught:
        expected_version(value)

    assert [problem.pointer for problem in caught.value.errors] == ["If-Match"]


def test_headers_are_found_whatever_their_case() -> None:
    assert header({"headers": {"X-Request-ID": "a"}}, "x-request-id") == "a"
    assert header({"headers": None}, "x-request-id") is None
    assert header({}, "x-request-id") is None


@pytest.mark.parametrize(
    "given_id",
    ["short", "a" * 65, "with space", "line\nbreak1", "ünicode-ü", "<script>", "a\x00aaaaaaaa", ""],
)
def test_a_request_id_that_is_not_plain_is_replaced(given_id: str) -> None:
    event = {"headers": {"x-request-id": given_id}, "requestContext": {"requestId": "gateway-1234"}}

    assert request_id_of(event) == "gateway-1234"
    assert is_id(request_id_of({"headers": {"x-request-id": given_id}}))
    assert is_id(request_id_of({"requestContext": {"requestId": given_id}}))


def test_a_plain_request_id_is_kept() -> None:
    assert request_id_of({"headers": {"X-Request-Id": "trace_1234-abc"}}) == "trace_1234-abc"
