"""Starting, showing, changing and deleting bank connections, as their owner asks.

No token is exchanged here: that happens once and outside, so a worker does it, with a row that says so first.
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.expenses import api as expenses
from chalicelib.interchange.commands import ClaimConnection
from chalicelib.interchange.errors import (
    AccountArchived,
    BadBankToken,
    BankProviderFailed,
    ConnectionIdTaken,
    ConnectionNotReady,
    TooManyConnections,
)
from chalicelib.interchange.gateways import banks
from chalicelib.interchange.model.bank_feeds import Access, BankTrouble, Link, ProviderName
from chalicelib.interchange.model.connections import (
    MAX_CONNECTIONS,
    NEW,
    Connection,
    check_currencies,
    linking,
    remapped,
    takes_more,
)
from chalicelib.interchange.model.syncing import Run
from chalicelib.interchange.repository import connections as repository
from chalicelib.interchange.schemas.connections import (
    BankLinkOut,
    ConnectionOut,
    PatchConnection,
    StartConnection,
    seen_version,
)
from chalicelib.interchange.service import connections_revoking as revoking
from chalicelib.interchange.service import syncing_ends
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import derived_id, new_id
from chalicelib.kernel.paging import decode_cursor, encode_cursor
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.wire import PageOut, PageQuery

_LIST = "interchange.connections"


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The token of a request: it goes under a name that its provider has."""

    public_token: str | None
    setup_token: str | None

    def of(self, provider: ProviderName) -> str | None:
        """Give the provider's own; refuses one under the other name."""
        fits = {"plaid": "public_token", "simplefin": "setup_token"}[provider]
        for name in ("public_token", "setup_token"):
            if name != fits and getattr(self, name) is not None:
                raise BadBankToken(f"/{name}", f"{provider} takes a {fits}")
        found: str | None = getattr(self, fits)
        problem = banks.provider(provider).check_token(found) if found is not None else None
        if problem is not None:
            raise BadBankToken(f"/{fits}", problem)
        return found


def start_connection(ctx: Context, body: StartConnection) -> ConnectionOut:
    """Begin a connection; the same id again goes on with the same one.

    Refuses a provider that the installation is not set up for, a token that cannot be one, more connections than
    one may have, and an id that is taken. Tells nothing yet.
    """
    provider = banks.provider(body.provider)
    token = _Tokens(body.public_token, body.setup_token).of(body.provider)
    earlier = repository.known(ctx, body.id) if body.id is not None else None
    if earlier is not None:
        return _repeated(ctx, earlier, body.provider, token)
    if token is None and not provider.has_dialogue:
        raise BadBankToken("/setup_token", "a setup token of the bridge is needed")
    if repository.count(ctx) >= MAX_CONNECTIONS:
        raise TooManyConnections
    link = None if token is not None else _link(ctx, body.provider, None)
    one = Connection(
        id=body.id or new_id(),
        provider=body.provider,
        state="linking",
        version=1,
        created_at=ctx.now,
        updated_at=ctx.now,
        opened_by=ctx.person.id,
    )
    if token is not None:
        one = linking(one, token, ctx.now)
        _order_claim(ctx, one)
    repository.add(ctx, one)
    return ConnectionOut.of(one, Run(connection_id=one.id), ctx, link)


def _repeated(
    ctx: Context, earlier: Connection, provider: ProviderName, token: str | None
) -> ConnectionOut:
    if earlier.provider != provider:
        raise ConnectionIdTaken
    one, run = repository.get(ctx, earlier.id)
    if token is not None and one.state in {"linking", "failed"}:
        after = linking(one, token, ctx.now)
        repository.replace(ctx, one, after)
        _order_claim(ctx, after)
        return ConnectionOut.of(after, run, ctx)
    link = _link(ctx, provider, None) if one.state == "linking" else None
    return ConnectionOut.of(one, run, ctx, link)


def _link(ctx: Context, provider: ProviderName, access: Access | None) -> Link:
    # a name of its own: the provider need not know by what we know anybody
    user = derived_id("bank-user", str(ctx.owner))
    found = banks.provider(provider).begin_link(user, access)
    if isinstance(found, BankTrouble):
        raise BankProviderFailed(found.reason)
    return found


def _order_claim(ctx: Context, one: Connection) -> None:
    ctx.commit.order(ClaimConnection(connection_id=one.id), subject=one.id)


def list_connections(ctx: Context, query: PageQuery) -> PageOut[ConnectionOut]:
    """Give a page of the owner's connections, oldest first; there are few, so all are read."""
    owner = str(ctx.owner)
    start = decode_cursor(query.cursor, owner=owner, question=_LIST)
    pairs = [
        (one, run)
        for one, run in repository.list_all(ctx)
        if start is None or _place(one) > start["after"]
    ]
    page = pairs[: query.limit]
    after = {"after": _place(page[-1][0])} if len(pairs) > len(page) else None
    return PageOut[ConnectionOut](
        items=[ConnectionOut.of(one, run, ctx) for one, run in page],
        next_cursor=encode_cursor(after, owner=owner, question=_LIST),
    )


def _place(one: Connection) -> str:
    return f"{rfc3339(one.created_at)}#{one.id}"


def read_connection(ctx: Context, connection_id: str) -> ConnectionOut:
    """Give a connection as it stands."""
    one, run = repository.get(ctx, connection_id)
    return ConnectionOut.of(one, run, ctx)


def link_again(ctx: Context, connection_id: str) -> BankLinkOut:
    """Open the provider's dialogue again: to finish a new connection, or to renew the consent of one.

    Refuses a provider without a dialogue, and a connection whose token is being exchanged.
    """
    one, _ = repository.get(ctx, connection_id)
    if not banks.provider(one.provider).has_dialogue or one.state == "claiming":
        raise ConnectionNotReady
    return BankLinkOut.of(_link(ctx, one.provider, one.access))


def amend_connection(ctx: Context, connection_id: str, patch: PatchConnection) -> ConnectionOut:
    """Say where accounts go, or give the token that makes or renews the connection.

    Refuses accounts that are unknown, foreign (404), archived, of another currency or taken twice. What is
    newly wanted is fetched from the beginning.
    """
    before, run = repository.get(ctx, connection_id)
    ctx.expect_version(seen_version(before, run, ctx))
    after = before
    if patch.accounts is not None:
        after = _remapped(ctx, before, patch.accounts)
    token = _Tokens(patch.public_token, patch.setup_token).of(before.provider)
    if token is not None:
        after = linking(after, token, ctx.now)
        _order_claim(ctx, after)
    if after is before:
        return ConnectionOut.of(before, run, ctx)
    repository.replace(ctx, before, after)
    if takes_more(before, after) and after.state == "active":
        run = syncing_ends.ask(ctx, run, rewind=True)
    return ConnectionOut.of(after, run, ctx)


def _remapped(ctx: Context, one: Connection, wanted: Mapping[str, str | None]) -> Connection:
    chosen = {target for target in wanted.values() if target not in {None, NEW}}
    opened = {account.account_id for account in one.accounts if account.opens}
    views = [
        expenses.account(ctx.owner, target) for target in sorted(filter(None, chosen - opened))
    ]
    if any(view.archived for view in views):
        raise AccountArchived
    after = remapped(one, wanted, ctx.now)
    check_currencies(one, wanted, {view.id: view.currency for view in views})
    return after


def ask_sync(ctx: Context, connection_id: str) -> ConnectionOut:
    """Begin a sync, or see that another follows the one that is under way; refuses what was never linked."""
    one, run = repository.get(ctx, connection_id)
    if one.access is None or one.state == "claiming":
        raise ConnectionNotReady
    return ConnectionOut.of(one, syncing_ends.ask(ctx, run), ctx)


def remove_connection(ctx: Context, connection_id: str) -> None:
    """Delete a connection, and give its access back; what was recorded from it stays. Again is no error."""
    one, run = repository.look(ctx, connection_id)
    if one is None:
        return
    ctx.expect_version(seen_version(one, run, ctx))
    repository.remove(ctx, one, run)
    syncing_ends.drop_pages(ctx, run)
    if one.access is not None:
        revoking.give_back(ctx, one, one.access)
