"""Whose account a row belongs to: one statement for each, with the balances that its rows prove."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.tabular.balance import Chain, follow
from chalicelib.interchange.model.formats.tabular.profiles import Entry
from chalicelib.interchange.model.formats.tabular.texts import tidy
from chalicelib.interchange.model.formats.types import (
    MAX_STATEMENTS,
    AccountHint,
    Notes,
    ParsedStatement,
    Row,
    Unreadable,
)

_MAX_ACCOUNTS: Final = 50
_MAX_BROKEN_STEPS: Final = 20


def by_account(
    rows: list[Row], accounts: list[str], chain: Chain | None
) -> tuple[ParsedStatement, ...]:
    """Give one statement for each account that the table names, the whole table as one otherwise."""
    names = dict.fromkeys(accounts)
    names.pop("", None)
    if len(names) <= 1 or len(names) > _MAX_ACCOUNTS:
        number = next(iter(names)) if len(names) == 1 else ""
        return (_statement(AccountHint(number=number), rows, chain),)
    grouped: dict[str, list[Row]] = {}
    for name, row in zip(accounts, rows, strict=True):
        grouped.setdefault(name, []).append(row)
    return tuple(
        _statement(AccountHint(number=name), found, None) for name, found in grouped.items()
    )


def by_name(
    entries: Sequence[Entry], *, by_currency: bool, notes: Notes
) -> tuple[ParsedStatement, ...]:
    """Give one statement for each account of another app's file, under the name that its owner gave it.

    Rows of one account in several currencies are several statements: an account of ours has one currency.
    """
    grouped: dict[tuple[str, str | None], list[Row]] = {}
    for entry in entries:
        currency = entry.row.currency if by_currency else None
        grouped.setdefault((entry.account, currency), []).append(entry.row)
    if len(grouped) > MAX_STATEMENTS:
        detail = f"The file has more than {MAX_STATEMENTS} accounts."
        raise Unreadable("too-many-statements", detail)
    if not grouped:
        return (_statement(AccountHint(), (), None),)
    found = []
    for (name, _), rows in grouped.items():
        chain = follow(rows) if any(row.balance is not None for row in rows) else None
        if chain is not None and chain.proven:
            for line in chain.broken_lines[:_MAX_BROKEN_STEPS]:
                detail = "The balance does not follow from this amount."
                notes.add("balance-mismatch", detail, line=line)
        found.append(_statement(AccountHint(name=tidy(name)), rows, chain))
    return tuple(found)


def _statement(account: AccountHint, rows: Sequence[Row], chain: Chain | None) -> ParsedStatement:
    currencies = {row.currency for row in rows}
    opening: Decimal | None = None
    closing: Decimal | None = None
    if chain is not None and chain.proven:
        first, last = (rows[-1], rows[0]) if chain.newest_first else (rows[0], rows[-1])
        if first.balance is not None and first.amount is not None:
            opening = first.balance - first.amount
        closing = last.balance
    return ParsedStatement(
        account=account,
        currency=currencies.pop() if len(currencies) == 1 else None,
        opening_balance=opening,
        closing_balance=closing,
        period_start=None,
        period_end=None,
        rows=tuple(rows),
    )
