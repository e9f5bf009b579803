"""The ledger's front door for the services above it, of one owner at a time.

It reads, opens an account, and makes categories.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from chalicelib.expenses.commands import ImportRow, ImportRows
from chalicelib.expenses.errors import AccountNotFound, CategoryArchived, CategoryNotFound
from chalicelib.expenses.events import Posting
from chalicelib.expenses.model.accounts import Account, AccountKind
from chalicelib.expenses.model.catalogue import catalogue
from chalicelib.expenses.model.categories import MAX_DEPTH, Kind, WantedCategory
from chalicelib.expenses.model.categories import default_id as shipped_category
from chalicelib.expenses.model.importing import Duplicate
from chalicelib.expenses.model.movements import balances
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository.accounts import (
    all_accounts,
    currency_and_state,
    one_account,
    states,
)
from chalicelib.expenses.repository.categories import read_categories
from chalicelib.expenses.repository.changes import change_number
from chalicelib.expenses.repository.decode import transaction_of
from chalicelib.expenses.repository.movements import read_days
from chalicelib.expenses.repository.table import TABLE
from chalicelib.expenses.repository.transactions import Filter, scan
from chalicelib.expenses.schemas.accounts import CreateAccount
from chalicelib.expenses.service.accounts import open_once
from chalicelib.expenses.service.balances import AccountBalances, balances_of_all
from chalicelib.expenses.service.category_making import make_categories
from chalicelib.expenses.service.exporting import (
    Wanted,
    check_wanted,
    find_all,
    visible_accounts,
)
from chalicelib.expenses.service.outlook import Outlook, Payment, Repeating, Turn, look_ahead
from chalicelib.kernel.changes import CHANGE_PREFIX, change_key, unpack
from chalicelib.kernel.context import system_context
from chalicelib.kernel.money import Money
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.races import until_won
from chalicelib.kernel.roles import Role
from chalicelib.kernel.tables import Raw, Table
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault
from chalicelib.kernel.wire import MoneyWire

__all__ = [
    "TABLE",
    "Account",
    "AccountBalances",
    "AccountName",
    "AccountView",
    "CategoryView",
    "ChangeView",
    "Duplicate",
    "NewAccount",
    "Outlook",
    "Payment",
    "Repeating",
    "TouchedView",
    "Transaction",
    "TransactionView",
    "Turn",
    "Wanted",
    "WantedCategory",
    "account",
    "account_states",
    "accounts",
    "balances_of_all",
    "booked_balance",
    "category_names",
    "category_to_use",
    "change_number",
    "changes",
    "check_categories",
    "check_wanted",
    "find_all",
    "foresee",
    "iter_transactions",
    "look_ahead",
    "make_categories",
    "open_account",
    "shipped_category",
    "visible_accounts",
]

MOST_CHANGES: Final = 200
"""Change-log entries of one call."""
_PAGE: Final = 200
_LAST_CHANGE: Final = 10**12 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """What a service above needs to know of an account."""

    id: str
    currency: str
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountName:
    """An account as its owner calls it."""

    id: str
    name: str
    currency: str
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryView:
    """A category's name and place; `kind` tells spending, income and transfers apart.

    `merged_into` is the one that took the place of an archived one.
    """

    id: str
    name: str
    parent_id: str | None
    kind: Kind
    archived: bool = False
    merged_into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionView:
    """A live transaction, texts opened; a negative amount leaves the user."""

    id: str
    version: int
    account_id: str
    category_id: str | None
    amount_minor: int
    currency: str
    booked_on: date
    payee: str
    notes: str
    source: str
    kind: str
    status: str
    tags: tuple[str, ...]
    postings: tuple[Posting, ...]
    """What it adds to balances and sums: none while it is planned, several when it is split or a transfer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedView:
    """One object of a change: `fields` are its clear fields afterwards."""

    kind: str
    id: str
    version: int
    deleted: bool
    fields: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One entry of the change log: everything that one transaction touched."""

    sequence: int
    at: str
    touched: tuple[TouchedView, ...]


def account(
    owner: Owner, account_id: str, *, allowed: Mapping[str, Role] | None = None
) -> AccountView:
    """Give an account; raises `AccountNotFound` when it is absent or somebody else's.

    `allowed` are the accounts of a household that the caller may see, where that is not all of them.
    """
    if allowed is not None and account_id not in allowed:
        raise AccountNotFound
    currency, archived = currency_and_state(owner, account_id)
    return AccountView(id=account_id, currency=currency, archived=archived)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account that a service above wants: `id` is derived, so that asking again is the same account.

    `opened_by` is the member of a household whose account it is, or the user.
    """

    id: str
    name: str
    kind: AccountKind
    currency: str
    opening_minor: int
    opened_by: str


def open_account(owner: Owner, vaults: Callable[[Owner], Vault], new: NewAccount) -> AccountView:
    """Open an account in a transaction of its own; one that is there under the id is given as it is.

    Raises `AccountNotFound` where it was deleted since, `LimitReached` for more than an owner may have.
    """

    def attempt() -> None:
        ctx = system_context(owner, TABLE, vaults=vaults)
        ctx = replace(ctx, actor=replace(ctx.actor, user_id=new.opened_by))
        ctx.commit.open()
        ctx.commit.on_behalf(new.opened_by)
        open_once(ctx, new.id, _creation(new))
        ctx.commit.write()

    until_won(attempt)
    return account(owner, new.id)


def _creation(new: NewAccount) -> CreateAccount:
    opening = Money(new.opening_minor, new.currency)
    return CreateAccount(
        id=new.id,
        name=new.name,
        kind=new.kind,
        currency=new.currency,
        opening_balance=MoneyWire.of(opening),
    )


def accounts(owner: Owner, vault: Vault) -> tuple[AccountName, ...]:
    """Give all live accounts of an owner, in the order of their ids."""
    return tuple(
        AccountName(id=one.id, name=one.name, currency=one.currency, archived=one.archived)
        for one in all_accounts(owner, vault)
    )


def booked_balance(owner: Owner, vault: Vault, account_id: str, on: date) -> int:
    """Give what an account came to at the end of a day, without what is pending, in minor units.

    Raises `AccountNotFound`; `LostRace` where it is busy, and is then to be asked again.
    """
    opening = one_account(owner, vault, account_id).opening_minor
    (found,) = balances(opening, read_days(owner, account_id, until=on), (on,))
    return found.booked_minor


def foresee(
    owner: Owner,
    vault: Vault,
    order: ImportRows,
    rows: Mapping[int, ImportRow],
    asked: Collection[int],
) -> dict[int, Duplicate]:
    """Say which of some rows are duplicates, by their place in the file, before they are imported or after.

    `order` says which import and which accounts; `rows` are those around them in the file as well. Reads only:
    three batches of 100 rows that are asked for, what took them in, and one query.
    """
    from chalicelib.expenses.service.foreseeing import foresee as look_ahead

    ctx = system_context(owner, TABLE, vaults=lambda _: vault)
    return look_ahead(ctx, order, rows, asked)


def account_states(owner: Owner, account_ids: Iterable[str]) -> tuple[AccountView, ...]:
    """Give accounts, each once, in one read; raises `AccountNotFound` when one is absent or somebody else's."""
    wanted = sorted(set(account_ids))
    found = states(owner, wanted)
    if len(found) < len(wanted):
        raise AccountNotFound
    return tuple(
        AccountView(id=one, currency=found[one][0], archived=found[one][1]) for one in wanted
    )


def category_names(owner: Owner, vault: Vault) -> dict[str, CategoryView]:
    """Give all categories by id, shipped ones as the user named them, each after its parent."""
    stored = read_categories(owner, vault)
    return {
        identity: CategoryView(
            id=identity,
            name=entry.category.name,
            parent_id=entry.category.parent_id,
            kind=entry.category.kind,
            archived=entry.category.archived,
            merged_into=entry.category.merged_into,
        )
        for identity, entry in catalogue(stored).items()
    }


def check_categories(views: Mapping[str, CategoryView], asked: Iterable[str]) -> None:
    """Refuse categories that are absent or somebody else's: `CategoryNotFound`."""
    if any(one not in views for one in asked):
        raise CategoryNotFound


def category_to_use(views: Mapping[str, CategoryView], category_id: str) -> str:
    """Give a category, or what it was merged into; raises `CategoryNotFound` and `CategoryArchived`."""
    for _ in range(MAX_DEPTH):
        view = views.get(category_id)
        if view is None:
            raise CategoryNotFound
        if view.merged_into is None:
            break
        category_id = view.merged_into
    if views[category_id].archived:
        raise CategoryArchived
    return category_id


def changes(owner: Owner, after: int, limit: int = MOST_CHANGES) -> tuple[ChangeView, ...]:
    """Give the entries of the change log behind a change number, oldest first, at most `MOST_CHANGES`.

    An account's balance is not in them: each transaction moves it by its amount (`was` is what that was
    before), and its version by one. Where that is not so, of one that is split, planned or a transfer, `moved`
    says by account what it is.
    """
    piece = Table(TABLE).query(
        str(owner),
        change_key(after + 1),
        change_key(_LAST_CHANGE),
        limit=max(1, min(limit, MOST_CHANGES)),
        consistent=True,
    )
    return tuple(_change(item) for item in piece.items)


def _change(item: Raw) -> ChangeView:
    entries: list[dict[str, Any]] = unpack(item["entries"]["B"])
    return ChangeView(
        sequence=int(item["sk"]["S"].removeprefix(CHANGE_PREFIX)),
        at=item["at"]["S"],
        touched=tuple(
            TouchedView(
                kind=one["k"],
                id=one["i"],
                version=one["v"],
                deleted=one["o"] == "delete",
                fields=one["f"],
            )
            for one in entries
        ),
    )


def iter_transactions(
    owner: Owner, vault: Vault, *, first: date | None = None, last: date | None = None
) -> Iterator[TransactionView]:
    """Go through an owner's live transactions, oldest day first, page by page in constant memory."""
    start = None
    while True:
        raws, start = scan(
            owner, Filter(first=first, last=last), start=start, limit=_PAGE, forward=True
        )
        for raw in raws:
            yield _view(transaction_of(raw, vault))
        if start is None:
            return


def _view(one: Transaction) -> TransactionView:
    return TransactionView(
        id=one.id,
        version=one.version,
        account_id=one.account_id,
        category_id=one.filing.category_id,
        amount_minor=one.amount.amount_minor,
        currency=one.amount.currency,
        booked_on=one.booked_on,
        payee=one.payee,
        notes=one.notes,
        source=one.source,
        kind=one.kind,
        status=one.status,
        tags=one.tags,
        postings=one.postings,
    )
