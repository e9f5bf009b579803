"""Letting an administrator in on a user's grant: asked on every such request, written down before it is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.commit import Commit
from chalicelib.kernel.context import Actor
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.races import until_won
from chalicelib.security import api as security
from chalicelib.security.commands import RecordAction
from chalicelib.users import repository
from chalicelib.users.errors import SupportGrantNotFound
from chalicelib.users.events import SupportUsed
from chalicelib.users.model.sessions import Standing
from chalicelib.users.model.support import SupportGrant

_PARTS: Final = 2


def support_grant(
    presented: str, *, admin: Standing, request_id: str, now: datetime
) -> SupportGrant:
    """Give the grant on which an administrator may read; raise `SupportGrantNotFound` for every reason not to.

    The first use, and then one an hour, is entered in the user's audit log and told as `SupportUsed`; what
    cannot be written down is not read.
    """
    parts = presented.split(".")
    own = admin.client == "" and admin.proved_at is not None
    if not (admin.admin and own and len(parts) == _PARTS and all(map(is_id, parts))):
        raise SupportGrantNotFound
    user_id, grant_id = parts
    return until_won(
        lambda: _let_in(user_id, grant_id, admin=admin, request_id=request_id, now=now)
    )


def _let_in(
    user_id: str, grant_id: str, *, admin: Standing, request_id: str, now: datetime
) -> SupportGrant:
    user, grant = repository.find_user_and_grant(user_id, grant_id)
    if user is None or user.state != "active" or grant is None:
        raise SupportGrantNotFound
    if not grant.lets_in(admin.user_id, now):
        raise SupportGrantNotFound
    if grant.use_is_due(now):
        _note(grant, admin=admin, request_id=request_id, now=now)
    return grant


def _note(grant: SupportGrant, *, admin: Standing, request_id: str, now: datetime) -> None:
    owner = repository.owner_of(grant.user_id)
    actor = Actor(kind="support", user_id=admin.user_id, session_id=grant.id)
    commit = Commit(
        repository.TABLE,
        owner,
        actor=actor,
        request_id=request_id,
        now=now,
        vaults=security.vault,
    )
    repository.save_support_grant(commit, replace(grant, used_at=now, version=grant.version + 1))
    commit.tell(SupportUsed(user_id=grant.user_id, grant_id=grant.id), subject=grant.user_id)
    entry = RecordAction(
        action="support-used",
        at=rfc3339(now),
        actor=str(actor),
        session_id=admin.session_id,
        subject=grant.id,
    )
    commit.order(entry, subject=grant.user_id)
    commit.write()
