"""Linked identities: `IDP#v1#<keyed hash>` / `IDP` makes one unique, `U#<user>` / `IDN#<provider>` lists it.

And `OIS#<flow>` / `OIS`: the answer to a sign-in at a provider was used.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Final, cast

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel import aws
from chalicelib.kernel.commit import Commit
from chalicelib.kernel.keys import provider
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace, put_new
from chalicelib.users.model.identities import PROVIDERS, Identity, ProviderName
from chalicelib.users.repository.table import TABLE, instant, millis, owner_of

_LOOKUP_VERSION: Final = "v1"
_POINTER: Final = "IDP"
_IDENTITY: Final = "IDN#"
_USED: Final = "OIS"


class IdentityPointerRow(Row):
    """Whose an identity is."""

    user_id = UnicodeAttribute()


class IdentityRow(Row):
    """An identity of a user; `key` is the partition key of its pointer."""

    key = UnicodeAttribute()
    linked = WholeNumber()


class UsedFlowRow(Row):
    """The answer to a flow was used."""

    ttl = WholeNumber()


def identity_key(issuer: str, subject: str) -> str:
    """Give the partition key of an identity: a keyed hash of issuer and subject, so the table names nobody."""
    key = provider().secret("identity-lookup")
    text = f"{len(issuer)}:{issuer}{subject}"
    digest = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return f"IDP#{_LOOKUP_VERSION}#{digest}"


def find_identity_user(key: str) -> str | None:
    """Read whose an identity is, or None."""
    raw = Table(TABLE).get((key, _POINTER))
    return None if raw is None else str(raw["user_id"]["S"])


def find_identities(user_id: str) -> tuple[Identity, ...]:
    """Read the identities of a user."""
    rows = Table(TABLE).query_all(
        str(owner_of(user_id)), _IDENTITY, _IDENTITY + "~", most=len(PROVIDERS), consistent=True
    )
    return tuple(identity_from(raw) for raw in rows)


def add_identity(commit: Commit, identity: Identity) -> None:
    """Link an identity that nobody has to a user who has none of this provider; a race is lost."""
    pointer = IdentityPointerRow(identity.key, _POINTER, user_id=identity.user_id)
    commit.put(pointer, expect=0, refusal=LostRace())
    row = IdentityRow(*_own_key(identity), key=identity.key, linked=millis(identity.linked_at))
    commit.put(row, expect=0, refusal=LostRace())


def remove_identity(commit: Commit, identity: Identity) -> None:
    """Unlink an identity."""
    commit.delete((identity.key, _POINTER))
    commit.delete(_own_key(identity))


def use_flow(flow_id: str, *, until: datetime) -> bool:
    """Note that the answer to a flow is used now; False when it was before, exactly, also at the same time."""
    from botocore.exceptions import ClientError

    row = UsedFlowRow(f"OIS#{flow_id}", _USED, ttl=int(until.timestamp()) + 60)
    try:
        aws.dynamodb().put_item(**put_new(TABLE, row)["Put"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def identity_from(raw: Raw) -> Identity:
    """Read an identity."""
    row = IdentityRow.from_raw_data(dict(raw))
    return Identity(
        user_id=Owner.parse(row.pk).id,
        provider=cast("ProviderName", row.sk.removeprefix(_IDENTITY)),
        key=row.key,
        linked_at=instant(row.linked),
    )


def _own_key(identity: Identity) -> Key:
    return (str(owner_of(identity.user_id)), _IDENTITY + identity.provider)
