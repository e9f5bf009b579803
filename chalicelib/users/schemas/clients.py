"""Third-party apps and consents, as people see them."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from chalicelib.kernel.wire import Id, Name, Wire
from chalicelib.users.model.clients import MOST_REDIRECTS, OWN_SCOPES, SCOPES, Grant
from chalicelib.users.model.oauth_redirects import LONGEST, is_redirect

_CLIENT: Final = "0190b5a8-a111-7d52-9f3e-7c6b5a4d3e2f"
_REDIRECT: Final = "https://app.example.org/callback"


def _a_redirect(uri: str) -> str:
    if not is_redirect(uri):
        raise ValueError(
            "an https address, http://127.0.0.1 or http://[::1], or a private scheme such as "
            "org.example.app:/callback; lower case, no fragment, no user info, no wildcard"
        )
    return uri


def _a_scope(text: str) -> str:
    if text not in SCOPES:
        raise ValueError("a scope that apps can be given: " + ", ".join(SCOPES))
    return text


Redirect = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST),
    AfterValidator(_a_redirect),
    Field(examples=[_REDIRECT]),
]
AppScope = Annotated[str, AfterValidator(_a_scope), Field(examples=["expenses:read"])]


class RegisterClient(Wire):
    """An app to be registered. An app that runs in people's hands (a phone, a browser) is not confidential."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Receipt reader",
                    "confidential": True,
                    "redirect_uris": [_REDIRECT],
                    "grants": ["authorization_code", "refresh_token"],
                    "scopes": ["openid", "expenses:read"],
                }
            ]
        }
    )

    name: Name
    confidential: bool
    redirect_uris: Annotated[list[Redirect], Field(max_length=MOST_REDIRECTS)]
    grants: Annotated[list[Grant], Field(min_length=1, max_length=3)]
    scopes: Annotated[list[AppScope], Field(min_length=1, max_length=len(SCOPES))]

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        grants = set(self.grants)
        if ("authorization_code" in grants) != bool(self.redirect_uris):
            raise ValueError("redirect_uris belong to the grant authorization_code")
        if "refresh_token" in grants and "authorization_code" not in grants:
            raise ValueError("refresh_token comes with authorization_code")
        if "client_credentials" in grants and not self.confidential:
            raise ValueError("client_credentials is for confidential apps")
        if "client_credentials" in grants and not OWN_SCOPES & set(self.scopes):
            raise ValueError("client_credentials allows " + ", ".join(sorted(OWN_SCOPES)))
        return self


class ClientOut(Wire):
    """An app of the caller's."""

    id: Id
    """The `client_id`."""
    name: str
    confidential: bool
    redirect_uris: list[str]
    grants: list[str]
    scopes: list[str]
    created_at: str
    version: int


_CLIENT_EXAMPLE: Final[JsonDict] = {
    "id": _CLIENT,
    "name": "Receipt reader",
    "confidential": True,
    "redirect_uris": [_REDIRECT],
    "grants": ["authorization_code", "refresh_token"],
    "scopes": ["expenses:read", "openid"],
    "created_at": "2026-11-02T09:30:00.000Z",
    "version": 1,
}


class NewClientOut(ClientOut):
    """A new app. Its secret is shown this once; null for an app that is not confidential."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{**_CLIENT_EXAMPLE, "client_secret": "xpk_AZC1qHw-exqdVQpvDB0uPwGQta"}]
        }
    )

    client_secret: str | None


class ClientsOut(Wire):
    """The caller's apps, oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_CLIENT_EXAMPLE]}]})

    items: list[ClientOut]


class ScopeOut(Wire):
    """A scope, and what it means for the user."""

    name: str
    means: str


class ConsentOut(Wire):
    """An app that the user let in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "client_id": _CLIENT,
                    "name": "Receipt reader",
                    "scopes": [
                        {
                            "name": "expenses:read",
                            "means": "See your accounts and transactions",
                        }
                    ],
                    "since": "2026-11-02T09:30:00.000Z",
                    "changed_at": "2026-11-02T09:30:00.000Z",
                    "version": 1,
                }
            ]
        }
    )

    client_id: Id
    name: str
    """The app's name, as it was shown when the user let it in."""
    scopes: list[ScopeOut]
    since: str
    changed_at: str
    version: int


class ConsentsOut(Wire):
    """All apps that the user let in."""

    items: list[ConsentOut]


class ChangeConsent(Wire):
    """The scopes that the app shall keep: some of those that it has."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scopes": ["expenses:read"]}]})

    scopes: Annotated[list[AppScope], Field(min_length=1, max_length=len(SCOPES))]
