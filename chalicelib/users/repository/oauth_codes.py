"""Authorisation codes: `U#<user>` / `COD#<id>`, deleted by their use, expired after a minute."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.users.model.oauth_codes import CODE_LIFE, Code
from chalicelib.users.repository.table import instant, millis, owner_of

_CODE: Final = "COD#"
_SLACK: Final = timedelta(seconds=5)


class CodeRow(Row):
    """A code that was given and not used yet."""

    client_id = UnicodeAttribute()
    redirect_uri = UnicodeAttribute()
    challenge = UnicodeAttribute()
    scopes = UnicodeAttribute()
    nonce = UnicodeAttribute(null=True)
    proved = WholeNumber()
    methods = UnicodeAttribute()
    hash = BinaryAttribute(legacy_encoding=False)
    created = WholeNumber()
    version = WholeNumber()
    ttl = WholeNumber()


def save_code(commit: Commit, code: Code) -> None:
    """Write a new code."""
    row = CodeRow(
        *code_key(code.user_id, code.id),
        client_id=code.client_id,
        redirect_uri=code.redirect_uri,
        challenge=code.challenge,
        scopes=" ".join(sorted(code.scopes)),
        nonce=code.nonce or None,
        proved=millis(code.proved_at),
        methods=" ".join(code.methods),
        hash=code.hash,
        created=millis(code.created_at),
        version=1,
        ttl=int((code.created_at + CODE_LIFE + _SLACK).timestamp()),
    )
    commit.put(row, expect=0, refusal=LostRace())


def spend_code(commit: Commit, code: Code) -> None:
    """Delete a code; of two that try, one loses the race."""
    commit.delete(code_key(code.user_id, code.id), expect=1, refusal=LostRace())


def code_from(raw: Raw) -> Code:
    """Read a code."""
    row = CodeRow.from_raw_data(dict(raw))
    return Code(
        id=row.sk.removeprefix(_CODE),
        user_id=Owner.parse(row.pk).id,
        client_id=row.client_id,
        redirect_uri=row.redirect_uri,
        challenge=row.challenge,
        scopes=frozenset(row.scopes.split()),
        nonce=row.nonce or "",
        proved_at=instant(row.proved),
        methods=tuple(row.methods.split()),
        hash=row.hash,
        created_at=instant(row.created),
    )


def code_key(user_id: str, code_id: str) -> Key:
    """Give the key of a code."""
    return (str(owner_of(user_id)), _CODE + code_id)
