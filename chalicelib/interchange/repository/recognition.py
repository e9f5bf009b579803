"""Which account statements of a number, of four last digits, of a name were imported to: under keyed hashes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pynamodb.attributes import UnicodeAttribute

from chalicelib.interchange.model.formats.types import AccountHint
from chalicelib.interchange.model.importing import Marks
from chalicelib.interchange.model.recognising import is_whole_number, plain_name, plain_number
from chalicelib.interchange.repository.table import LAYOUT, TABLE, key_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Row, Table, WholeNumber
from chalicelib.kernel.vault import Vault

_MARK: Final = "ACN#"


class KnownAccountItem(Row):
    """That statements with a mark went into an account last."""

    layout = WholeNumber()
    account_id = UnicodeAttribute()


def marks_of(vault: Vault, hint: AccountHint, currency: str) -> Marks:
    """Hash what a statement says of its account: meaningless without the owner's key.

    One number may have an account in each of several currencies.
    """
    bank, number = plain_number(hint)
    name = plain_name(hint.name)
    whole = number if is_whole_number(hint) else ""
    return Marks(
        number=whole and _hash(vault, "account-number", bank, number, currency),
        last4=_hash(vault, "account-last4", number[-4:], currency) if len(number) >= 4 else "",
        name=_hash(vault, "account-name", name, currency) if name else "",
    )


def _hash(vault: Vault, *parts: str) -> str:
    return vault.fingerprint(*parts).hex()


def known_accounts(owner: Owner, marks: Iterable[str]) -> dict[str, str]:
    """Give the account of each mark that was seen before."""
    keys = {key_of(owner, _MARK, one): one for one in marks}
    found = Table(TABLE).get_many(keys)
    return {
        keys[key]: KnownAccountItem.from_raw_data(dict(raw)).account_id
        for key, raw in found.items()
    }


def remember_account(ctx: Context, mark: str, account_id: str) -> None:
    """Remember that a statement with a mark goes into an account; the last one counts."""
    row = KnownAccountItem(*key_of(ctx.owner, _MARK, mark), layout=LAYOUT, account_id=account_id)
    ctx.commit.put(row, expect=None)
