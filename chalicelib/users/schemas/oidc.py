"""Signing in with Google and Apple, and linking them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from chalicelib.kernel.wire import Wire
from chalicelib.users.model.oidc_flows import read_challenge

_CHALLENGE: Final = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
_FINISH: Final[JsonDict] = {
    "state": "AZC1qHw-exqdVQpvDB0uPwGQtaiffwB8QY4tartMPS4",
    "code": "4/0AVG7fiQ-exampleCodeOfTheProvider",
    "verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
}


def _a_challenge(text: str) -> str:
    if read_challenge(text) is None:
        raise ValueError("the SHA-256 of your verifier, as 43 characters of base64url")
    return text


Challenge = Annotated[str, AfterValidator(_a_challenge), Field(examples=[_CHALLENGE])]
"""The hash of a secret of 43 to 128 characters that the app keeps where it started (as in RFC 7636)."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=4_096)]


class StartQuery(Wire):
    """Who starts: only who knows the secret behind the challenge can finish."""

    challenge: Challenge


class StartBody(Wire):
    """Who starts: only who knows the secret behind the challenge can finish."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"challenge": _CHALLENGE}]})

    challenge: Challenge


class StartOut(Wire):
    """Where to send the browser."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "authorization_url": "https://accounts.google.com/o/oauth2/v2/auth?state=AZC1",
                    "state": "AZC1",
                    "expires_in": 600,
                }
            ]
        }
    )

    authorization_url: str
    state: str
    """What comes back with the answer; keep the verifier beside it."""
    expires_in: int
    """Seconds."""


class FinishLink(Wire):
    """The provider's answer, as it came to the app's page, and the secret behind the challenge."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FINISH]})

    state: Text
    code: Text
    verifier: Annotated[str, StringConstraints(min_length=43, max_length=128)]
    iss: Annotated[str, StringConstraints(max_length=200)] | None = None
    """The issuer, where the provider names it in its answer (RFC 9207)."""


class Finish(FinishLink):
    """The provider's answer, and how to go on: with tokens, or with a cookie."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_FINISH, "cookie": False}]})

    device_token: Annotated[str, StringConstraints(max_length=300)] = ""
    """What this device was given at an earlier sign-in."""
    cookie: bool = False


class AppleForm(Wire):
    """What Apple's page posts (response_mode=form_post); what else it sends is ignored."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"examples": [{"state": "AZC1", "code": "c1a2"}]}
    )

    state: Text
    code: Text | None = None
    error: Annotated[str, StringConstraints(max_length=100)] | None = None


class IdentityOut(Wire):
    """A provider that signs the user in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"provider": "google", "linked_at": "2026-11-02T09:30:00.000Z"}]
        }
    )

    provider: str
    linked_at: str


class IdentitiesOut(Wire):
    """All providers that sign the user in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"items": [{"provider": "google", "linked_at": "2026-11-02T09:30:00.000Z"}]}
            ]
        }
    )

    items: list[IdentityOut]
