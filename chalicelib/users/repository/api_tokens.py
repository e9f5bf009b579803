"""Personal API tokens: `U#<id>` / `APT#<id>`; a revoked one is deleted, an expired one counts as absent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace, Operation, raw_key, send
from chalicelib.kernel.vault import Vault
from chalicelib.users.errors import ApiTokenNotFound
from chalicelib.users.model.api_tokens import MOST, USE_NOTED, ApiToken
from chalicelib.users.repository.table import TABLE, instant, maybe, millis, owner_of

_TOKEN: Final = "APT#"  # noqa: S105 - a sort key


class ApiTokenRow(Row):
    """A token; times are Unix milliseconds, `used` is written beside all transactions."""

    hash = BinaryAttribute(legacy_encoding=False)
    hint = UnicodeAttribute()
    name = BinaryAttribute(legacy_encoding=False)
    scopes = UnicodeAttribute()
    created = WholeNumber()
    used = WholeNumber(null=True)
    version = WholeNumber()
    ttl = WholeNumber()


def get_api_token(user_id: str, token_id: str) -> ApiToken:
    """Read a token; raise `ApiTokenNotFound`."""
    token = find_api_token(user_id, token_id)
    if token is None:
        raise ApiTokenNotFound
    return token


def find_api_token(user_id: str, token_id: str) -> ApiToken | None:
    """Read a token, or None."""
    raw = Table(TABLE).get(api_token_key(user_id, token_id))
    return None if raw is None else api_token_from(raw)


def find_api_tokens(user_id: str) -> list[ApiToken]:
    """Read all tokens of a user, newest first."""
    piece = Table(TABLE).query(
        str(owner_of(user_id)),
        _TOKEN,
        _TOKEN + "~",
        # those that expired and were not deleted yet lie there too
        limit=MOST * 5,
        forward=False,
        consistent=True,
    )
    return [api_token_from(raw) for raw in piece.items]


def add_api_token(commit: Commit, token: ApiToken) -> None:
    """Write a new token."""
    row = ApiTokenRow(
        *api_token_key(token.user_id, token.id),
        hash=token.hash,
        hint=token.hint,
        name=token.name,
        scopes=" ".join(sorted(token.scopes)),
        created=millis(token.created_at),
        version=1,
        ttl=int(token.expires_at.timestamp()),
    )
    commit.put(row, expect=0, refusal=LostRace())


def remove_api_token(commit: Commit, token: ApiToken) -> None:
    """Delete a token: the very next request with it finds nothing."""
    commit.delete(api_token_key(token.user_id, token.id), expect=1, refusal=LostRace())


def note_use(token: ApiToken, now: datetime) -> None:
    """Write down that a token was used, unless that was done within the hour or the token is gone."""
    request = {
        "TableName": TABLE.name,
        "Key": raw_key(api_token_key(token.user_id, token.id)),
        "UpdateExpression": "SET #u = :now",
        "ConditionExpression": "attribute_exists(pk) AND (attribute_not_exists(#u) OR #u <= :due)",
        "ExpressionAttributeNames": {"#u": "used"},
        "ExpressionAttributeValues": {
            ":now": {"N": str(millis(now))},
            ":due": {"N": str(millis(now - USE_NOTED))},
        },
    }
    send([Operation({"Update": request}, ApiTokenNotFound())])


def seal_token_name(vault: Vault, token_id: str, name: str) -> bytes:
    """Seal the name that a person gave to a token."""
    return vault.seal(name, TABLE.service, _TOKEN + token_id, "name")


def open_token_name(vault: Vault, token: ApiToken) -> str:
    """Open the name of a token."""
    return vault.open(token.name, TABLE.service, _TOKEN + token.id, "name")


def api_token_from(raw: Raw) -> ApiToken:
    """Read a token's item."""
    row = ApiTokenRow.from_raw_data(dict(raw))
    return ApiToken(
        id=row.sk.removeprefix(_TOKEN),
        user_id=Owner.parse(row.pk).id,
        hash=row.hash,
        hint=row.hint,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        created_at=instant(row.created),
        expires_at=datetime.fromtimestamp(row.ttl, UTC),
        used_at=instant(maybe(row.used)),
    )


def api_token_key(user_id: str, token_id: str) -> Key:
    """Give the key of a token's item."""
    return (str(owner_of(user_id)), _TOKEN + token_id)
