"""Third-party apps: `U#<developer>` / `APP#<id>`, and the pointer `CLI#<id>` / `CLI` by which anybody finds one.

A client's own tokens have no session, so the ones that were given back early lie at `CLI#<id>` / `REV#<token>`
until they would have expired.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final, cast

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault
from chalicelib.users.errors import ClientNotFound
from chalicelib.users.model.clients import MOST_CLIENTS, Client, Grant
from chalicelib.users.repository.table import TABLE, instant, maybe, millis, owner_of
from chalicelib.users.repository.users import user_from, user_key

_CLIENT: Final = "APP#"
_POINTER: Final = "CLI"
_REVOKED: Final = "REV#"


class ClientRow(Row):
    """An app of a developer; redirects are JSON."""

    name = BinaryAttribute(legacy_encoding=False)
    redirects = UnicodeAttribute()
    grants = UnicodeAttribute()
    scopes = UnicodeAttribute()
    secret = BinaryAttribute(legacy_encoding=False, null=True)
    created = WholeNumber()
    version = WholeNumber()


class ClientPointerRow(Row):
    """Whose app a client id is."""

    user_id = UnicodeAttribute()
    version = WholeNumber()


class RevokedRow(Row):
    """A token of a client's own that was given back before its end."""

    ttl = WholeNumber()


def find_clients(user_id: str) -> tuple[Client, ...]:
    """Read the apps of a developer, oldest first."""
    rows = Table(TABLE).query_all(
        str(owner_of(user_id)), _CLIENT, _CLIENT + "~", most=MOST_CLIENTS, consistent=True
    )
    return tuple(client_from(raw) for raw in rows)


def get_client(user_id: str, client_id: str) -> Client:
    """Read an app of a developer; raise `ClientNotFound`."""
    raw = Table(TABLE).get(client_key(user_id, client_id))
    if raw is None:
        raise ClientNotFound
    return client_from(raw)


def find_client(client_id: str, *, user_id: str | None = None) -> Client | None:
    """Read an app whose developer is active; without the developer's id it costs one read more."""
    if user_id is None:
        pointer = Table(TABLE).get(pointer_key(client_id))
        if pointer is None:
            return None
        user_id = str(pointer["user_id"]["S"])
    own, developer = client_key(user_id, client_id), user_key(user_id)
    found = Table(TABLE).get_many((own, developer))
    if len(found) < 2 or user_from(found[developer]).state != "active":
        return None
    return client_from(found[own])


def save_client(commit: Commit, client: Client) -> None:
    """Write an app over the version before it, and its pointer the first time."""
    row = ClientRow(
        *client_key(client.user_id, client.id),
        name=client.name,
        redirects=json.dumps(client.redirects),
        grants=" ".join(sorted(client.grants)),
        scopes=" ".join(sorted(client.scopes)),
        secret=client.secret,
        created=millis(client.created_at),
        version=client.version,
    )
    commit.put(row, expect=client.version - 1, refusal=LostRace())
    if client.version == 1:
        pointer = ClientPointerRow(*pointer_key(client.id), user_id=client.user_id, version=1)
        commit.put(pointer, expect=0, refusal=LostRace())


def remove_client(commit: Commit, client: Client) -> None:
    """Delete an app and its pointer: what it has of sessions and tokens opens nothing from then on."""
    commit.delete(client_key(client.user_id, client.id), expect=client.version, refusal=LostRace())
    commit.delete(pointer_key(client.id))


def is_revoked(client_id: str, token_id: str) -> bool:
    """Tell whether a client's own token counts no more: given back, or the client is gone. One call."""
    pointer = pointer_key(client_id)
    found = Table(TABLE).get_many((pointer, (pointer[0], _REVOKED + token_id)))
    return pointer not in found or len(found) > 1


def revoke(commit: Commit, client_id: str, token_id: str, *, until: datetime) -> None:
    """Let a client's own token count no more; again is no error."""
    key = (pointer_key(client_id)[0], _REVOKED + token_id)
    # a second longer than the token lives: its end is compared without the fraction
    commit.put(RevokedRow(*key, ttl=int(until.timestamp()) + 1), expect=None)


def seal_client_name(vault: Vault, client_id: str, name: str) -> bytes:
    """Seal an app's name under its developer's key."""
    return vault.seal(name, TABLE.service, _CLIENT + client_id, "name")


def open_client_name(vault: Vault, client: Client) -> str:
    """Open an app's name."""
    return vault.open(client.name, TABLE.service, _CLIENT + client.id, "name")


def client_from(raw: Raw) -> Client:
    """Read an app."""
    row = ClientRow.from_raw_data(dict(raw))
    return Client(
        id=row.sk.removeprefix(_CLIENT),
        user_id=Owner.parse(row.pk).id,
        name=row.name,
        redirects=tuple(json.loads(row.redirects)),
        grants=frozenset(cast("Grant", one) for one in row.grants.split()),
        scopes=frozenset(row.scopes.split()),
        secret=maybe(row.secret),
        created_at=instant(row.created),
        version=row.version,
    )


def client_key(user_id: str, client_id: str) -> Key:
    """Give the key of a developer's app."""
    return (str(owner_of(user_id)), _CLIENT + client_id)


def pointer_key(client_id: str) -> Key:
    """Give the key of the row by which anybody finds an app."""
    return (f"CLI#{client_id}", _POINTER)
