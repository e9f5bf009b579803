"""The one place that turns refusals into numbers: RFC 9457 problem documents for every error path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from chalicelib.kernel.errors import (
    Conflict,
    FieldProblem,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    Oversized,
    PreconditionRequired,
    Refusal,
    Stale,
    StepUpRequired,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from chalicelib.kernel.values import dataclass

CONTENT_TYPE: Final = "application/problem+json"
_URN: Final = "urn:xpense:problem:"

# The most specific kind first: Stale is a Conflict.
_STATUS: Final[tuple[tuple[type[Refusal], int], ...]] = (
    (Malformed, 400),
    (Oversized, 413),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Stale, 412),
    (Conflict, 409),
    (Invalid, 422),
    (PreconditionRequired, 428),
    (TooMany, 429),
    (Unavailable, 503),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer before Chalice wraps it: the body is text."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


def status_of(refusal: Refusal) -> int:
    """Give the HTTP status of a refusal's kind; a kind that nobody mapped is our mistake: 500."""
    for kind, status in _STATUS:
        if isinstance(refusal, kind):
            return status
    return 500


def problem_response(
    status: int,
    slug: str,
    title: str,
    detail: str | None,
    request_id: str,
    *,
    errors: tuple[FieldProblem, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> tuple[int, dict[str, str], str]:
    """Write a problem document; gives status, headers and body."""
    document: dict[str, Any] = {
        "type": _URN + slug,
        "title": title,
        "status": status,
        "instance": request_id,
    }
    if detail:
        document["detail"] = detail
    if errors:
        document["errors"] = [
            {"pointer": error.pointer, "detail": error.detail} for error in errors
        ]
    named = {"Content-Type": CONTENT_TYPE, "X-Request-Id": request_id, "Cache-Control": "no-store"}
    return status, {**named, **(headers or {})}, json.dumps(document, separators=(",", ":"))


def of_refusal(refusal: Refusal, request_id: str) -> Answer:
    """Turn a refusal into its answer; what maps to 500 shows no detail."""
    status = status_of(refusal)
    if status == 500:
        return of_crash(request_id)
    return Answer(
        *problem_response(
            status,
            refusal.slug,
            refusal.title,
            refusal.detail if refusal.detail != refusal.title else None,
            request_id,
            errors=refusal.errors if isinstance(refusal, Invalid) else (),
            headers=_extra(refusal),
        )
    )


def _extra(refusal: Refusal) -> dict[str, str]:
    if isinstance(refusal, TooMany):
        return {"Retry-After": str(refusal.retry_after)}
    if isinstance(refusal, StepUpRequired):
        fresh = f'error="insufficient_user_authentication", max_age="{refusal.max_age}"'
        return {"WWW-Authenticate": f'Bearer realm="xpense", {fresh}'}  # RFC 9470
    if isinstance(refusal, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="xpense"'}
    return {}


def of_crash(request_id: str) -> Answer:
    """Give the answer to a mistake of ours: nothing but the request id, which the log line has too."""
    return Answer(
        *problem_response(500, "internal", "Something went wrong on our side", None, request_id)
    )


_BY_STATUS: Final[dict[int, tuple[str, str]]] = {
    400: ("malformed", "The request could not be read"),
    404: ("not-found", "There is no such route"),
    405: ("method-not-allowed", "This route does not have that method"),
    413: ("too-large", "The body is too large"),
    503: ("unavailable", "Temporarily unavailable"),
    415: ("unsupported-media-type", "This content type is not understood here"),
}


def of_status(status: int, request_id: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Give the problem for an error that the router or the gateway made by itself."""
    if status not in _BY_STATUS:
        return of_crash(request_id)
    slug, title = _BY_STATUS[status]
    return Answer(*problem_response(status, slug, title, None, request_id, headers=headers))
