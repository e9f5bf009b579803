from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from functions._edge.operations import Operation
from tools import docs_page, openapi
from tools.examples import example
from tools.openapi_diff import breaking_changes


class MoneyOut(BaseModel):
    amount: Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2}$")]
    currency: Annotated[str, Field(min_length=3, max_length=3)]


class ThingIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(json_schema_extra={"format": "uuid"})] | None = None
    name: Annotated[str, Field(min_length=1, max_length=5, description="As <people> say it.")]
    kind: Literal["cash", "card"]
    price: MoneyOut
    share: Annotated[int, Field(ge=10, le=90)] = 50


class ThingOut(ThingIn):
    version: int
    bought_on: date
    parts: list[ThingOut]
    notes: str | None


class ThingFilter(BaseModel):
    kind: Literal["cash", "card"] | None = None
    limit: Annotated[int, Field(ge=1, le=200, description="How many.")] = 50


def operation(**facts: Any) -> Operation:
    standard: dict[str, Any] = {
        "method": "GET",
        "path": "/v1/expenses/things",
        "name": "list_things",
        "service": "expenses",
        "summary": "List things",
        "description": "List things <b>",
        "body": None,
        "query": None,
        "out": None,
        "status": 200,
        "scope": "expenses:read",
        "public": False,
        "if_match": "none",
        "idempotent": False,
        "limit": None,
        "household": False,
    }
    return Operation(**{**standard, **facts})


def things() -> list[Any]:
    create = {"body": ThingIn, "out": ThingOut, "status": 201, "idempotent": True}
    return [
        operation(query=ThingFilter, out=ThingOut),
        operation(method="POST", name="create_thing", **create),
        operation(
            method="PATCH",
            name="amend_thing",
            path="/v1/expenses/things/{thing_id}",
            body=ThingIn,
            out=ThingOut,
            if_match="required",
            limit=SimpleNamespace(name="login", quota=5, window=60),
        ),
        operation(method="DELETE", name="remove_thing", path="/v1/expenses/things/{thing_id}"),
        operation(name="ping", path="/v1/expenses/ping", public=True, scope=None),
    ]


@pytest.fixture(name="document")
def made_document(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(
        openapi, "_tag", lambda service: {"name": service, "description": "Where money went."}
    )
    return openapi.build(things())


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    from openapi_spec_validator import OpenAPIV31SpecValidator, validate

    validate(json.loads(openapi.text(document)), cls=OpenAPIV31SpecValidator)


def test_building_twice_gives_the_same_text(document: dict[str, Any]) -> None:
    assert openapi.text(openapi.build(things())) == openapi.text(document)


def test_a_route_says_what_it_takes_and_gives(document: dict[str, Any]) -> None:
    amend = document["paths"]["/v1/expenses/things/{thing_id}"]["patch"]

    assert amend["operationId"] == "expenses_amend_thing"
    assert amend["security"] == [{"bearer": ["expenses:read"]}, {"cookie": []}]
    assert [(one["name"], one["required"]) for one in amend["parameters"]] == [
        ("thing_id", True),
        ("If-Match", True),
    ]
    assert set(amend["responses"]) == {
        "200", "400", "401", "403", "404", "409", "412", "422", "428", "429", "500",
    }  # fmt: skip
    assert amend["x-rate-limit"] == {"name": "login", "quota": 5, "window": 60}


def test_a_public_route_asks_for_nothing(document: dict[str, Any]) -> None:
    ping = document["paths"]["/v1/expenses/ping"]["get"]

    assert ping["security"] == []
    assert "401" not in ping["responses"]


def test_the_fields_of_a_query_become_parameters_and_their_model_is_dropped(
    document: dict[str, Any],
) -> None:
    listing = document["paths"]["/v1/expenses/things"]["get"]

    limit = next(one for one in listing["parameters"] if one["name"] == "limit")
    assert limit["schema"] == {"default": 50, "maximum": 200, "minimum": 1, "type": "integer"}
    assert "ThingFilter" not in document["components"]["schemas"]


def test_every_example_fits_its_schema(document: dict[str, Any]) -> None:
    from jsonschema import Draft202012Validator

    media = document["paths"]["/v1/expenses/things"]["post"]
    request = media["requestBody"]["content"]["application/json"]
    answer = media["responses"]["201"]["content"]["application/json"]

    for one in (request, answer):
        schema = {**one["schema"], "components": document["components"]}
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
            one["example"]
        )
    ThingIn.model_validate(request["example"])


def test_what_a_schema_gives_as_an_example_goes_first() -> None:
    schema = {"type": "string", "examples": ["Ada"], "default": "Bob"}

    assert example({}, schema) == "Ada"
    assert example({}, {"type": "string", "default": "Bob"}) == "Bob"
    assert example({}, {"type": "string", "pattern": "^[0-9]{6}$"}) == "123456"
    assert example({}, {"type": "integer", "exclusiveMinimum": 3}) == 4
    assert example({}, {"type": "array", "items": {"type": "string"}, "minItems": 2}, "payees") == [
        "Corner Bakery",
        "Corner Bakery",
    ]


def test_a_document_never_breaks_itself(document: dict[str, Any]) -> None:
    assert breaking_changes(document, document) == []


class Tags(HTMLParser):
    """Collects what a browser would load or run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.fetched: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.fetched += [value for name in ("src", "srcset") if (value := given.get(name))]
        if tag == "link":
            self.fetched.append(str(given.get("href")))
        if tag not in {"meta", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_shows_every_operation_and_fetches_nothing(document: dict[str, Any]) -> None:
    page = docs_page.render(document)

    tags = Tags(page)
    assert tags.open == []
    assert tags.fetched == []
    assert {"expenses_list_things", "expenses_remove_thing", "expenses"} <= set(tags.ids)
    assert len(tags.ids) == len(set(tags.ids))


def test_the_page_escapes_what_the_document_says(document: dict[str, Any]) -> None:
    page = docs_page.render(document)

    assert "List things &lt;b&gt;" in page
    assert "As &lt;people&gt; say it." in page


def test_what_stands_between_backticks_is_shown_as_code(document: dict[str, Any]) -> None:
    document["info"]["description"] = "Days are `YYYY-MM-DD`, `<i>` is text, and ` stays."

    page = docs_page.render(document)

    assert "Days are <code>YYYY-MM-DD</code>, <code>&lt;i&gt;</code> is text, and ` stays." in page


def test_the_policy_of_the_page_admits_its_own_script_and_no_other(
    document: dict[str, Any],
) -> None:
    page = docs_page.render(document)

    policy = docs_page.content_security_policy()
    assert len(re.findall(r"sha256-", policy)) == 2
    assert page.count("<script>") == page.count("<style>") == 1
    assert " on" not in re.sub(r"<script>.*?</script>|>[^<]*<", "><", page, flags=re.DOTALL)
