"""Trackers of expenses: one line a transaction, most with a type that gives the sign or says transfer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from chalicelib.interchange.model.formats.amounts import ZERO
from chalicelib.interchange.model.formats.pairing import is_whole
from chalicelib.interchange.model.formats.tabular.apps.legs import (
    mark_pair,
    pair_transfers,
    with_extras,
)
from chalicelib.interchange.model.formats.tabular.profiles import Entry, Export, Profile
from chalicelib.interchange.model.formats.tabular.vocabulary import fold
from chalicelib.interchange.model.formats.types import Notes
from chalicelib.kernel.currencies import EXPONENTS
from chalicelib.kernel.values import dataclass

Other = Callable[[Export, Entry], str | None]
_MONEFY: Final = re.compile(r"(?:To|From) '(.+)'", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What types do to amounts, and `other`: which account is on the other side of a transfer, None for no transfer.

    `out` and `into` are folded types that make an amount leave or arrive, whatever its sign.
    """

    out: frozenset[str] = frozenset()
    into: frozenset[str] = frozenset()
    other: Other | None = None

    def __call__(self, export: Export, _notes: Notes) -> list[Entry]:
        """Sign the amounts, then link the sides of transfers."""
        entries = [self._signed(export, entry) for entry in export.entries]
        if self.other is None:
            return entries
        others: dict[int, str] = {}
        for at, entry in enumerate(entries):
            name = self.other(export, entry)
            if name is not None:
                others[at] = name.strip()
                entries[at] = _uncategorised(entry)
        return pair_transfers(entries, others)

    def _signed(self, export: Export, entry: Entry) -> Entry:
        amount, kind = entry.row.amount, fold(export.cell(entry, "type"))
        if amount is None or kind not in self.out | self.into:
            return entry
        signed = -abs(amount) if kind in self.out else abs(amount)
        return entry._replace(row=entry.row._replace(amount=signed))


def _uncategorised(entry: Entry) -> Entry:
    """A transfer has no category: these apps write the word transfer, or the other account, in its place."""
    extras = entry.row.extras
    return entry._replace(row=with_extras(entry.row, category=())) if extras else entry


def _by_words(field: str, *words: str) -> Other:
    """A transfer is told by a word in a cell; the file does not name the other account."""
    wanted = frozenset(words)
    return lambda export, entry: "" if fold(export.cell(entry, field)) in wanted else None


def _money_manager(export: Export, entry: Entry) -> str | None:
    moved = fold(export.cell(entry, "type")).startswith("transfer")
    return export.cell(entry, "category") if moved else None


def _monefy(export: Export, entry: Entry) -> str | None:
    found = _MONEFY.fullmatch(export.cell(entry, "category").strip())
    return found[1] if found else None


def _cashew(export: Export, entry: Entry) -> str | None:
    moved = fold(export.cell(entry, "category")) == "balance correction"
    return "" if moved and fold(entry.row.memo).startswith("transferred balance") else None


def settle_ezbookkeeping(export: Export, notes: Notes) -> list[Entry]:
    """Sign the amounts by the type of their line, and make two rows of a transfer."""
    signed = Rules(out=frozenset({"expense", "transfer"}))
    entries: list[Entry] = []
    for number, entry in enumerate(signed(export, notes), 1):
        export.check_room(entries)
        kind, other = fold(export.cell(entry, "type")), export.cell(entry, "other").strip()
        if kind != "transfer" or not other or not is_whole(entry.row):
            entries.append(entry)
            continue
        bare = _uncategorised(entry)
        entries += mark_pair(bare, _received(export, bare, other), f"transfer-{number}")
    return entries


def _received(export: Export, entry: Entry, account: str) -> Entry:
    row = entry.row
    amount = export.number(entry, "other_amount")
    currency = export.cell(entry, "other_currency").strip().upper()
    row = row._replace(
        amount=abs(amount if amount is not None else row.amount or ZERO),
        currency=currency if currency in EXPONENTS else row.currency,
    )
    return entry._replace(row=row, account=account)


_IVY: Final = "Ivy Wallet, CSVMapper (GPL-3.0; facts only)"
PROFILES: Final = (
    # A service for the United States only.
    Profile(
        name="mint",
        title="Mint",
        source="csv2ofx, mint mapping (MIT)",
        header=frozenset({"original description", "transaction type", "account name", "labels"}),
        columns=(
            ("date", "date"),
            ("amount", "amount"),
            ("direction", "transaction type"),
            ("payee", "description"),
            ("memo", "notes"),
            ("memo+", "original description"),
            ("account", "account name"),
            ("category", "category"),
            ("tags", "labels"),
        ),
        date_order="mdy",
        is_app=True,
        tag_marks=" ,",
    ),
    Profile(
        name="ezbookkeeping",
        title="ezBookkeeping",
        source="mayswind/ezbookkeeping, default CSV converter (MIT)",
        header=frozenset(
            {"time", "type", "sub category", "account", "amount", "account2", "account2 amount"}
        ),
        columns=(
            ("date", "time"),
            ("amount", "amount"),
            ("currency", "account currency"),
            ("account", "account"),
            ("payee", "description"),
            ("category", "category"),
            ("category+", "sub category"),
            ("tags", "tags"),
        ),
        kept=(
            ("type", "type"),
            ("other", "account2"),
            ("other_amount", "account2 amount"),
            ("other_currency", "account2 currency"),
        ),
        date_order="ymd",
        decimal=".",
        as_written=True,
        is_app=True,
        by_currency=True,
        tag_marks=";",
        settle=settle_ezbookkeeping,
    ),
    # Maybe, and Sure after it, write what was spent without a sign and what came in with a minus.
    Profile(
        name="sure",
        title="Sure, Maybe",
        source="we-promise/sure, Family::DataExporter (AGPL-3.0; facts only)",
        header=frozenset(
            {"date", "account name", "amount", "name", "category", "tags", "notes", "currency"}
        ),
        columns=(
            ("date", "date"),
            ("amount", "amount"),
            ("currency", "currency"),
            ("account", "account name"),
            ("payee", "name"),
            ("memo", "notes"),
            ("category", "category"),
            ("tags", "tags"),
        ),
        date_order="ymd",
        decimal=".",
        amounts_are_spent=True,
        as_written=True,
        is_app=True,
        by_currency=True,
        tag_marks=",",
    ),
    Profile(
        name="toshl",
        title="Toshl",
        source="westbury/jmoney, ToshlImportWizard (GPL-2.0; facts only)",
        header=frozenset(
            {"date", "account", "category", "tags", "expense amount", "income amount"}
        ),
        columns=(
            ("date", "date"),
            ("money_out", "expense amount"),
            ("money_in", "income amount"),
            ("currency", "currency"),
            ("account", "account"),
            ("payee", "description"),
            ("category", "category"),
            ("tags", "tags"),
        ),
        kept=(("category", "category"),),
        is_app=True,
        by_currency=True,
        settle=Rules(other=_by_words("category", "transfer")),
    ),
    Profile(
        name="spendee",
        title="Spendee",
        source="wendyliga/firefly-iii-spendee-import (MIT)",
        header=frozenset({"date", "wallet", "type", "category name", "amount", "currency"}),
        columns=(
            ("date", "date"),
            ("amount", "amount"),
            ("currency", "currency"),
            ("account", "wallet"),
            ("payee", "note"),
            ("category", "category name"),
            ("tags", "labels"),
        ),
        kept=(("type", "type"),),
        date_order="ymd",
        as_written=True,
        is_app=True,
        by_currency=True,
        settle=Rules(
            out=frozenset({"expense", "outgoing transfer"}),
            into=frozenset({"income", "incoming transfer"}),
            other=_by_words("type", "outgoing transfer", "incoming transfer"),
        ),
    ),
    Profile(
        name="budgetbakers",
        title="Wallet by BudgetBakers",
        source=_IVY,
        header=frozenset(
            {"account", "category", "currency", "amount", "ref currency amount", "transfer"}
        ),
        columns=(
            ("date", "date"),
            ("amount", "amount"),
            ("currency", "currency"),
            ("account", "account"),
            ("payee", "payee"),
            ("memo", "note"),
            ("category", "category"),
            ("tags", "labels"),
        ),
        kept=(("type", "type"), ("moved", "transfer")),
        date_order="ymd",
        as_written=True,
        is_app=True,
        by_currency=True,
        tag_marks=",|",
        settle=Rules(
            out=frozenset({"expense", "expenses"}),
            into=frozenset({"income"}),
            other=_by_words("moved", "true"),
        ),
    ),
    Profile(
        name="money-manager",
        title="Money Manager (Realbyte)",
        source=f"help.realbyteapps.com, How to import bulk data; {_IVY}",
        header=frozenset({"category", "subcategory", "note", "income expense", "amount"}),
        columns=(
            ("date", "period|date"),
            ("amount", "amount"),
            ("currency", "currency"),
            ("account", "accounts|account"),
            ("payee", "note"),
            ("memo", "description"),
            ("category", "category"),
            ("category+", "subcategory"),
        ),
        kept=(("type", "income expense"), ("category", "category")),
        as_written=True,
        is_app=True,
        by_currency=True,
        settle=Rules(
            out=frozenset({"expense", "exp", "transfer out"}),
            into=frozenset({"income", "transfer in"}),
            other=_money_manager,
        ),
    ),
    Profile(
        name="money-lover",
        title="Money Lover",
        source="Money Lover's CSV export, as read by other importers; facts only",
        header=frozenset(
            {"id", "note", "amount", "category", "account", "currency", "date", "event"}
        ),
        columns=(
            ("date", "date"),
            ("amount", "amount"),
            ("currency", "currency"),
            ("account", "account"),
            ("payee", "note"),
            ("category", "category"),
            ("tags", "event"),
        ),
        kept=(("category", "category"),),
        as_written=True,
        is_app=True,
        by_currency=True,
        settle=Rules(other=_by_words("category", "outgoing transfer", "incoming transfer")),
    ),
    Profile(
        name="monefy",
        title="Monefy",
        source=_IVY,
        header=frozenset(
            {"date", "account", "category", "amount", "currency", "converted amount", "description"}
        ),
        columns=(
            ("date", "date"),
            ("amount", "amount"),
            ("currency", "currency"),
            ("account", "account"),
            ("payee", "description"),
            ("category", "category"),
        ),
        kept=(("category", "category"),),
        as_written=True,
        is_app=True,
        by_currency=True,
        settle=Rules(other=_monefy),
    ),
    Profile(
        name="cashew",
        title="Cashew",
        source="jameskokoska/Cashew, exportCSV (GPL-3.0; facts only)",
        header=frozenset(
            {"account", "amount", "currency", "title", "date", "income", "category name"}
        ),
        columns=(
            ("date", "date"),
            ("amount", "amount"),
            ("currency", "currency"),
            ("account", "account"),
            ("payee", "title"),
            ("memo", "note"),
            ("category", "category name"),
            ("category+", "subcategory name"),
        ),
        kept=(("category", "category name"),),
        date_order="ymd",
        as_written=True,
        is_app=True,
        by_currency=True,
        settle=Rules(other=_cashew),
    ),
    Profile(
        name="bluecoins",
        title="Bluecoins",
        source=_IVY,
        header=frozenset(
            {"type", "date", "amount", "exchange rate", "category group", "category", "account"}
        ),
        columns=(
            ("date", "date"),
            ("amount", "amount"),
            ("currency", "currency"),
            ("account", "account"),
            ("payee", "name|title|item or payee"),
            ("memo", "notes"),
            ("category", "category group"),
            ("category+", "category"),
            ("tags", "labels"),
        ),
        kept=(("type", "type"),),
        date_order="ymd",
        as_written=True,
        is_app=True,
        by_currency=True,
        settle=Rules(other=_by_words("type", "transfer")),
    ),
)
