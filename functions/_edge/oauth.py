"""Endpoints that OAuth libraries call: a form instead of JSON, and errors in the terms of RFC 6749 (5.2).

Everything else about them is as on every public route: limit, request id, headers, the log.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from chalice.app import Request
from pydantic import BaseModel, ValidationError

from chalicelib.kernel.context import Visit
from chalicelib.security.api import Limit
from chalicelib.users.api import OAuthRefusal
from functions._edge import requests
from functions._edge.endpoint import FORM, Edge
from functions._edge.problems import Answer

F = TypeVar("F", bound=BaseModel)
FormView = Callable[[Visit, F, str | None], BaseModel | Answer | None]
"""Gets the form and the `Authorization` header."""
MAX_FORM: Final = 32_000
"""Bytes of a form; the longest token has some 4,000."""
_MOST_FIELDS: Final = 30
_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def form_endpoint(
    edge: Edge,
    path: str,
    *,
    summary: str,
    form: type[F],
    out: type[BaseModel] | None,
    limit: Limit,
    status: int = 200,
) -> Callable[[FormView[F]], FormView[F]]:
    """Declare a public POST route that reads a form; its view gets `Visit`, the form and `Authorization`."""

    def decorate(view: FormView[F]) -> FormView[F]:
        @functools.wraps(view)
        def answer(visit: Visit) -> Answer:
            request = edge.request
            try:
                given = read_form(form, request)
                return plain(view(visit, given, request.headers.get("authorization")))
            except OAuthRefusal as refusal:
                return _refused(refusal)

        edge.endpoint(
            "POST",
            path,
            summary=summary,
            form=form,
            out=out,
            public=True,
            limit=limit,
            status=status,
        )(answer)
        return view

    return decorate


def plain(result: BaseModel | Answer | None) -> Answer:
    """Write an answer as OAuth has it: what is not there is left out, and nobody may keep it."""
    if isinstance(result, Answer):
        return result
    if result is None:
        return Answer(200, _NO_STORE, "")
    body = result.model_dump_json(exclude_none=True)
    return Answer(200, {"Content-Type": "application/json", **_NO_STORE}, body)


def read_form(kind: type[F], request: Request) -> F:
    """Read a form; raise `OAuthRefusal` (`invalid_request`) for anything else, and for a repeated field.

    A field without a value counts as absent (RFC 6749, 3.2).
    """
    content = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    raw = requests.raw_body(request)
    if content != FORM or len(raw) > MAX_FORM:
        raise OAuthRefusal("invalid_request", f"the body is {FORM} of at most {MAX_FORM} bytes")
    try:
        pairs = parse_qsl(
            raw.decode(),
            keep_blank_values=True,
            strict_parsing=bool(raw),
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:
        raise OAuthRefusal("invalid_request", "the form cannot be read") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise OAuthRefusal("invalid_request", "a field is given twice")
    try:
        return kind.model_validate({name: text for name, text in pairs if text})
    except ValidationError as error:
        names = ", ".join(one.pointer[1:] for one in requests.problems_of(error))
        raise OAuthRefusal("invalid_request", f"missing or not valid: {names}") from error


def _refused(refusal: OAuthRefusal) -> Answer:
    document: dict[str, Any] = {"error": refusal.code, "error_description": refusal.detail}
    headers = {"Content-Type": "application/json", **_NO_STORE}
    if refusal.code != "invalid_client":
        return Answer(400, headers, json.dumps(document))
    challenge = {"WWW-Authenticate": 'Basic realm="xpense"'}
    return Answer(401, {**headers, **challenge}, json.dumps(document))
