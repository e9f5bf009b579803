"""The apps that a user let in: seen, narrowed and shut out, effective on the apps' next request."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.users import repository
from chalicelib.users.model import consents
from chalicelib.users.model.consents import Consent
from chalicelib.users.repository import consents as rows
from chalicelib.users.schemas.clients import ChangeConsent, ConsentOut, ConsentsOut
from chalicelib.users.schemas.oauth import UserinfoOut
from chalicelib.users.service import audit
from chalicelib.users.service.oauth_authorize import scopes_out
from chalicelib.users.service.oauth_sessions import end_sessions


def list_consents(ctx: Context) -> ConsentsOut:
    """Give all apps that the caller let in; there are at most 100."""
    return ConsentsOut(items=[_out(ctx, one) for one in rows.find_consents(ctx.owner.id)])


def change_consent(ctx: Context, client_id: str, body: ChangeConsent) -> ConsentOut:
    """Take scopes away from an app, from its next request on; only the user at the consent screen adds any.

    Raises `ConsentNotFound`, `Invalid` for a scope that the app does not have.
    """
    before = rows.get_consent(ctx.owner.id, client_id)
    ctx.expect_version(before.version)
    kept = frozenset(body.scopes)
    if not kept <= before.scopes:
        raise Invalid(errors=(FieldProblem("/scopes", "some of those that the app has"),))
    after = consents.narrowed(before, scopes=kept, now=ctx.now)
    rows.save_consent(ctx.commit, after)
    for session in rows.find_some_sessions(ctx.owner.id, before.sessions):
        if session.live and session.scopes is not None and not session.scopes <= kept:
            fewer = replace(session, scopes=session.scopes & kept, version=session.version + 1)
            repository.save_session(ctx.commit, fewer)
    audit.enter(
        ctx, "consent-changed", subject=client_id, after={"scopes": " ".join(sorted(kept))[:200]}
    )
    return _out(ctx, after)


def remove_consent(ctx: Context, client_id: str) -> None:
    """Shut an app out: its sessions end with its next request. An app that is not let in is no error."""
    consent = rows.find_consent(ctx.owner.id, client_id)
    if consent is None:
        return
    rows.remove_consent(ctx.commit, consent)
    end_sessions(ctx, consent.sessions)
    audit.enter(ctx, "consent-revoked", subject=client_id)


def userinfo(ctx: Context) -> UserinfoOut:
    """Say who the user is, as far as the token's scopes go (OpenID Connect Core 1.0, 5.3 and 5.4)."""
    profile = repository.profile(repository.get_user(ctx.owner.id), ctx.vault)
    with_email = "email" in ctx.scopes
    return UserinfoOut(
        sub=profile.id,
        name=profile.display_name if "profile" in ctx.scopes else None,
        email=profile.email if with_email else None,
        email_verified=True if with_email else None,
    )


def _out(ctx: Context, consent: Consent) -> ConsentOut:
    return ConsentOut(
        client_id=consent.client_id,
        name=rows.open_consent_name(ctx.vault, consent),
        scopes=scopes_out(consent.scopes),
        since=rfc3339(consent.since),
        changed_at=rfc3339(consent.changed_at),
        version=consent.version,
    )
