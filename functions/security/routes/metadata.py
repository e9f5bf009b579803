"""What the authorisation server says of itself, at the two addresses where libraries look for it."""

from __future__ import annotations

from chalicelib.kernel.context import Visit
from chalicelib.security.schemas.metadata import ServerMetadataOut
from chalicelib.security.service import metadata
from chalicelib.users.api import APP_SCOPES
from functions.security.routes.edge import edge


@edge.endpoint(
    "GET",
    "/.well-known/oauth-authorization-server",
    summary="The authorisation server",
    out=ServerMetadataOut,
    public=True,
)
def read_server_metadata(_visit: Visit) -> ServerMetadataOut:
    """Name the endpoints and what they support (RFC 8414)."""
    return metadata.server_metadata(APP_SCOPES)


@edge.endpoint(
    "GET",
    "/.well-known/openid-configuration",
    summary="The OpenID provider",
    out=ServerMetadataOut,
    public=True,
)
def read_openid_configuration(_visit: Visit) -> ServerMetadataOut:
    """Say the same where OpenID Connect Discovery 1.0 looks for it."""
    return metadata.server_metadata(APP_SCOPES)
