"""What this authorisation server says of itself (RFC 8414; OpenID Connect Discovery 1.0, 3)."""

from __future__ import annotations

from pydantic import ConfigDict

from chalicelib.kernel.wire import Wire

_HOST = "https://xpense.example.org"


class ServerMetadataOut(Wire):
    """The endpoints of the authorisation server, and what it supports."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "issuer": _HOST,
                    "authorization_endpoint": f"{_HOST}/authorize",
                    "token_endpoint": f"{_HOST}/v1/users/oauth/token",
                    "revocation_endpoint": f"{_HOST}/v1/users/oauth/revoke",
                    "introspection_endpoint": f"{_HOST}/v1/users/oauth/introspect",
                    "userinfo_endpoint": f"{_HOST}/v1/users/oauth/userinfo",
                    "jwks_uri": f"{_HOST}/.well-known/jwks.json",
                    "service_documentation": f"{_HOST}/docs",
                    "scopes_supported": ["openid", "expenses:read"],
                    "response_types_supported": ["code"],
                    "response_modes_supported": ["query"],
                    "grant_types_supported": ["authorization_code", "refresh_token"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["ES256"],
                    "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
                    "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
                    "introspection_endpoint_auth_methods_supported": ["client_secret_basic"],
                    "code_challenge_methods_supported": ["S256"],
                    "claims_supported": ["sub", "iss", "aud", "exp", "iat"],
                    "authorization_response_iss_parameter_supported": True,
                    "request_parameter_supported": False,
                    "request_uri_parameter_supported": False,
                }
            ]
        }
    )

    issuer: str
    authorization_endpoint: str
    """The page of the web app that asks the user; it calls `GET` and `POST /v1/users/oauth/authorize`."""
    token_endpoint: str
    revocation_endpoint: str
    introspection_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    service_documentation: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    introspection_endpoint_auth_methods_supported: list[str]
    code_challenge_methods_supported: list[str]
    claims_supported: list[str]
    authorization_response_iss_parameter_supported: bool
    request_parameter_supported: bool
    request_uri_parameter_supported: bool
