"""The kinds of refusal. A service refuses by raising a fact; only the edge turns a kind into a number.

Every refusal carries a stable `slug` (clients switch on it), a `title` for people and an optional
`detail`. Details never hold personal data, because they are logged.
"""

from __future__ import annotations

from typing import ClassVar

from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One bad field: `pointer` is an RFC 6901 pointer into the body, or `?name` for a query parameter."""

    pointer: str
    detail: str


class Refusal(Exception):
    """A use-case said no, for a reason that the caller can act on."""

    slug: ClassVar[str] = "refused"
    title: ClassVar[str] = "The request was refused"

    def __init__(self, detail: str | None = None) -> None:
        """Keep the detail; it may be shown to the caller and must not hold personal data."""
        super().__init__(detail or self.title)
        self.detail = detail


class NotFound(Refusal):
    """The object is absent, or belongs to somebody else: the two must look the same."""

    slug = "not-found"
    title = "There is no such object"


class Invalid(Refusal):
    """One or more fields are wrong; the same input will never be accepted."""

    slug = "invalid"
    title = "The request is not valid"

    def __init__(self, detail: str | None = None, *, errors: tuple[FieldProblem, ...] = ()) -> None:
        """Name each bad field in `errors`."""
        super().__init__(detail)
        self.errors = errors


class Malformed(Refusal):
    """The body is not well-formed JSON: duplicate keys, NaN, bad UTF-8, too deep."""

    slug = "malformed"
    title = "The request could not be read"


class Oversized(Refusal):
    """The body has more bytes than any request needs."""

    slug = "too-large"
    title = "The body is too large"


class Conflict(Refusal):
    """The state of things does not allow it now."""

    slug = "conflict"
    title = "The request conflicts with the current state"


class Stale(Conflict):
    """The caller's `If-Match` version is not the current one."""

    slug = "stale"
    title = "The object was changed in the meantime"


class PreconditionRequired(Refusal):
    """The route moves money and asks for `If-Match`."""

    slug = "precondition-required"
    title = "This change needs an If-Match header"


class Forbidden(Refusal):
    """Known caller, missing scope or role."""

    slug = "forbidden"
    title = "This is not allowed for you"


class Unauthenticated(Refusal):
    """No valid proof of who is calling."""

    slug = "unauthenticated"
    title = "Sign in first"


class StepUpRequired(Unauthenticated):
    """Signed in, but not freshly enough for this; `max_age` is in seconds."""

    slug = "step-up-required"
    title = "Show again that it is you"

    def __init__(self, detail: str | None = None, *, max_age: int) -> None:
        """Say how old a proof may be."""
        super().__init__(detail)
        self.max_age = max_age


class TooMany(Refusal):
    """A limit is used up; `retry_after` is in seconds."""

    slug = "too-many-requests"
    title = "Too many requests"

    def __init__(self, detail: str | None = None, *, retry_after: int) -> None:
        """Say when it is worth trying again."""
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """Something that we depend on does not answer; trying again later may work."""

    slug = "unavailable"
    title = "Temporarily unavailable"
