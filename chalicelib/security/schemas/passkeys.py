"""Passkeys on the wire: the JSON forms of WebAuthn Level 3 (`PublicKeyCredential.toJSON()`).

What a browser writes may have members that we do not read, and gets new ones with each version: those alone
are let pass, inside `credential`.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from chalicelib.kernel.wire import Id, Name, Wire
from chalicelib.security.schemas.factors import AccountName

_PASSKEY: Final = "0190b5a8-9f00-7c41-8e2d-6b5a4c3d2e1f"
_CHALLENGE: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"
_B64: Final = r"^[A-Za-z0-9_-]*$"
_OPTIONS: Final[JsonDict] = {
    "challenge": "3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs",
    "timeout": 300000,
    "rpId": "xpense.example",
    "allowCredentials": [],
    "userVerification": "required",
}
_ATTESTATION: Final[JsonDict] = {
    "id": "pZ3xZkqvQbW0",
    "rawId": "pZ3xZkqvQbW0",
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0",
        "attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oA",
        "transports": ["internal"],
    },
}
_ASSERTION: Final[JsonDict] = {
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


Base64Url = Annotated[str, StringConstraints(max_length=2_000, pattern=_B64)]
"""Bytes as base64url without padding."""
LongBase64Url = Annotated[str, StringConstraints(max_length=20_000, pattern=_B64)]
"""The same, where a certificate may be inside."""
Transport = Annotated[str, StringConstraints(max_length=20, pattern=r"^[a-z-]+$")]
"""How a device reaches the authenticator: `internal`, `hybrid`, `usb`, `nfc`, `ble` ..."""


class _FromBrowser(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class NewResponse(_FromBrowser):
    """What an authenticator says of a new passkey."""

    client_data: Base64Url = Field(alias="clientDataJSON")
    attestation: LongBase64Url = Field(alias="attestationObject")
    transports: Annotated[list[Transport], Field(max_length=10)] | None = None


class ShownResponse(_FromBrowser):
    """What an authenticator answers to a challenge."""

    client_data: Base64Url = Field(alias="clientDataJSON")
    authenticator_data: Base64Url = Field(alias="authenticatorData")
    signature: Base64Url
    user_handle: Base64Url | None = Field(default=None, alias="userHandle")


class _Credential(_FromBrowser):
    id: Base64Url
    raw_id: Base64Url = Field(alias="rawId")
    type: Literal["public-key"]

    def sent(self) -> dict[str, object]:
        """Give it back as the browser sent it, as far as we read it."""
        return self.model_dump(by_alias=True, exclude_none=True)


class NewCredential(_Credential):
    """What `navigator.credentials.create()` gave, as `toJSON()` writes it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ATTESTATION]})

    response: NewResponse

    def transports(self) -> tuple[str, ...]:
        """Give how devices reach the authenticator, each once."""
        return tuple(dict.fromkeys(self.response.transports or ()))


class ShownCredential(_Credential):
    """What `navigator.credentials.get()` gave, as `toJSON()` writes it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ASSERTION]})

    response: ShownResponse


class PasskeyAnswer(Wire):
    """A passkey's answer to a challenge."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"challenge_id": _CHALLENGE, "credential": _ASSERTION}]}
    )

    challenge_id: Id
    credential: ShownCredential


class StartPasskey(Wire):
    """Ask to register a passkey."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"account_name": "ada@example.org"}]})

    account_name: AccountName = "xPense"


class PasskeyOptionsOut(Wire):
    """What to hand to the browser, and the id to come back with within five minutes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"challenge_id": _CHALLENGE, "options": _OPTIONS}]}
    )

    challenge_id: Id
    options: dict[str, object]
    """For `PublicKeyCredential.parseCreationOptionsFromJSON()` or `parseRequestOptionsFromJSON()`."""


class AddPasskey(Wire):
    """A new passkey, and what the user calls it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"challenge_id": _CHALLENGE, "name": "My phone", "credential": _ATTESTATION}
            ]
        }
    )

    challenge_id: Id
    name: Name
    credential: NewCredential


class RenamePasskey(Wire):
    """Another name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Old phone"}]})

    name: Name


class PasskeyOut(Wire):
    """A passkey, as its user sees it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _PASSKEY,
                    "name": "My phone",
                    "synced": True,
                    "backed_up": True,
                    "transports": ["hybrid", "internal"],
                    "aaguid": "00000000-0000-0000-0000-000000000000",
                    "created_at": "2026-11-02T09:30:00.000Z",
                    "last_used_at": "2026-11-02T12:00:00.000Z",
                    "version": 2,
                }
            ]
        }
    )

    id: Id
    name: str
    synced: bool
    """Whether it may live on several devices."""
    backed_up: bool
    transports: list[str]
    aaguid: str
    created_at: str
    last_used_at: str | None
    version: int
