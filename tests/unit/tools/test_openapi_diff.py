from __future__ import annotations

import copy
from typing import Any

import pytest

from tools.openapi_diff import breaking_changes

Json = dict[str, Any]


def document(**changes: Any) -> Json:
    """A small API: one list with a filter, one create."""
    item = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "kind": {"type": "string", "enum": ["cash", "card"]},
            "note": {"anyOf": [{"type": "string", "maxLength": 100}, {"type": "null"}]},
            "parent": {"anyOf": [{"$ref": "#/components/schemas/Out"}, {"type": "null"}]},
        },
        "required": ["id", "kind"],
    }
    create = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "maxLength": 100},
            "kind": {"type": "string", "enum": ["cash", "card"]},
            "size": {"type": "integer", "minimum": 0},
        },
        "required": ["name"],
    }
    operation = {
        "parameters": [
            {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 200}}
        ],
        "security": [{"bearer": ["things:read"]}],
        "responses": {"200": {"content": {"application/json": {"schema": {"$ref": OUT}}}}},
    }
    post = {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": IN}}},
        },
        "responses": {"201": {"content": {"application/json": {"schema": {"$ref": OUT}}}}},
    }
    made = {
        "paths": {"/v1/things": {"get": operation, "post": post}},
        "components": {"schemas": {"Out": item, "In": create}},
    }
    made = copy.deepcopy(made)
    for path, value in changes.items():
        _put(made, path.split("__"), value)
    return made


OUT = "#/components/schemas/Out"
IN = "#/components/schemas/In"
GET = ("paths", "/v1/things", "get")
POST = ("paths", "/v1/things", "post")
OUT_AT = ("components", "schemas", "Out")
IN_AT = ("components", "schemas", "In")
GONE = object()


def _put(made: Any, keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        made = made[key]
    if value is GONE:
        del made[keys[-1]]
    else:
        made[keys[-1]] = value


def changed(*path: str, to: Any) -> Json:
    made = document()
    _put(made, list(path), to)
    return made


def said(new: Json) -> str:
    return "\n".join(map(str, breaking_changes(document(), new)))


def test_the_same_document_breaks_nothing() -> None:
    assert breaking_changes(document(), document()) == []


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("paths", "/v1/things"), GONE, "GET /v1/things: the operation is gone"),
        (POST, GONE, "POST /v1/things: the operation is gone"),
        ((*GET, "parameters"), [], "query parameter limit is gone"),
        (
            (*GET, "parameters"),
            [{"in": "query", "name": "limit", "required": True, "schema": {"type": "integer"}}],
            "query parameter limit is now required",
        ),
        (
            (*GET, "parameters"),
            [{"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 100}}],
            "query parameter limit was maximum 200 and is maximum 100",
        ),
        ((*GET, "security"), [{"bearer": ["things:read", "admin"]}], "now needs bearer"),
        ((*POST, "security"), [{"bearer": []}], "the caller now needs bearer()"),
        ((*POST, "requestBody"), GONE, "the request has no body any more"),
        ((*POST, "responses"), {"202": {}}, "the answer 201 is gone"),
        ((*OUT_AT, "properties", "id"), GONE, "answer 200.id is gone"),
        ((*OUT_AT, "properties", "note"), GONE, "answer 200.note is gone"),
        ((*OUT_AT, "required"), ["id"], "answer 200.kind is no longer always there"),
        ((*OUT_AT, "properties", "id", "type"), "integer", "answer 200.id was type string"),
        ((*OUT_AT, "properties", "id", "format"), "date", "was format uuid and is format date"),
        ((*OUT_AT, "properties", "id"), {"type": ["string", "null"]}, "answer 200.id was type"),
        ((*IN_AT, "properties", "size"), GONE, "body.size is gone"),
        ((*IN_AT, "required"), ["name", "size"], "body.size is now required"),
        ((*IN_AT, "properties", "name", "maxLength"), 50, "was maxLength 100 and is maxLength 50"),
        ((*IN_AT, "properties", "name", "minLength"), 1, "body.name was minLength None"),
        ((*IN_AT, "properties", "name", "pattern"), "^a", "body.name was pattern None"),
        ((*IN_AT, "properties", "size", "type"), "string", "body.size was type integer"),
        (
            (*OUT_AT, "properties", "parent", "anyOf"),
            [{"type": "integer"}],
            "answer 200.parent was",
        ),
        ((*IN_AT, "properties", "kind", "enum"), ["cash"], "body.kind no longer takes card"),
    ],
)
def test_a_breaking_change_is_named(path: tuple[str, ...], value: Any, sentence: str) -> None:
    assert sentence in said(changed(*path, to=value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("paths", "/v1/new"), {"get": {"responses": {"200": {}}}}),
        ((*GET, "summary"), "List things"),
        ((*GET, "responses", "429"), {"description": "slow down"}),
        ((*GET, "security"), []),
        (
            (*GET, "parameters"),
            [
                {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 500}},
                {"in": "query", "name": "kind", "schema": {"type": "string"}},
            ],
        ),
        ((*OUT_AT, "properties", "extra"), {"type": "string"}),
        ((*OUT_AT, "properties", "kind", "enum"), ["cash", "card", "crypto"]),
        ((*OUT_AT, "properties", "note"), {"type": "string", "maxLength": 100}),
        ((*OUT_AT, "required"), ["id", "kind", "note"]),
        ((*IN_AT, "properties", "extra"), {"type": "string"}),
        ((*IN_AT, "properties", "kind", "enum"), ["cash", "card", "crypto"]),
        ((*IN_AT, "properties", "name", "maxLength"), 200),
        ((*IN_AT, "properties", "size"), {"type": "number", "minimum": 0}),
        ((*IN_AT, "properties", "name"), {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ((*IN_AT, "required"), []),
        ((*IN_AT, "additionalProperties"), True),
    ],
)
def test_an_additive_change_is_let_through(path: tuple[str, ...], value: Any) -> None:
    assert said(changed(*path, to=value)) == ""


def test_renaming_a_schema_changes_nothing_for_clients() -> None:
    new = document()
    new["components"]["schemas"]["Thing"] = new["components"]["schemas"].pop("Out")
    new["components"]["schemas"]["Thing"]["properties"]["parent"]["anyOf"][0]["$ref"] = (
        "#/components/schemas/Thing"
    )
    for method in ("get", "post"):
        for answer in new["paths"]["/v1/things"][method]["responses"].values():
            answer["content"]["application/json"]["schema"]["$ref"] = "#/components/schemas/Thing"

    assert said(new) == ""


def test_closing_an_open_body_is_breaking() -> None:
    old = changed(*IN_AT, "additionalProperties", to=True)

    found = breaking_changes(old, document())

    assert [one.what for one in found] == ["body no longer takes fields of any name"]
