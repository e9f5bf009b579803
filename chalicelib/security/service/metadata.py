"""What the authorisation server says of itself. It stands here, because all of `/.well-known` is this service's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chalicelib.kernel.settings import settings
from chalicelib.security.model.tokens import ALGORITHM
from chalicelib.security.schemas.metadata import ServerMetadataOut

_CLAIMS: Final = (
    *("sub", "iss", "aud", "exp", "iat", "auth_time", "amr", "nonce", "at_hash"),
    *("name", "email", "email_verified"),
)


def server_metadata(scopes: Iterable[str]) -> ServerMetadataOut:
    """Give the metadata of RFC 8414, which is also that of OpenID Connect Discovery 1.0."""
    host = settings().public_url
    secret = ["client_secret_basic", "client_secret_post"]
    return ServerMetadataOut(
        issuer=host,
        authorization_endpoint=f"{host}/authorize",
        token_endpoint=f"{host}/v1/users/oauth/token",
        revocation_endpoint=f"{host}/v1/users/oauth/revoke",
        introspection_endpoint=f"{host}/v1/users/oauth/introspect",
        userinfo_endpoint=f"{host}/v1/users/oauth/userinfo",
        jwks_uri=f"{host}/.well-known/jwks.json",
        service_documentation=f"{host}/docs",
        scopes_supported=list(scopes),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "refresh_token", "client_credentials"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=[ALGORITHM],
        token_endpoint_auth_methods_supported=[*secret, "none"],
        revocation_endpoint_auth_methods_supported=[*secret, "none"],
        introspection_endpoint_auth_methods_supported=secret,
        code_challenge_methods_supported=["S256"],
        claims_supported=list(_CLAIMS),
        authorization_response_iss_parameter_supported=True,
        request_parameter_supported=False,
        request_uri_parameter_supported=False,
    )
