"""Reading a request strictly: JSON that means one thing, queries without surprises, ids that are ids."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from chalice.app import Request
from pydantic import BaseModel, ValidationError

from chalicelib.kernel.context import ANY_VERSION
from chalicelib.kernel.errors import FieldProblem, Invalid, Malformed, NotFound, Oversized
from chalicelib.kernel.ids import is_id, new_id
from chalicelib.kernel.regex import regex

B = TypeVar("B", bound=BaseModel)
MAX_BODY: Final = 2_000_000
"""Bytes of a JSON body; files go to S3 by presigned upload."""
HOUSEHOLD_PARAMETER: Final = "household"
"""On every route whose data may be a household's: which one; absent means one's own."""
_MAX_DEPTH: Final = 32
_REQUEST_ID: Final = regex(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
_ETAG: Final = regex(r'"([0-9]{1,12})"', re.ASCII)


def header(event: Mapping[str, Any], name: str) -> str | None:
    """Give a header of a gateway event by its lower-case name."""
    for key, value in (event.get("headers") or {}).items():
        if key.lower() == name:
            return str(value)
    return None


def request_id_of(event: Mapping[str, Any]) -> str:
    """Take the caller's `X-Request-Id` where it is plain, else the gateway's, else a new one."""
    given = header(event, "x-request-id") or ""
    if _REQUEST_ID.fullmatch(given):
        return given
    made = str((event.get("requestContext") or {}).get("requestId") or "")
    return made if _REQUEST_ID.fullmatch(made) else new_id()


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("an object names the same key twice")
    return found


def _no_constant(name: str) -> object:
    raise Malformed(f"{name} is not JSON")


def check_json(raw: bytes) -> None:
    """Refuse what JSON parsers read differently: duplicate keys, NaN, bad UTF-8, deep nesting."""
    if len(raw) > MAX_BODY:
        raise Oversized(f"a body has at most {MAX_BODY} bytes")
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate fails here
    except (UnicodeError, RecursionError, ValueError) as error:
        raise Malformed("the body is not valid JSON in UTF-8") from error
    if _depth(value) > _MAX_DEPTH:
        raise Malformed(f"the body is nested more than {_MAX_DEPTH} deep")


def _depth(value: object) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        level = [part for item in level for part in _parts(item)]
        if depth > _MAX_DEPTH:
            break
    return depth


def _parts(value: object) -> Sequence[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def raw_body(request: Request) -> bytes:
    """Give the body's bytes as they came."""
    body = request.raw_body
    return body.encode() if isinstance(body, str) else body


def read_body(kind: type[B], request: Request) -> B:
    """Read and validate a JSON body; raise `Malformed` or `Invalid` with a pointer per bad field."""
    raw = raw_body(request)
    check_json(raw)
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        raise Invalid(errors=problems_of(error)) from error


def read_query(kind: type[B] | None, request: Request, *, household: bool) -> B | None:
    """Read the query parameters; unknown and repeated ones are refused.

    With `household` the owner's own parameter is let pass: the token check reads it.
    """
    given = request.query_params
    pairs = {name: given.getlist(name) for name in given} if given else {}
    repeated = tuple(
        FieldProblem(f"?{name}", "given twice") for name, values in pairs.items() if len(values) > 1
    )
    if repeated:
        raise Invalid(errors=repeated)
    if household:
        pairs.pop(HOUSEHOLD_PARAMETER, None)
    if kind is None:
        if pairs:
            unknown = (FieldProblem(f"?{name}", "unknown parameter") for name in pairs)
            raise Invalid(errors=tuple(unknown))
        return None
    try:
        return kind.model_validate({name: values[0] for name, values in pairs.items()})
    except ValidationError as error:
        raise Invalid(errors=problems_of(error, prefix="?")) from error


def problems_of(error: ValidationError, *, prefix: str = "/") -> tuple[FieldProblem, ...]:
    """Name each bad field by pointer; the bad value itself is never repeated."""
    found = []
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        path = "/".join(_token(part) for part in one["loc"])
        found.append(
            FieldProblem(
                prefix + path if path else prefix, one["msg"].removeprefix("Value error, ")
            )
        )
    return tuple(found[:50])


def _token(part: int | str) -> str:
    """Write a part of a pointer (RFC 6901); a caller's own key is cut, however long it is."""
    return str(part)[:100].replace("~", "~0").replace("/", "~1")


def check_ids(params: Mapping[str, str]) -> None:
    """An id in the path that is not an id names nothing: 404, like a foreign one."""
    for name, value in params.items():
        if name.endswith("_id") and not is_id(value):
            raise NotFound


def expected_version(value: str | None) -> int | None:
    """Read `If-Match`: one strong entity tag that we gave, or `*` for any."""
    if value is None:
        return None
    if value.strip() == "*":
        return ANY_VERSION
    match = _ETAG.fullmatch(value.strip())
    if match is None:
        raise Invalid(errors=(FieldProblem("If-Match", "take the ETag of the object as it is"),))
    return int(match.group(1))
