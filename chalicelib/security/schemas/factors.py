"""The authenticator app and the recovery codes on the wire."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from chalicelib.kernel.wire import Wire

_SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - the example of everybody's documentation


def _printable(text: str) -> str:
    if not text.isprintable() or ":" in text:
        msg = "printable text without a colon"
        raise ValueError(msg)
    return text


AccountName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_printable),
]
"""How the user's own app or device lists this account, such as the e-mail address; we do not keep it."""
Code = Annotated[str, StringConstraints(min_length=1, max_length=20)]
"""Six digits."""
RecoveryCode = Annotated[str, StringConstraints(min_length=1, max_length=60)]
"""One of the ten, with or without hyphens, in either case."""


class StartTotp(Wire):
    """Ask for an authenticator app's secret."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"account_name": "ada@example.org"}]})

    account_name: AccountName = "xPense"


class TotpOut(Wire):
    """A secret that waits for its first code; shown once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "secret": _SECRET,
                    "otpauth_uri": f"otpauth://totp/xPense:ada%40example.org?secret={_SECRET}&issuer=xPense",
                    "qr_svg": '<svg xmlns="http://www.w3.org/2000/svg" width="180" height="180"></svg>',
                    "expires_in": 3600,
                }
            ]
        }
    )

    secret: str
    """Base32, for apps without a camera."""
    otpauth_uri: str
    qr_svg: str
    """The URI as a QR code, to be shown as it is."""
    expires_in: int
    """Seconds in which the first code must come."""


class ConfirmTotp(Wire):
    """The first code of the app."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "492039"}]})

    code: Annotated[Code, Field(examples=["492039"])]


class FactorsOut(Wire):
    """What second factors the caller has."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"totp": True, "passkeys": 2, "recovery_codes_left": 10}]}
    )

    totp: bool
    passkeys: int
    recovery_codes_left: int


class RecoveryCodesOut(Wire):
    """Ten new codes; shown once, and all older ones are void."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"codes": ["06q1h-ce4za-x1v9k-23m0b-w7ytde"]}]}
    )

    codes: list[str]
