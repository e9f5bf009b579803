"""An app asks, the user decides: what the consent screen shows, and the code that a yes gives.

The browser is only ever sent to an address that the app was registered with. The answer names us as issuer
(RFC 9207), so that an app that knows several servers cannot be made to mix them up.
"""

from __future__ import annotations

from chalicelib.kernel.changes import Change
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, StepUpRequired
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.settings import settings
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.errors import TooManyConsents, UnknownApp
from chalicelib.users.events import ConsentGiven
from chalicelib.users.model import consents, oauth_requests
from chalicelib.users.model.clients import SCOPES, Client
from chalicelib.users.model.consents import MOST_CONSENTS, Consent
from chalicelib.users.model.oauth_codes import Code
from chalicelib.users.model.oauth_redirects import is_registered, with_answer
from chalicelib.users.model.oauth_requests import Asked
from chalicelib.users.model.sessions import ABSOLUTE_LIFE, Session
from chalicelib.users.model.tokens import hash_of
from chalicelib.users.repository import clients as client_rows
from chalicelib.users.repository import consents as consent_rows
from chalicelib.users.repository import oauth_codes as code_rows
from chalicelib.users.schemas.clients import ScopeOut
from chalicelib.users.schemas.oauth import (
    AppShown,
    AuthorizeOut,
    AuthorizeQuery,
    Decide,
    RedirectOut,
)
from chalicelib.users.service import audit
from chalicelib.users.service.credentials import new_token


def ask(ctx: Context, query: AuthorizeQuery) -> AuthorizeOut:
    """Give what the consent screen shows, or where to send the browser because the request is wrong.

    Raises `UnknownApp` where nothing may be sent anywhere: unknown client, address not registered.
    """
    client, asked = _checked(query, prefix="?")
    wrong = oauth_requests.judge(client, asked)
    if wrong is not None:
        answer = {"error": wrong.error, "error_description": wrong.description}
        return _nothing_to_ask(_redirect(asked, answer))
    session = repository.get_session(ctx.owner.id, ctx.actor.session_id)
    consent = consent_rows.find_consent(ctx.owner.id, client.id)
    before = consent.scopes if consent else frozenset()
    return AuthorizeOut(
        redirect_to=None,
        app=AppShown(client_id=client.id, name=_name(client), redirect_uri=asked.redirect_uri),
        scopes=scopes_out(asked.scopes),
        new_scopes=sorted(asked.scopes - before),
        lasts_days=ABSOLUTE_LIFE.days,
        proof_needed=not oauth_requests.is_fresh(asked, proved_at=session.proved_at, now=ctx.now),
    )


def decide(ctx: Context, body: Decide) -> RedirectOut:
    """Take the user's decision and give where to send the browser; a yes carries a code for a minute.

    Raises `UnknownApp`, `TooManyConsents`, and `StepUpRequired` where the app wants a fresh proof. Tells
    `ConsentGiven` when the app is new to the user or gets more than before.
    """
    client, asked = _checked(body, prefix="/")
    wrong = oauth_requests.judge(client, asked)
    if wrong is not None:
        answer = {"error": wrong.error, "error_description": wrong.description}
        return RedirectOut(redirect_to=_redirect(asked, answer))
    if body.decision == "deny":
        return RedirectOut(redirect_to=_redirect(asked, {"error": "access_denied"}))
    session = repository.get_session(ctx.owner.id, ctx.actor.session_id)
    if not oauth_requests.is_fresh(asked, proved_at=session.proved_at, now=ctx.now):
        raise StepUpRequired(max_age=int(oauth_requests.oldest_proof(asked).total_seconds()))
    _consent(ctx, client, asked)
    return RedirectOut(redirect_to=_redirect(asked, {"code": _code(ctx, asked, session)}))


def scopes_out(scopes: frozenset[str]) -> list[ScopeOut]:
    """Write scopes with what they mean; one that is not given to apps any more stands by its name."""
    return [ScopeOut(name=one, means=SCOPES.get(one, one)) for one in sorted(scopes)]


def _checked(query: AuthorizeQuery, *, prefix: str) -> tuple[Client, Asked]:
    """Find the client and check the address first: only then is there somewhere to send an answer to."""
    client = client_rows.find_client(query.client_id)
    if client is None:
        raise UnknownApp(errors=(FieldProblem(f"{prefix}client_id", "not a registered app"),))
    if not is_registered(client.redirects, query.redirect_uri):
        problem = FieldProblem(f"{prefix}redirect_uri", "not an address of this app")
        raise UnknownApp(errors=(problem,))
    given = query.model_dump(include=set(AuthorizeQuery.model_fields))
    return client, Asked(**given)


def _nothing_to_ask(redirect_to: str) -> AuthorizeOut:
    return AuthorizeOut(
        redirect_to=redirect_to,
        app=None,
        scopes=[],
        new_scopes=[],
        lasts_days=0,
        proof_needed=False,
    )


def _redirect(asked: Asked, answer: dict[str, str]) -> str:
    state = {"state": asked.state} if asked.state else {}
    return with_answer(asked.redirect_uri, {**answer, **state, "iss": settings().public_url})


def _name(client: Client) -> str:
    return client_rows.open_client_name(security.vault(repository.owner_of(client.user_id)), client)


def _consent(ctx: Context, client: Client, asked: Asked) -> None:
    before = consent_rows.find_consent(ctx.owner.id, client.id)
    if before is None and len(consent_rows.find_consents(ctx.owner.id)) >= MOST_CONSENTS:
        raise TooManyConsents
    fresh = Consent(
        user_id=ctx.owner.id,
        client_id=client.id,
        name=consent_rows.seal_consent_name(ctx.vault, client.id, _name(client)),
        scopes=asked.scopes,
        since=ctx.now,
        changed_at=ctx.now,
        sessions=(),
        version=1,
    )
    given = consents.given(before, fresh, scopes=asked.scopes, now=ctx.now)
    consent_rows.save_consent(ctx.commit, given)
    # the entry in the change log makes consents of one user serial, so that the count is exact
    fields = {"scopes": sorted(given.scopes)}
    ctx.commit.record(Change(kind="consent", id=client.id, version=given.version, fields=fields))
    if before is None or not asked.scopes <= before.scopes:
        told = ConsentGiven(user_id=ctx.owner.id, client_id=client.id)
        ctx.commit.tell(told, subject=ctx.owner.id)
    audit.enter(
        ctx,
        "consent-given",
        subject=client.id,
        after={"scopes": " ".join(sorted(asked.scopes))[:200]},
    )


def _code(ctx: Context, asked: Asked, session: Session) -> str:
    code_id = new_id()
    token = new_token("code", user_id=ctx.owner.id, identity=code_id)
    code = Code(
        id=code_id,
        user_id=ctx.owner.id,
        client_id=asked.client_id,
        redirect_uri=asked.redirect_uri,
        challenge=asked.code_challenge,
        scopes=asked.scopes,
        nonce=asked.nonce,
        proved_at=session.proved_at,
        methods=session.methods,
        hash=hash_of(token),
        created_at=ctx.now,
    )
    code_rows.save_code(ctx.commit, code)
    return token
