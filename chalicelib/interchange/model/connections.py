"""A connection to a bank: from the first step of linking until it is taken back, and what may happen when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.interchange.errors import ConnectionNotReady, UnfitBankAccounts
from chalicelib.interchange.events import ConnectionState
from chalicelib.interchange.model.bank_feeds import (
    MAX_ACCOUNTS,
    Access,
    BankAccount,
    ProviderName,
    Seen,
    TroubleReason,
)
from chalicelib.kernel.errors import FieldProblem
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.values import dataclass

MAX_CONNECTIONS: Final = 20
"""Connections that one owner may have at a time."""
EXPIRING: Final = timedelta(days=7)
"""How long before consent ends its owner is told."""
EVERY: Final = timedelta(hours=4)
"""How often a connection is synced by the schedule."""
JITTER: Final = timedelta(minutes=30)
"""By how much a turn is moved, so that not all come at once."""
CLAIM_LIFE: Final = timedelta(hours=1)
"""An exchange that shows nothing for so long lies in the dead letters."""
NEW: Final = "new"
"""In a mapping: an account of the ledger is to be opened for the bank's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedAccount:
    """An account at the bank, and where its rows go: `account_id`, or nowhere.

    `opens` says that the account is still to be opened, with the first rows, under the id that stands there.
    """

    bank: BankAccount
    account_id: str | None = None
    opens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSync:
    """What the last whole sync did; `kept` are transactions that stayed although the bank said otherwise."""

    at: datetime
    added: int
    changed: int
    removed: int
    skipped: int
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A connection of one owner. `token` waits to be exchanged for `access`, of which only the worker knows.

    `claims` counts how often that was begun: a second time means that the first answer may be lost.
    """

    id: str
    provider: ProviderName
    state: ConnectionState
    version: int
    created_at: datetime
    updated_at: datetime
    opened_by: str
    token: str = field(default="", repr=False)
    claims: int = 0
    access: Access | None = None
    institution: str = ""
    accounts: tuple[LinkedAccount, ...] = ()
    consent_expires_at: datetime | None = None
    expiry_told: bool = False
    problem: TroubleReason | str | None = None
    last: LastSync | None = None
    due_at: datetime | None = None
    failures: int = 0
    """Syncs in a row that came to nothing."""

    @property
    def mapped(self) -> dict[str, str]:
        """Where the bank's accounts go, by their refs."""
        return {one.bank.ref: one.account_id for one in self.accounts if one.account_id}

    def is_expiring(self, at: datetime) -> bool:
        """Tell whether consent ends within days."""
        return self.consent_expires_at is not None and self.consent_expires_at <= at + EXPIRING


def changed(one: Connection, at: datetime, **what: object) -> Connection:
    """Give the next version of a connection."""
    return replace(one, version=one.version + 1, updated_at=at, **what)  # type: ignore[arg-type]  # fields by name


def linking(one: Connection, token: str, at: datetime) -> Connection:
    """Take the token that makes or renews the connection; refuses while another one is being exchanged."""
    if one.state == "claiming" and at < one.updated_at + CLAIM_LIFE:
        raise ConnectionNotReady
    return changed(one, at, state="claiming", token=token, claims=0, problem=None)


def claiming(one: Connection, at: datetime) -> Connection:
    """Note that the token is about to be used."""
    return changed(one, at, claims=one.claims + 1)


def claimed(one: Connection, access: Access, at: datetime) -> Connection:
    """Keep what the token gave; the token is of no use any more."""
    return changed(
        one, at, state="active", token="", claims=0, access=access, problem=None, failures=0
    )


def not_claimed(one: Connection, reason: TroubleReason, at: datetime) -> Connection:
    """The token gave nothing: with an access from before the connection is as it was, else it failed.

    After an earlier try the provider may have given the access away to nobody: that is said, for its owner
    has to close it there.
    """
    lost = reason == "token-refused" and one.claims > 1
    state = "broken" if one.access is not None else "failed"
    problem = "claim-lost" if lost else reason
    return changed(one, at, state=state, token="", claims=0, problem=problem)


def seen(one: Connection, what: Seen, at: datetime) -> Connection:
    """Take in what the provider says; accounts keep where they go, and one that it names no more stays known."""
    expires = what.consent_expires_at
    same = expires == one.consent_expires_at
    after = replace(
        one,
        institution=what.institution or one.institution,
        accounts=with_accounts(one.accounts, what.accounts),
        consent_expires_at=expires,
        expiry_told=one.expiry_told and same,
    )
    if after == one:
        return one
    return changed(after, at)


def with_accounts(
    known: tuple[LinkedAccount, ...], named: tuple[BankAccount, ...]
) -> tuple[LinkedAccount, ...]:
    """Bring what is known of accounts up to date, and add new ones, which go nowhere yet."""
    now = {one.ref: one for one in named}
    kept = tuple(replace(one, bank=now.pop(one.bank.ref, one.bank)) for one in known)
    return (*kept, *(LinkedAccount(bank=one) for one in now.values()))[:MAX_ACCOUNTS]


def broken(one: Connection, reason: TroubleReason | str, at: datetime) -> Connection:
    """It takes its owner to repair it; the schedule leaves it alone until then."""
    return changed(one, at, state="broken", problem=reason, due_at=None)


def restored(one: Connection, at: datetime) -> Connection:
    """It works again."""
    return changed(one, at, state="active", problem=None, failures=0)


def next_turn(
    connection_id: str, number: int, at: datetime, *, every: timedelta = EVERY
) -> datetime:
    """Say when the schedule comes to a connection again; turns of many are spread, and each of one a bit."""
    draw = int(derived_id("turn", connection_id, str(number))[:8], 16)
    half = int(min(JITTER, every / 4).total_seconds())
    return at + every + timedelta(seconds=draw % (2 * half + 1) - half)


def opened_id(connection_id: str, ref: str) -> str:
    """Derive the id of an account that is opened for one of the bank's."""
    return derived_id("bank-account", connection_id, ref)


def remapped(one: Connection, wanted: Mapping[str, str | None], at: datetime) -> Connection:
    """Send the bank's accounts where their owner says: an account, `NEW`, or nowhere.

    Refuses with `UnfitBankAccounts` refs that are unknown, two of them into one account, and another account
    for one that goes somewhere: what was recorded there would stay, and come again elsewhere.
    """
    known = {account.bank.ref: account for account in one.accounts}
    wrong = [
        FieldProblem(f"/accounts/{ref}", "the connection has no such account")
        for ref in wanted.keys() - known.keys()
    ]
    after: list[LinkedAccount] = []
    for ref, account in known.items():
        problem, moved = _moved(one.id, account, wanted[ref]) if ref in wanted else ("", account)
        wrong += [FieldProblem(f"/accounts/{ref}", problem)] if problem else []
        after.append(moved)
    targets = [account.account_id for account in after if account.account_id]
    wrong += [
        FieldProblem(f"/accounts/{ref}", "another account of the bank goes there already")
        for ref, target in wanted.items()
        if target and targets.count(target) > 1
    ]
    if wrong:
        raise UnfitBankAccounts(*sorted(wrong, key=lambda problem: problem.pointer)[:50])
    if tuple(after) == one.accounts:
        return one
    return changed(one, at, accounts=tuple(after))


def _moved(
    connection_id: str, account: LinkedAccount, target: str | None
) -> tuple[str, LinkedAccount]:
    """Give what is wrong with a target, and the account as it goes there."""
    if target is None:
        return "", replace(account, account_id=None, opens=False)
    if not account.bank.currency:
        return "its currency is none that can be kept", account
    opens = target == NEW
    account_id = opened_id(connection_id, account.bank.ref) if opens else target
    if account.account_id not in {None, account_id}:
        return "it goes into another account; send it nowhere first", account
    still = account.opens if account.account_id == account_id else opens
    return "", replace(account, account_id=account_id, opens=still)


def check_currencies(
    one: Connection, wanted: Mapping[str, str | None], currencies: Mapping[str, str]
) -> None:
    """Refuse with `UnfitBankAccounts` where an account of the ledger is kept in another currency than the bank's."""
    bank = {account.bank.ref: account.bank.currency for account in one.accounts}
    wrong = [
        FieldProblem(
            f"/accounts/{ref}",
            f"the bank keeps it in {bank[ref]}, the ledger in {currencies[target]}",
        )
        for ref, target in sorted(wanted.items())
        if target is not None
        and target in currencies
        and bank.get(ref) not in {None, currencies[target]}
    ]
    if wrong:
        raise UnfitBankAccounts(*wrong)


def takes_more(before: Connection, after: Connection) -> bool:
    """Tell whether rows are wanted that were not before: then the bank is asked from the beginning."""
    return bool(after.mapped.keys() - before.mapped.keys())
