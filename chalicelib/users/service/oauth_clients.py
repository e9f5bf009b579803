"""A developer's apps: registered by hand, with a secret that is shown once. And an app that shows who it is."""

from __future__ import annotations

import base64
import binascii
import hmac
from urllib.parse import unquote_plus

from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import is_id, new_id
from chalicelib.kernel.values import dataclass
from chalicelib.users.errors import ClientNotFound, OAuthRefusal, TooManyClients
from chalicelib.users.model.clients import MOST_CLIENTS, Client
from chalicelib.users.model.tokens import hash_of
from chalicelib.users.repository import clients as rows
from chalicelib.users.schemas.clients import ClientOut, ClientsOut, NewClientOut, RegisterClient
from chalicelib.users.schemas.oauth import OwnClientOut
from chalicelib.users.service import audit
from chalicelib.users.service.credentials import new_token, read_token


def list_clients(ctx: Context) -> ClientsOut:
    """Give the caller's apps, oldest first; there are at most 20."""
    return ClientsOut(items=[_out(ctx, one) for one in rows.find_clients(ctx.owner.id)])


def register_client(ctx: Context, body: RegisterClient) -> NewClientOut:
    """Register an app; a confidential one gets a secret, which is shown this once. Raises `TooManyClients`."""
    known = rows.find_clients(ctx.owner.id)
    if len(known) >= MOST_CLIENTS:
        raise TooManyClients
    client_id = new_id()
    secret = None
    if body.confidential:
        secret = new_token("app-secret", user_id=ctx.owner.id, identity=client_id)
    client = Client(
        id=client_id,
        user_id=ctx.owner.id,
        name=rows.seal_client_name(ctx.vault, client_id, body.name),
        redirects=tuple(body.redirect_uris),
        grants=frozenset(body.grants),
        scopes=frozenset(body.scopes),
        secret=None if secret is None else hash_of(secret),
        created_at=ctx.now,
        version=1,
    )
    rows.save_client(ctx.commit, client)
    # an entry in the change log makes registrations of one developer serial, so that the count is exact
    changed = Change(kind="app", id=client_id, version=1, after={"name": body.name})
    ctx.commit.record(changed)
    audit.enter(ctx, "client-created", subject=client_id)
    return NewClientOut(**_out(ctx, client).model_dump(), client_secret=secret)


def remove_client(ctx: Context, client_id: str) -> None:
    """Remove an app of the caller: none of its tokens opens anything from the next request on."""
    client = rows.get_client(ctx.owner.id, client_id)
    rows.remove_client(ctx.commit, client)
    gone = Change(kind="app", id=client_id, version=client.version + 1, op="delete")
    ctx.commit.record(gone)
    audit.enter(ctx, "client-removed", subject=client_id)


def own(ctx: Context) -> OwnClientOut:
    """Say what the caller is, where it is a client on its own behalf; raise `ClientNotFound` for a user."""
    if ctx.actor.kind != "client":
        raise ClientNotFound
    return OwnClientOut(client_id=ctx.actor.client_id, scopes=sorted(ctx.scopes))


def _out(ctx: Context, client: Client) -> ClientOut:
    return ClientOut(
        id=client.id,
        name=rows.open_client_name(ctx.vault, client),
        confidential=client.confidential,
        redirect_uris=list(client.redirects),
        grants=sorted(client.grants),
        scopes=sorted(client.scopes),
        created_at=rfc3339(client.created_at),
        version=client.version,
    )


# --- an app that shows who it is


@dataclass(frozen=True, slots=True)
class Shown:
    """What an app shows of itself: an id, and the secret of a confidential one."""

    client_id: str
    secret: str | None


def read_shown(authorization: str | None, client_id: str | None, secret: str | None) -> Shown:
    """Read `client_secret_basic`, `client_secret_post` or a public client's bare id (RFC 6749, 2.3.1).

    Raises `OAuthRefusal`: `invalid_client` for what is none of them, `invalid_request` for two at once.
    """
    if authorization is None:
        if not client_id:
            raise OAuthRefusal("invalid_client", "the client does not say who it is")
        return Shown(client_id, secret)
    if secret is not None:
        raise OAuthRefusal("invalid_request", "two ways of client authentication at once")
    shown = _read_basic(authorization)
    if client_id is not None and client_id != shown.client_id:
        raise OAuthRefusal("invalid_request", "two clients in one request")
    return shown


def _read_basic(authorization: str) -> Shown:
    kind, _, rest = authorization.partition(" ")
    try:
        text = base64.b64decode(rest.strip(), validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise OAuthRefusal("invalid_client", "the Authorization header is not Basic") from error
    client_id, colon, secret = text.partition(":")
    if kind.lower() != "basic" or not colon:
        raise OAuthRefusal("invalid_client", "the Authorization header is not Basic")
    return Shown(unquote_plus(client_id), unquote_plus(secret))


def authenticate(shown: Shown, *, confidential_only: bool = False) -> Client:
    """Give the app that was shown; raise `OAuthRefusal` (`invalid_client`), the same for every reason.

    A confidential app must show its secret; one that a public app shows is a mistake. A secret that we never
    gave is refused before anything is read.
    """
    client = _found(shown)
    if client is None or (confidential_only and not client.confidential):
        raise OAuthRefusal("invalid_client", "unknown client, or wrong client authentication")
    return client


def _found(shown: Shown) -> Client | None:
    if not is_id(shown.client_id):
        return None
    if not shown.secret:
        client = rows.find_client(shown.client_id)
        return None if client is None or client.confidential else client
    given = read_token("app-secret", shown.secret)
    if given is None or given.id != shown.client_id:
        return None
    client = rows.find_client(shown.client_id, user_id=given.user_id)
    if client is None or client.secret is None:
        return None
    return client if hmac.compare_digest(client.secret, given.hash) else None
