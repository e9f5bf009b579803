"""What banks say through whoever connects them, in one form: accounts, rows, pages, tidings and troubles.

Sign rule: a negative amount leaves the user, whatever the provider's own habit is. Nothing here holds a secret
but `Access`, and that one never shows it.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from typing import Final, Literal

from chalicelib.expenses.commands import PENDING, FeedRow, ImportRow
from chalicelib.interchange.commands import EventKind
from chalicelib.kernel.values import dataclass

ProviderName = Literal["plaid", "simplefin"]
AccountSort = Literal["bank", "card", "savings", "loan", "asset"]
"""The ledger's kinds of accounts that a bank may have."""
TroubleReason = Literal[
    "claim-lost",
    "gone",
    "institution-down",
    "login-required",
    "mutated",
    "not-configured",
    "needs-attention",
    "not-ready",
    "rate-limited",
    "refused",
    "timeout",
    "token-refused",
    "too-large",
    "unreachable",
    "unreadable",
]
"""Why a provider did not do what it was asked.

`mutated`: the data changed between two pages; `gone`: the provider does not know the connection (any more);
`needs-attention`: it says that its owner has to look after it there; `not-ready`: it has no data yet; `refused`: it says that we asked wrongly; `token-refused`: the token that
makes a connection is used up, expired or unknown; `claim-lost`: it was used, and the answer never reached us.
"""
PASSING: Final[frozenset[TroubleReason]] = frozenset(
    {"institution-down", "not-ready", "rate-limited", "timeout", "unreachable", "unreadable"}
)
"""What may work by itself later."""
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2199
MAX_ACCOUNTS: Final = 50
"""Accounts of one connection that are kept."""
MOST_ROWS: Final = 20_000
"""Rows of one answer: a bank that shows more in two months is none."""
MAX_TEXT: Final = 500
"""Characters of a payee or memo that are kept; the ledger cuts further."""


def is_day(day: date) -> bool:
    """Tell whether a bank may have booked something on a day: others are slips, and no neighbours can be counted from them."""
    return _FIRST_YEAR <= day.year <= _LAST_YEAR


@dataclass(frozen=True, slots=True)
class BankTrouble:
    """A failure as a value; `retry_after` is in seconds where the provider said so."""

    reason: TroubleReason
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """What the user's app needs to let them choose their bank: a token for the provider's own dialogue."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What opens a connection: the provider's own name of it, and the secret."""

    item_ref: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """An account at the bank. `balance_minor` is what is booked there, negative for what is owed.

    `currency` is empty where it is none that the ledger keeps.
    """

    ref: str
    name: str
    mask: str
    kind: AccountSort
    currency: str
    balance_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a provider says of a connection as a whole."""

    institution: str
    accounts: tuple[BankAccount, ...]
    consent_expires_at: datetime | None = None
    trouble: BankTrouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BankRow:
    """A row as the bank has it now; `settles` is the id of the pending row that it was."""

    account_ref: str
    id: str
    day: date
    amount_minor: int
    currency: str
    payee: str
    memo: str
    pending: bool
    settles: str = ""

    def to_feed(self, index: int) -> FeedRow:
        """Give the form in which the ledger takes it; `index` says which of the connection's accounts."""
        row = ImportRow(
            statement=index,
            line=0,
            booked_on=self.day,
            amount_minor=self.amount_minor,
            currency=self.currency,
            payee=self.payee[:MAX_TEXT],
            memo=self.memo[:MAX_TEXT],
            provider_id=self.id,
            kind=PENDING if self.pending else "",
            mcc="",
            ordinal=0,
            importable=True,
        )
        return FeedRow(row=row, settles=self.settles)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPage:
    """What changed since a cursor, a page at a time.

    `removed` are pairs of account (empty where the provider does not say) and id. `skipped` counts rows that
    could not be understood. `next_cursor` is where to go on, within the run while there is `more`.
    """

    upserts: tuple[BankRow, ...]
    removed: tuple[tuple[str, str], ...]
    next_cursor: str = field(repr=False)
    more: bool
    accounts: tuple[BankAccount, ...]
    skipped: int = 0
    trouble: BankTrouble | None = None
    """What the provider says of its own access to the bank, beside what it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankEvent:
    """What a provider tells by itself: of which item, and what; `expires_at` where consent ends.

    `mark` is the same for one message that comes twice, and another for one that says the same later.
    """

    item_ref: str
    mark: str
    kind: EventKind
    expires_at: datetime | None = None
