"""Pages: opaque, signed cursors that belong to one owner and one question."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.keys import provider
from chalicelib.kernel.values import dataclass

T = TypeVar("T")
_TAG: Final = 16
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some objects, and where to go on: None only at the end."""

    items: tuple[T, ...]
    resume: Mapping[str, str] | None


class BadCursor(Invalid):
    """The cursor is damaged, of another owner, or of another question."""

    slug = "bad-cursor"
    title = "The cursor does not belong to this list"

    def __init__(self) -> None:
        """Point at the parameter."""
        super().__init__(
            errors=(FieldProblem("?cursor", "take the value of next_cursor as it is"),)
        )


def encode_cursor(resume: Mapping[str, str] | None, *, owner: str, question: str) -> str | None:
    """Sign where to go on for this owner and this question (route and filters)."""
    if resume is None:
        return None
    body = json.dumps(resume, separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(_sign(body, owner, question) + body).decode().rstrip("=")


def decode_cursor(cursor: str | None, *, owner: str, question: str) -> Mapping[str, str] | None:
    """Read a cursor back; raise `BadCursor` unless it was made for this owner and question."""
    if cursor is None:
        return None
    if len(cursor) > _LONGEST:
        raise BadCursor
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCursor from error
    tag, body = raw[:_TAG], raw[_TAG:]
    if not hmac.compare_digest(tag, _sign(body, owner, question)):
        raise BadCursor
    resume: dict[str, str] = json.loads(body)
    return resume


def _sign(body: bytes, owner: str, question: str) -> bytes:
    key = provider().secret("cursor")
    message = b"\x1f".join((owner.encode(), question.encode(), body))
    return hmac.new(key, message, hashlib.sha256).digest()[:_TAG]
