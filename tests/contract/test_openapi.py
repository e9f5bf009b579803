"""The API document holds what works, every route is in it with an example, and it never breaks a client."""

from __future__ import annotations

import importlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tools import docs_page, openapi
from tools.openapi_diff import breaking_changes, operations

ROOT = Path(__file__).resolve().parents[2]
ROUTES = ROOT.parent / "shared" / "design" / "routes.txt"
_JSON = "application/json"


@cache
def document() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(openapi.text(openapi.document()))
    return made


@cache
def snapshot() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(openapi.SNAPSHOT.read_text(encoding="utf-8"))
    return found


def examples() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every media type of the document that has a schema: requests and good answers."""
    for name, operation in operations(document()).items():
        body = operation.get("requestBody", {}).get("content", {})
        yield from ((f"{name} request", media) for media in body.values())
        for status, answer in operation["responses"].items():
            media = answer.get("content", {}).get(_JSON)
            if media is not None:
                yield f"{name} {status}", media


def test_the_document_is_valid_openapi_3_1() -> None:
    from openapi_spec_validator import OpenAPIV31SpecValidator, validate

    validate(document(), cls=OpenAPIV31SpecValidator)


def test_the_snapshot_still_holds_for_clients() -> None:
    found = breaking_changes(snapshot(), document())

    assert not found, "this breaks clients:\n" + "\n".join(map(str, found))


def test_the_snapshot_is_up_to_date() -> None:
    assert document() == snapshot(), "run `make openapi` and commit docs/openapi.json"


def test_every_route_has_an_operation_and_every_operation_a_route() -> None:
    routed = {
        f"{method} {path}"
        for path, methods in importlib.import_module("app").app.routes.items()
        for method in methods
    }

    assert set(operations(document())) == routed


def test_every_operation_is_named_once_and_says_what_it_does() -> None:
    ids = [one["operationId"] for one in operations(document()).values()]

    assert len(ids) == len(set(ids))
    for name, one in operations(document()).items():
        assert one["summary"], name
        assert one["description"], name


def test_every_body_and_every_answer_has_an_example() -> None:
    without = [where for where, media in examples() if "example" not in media]

    assert without == []


def test_every_example_fits_its_schema() -> None:
    from jsonschema import Draft202012Validator

    checker = Draft202012Validator.FORMAT_CHECKER
    wrong = []
    for where, media in examples():
        schema = {**media["schema"], "components": document()["components"]}
        validator = Draft202012Validator(schema, format_checker=checker)
        wrong += [
            f"{where}: {error.json_path} {error.message}"
            for error in validator.iter_errors(media["example"])
        ]

    assert wrong == []


def test_every_request_example_is_accepted_by_the_model_itself() -> None:
    from functions._edge.operations import operations as registered

    for one in registered():
        if one.body is not None:
            entry = document()["paths"][one.path][one.method.lower()]
            body = entry["requestBody"]["content"][_JSON]["example"]
            one.body.model_validate_json(json.dumps(body))


def test_money_is_never_a_number() -> None:
    for name, schema in document()["components"]["schemas"].items():
        for field, inner in schema.get("properties", {}).items():
            if re.search(r"amount|balance|total|price", field):
                assert '"number"' not in json.dumps(inner), f"{name}.{field}"


def test_schemas_have_plain_names() -> None:
    odd = [name for name in document()["components"]["schemas"] if "__" in name]

    assert odd == [], "two models share a name; rename one"


def test_the_page_shows_every_operation() -> None:
    page = docs_page.render(document())

    for one in operations(document()).values():
        assert f'id="{one["operationId"]}"' in page


def test_how_far_the_promised_routes_are(record_property: Callable[[str, object], None]) -> None:
    if not ROUTES.exists():
        pytest.skip("the list of promised routes is not beside this checkout")
    promised = [
        " ".join(line.split("|")[0].split())
        for line in ROUTES.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    here = set(operations(document()))

    all_of = Counter(map(_service_of, promised))
    done = Counter(_service_of(name) for name in promised if name in here)
    parts = ", ".join(f"{service} {done[service]}/{count}" for service, count in all_of.items())
    record_property(
        "figure", f"promised routes that work: {done.total()} of {len(promised)} ({parts})"
    )
    assert done.total()


def _service_of(name: str) -> str:
    return name.split("/")[2] if "/v1/" in name else "well-known"
