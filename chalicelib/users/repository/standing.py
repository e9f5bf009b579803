"""Everything that decides whether a caller is let in, in one strongly consistent call."""

from __future__ import annotations

from chalicelib.kernel.tables import Table
from chalicelib.kernel.values import dataclass
from chalicelib.users.model.api_tokens import ApiToken
from chalicelib.users.model.sessions import Credential, Membership, Session
from chalicelib.users.model.users import User
from chalicelib.users.repository.api_tokens import api_token_from, api_token_key
from chalicelib.users.repository.clients import pointer_key
from chalicelib.users.repository.memberships import membership_from, membership_key
from chalicelib.users.repository.sessions import session_from, session_key
from chalicelib.users.repository.table import TABLE
from chalicelib.users.repository.users import user_from, user_key


@dataclass(frozen=True, slots=True)
class Found:
    """What is there of what was asked for."""

    user: User | None
    session: Session | None
    token: ApiToken | None
    membership: Membership | None
    app_gone: bool
    """The third-party app that the credential was given to is not registered any more."""


def find_standing(credential: Credential, household_id: str | None) -> Found:
    """Read a user, the session or the API token, and where asked for one of the user's memberships."""
    user_id, by_token = credential.user_id, credential.kind == "token"
    own = (api_token_key if by_token else session_key)(user_id, credential.id)
    member = None if household_id is None else membership_key(user_id, household_id)
    app = pointer_key(credential.client) if credential.client else None
    keys = (user_key(user_id), own, member, app)
    found = Table(TABLE).get_many(key for key in keys if key is not None)
    user, shown, membership = (None if key is None else found.get(key) for key in keys[:3])
    return Found(
        user_from(user) if user else None,
        session_from(shown) if shown and not by_token else None,
        api_token_from(shown) if shown and by_token else None,
        membership_from(membership) if membership else None,
        app_gone=app is not None and app not in found,
    )
