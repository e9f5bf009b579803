"""Bank connections on the wire. What opens a bank goes in and never comes out."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from chalicelib.interchange.events import ConnectionState
from chalicelib.interchange.model.bank_feeds import AccountSort, Link, ProviderName
from chalicelib.interchange.model.connections import Connection, LastSync, LinkedAccount
from chalicelib.interchange.model.syncing import Run
from chalicelib.interchange.schemas.examples import ACCOUNT
from chalicelib.kernel import wire
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.money import wire_amount
from chalicelib.kernel.wire import CurrencyCode, Id, Instant, MoneyWire, Wire

_ID: Final = "01936f5e-7c3a-7d8e-9b1f-2a4c6e8f0b1d"
_BANK: Final = "BxBXxLj1m4HMXBm9WZZmCWVbPjX16EHwv99vp"
_CONNECTION: Final[JsonDict] = {
    "id": _ID,
    "version": 9,
    "provider": "plaid",
    "state": "active",
    "institution": "First Platypus Bank",
    "accounts": [
        {
            "id": _BANK,
            "name": "Checking",
            "mask": "0000",
            "kind": "bank",
            "currency": "USD",
            "balance": {"amount": "110.94", "currency": "USD"},
            "account_id": ACCOUNT,
            "opens": False,
        }
    ],
    "link": None,
    "consent_expires_at": None,
    "problem": None,
    "sync": {"state": "recording", "progress": {"done": 240, "total": 512}},
    "last_sync": None,
    "next_sync_at": "2026-11-02T13:36:10.000Z",
    "created_at": "2026-11-02T09:30:00.000Z",
    "updated_at": "2026-11-02T09:31:12.000Z",
}
_PROBLEM: Final[JsonDict] = {
    "slug": "login-required",
    "detail": "The bank wants you to sign in again. Link the connection again.",
    "action": "renew",
}
_PROBLEMS: Final[dict[str, str]] = {
    "account-archived": "An account of the ledger was archived; send the bank's account elsewhere.",
    "account-not-found": "An account of the ledger was deleted; send the bank's account elsewhere.",
    "claim-lost": "The token was used, but what it gave may never have reached us. End that access"
    " at the provider, and begin again with a new token.",
    "consent-expiring": "Your consent ends soon, and the syncs with it. Link the connection again before.",
    "gone": "The provider does not know the connection any more. Link it again.",
    "institution-down": "The bank does not answer the provider. It is tried again.",
    "login-required": "The bank wants you to sign in again. Link the connection again.",
    "mutated": "The bank's data kept changing while it was read. It is tried again.",
    "needs-attention": "The provider says that the connection needs your attention there.",
    "not-configured": "This installation is not set up for the provider any more.",
    "not-ready": "The bank has given nothing yet. It is tried again in some minutes.",
    "rate-limited": "The provider was asked too often. It is tried again later.",
    "sync-stuck": "The sync came to a halt. Ask for another one.",
    "timeout": "The provider took too long. It is tried again.",
    "token-refused": "The token is used up, expired or unknown. Get a new one.",
    "unreachable": "The provider cannot be reached. It is tried again.",
    "unreadable": "The provider's answer could not be read. It is tried again.",
}
_OTHER: Final = "The last sync came to nothing. It is tried again."
Action = Literal["wait", "renew", "begin-again", "map", "sync", "see-provider", "ask-operator"]
_ACTIONS: Final[dict[str, Action]] = {
    "account-archived": "map",
    "account-not-found": "map",
    "claim-lost": "begin-again",
    "consent-expiring": "renew",
    "gone": "renew",
    "login-required": "renew",
    "needs-attention": "see-provider",
    "not-configured": "ask-operator",
    "sync-stuck": "sync",
    "token-refused": "renew",
}
"""What a person has to do; everything else passes by itself."""
BankRef = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[\x21-\x7e]+$")]
Target = Annotated[
    Id | Literal["new"] | None,
    Field(description="An account of the ledger, `new` to open one, or null for nowhere"),
]
Mapping_ = Annotated[dict[BankRef, Target], Field(max_length=50)]


class StartConnection(Wire):
    """Begin a connection: with Plaid a dialogue is opened, with SimpleFIN a setup token is claimed.

    With the `id` of a connection that waits and the `public_token` of the dialogue it is finished.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "provider": "simplefin",
                    "setup_token": "aHR0cHM6Ly9icmlkZ2UuZXhhbXBsZS9zaW1wbGVmaW4vY2xhaW0vQUJD",
                },
                {"provider": "plaid"},
            ]
        }
    )

    id: Id | None = None
    provider: ProviderName
    public_token: Token | None = None
    setup_token: Token | None = None


class PatchConnection(Wire):
    """Say where the rows of the bank's accounts go, or renew the connection with a token."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"accounts": {_BANK: ACCOUNT}}]})

    accounts: Mapping_ | None = None
    public_token: Token | None = None
    setup_token: Token | None = None


class BankLinkOut(Wire):
    """The token that opens the provider's dialogue, until when."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": "link-sandbox-af1a0311-da53-4636-b754-dd15cc058176",
                    "expires_at": "2026-11-02T13:30:00.000Z",
                }
            ]
        }
    )

    token: str
    expires_at: Instant

    @classmethod
    def of(cls, link: Link) -> Self:
        """Write a link."""
        return cls(token=link.token, expires_at=rfc3339(link.expires_at))


class HeardOut(Wire):
    """That a message was taken, whatever it was about."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"heard": True}]})

    heard: Literal[True]


class BankAccountOut(Wire):
    """An account at the bank, and where its rows go; null is nowhere.

    `opens` says that the account is opened with the first rows. `balance` is what the bank has booked.
    """

    id: str
    name: str
    mask: str
    kind: AccountSort
    currency: CurrencyCode | None
    balance: MoneyWire | None
    account_id: str | None
    opens: bool

    @classmethod
    def of(cls, one: LinkedAccount) -> Self:
        """Write an account."""
        bank = one.bank
        balance = None
        if bank.balance_minor is not None and bank.currency:
            amount = wire_amount(bank.balance_minor, bank.currency)
            balance = MoneyWire(amount=amount, currency=bank.currency)
        return cls(
            id=bank.ref,
            name=bank.name,
            mask=bank.mask,
            kind=bank.kind,
            currency=bank.currency or None,
            balance=balance,
            account_id=one.account_id,
            opens=one.opens,
        )


class SyncOut(Wire):
    """A sync that is under way; `progress` counts rows, and is 0 of 0 while they are fetched."""

    state: Literal["fetching", "recording"]
    progress: wire.Progress


class LastSyncOut(Wire):
    """What the last whole sync did; of the rows that were `skipped` nothing could be made.

    `kept` are transactions that the bank changed or took back and that stay as they are, because somebody built
    on them.
    """

    at: Instant
    added: int
    changed: int
    removed: int
    skipped: int
    kept: list[str]

    @classmethod
    def of(cls, last: LastSync) -> Self:
        """Write what a sync did."""
        return cls(
            at=rfc3339(last.at),
            added=last.added,
            changed=last.changed,
            removed=last.removed,
            skipped=last.skipped,
            kept=list(last.kept),
        )


class ConnectionProblemOut(Wire):
    """What is wrong with a connection, by a stable `slug`, and what its owner has to do.

    `wait`: nothing, it is tried again. `renew`: `POST .../link` opens Plaid's dialogue, a bridge takes a new setup token.
    `begin-again`: end that access at the provider and make another connection. `map`: send the bank's account elsewhere.
    `sync`: ask for one. `see-provider`: look at the connection there. `ask-operator`: this installation lacks something.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_PROBLEM]})

    slug: str
    detail: str
    action: Action


class ConnectionOut(Wire):
    """A bank connection, its accounts, and how its syncs go.

    `link` is there where a dialogue was opened by the very request.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_CONNECTION]})

    id: str
    version: int
    provider: ProviderName
    state: ConnectionState
    institution: str
    accounts: list[BankAccountOut]
    link: BankLinkOut | None
    consent_expires_at: Instant | None
    problem: ConnectionProblemOut | None
    sync: SyncOut | None
    last_sync: LastSyncOut | None
    next_sync_at: Instant | None
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, one: Connection, run: Run, ctx: Context, link: Link | None = None) -> Self:
        """Write a connection."""
        return cls(
            id=one.id,
            version=seen_version(one, run, ctx),
            provider=one.provider,
            state=one.state,
            institution=one.institution,
            accounts=[BankAccountOut.of(account) for account in one.accounts],
            link=BankLinkOut.of(link) if link is not None else None,
            consent_expires_at=rfc3339(one.consent_expires_at) if one.consent_expires_at else None,
            problem=_problem(one, run, ctx),
            sync=_sync(run, ctx),
            last_sync=LastSyncOut.of(one.last) if one.last is not None else None,
            next_sync_at=rfc3339(one.due_at) if one.due_at is not None else None,
            created_at=rfc3339(one.created_at),
            updated_at=rfc3339(one.updated_at),
        )


def seen_version(one: Connection, run: Run, ctx: Context) -> int:
    """Give the version that its owner sees: odd for what is stored, even for what time alone made of it."""
    return 2 * (one.version + run.version) - 1 + run.is_stuck(ctx.now)


def _problem(one: Connection, run: Run, ctx: Context) -> ConnectionProblemOut | None:
    slug = "sync-stuck" if run.is_stuck(ctx.now) else one.problem
    if slug is None and one.expiry_told and one.state == "active":
        slug = "consent-expiring"
    if slug is None:
        return None
    action = _ACTIONS.get(slug, "wait")
    if action == "renew" and one.state == "failed":  # it never worked: there is nothing to renew
        action = "begin-again"
    return ConnectionProblemOut(slug=slug, detail=_PROBLEMS.get(slug, _OTHER), action=action)


def _sync(run: Run, ctx: Context) -> SyncOut | None:
    if run.state == "idle" or run.is_stuck(ctx.now):
        return None
    return SyncOut(state=run.state, progress=wire.Progress(done=run.done, total=run.total))
