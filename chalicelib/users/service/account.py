"""What signed-in users do with themselves: profile, sessions, signing out."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.paging import decode_cursor, encode_cursor
from chalicelib.kernel.wire import PageOut, PageQuery
from chalicelib.users import repository
from chalicelib.users.model import sessions
from chalicelib.users.model.agents import words_for
from chalicelib.users.model.sessions import Session
from chalicelib.users.model.users import User
from chalicelib.users.schemas.account import SessionOut, UpdateMe, UserOut
from chalicelib.users.service import audit

_QUESTION = "users.sessions"


def read_me(ctx: Context) -> UserOut:
    """Give the caller's own profile."""
    return _out(ctx, repository.get_user(ctx.owner.id))


def update_me(ctx: Context, patch: UpdateMe) -> UserOut:
    """Change the display name; null removes it. Refuses a stale `If-Match`."""
    user = repository.get_user(ctx.owner.id)
    ctx.expect_version(user.version)
    if "display_name" not in patch.model_fields_set:
        return _out(ctx, user)
    before = _out(ctx, user)
    name = patch.display_name
    sealed = None if name is None else repository.seal_profile(ctx.vault, "display_name", name)
    changed = replace(user, display_name=sealed, version=user.version + 1)
    repository.save_user(ctx.commit, changed)
    ctx.commit.record(
        Change(
            kind="user",
            id=user.id,
            version=changed.version,
            fields={"state": changed.state},
            before={"display_name": before.display_name},
            after={"display_name": name},
        )
    )
    return _out(ctx, changed)


def list_sessions(ctx: Context, query: PageQuery) -> PageOut[SessionOut]:
    """Give the caller's live sessions, newest first."""
    owner = str(ctx.owner)
    start = decode_cursor(query.cursor, owner=owner, question=_QUESTION)
    user = repository.get_user(ctx.owner.id)
    page = repository.find_sessions(ctx.owner.id, limit=query.limit, start=start)
    live = [one for one in page.items if one.stands(user.signed_out_at, ctx.now)]
    return PageOut(
        items=[_session_out(ctx, one) for one in live],
        next_cursor=encode_cursor(page.resume, owner=owner, question=_QUESTION),
    )


def end_session(ctx: Context, session_id: str) -> None:
    """End one session of the caller, effective on its next request; again is no error."""
    session = repository.get_session(ctx.owner.id, session_id)
    if session.live:
        repository.save_session(ctx.commit, sessions.ended(session))
        own = session.id == ctx.actor.session_id
        audit.enter(ctx, "sign-out" if own else "session-revoked", subject=session.id)


def end_all_sessions(ctx: Context) -> None:
    """End every session of the caller, this one too, in one write however many there are."""
    user = repository.get_user(ctx.owner.id)
    changed = replace(user, signed_out_at=ctx.now, version=user.version + 1)
    repository.save_user(ctx.commit, changed)
    ctx.commit.record(
        Change(
            kind="user",
            id=user.id,
            version=changed.version,
            fields={"state": changed.state},
            after={"signed_out_at": rfc3339(ctx.now)},
        )
    )
    audit.enter(ctx, "sessions-revoked", subject=user.id)


def sign_out(ctx: Context) -> None:
    """End the session that the caller's token belongs to."""
    end_session(ctx, ctx.actor.session_id)


def _out(ctx: Context, user: User) -> UserOut:
    profile = repository.profile(user, ctx.vault)
    return UserOut(
        id=profile.id,
        email=profile.email,
        display_name=profile.display_name,
        created_at=rfc3339(profile.created_at),
        version=profile.version,
    )


def _session_out(ctx: Context, session: Session) -> SessionOut:
    def opened(field: str, sealed: bytes) -> str:
        return repository.open_device(ctx.vault, session.id, field, sealed)

    agent = opened("agent", session.agent)
    return SessionOut(
        id=session.id,
        current=session.id == ctx.actor.session_id,
        created_at=rfc3339(session.created_at),
        last_used_at=rfc3339(session.used_at),
        expires_at=rfc3339(session.expires_at),
        device=agent,
        summary=words_for(agent),
        network=opened("network", session.network),
        client_id=session.client or None,
    )
