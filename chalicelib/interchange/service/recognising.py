"""Recognising whose statement a file is, and remembering it when it was committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from chalicelib.expenses import api as expenses
from chalicelib.interchange.model.examining import stated_currency
from chalicelib.interchange.model.formats.types import ParsedFile
from chalicelib.interchange.model.importing import Marks, Reading, Statement, Suggestion
from chalicelib.interchange.model.recognising import Candidate, suggestion
from chalicelib.interchange.repository.recognition import (
    known_accounts,
    marks_of,
    remember_account,
)
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

_STILL_TO_COME: Final = 4
"""Operations of a commit beside what is remembered: progress, the order, what is told."""
MOST_REMEMBERED: Final = 20
"""Statements of a file whose marks are kept: each writes up to three items in the commit's transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What is known of a file's accounts: `currency` is that of rows which name none, None where nothing says it."""

    currency: str | None
    marks: tuple[Marks, ...]
    suggestions: tuple[Suggestion | None, ...]

    def knows_currency(self, parsed: ParsedFile) -> bool:
        """Tell whether each statement with rows is in a currency that is known."""
        stated = (stated_currency(part) for part in parsed.statements if part.rows)
        return self.currency is not None or None not in stated

    def said_of(self, statements: Sequence[Statement]) -> tuple[Statement, ...]:
        """Add to statements what is known of their accounts."""
        said = zip(statements, self.marks, self.suggestions, strict=True)
        return tuple(replace(part, marks=marks, suggestion=found) for part, marks, found in said)


def recognise(owner: Owner, vault: Vault, parsed: ParsedFile, given: str | None) -> Recognised:
    """Say which accounts a file's statements are for, and in which currency rows are that name none.

    That is the currency of the account that was `given`, else of the only statement or its account, else the one
    that all open accounts have. Raises `AccountNotFound` for a given account that is gone.
    """
    all_of = expenses.accounts(owner, vault)
    if given is not None and all(one.id != given for one in all_of):
        expenses.account(owner, given)  # says that it is gone
    ours = [Candidate(one.id, one.name, one.currency) for one in all_of if not one.archived]
    currencies = [stated_currency(part) for part in parsed.statements]
    marks = tuple(
        marks_of(vault, part.account, stated or "")
        for part, stated in zip(parsed.statements, currencies, strict=True)
    )
    known = known_accounts(owner, {mark for one in marks[:MOST_REMEMBERED] for mark in one.all()})
    found = tuple(
        suggestion(part.account, stated, marks=mark, known=known, accounts=ours)
        for part, stated, mark in zip(parsed.statements, currencies, marks, strict=True)
    )
    by_id = {one.id: one.currency for one in all_of}
    return Recognised(
        currency=by_id.get(given) if given is not None else _currency(parsed, found, by_id, ours),
        marks=marks,
        suggestions=found,
    )


def _currency(
    parsed: ParsedFile,
    found: Sequence[Suggestion | None],
    by_id: Mapping[str, str],
    ours: Sequence[Candidate],
) -> str | None:
    filled = [index for index, part in enumerate(parsed.statements) if part.rows]
    if len(filled) == 1:
        stated = stated_currency(parsed.statements[filled[0]])
        guess = found[filled[0]]
        if stated is not None or guess is not None:
            return stated or (by_id[guess.account_id] if guess else None)
    common = {one.currency for one in ours}
    return common.pop() if len(common) == 1 else None


def still_open(ctx: Context, accounts: Mapping[str, str]) -> dict[str, str]:
    """Leave out accounts that were deleted or archived since a file was read."""
    views = {one: _is_open(ctx, one) for one in sorted(set(accounts.values()))}
    return {key: account for key, account in accounts.items() if views[account]}


def _is_open(ctx: Context, account_id: str) -> bool:
    try:
        return not expenses.account(ctx.owner, account_id).archived
    except NotFound:
        return False


def remember(ctx: Context, reading: Reading, accounts: Mapping[str, str]) -> None:
    """Remember which account each statement went to, so that the next one goes there by itself.

    Of a file with very many accounts some, as many as the commit has room for.
    """
    said: dict[str, str] = {}
    for part in reading.statements[:MOST_REMEMBERED]:
        account_id = accounts.get(str(part.index))
        if account_id is not None and part.marks is not None:
            said.update(dict.fromkeys(part.marks.all(), account_id))
    room = max(0, ctx.commit.room() - _STILL_TO_COME)
    for mark, account_id in list(said.items())[:room]:
        remember_account(ctx, mark, account_id)
