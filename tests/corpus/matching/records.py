"""The corpus' shapes: what a ledger has, what arrives, and what is true about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final, Literal

CLASSES: Final = ("duplicate", "rekeyed", "pending", "planned", "transfer", "refund")
Pair = tuple[str, str]
Mode = Literal["same", "churn", "other", "first"]
"""How an account's new statement relates to what is known: the same feed, the same with new ids, another
source without ids, or the first statement of an account that was kept by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row as a bank, or a person, wrote it."""

    id: str
    account: str
    day: date
    amount: int
    currency: str
    payee: str
    memo: str = ""
    ref: str = ""
    status: str = "posted"
    source: str = "import"
    batch: str = ""
    original: tuple[int, str] | None = None
    filed_as: str | None = None
    trade: str | None = None


@dataclass(slots=True)
class World:
    """One household: its accounts, the two sides of an import, the ledger afterwards, and the truth."""

    seed: int
    accounts: Mapping[str, tuple[str, str]]
    modes: Mapping[str, Mode]
    rates: Mapping[str, tuple[float, ...]]
    """By currency how many units of it a euro is worth, a number a day from the first one on."""
    known: list[Record] = field(default_factory=list)
    arriving: list[Record] = field(default_factory=list)
    ledger: list[Record] = field(default_factory=list)
    truth: dict[str, set[Pair]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    """By row which movement it shows: account, amount, name, and in the ledger the day."""

    def __post_init__(self) -> None:
        for name in CLASSES:
            self.truth.setdefault(name, set())

    def to_json(self) -> dict[str, Any]:
        """Write it so that another program can read it."""

        def rows(records: list[Record]) -> list[dict[str, Any]]:
            return [
                {k: str(v) if isinstance(v, date) else v for k, v in asdict(one).items() if v}
                for one in records
            ]

        return {
            "seed": self.seed,
            "accounts": dict(self.accounts),
            "modes": dict(self.modes),
            "known": rows(self.known),
            "arriving": rows(self.arriving),
            "ledger": rows(self.ledger),
            "truth": {name: sorted(map(list, pairs)) for name, pairs in self.truth.items()},
        }
