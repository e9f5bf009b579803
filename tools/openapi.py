"""The API document: OpenAPI 3.1, built from the operations that the routes declare beside their handlers.

`python -m tools.openapi docs/openapi.json` writes the snapshot, and refuses when the change would break
a client; `--accept-breaking` is for the day on which that is meant.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from functions._edge.cookies import NAME as COOKIE
from functions._edge.requests import HOUSEHOLD_PARAMETER
from tools.examples import example
from tools.openapi_diff import breaking_changes, flat

if TYPE_CHECKING:
    from functions._edge.operations import Operation

ROOT: Final = Path(__file__).resolve().parent.parent
SNAPSHOT: Final = ROOT / "docs" / "openapi.json"
_REFERENCE: Final = "#/components/schemas/{model}"
_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_PROBLEM: Final = "application/problem+json"
_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"

Json = dict[str, Any]

_PROBLEM_SCHEMA: Final[Json] = {
    "type": "object",
    "description": "RFC 9457 problem details. Switch on `type`; the sentences are for people.",
    "properties": {
        "type": {"type": "string", "examples": ["urn:xpense:problem:not-found"]},
        "title": {"type": "string", "examples": ["There is no such object"]},
        "status": {"type": "integer", "examples": [404]},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "The request id, as in `X-Request-Id`."},
        "errors": {
            "type": "array",
            "description": "One entry per bad field.",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "RFC 6901 into the body, or `?name` for a query parameter.",
                    },
                    "detail": {"type": "string"},
                },
                "required": ["pointer", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "instance"],
}

_PROBLEMS: Final[Mapping[str, str]] = {
    "400": "The body could not be read: not JSON, duplicate keys, NaN, bad UTF-8.",
    "401": "Sign in first.",
    "403": "The token does not carry the scope, the role is missing, or the feature is switched off.",
    "404": "There is no such object; somebody else's looks the same.",
    "409": "The state of things does not allow it now.",
    "412": "The object was changed in the meantime: `If-Match` is stale.",
    "422": "A field is wrong, or the idempotency key came with another body.",
    "413": "The body is too large.",
    "428": "This change needs an `If-Match` header.",
    "429": "Too many requests; `Retry-After` says when to come again.",
    "500": "A mistake of ours; quote the request id.",
    "503": "Something that this depends on does not answer; trying again later may work.",
}

_HEADERS: Final[Mapping[str, Json]] = {
    "Idempotency-Key": {
        "description": "The same key and body gives the first answer again, without a second effect.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    },
    "If-Match": {
        "description": "The `ETag` of the object that the change was made from.",
        "schema": {"type": "string", "examples": ['"3"']},
    },
    "If-None-Match": {
        "description": "The `ETag` of what is known already: 304 when it is still current.",
        "schema": {"type": "string"},
    },
}


_HOUSEHOLD: Final[Json] = {
    "name": HOUSEHOLD_PARAMETER,
    "in": "query",
    "required": False,
    "description": "A household that you are a member of: its data instead of your own.",
    "schema": {"type": "string", "format": "uuid"},
}


def document() -> Json:
    """Build the document of the whole app: every service that works, in the order of paths."""
    importlib.import_module("app")
    from functions._edge.operations import operations

    return build(operations())


def build(operations: Iterable[Operation]) -> Json:
    """Build the document of some operations."""
    known = list(operations)
    names, schemas = _schemas(known)
    made: Json = {
        "openapi": "3.1.0",
        "info": _info(),
        "servers": [{"url": "/"}],
        "tags": [_tag(service) for service in sorted({one.service for one in known})],
        "paths": {},
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An access token of ten minutes, or a personal API token (`xpt_`).",
                },
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "A browser's session; unsafe methods need `X-CSRF-Token` beside it.",
                },
            },
            "responses": {f"Problem{status}": _problem(status) for status in _PROBLEMS},
            "schemas": {**schemas, "Problem": _PROBLEM_SCHEMA},
        },
    }
    for operation in known:
        entry = _operation(made, operation, names)
        made["paths"].setdefault(operation.path, {})[operation.method.lower()] = entry
    return _pruned(made)


def _info() -> Json:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "title": "xPense",
        "version": project["version"],
        "summary": project["description"],
        "description": (
            "Names are snake_case, ids lower-case UUIDs, money a decimal string with its currency; a "
            "negative amount leaves the user. Instants are RFC 3339 in UTC, days `YYYY-MM-DD` in the "
            "user's zone, months `YYYY-MM`. Lists take `limit` and an opaque `cursor`. Ignore fields "
            "and enumeration values that you do not know: they are how this API grows."
        ),
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }


def _tag(service: str) -> Json:
    doc = importlib.import_module(f"chalicelib.{service}").__doc__ or service
    return {"name": service, "description": doc.strip().split("\n\n")[0].replace("\n", " ")}


Names = Mapping[tuple[Any, JsonSchemaMode], Json]


def _schemas(operations: list[Operation]) -> tuple[Names, Json]:
    wanted: dict[tuple[Any, JsonSchemaMode], None] = {}
    for one in operations:
        for model in filter(None, (one.body, one.query, one.form)):
            wanted[(model, "validation")] = None
        if one.out is not None:
            wanted[(one.out, "serialization")] = None
    names, shared = models_json_schema(
        sorted(wanted, key=lambda pair: (pair[0].__module__, pair[0].__qualname__, pair[1])),
        ref_template=_REFERENCE,
    )
    return names, dict(sorted(shared.get("$defs", {}).items()))


def _referred(node: object) -> set[str]:
    """The schemas that a part of the document refers to, by name."""
    if isinstance(node, dict):
        here = node.get("$ref", "")
        own = {here.rpartition("/")[2]} if isinstance(here, str) and here else set()
        return own.union(*(_referred(value) for value in node.values()))
    if isinstance(node, list):
        return set[str]().union(*(_referred(value) for value in node))
    return set()


def _pruned(made: Json) -> Json:
    """Drop schemas that nothing reaches: those of query models, whose fields became parameters."""
    schemas = made["components"]["schemas"]
    reached = _referred(made["paths"]) | _referred(made["components"]["responses"])
    todo = list(reached)
    while todo:
        new = _referred(schemas.get(todo.pop(), {})) - reached
        reached |= new
        todo += new
    made["components"]["schemas"] = {name: schemas[name] for name in schemas if name in reached}
    return made


def _problem(status: str) -> Json:
    return {
        "description": _PROBLEMS[status],
        "content": {_PROBLEM: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}},
    }


def _operation(made: Json, operation: Operation, names: Names) -> Json:
    entry: Json = {
        "operationId": f"{operation.service}_{operation.name}",
        "tags": [operation.service],
        "summary": operation.summary,
        "description": " ".join([operation.description, *_demands(operation)]),
        "security": ([] if operation.public else [{"bearer": _scopes(operation)}, {"cookie": []}]),
        "parameters": [*_path(operation), *_query(made, operation, names), *_headers(operation)],
    }
    if operation.body is not None:
        entry["requestBody"] = {
            "required": True,
            "content": {_JSON: _media(made, names[(operation.body, "validation")])},
        }
    if operation.form is not None:
        entry["requestBody"] = {
            "required": True,
            "content": {_FORM: _media(made, names[(operation.form, "validation")])},
        }
    entry["responses"] = {**_success(made, operation, names), **_failures(operation)}
    if operation.limit is not None:
        limit = operation.limit
        entry["x-rate-limit"] = {"name": limit.name, "quota": limit.quota, "window": limit.window}
    return entry


def _demands(operation: Operation) -> list[str]:
    """Say what a route asks of its caller beyond the scope."""
    demands = {
        "Only for people in an app of ours, not for API tokens and other apps.": (
            operation.people_only
        ),
        "Needs a proof of who you are within the last ten minutes.": operation.step_up,
        "For administrators; for others it is absent.": operation.admin,
    }
    return [sentence for sentence, asked in demands.items() if asked]


def _scopes(operation: Operation) -> list[str]:
    return [operation.scope] if operation.scope else []


def _path(operation: Operation) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", **({"format": "uuid"} if name.endswith("_id") else {})},
        }
        for name in _PARAMETER.findall(operation.path)
    ]


def _query(made: Json, operation: Operation, names: Names) -> list[Json]:
    parameters = [_HOUSEHOLD] if operation.household and not operation.public else []
    if operation.query is None:
        return parameters
    schema = flat(made, names[(operation.query, "validation")])
    for name, field in schema.get("properties", {}).items():
        inner = {key: value for key, value in field.items() if key != "title"}
        about = inner.pop("description", None)
        parameters.append(
            {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", ()),
                **({"description": about} if about else {}),
                "schema": inner,
            }
        )
    return parameters


def _headers(operation: Operation) -> list[Json]:
    wanted = []
    if operation.idempotent:
        wanted.append(("Idempotency-Key", False))
    if operation.if_match != "none":
        wanted.append(("If-Match", operation.if_match == "required"))
    if operation.method == "GET":
        wanted.append(("If-None-Match", False))
    return [
        {"name": name, "in": "header", "required": required, **_HEADERS[name]}
        for name, required in wanted
    ]


def _media(made: Json, schema: Json) -> Json:
    return {"schema": schema, "example": example(made, schema)}


def _success(made: Json, operation: Operation, names: Names) -> Json:
    if operation.out is None:
        return {
            "204" if operation.status == 200 else str(operation.status): {"description": "Done."}
        }
    schema = names[(operation.out, "serialization")]
    headers: Json = {}
    if operation.status == 201:
        headers["Location"] = {"schema": {"type": "string"}}
    if operation.method == "GET" or "version" in flat(made, schema).get("properties", {}):
        headers["ETag"] = {"schema": {"type": "string"}}
    answer: Json = {"description": operation.summary, "content": {_JSON: _media(made, schema)}}
    found = {str(operation.status): {**answer, **({"headers": headers} if headers else {})}}
    if operation.method == "GET":
        found["304"] = {"description": "Still what `If-None-Match` names."}
    return found


def _failures(operation: Operation) -> Json:
    known = not operation.public
    writes = operation.method != "GET" and not operation.reads
    # without a query, too: `?household=` or an `If-Match` that cannot be read
    asks = operation.query is not None or known
    # the household itself, or what a body names, may be absent as well
    names = "{" in operation.path or (operation.household and known)
    follows = {
        "400": operation.body is not None,
        "401": known,
        "403": known or operation.flag is not None,
        "404": names,
        "409": writes,
        "412": operation.if_match != "none",
        "422": operation.body is not None or asks,
        "428": operation.if_match == "required",
    }
    statuses = {"429", "500", *map(str, operation.refuses)}
    statuses |= {status for status, may in follows.items() if may}
    return {
        status: {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(statuses)
    }


def text(made: Json) -> str:
    """Write a document as the snapshot does."""
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the snapshot; exit code 1 and a list when that would break a client."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("--accept-breaking", action="store_true")
    arguments = parser.parse_args()
    made = json.loads(text(document()))
    if arguments.snapshot.exists() and not arguments.accept_breaking:
        old = json.loads(arguments.snapshot.read_text(encoding="utf-8"))
        found = breaking_changes(old, made)
        if found:
            print("This would break clients:", *found, sep="\n  ", file=sys.stderr)
            print("Where that is meant: make openapi BREAKING=yes", file=sys.stderr)
            return 1
    arguments.snapshot.parent.mkdir(parents=True, exist_ok=True)
    arguments.snapshot.write_text(text(made), encoding="utf-8")
    print(f"{arguments.snapshot}: {len(made['paths'])} paths")
    return 0


if __name__ == "__main__":
    sys.exit(main())
