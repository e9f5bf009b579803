"""What a user says about payees: how they are called, under which other names they come, where they belong.

A payee is known by its normalised name. Another name of it points to it, and carries along what a new row needs
to know, so that no row is looked up twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from chalicelib.expenses.model.categories import Category, standing_in
from chalicelib.expenses.model.payee_likeness import Likeness, alike
from chalicelib.expenses.model.transactions import Filing, Transaction, is_locked
from chalicelib.kernel.values import dataclass

MAX_ALIASES: Final = 50
"""Of one payee: merging that many writes them all at once."""
MAX_PAYEES: Final = 2_000
"""Payees of one owner about which something was said, aliases included."""
MOST_MERGED: Final = 20
MOST_PAIRS: Final = 100
UNTOUCHED: Final = 1
"""The version of a payee about which nothing was said."""
_GUESSED: Final = frozenset({"none", "learned", "mcc", "prior"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Another name of a payee, as it was written."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPayee:
    """A payee about which something was said, or with `into` another name of one.

    An empty `name` leaves new rows as the bank names them. `ignored` ones are neither suggested nor learned from.
    """

    id: str
    version: int
    key: str
    created_at: datetime
    updated_at: datetime
    name: str = ""
    aliases: tuple[Alias, ...] = ()
    into: str | None = None
    category_id: str | None = None
    learn: bool = True
    ignored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeEntry:
    """A payee as a list shows it: `count` and `last_used_on` are of the newest transactions."""

    id: str
    version: int
    name: str
    key: str
    aliases: tuple[Alias, ...]
    count: int
    last_used_on: date | None
    category_id: str | None
    learn: bool
    ignored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A payee as transactions have it: its newest name, its key, how many there are and when the last was."""

    id: str
    name: str
    key: str
    count: int
    last_used_on: date


def aliases_of(texts: Iterable[str], ids: Iterable[str]) -> tuple[Alias, ...]:
    """Pair texts with the ids of what they come to, each id once with its first text."""
    found: dict[str, Alias] = {}
    for text, identity in zip(texts, ids, strict=True):
        found.setdefault(identity, Alias(id=identity, text=text))
    return tuple(found.values())


def with_standing_categories(
    known: Mapping[str, KnownPayee], tree: Mapping[str, Category]
) -> dict[str, KnownPayee]:
    """Give payees with what their categories were merged into."""
    return {
        identity: replace(one, category_id=standing_in(one.category_id, tree))
        if one.category_id
        else one
        for identity, one in known.items()
    }


def is_silent(payee_id: str, known: Iterable[KnownPayee]) -> bool:
    """Tell whether a payee, by whichever of its names, is not to teach."""
    return any(payee_id in {one.id, one.into} and (one.ignored or not one.learn) for one in known)


def entries(seen: Iterable[Seen], known: Mapping[str, KnownPayee]) -> list[PayeeEntry]:
    """Give all payees, the most used first; what comes under another name is counted with its payee."""
    counted: dict[str, list[Seen]] = {}
    for one in seen:
        said = known.get(one.id)
        counted.setdefault((said.into if said else None) or one.id, []).append(one)
    ids = {*counted, *(one.id for one in known.values() if one.into is None)}
    found = [entry_of(identity, counted.get(identity, ()), known.get(identity)) for identity in ids]
    return sorted(found, key=lambda one: (-one.count, one.name.casefold(), one.id))


def entry_of(identity: str, seen: Iterable[Seen], said: KnownPayee | None) -> PayeeEntry:
    """Give one payee of what transactions and the user say about it."""
    used = sorted(seen, key=lambda one: one.last_used_on, reverse=True)
    # its own newest row names it rather than that of an alias
    first = next((one for one in used if one.id == identity), used[0] if used else None)
    name = (said.name or said.key) if said and (said.name or first is None) else ""
    return PayeeEntry(
        id=identity,
        version=said.version if said else UNTOUCHED,
        name=name or (first.name if first else ""),
        key=said.key if said else first.key if first else "",
        aliases=said.aliases if said else (),
        count=sum(one.count for one in used),
        last_used_on=used[0].last_used_on if used else None,
        category_id=said.category_id if said else None,
        learn=said.learn if said else True,
        ignored=said.ignored if said else False,
    )


def suggestions(found: Iterable[PayeeEntry]) -> list[tuple[PayeeEntry, PayeeEntry, Likeness]]:
    """Give pairs of payees that may be one, the surest first, each with the more used one in front."""
    by_key: dict[str, PayeeEntry] = {}
    for one in found:
        if not one.ignored:
            by_key.setdefault(one.key, one)
    pairs = []
    for pair in alike(by_key)[:MOST_PAIRS]:
        two = sorted((by_key[pair.one], by_key[pair.other]), key=lambda one: -one.count)
        pairs.append((two[0], two[1], pair))
    return pairs


def named(transaction: Transaction, known: Mapping[str, KnownPayee]) -> Transaction:
    """Give a new transaction with the payee that it belongs to; what a person typed stays as it is typed."""
    said = known.get(transaction.payee_id)
    if said is None:
        return transaction
    after = replace(transaction, payee_id=said.into or said.id)
    if not said.name or said.name == transaction.payee or is_locked(transaction, "payee"):
        return after
    kept = transaction.bank_payee or transaction.payee if transaction.source == "import" else ""
    set_by = {**transaction.set_by, "payee": "rule"}
    return replace(after, payee=said.name, bank_payee=kept, set_by=set_by)


def placed(
    transaction: Transaction,
    said: KnownPayee | None,
    has_category: Callable[[str], bool],
) -> Transaction:
    """Give a new transaction under its payee's category, where nobody said another and no rule did."""
    if said is None or said.category_id is None or transaction.filing.by not in _GUESSED:
        return transaction
    if transaction.parts or transaction.transfer or not has_category(said.category_id):
        return transaction
    return replace(transaction, filing=Filing(category_id=said.category_id, by="rule"))
