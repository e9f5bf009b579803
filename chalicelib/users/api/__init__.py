"""The front door of the users service for the edge and for the services above.

Its own routes call the service room: so nobody else loads the wire shapes of a sign-up. What notifications alone asks
stands in `notices` beside it, and what ends and exports an owner's data in `parts`: each function of each service loads
this file, for the caller of a request.
"""

from __future__ import annotations

from chalicelib.users.errors import OAuthRefusal
from chalicelib.users.model.clients import SCOPES as APP_SCOPES
from chalicelib.users.model.preferences import Preferences
from chalicelib.users.model.scopes import ALL as ALL_SCOPES
from chalicelib.users.model.sessions import Credential, Membership, Standing
from chalicelib.users.model.support import SupportGrant
from chalicelib.users.repository import get_preferences as preferences
from chalicelib.users.service.credentials import csrf_token, read_credential
from chalicelib.users.service.standing import authenticate, require_client, require_session
from chalicelib.users.service.support_use import support_grant
from chalicelib.users.service.token_use import take_request

__all__ = [
    "ALL_SCOPES",
    "APP_SCOPES",
    "Credential",
    "Membership",
    "OAuthRefusal",
    "Preferences",
    "Standing",
    "SupportGrant",
    "authenticate",
    "csrf_token",
    "preferences",
    "read_credential",
    "require_client",
    "require_session",
    "support_grant",
    "take_request",
]
