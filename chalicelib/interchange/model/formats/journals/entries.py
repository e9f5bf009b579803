"""What a journal is once its syntax is behind us: accounts, transactions of several postings, checks."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from chalicelib.interchange.model.formats.types import Notes, RefundOf
from chalicelib.kernel.values import dataclass

Sort = Literal["asset", "liability", "expense", "income", "equity", "conversion", ""]
"""What an account is; `conversion` is equity that only balances one currency against another, empty is unknown."""


@dataclass(frozen=True, slots=True)
class Own:
    """What our own journals say of a posting: which part it is, on which account it lies, what it is of the whole."""

    part: str = ""
    lies_on: str = ""
    is_home: bool = False
    is_fee: bool = False


NOTHING_OWN: Final = Own()
"""What all postings of other journals have: in a large file there are very many."""


@dataclass(slots=True)
class Posting:
    """One line of a transaction: `amount` of `commodity` goes to `account`.

    `weight` is what it counts for when the transaction is balanced, in `weight_in`; without an amount both are
    inferred; `cost` is what it weighs where shares are balanced by what they had cost. `own` is what only our own
    journals say (`own.py`). `asserted` is what the account must hold afterwards; with `assigns` the amount follows from it.
    """

    account: str
    line: int
    amount: Decimal | None = None
    commodity: str = ""
    weight: Decimal | None = None
    weight_in: str = ""
    note: str = ""
    day: date | None = None
    asserted: Decimal | None = None
    asserted_in: str = ""
    inclusive: bool = False
    assigns: bool = False
    provider_id: str = ""
    flaw: str = ""
    cost: tuple[Decimal, str] | None = None
    own: Own = NOTHING_OWN

    def set_amount(self, amount: Decimal, commodity: str) -> None:
        """Say what an amount left out has been found to be."""
        self.amount, self.commodity = amount, commodity
        self.weight, self.weight_in = amount, commodity


@dataclass(slots=True)
class Entry:
    """A transaction, or with `problem` one of which a part could not be understood."""

    line: int
    day: date | None
    payee: str = ""
    memo: str = ""
    pending: bool = False
    reconciled: bool = False
    tags: tuple[str, ...] = ()
    refunds: tuple[RefundOf, ...] = ()
    provider_id: str = ""
    own_id: str = ""
    original: tuple[Decimal, str] | None = None
    postings: list[Posting] = field(default_factory=list)
    written_day: str = ""


@dataclass(slots=True)
class Check:
    """What an account and those below it hold at the beginning of a day, as the file says."""

    line: int
    day: date
    account: str
    amount: Decimal
    commodity: str
    tolerance: Decimal


@dataclass(slots=True)
class Pad:
    """From this day on an account holds what its next check says; the difference comes from `source`."""

    line: int
    day: date
    account: str
    source: str


@dataclass(slots=True)
class Naming:
    """What the file says of an account beyond its path."""

    name: str = ""
    path: tuple[str, ...] | None = None
    kind: str = ""
    number: str = ""
    currency: str = ""
    hidden: bool = False


@dataclass(slots=True)
class Journal:
    """A whole file. `complete` is false where parts of the books lie in other files."""

    format: str
    dialect: str
    notes: Notes
    entries: list[Entry] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    pads: list[Pad] = field(default_factory=list)
    sorts: dict[str, Sort] = field(default_factory=dict)
    names: dict[str, Naming] = field(default_factory=dict)
    complete: bool = True
