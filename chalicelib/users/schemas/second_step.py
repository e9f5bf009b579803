"""The second step of a sign-in, and signing in with a passkey alone.

A credential is what a browser's `PublicKeyCredential.toJSON()` gives (WebAuthn Level 3); members that we do
not read are let pass inside it, for browsers add some with each version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, JsonValue, StringConstraints, model_validator
from pydantic.config import JsonDict

from chalicelib.kernel.wire import Id, Wire
from chalicelib.users.schemas.signing_in import DeviceToken

_CHALLENGE: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"
_CREDENTIAL: Final[JsonDict] = {
    "id": "pZ3xZkqvQbW0",
    "rawId": "pZ3xZkqvQbW0",
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
        "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ",
        "signature": "MEUCIQDx",
        "userHandle": "AZC1qJ8AfEGOLWtaTD0uHw",
    },
}
_OPTIONS: Final[JsonDict] = {
    "challenge": "3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs",
    "timeout": 300_000,
    "rpId": "xpense.example",
    "allowCredentials": [],
    "userVerification": "required",
}

Piece = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[A-Za-z0-9_-]*$")]
"""Bytes as base64url without padding."""
Ticket = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class AssertionResponse(BaseModel):
    """What the authenticator signed."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    clientDataJSON: Piece  # noqa: N815 - the standard's name
    authenticatorData: Piece  # noqa: N815 - the standard's name
    signature: Piece
    userHandle: Piece | None = None  # noqa: N815 - the standard's name


class Assertion(BaseModel):
    """A passkey's answer to a challenge."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, json_schema_extra={"examples": [_CREDENTIAL]}
    )

    id: Piece
    rawId: Piece  # noqa: N815 - the standard's name
    type: Literal["public-key"]
    response: AssertionResponse

    def plain(self) -> Mapping[str, object]:
        """Give the JSON form again, with what was read of it only."""
        return self.model_dump(exclude_none=True)


class ShownPasskey(Wire):
    """A passkey, shown for a challenge of ours."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"challenge_id": _CHALLENGE, "credential": _CREDENTIAL}]}
    )

    challenge_id: Id
    credential: Assertion


class FinishSignIn(Wire):
    """The ticket of the first step and exactly one second factor."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"ticket": "xpm_AZC1qHw-exqdVQpvDB0uPwGQtaif", "totp": "287082"}]
        }
    )

    ticket: Ticket
    totp: Annotated[str, StringConstraints(max_length=20)] | None = None
    recovery_code: Annotated[str, StringConstraints(max_length=100)] | None = None
    passkey: ShownPasskey | None = None
    device_token: DeviceToken = ""
    cookie: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        shown = (self.totp, self.recovery_code, self.passkey)
        if sum(one is not None for one in shown) != 1:
            msg = "exactly one of totp, recovery_code and passkey"
            raise ValueError(msg)
        return self


class AskPasskey(Wire):
    """With a ticket, a passkey as second factor is asked for; without, one alone that says who it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})

    ticket: Ticket | None = None


class PasskeyAskedOut(Wire):
    """A challenge that works once, within five minutes; `options` is for `navigator.credentials.get`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"challenge_id": _CHALLENGE, "options": _OPTIONS}]}
    )

    challenge_id: Id
    options: dict[str, JsonValue]


class PasskeySignIn(Wire):
    """A passkey alone, with its user verified."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"challenge_id": _CHALLENGE, "credential": _CREDENTIAL}]}
    )

    challenge_id: Id
    credential: Assertion
    device_token: DeviceToken = ""
    cookie: bool = False
