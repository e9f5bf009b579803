"""People for tests: signed in without the sign-up walk, because a password hash costs 80 ms."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

from chalicelib.kernel.clock import now
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.vault import Vault
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.model.passwords import NOBODY
from chalicelib.users.model.scopes import ALL
from chalicelib.users.model.sessions import Session, expiry
from chalicelib.users.model.tokens import hash_of
from chalicelib.users.model.users import Address, User
from chalicelib.users.service.unit import in_one_write
from tests.support.client import Client
from tests.support.cloud import Cloud

_NUMBERS: Final = itertools.count(1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user with a live session; `client` calls as that user."""

    user_id: str
    session_id: str
    owner: Owner
    email: str
    access_token: str
    client: Client

    @property
    def vault(self) -> Vault:
        return security.vault(self.owner)


def signed_in(
    client: Client, cloud: Cloud | None = None, *, email: str | None = None, admin: bool = False
) -> SignedIn:
    """Make an active user with a session, straight in the table, and sign the client's device in."""
    address = email or f"person-{next(_NUMBERS)}@example.org"
    user_id, session_id, at = new_id(), new_id(), now()
    owner = Owner("U", user_id)
    vault = security.create_key(owner, now=at)
    user = User(
        id=user_id,
        state="active",
        email=repository.seal_profile(vault, "email", address),
        display_name=None,
        password=str(NOBODY),
        address_key=repository.address_key(address),
        created_at=at,
        version=1,
        admin=admin,
    )
    session = Session(
        id=session_id,
        user_id=user_id,
        live=True,
        created_at=at,
        used_at=at,
        expires_at=expiry(at, at),
        current=hash_of(new_id()),
        previous=None,
        rotated_at=None,
        device=b"test",
        agent=repository.seal_device(vault, session_id, "agent", client.user_agent),
        network=repository.seal_device(vault, session_id, "network", client.address),
        version=1,
        proved_at=at,
        methods=("pwd",),
    )
    owned = Address(key=user.address_key, user_id=user_id, verified=True, version=1)

    def work(ctx: Context) -> None:
        repository.save_address(ctx.commit, owned, until=None)
        repository.save_user(ctx.commit, user)
        repository.save_session(ctx.commit, session)

    in_one_write(Visit(now=at), owner, work)
    issued = security.issue_access_token(user_id=user_id, session_id=session_id, scopes=ALL, now=at)
    return SignedIn(
        user_id, session_id, owner, address, issued.token, client.signed_in(issued.token)
    )
