"""Second factors of a user: `U#<id>` / `FCT#...`, so that one query reads them all.

`FCT#TOTP` is the authenticator app, `FCT#RCV` the recovery codes, `FCT#PKY#<id>` a passkey each.
"""

from __future__ import annotations

from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import USER, Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault
from chalicelib.security.model.factors import MOST_PASSKEYS, Factors
from chalicelib.security.model.recovery_codes import RecoveryCodes
from chalicelib.security.model.totp import PENDING_LIFE, Totp
from chalicelib.security.repository.moments import instant, millis
from chalicelib.security.repository.table import TABLE

FACTOR: Final = "FCT#"
PASSKEY: Final = FACTOR + "PKY#"
_CODES: Final = FACTOR + "RCV"
_TOTP: Final = FACTOR + "TOTP"
_LIVE: Final = "live"


class TotpRow(Row):
    """A sealed secret; `ttl` only until its first code."""

    state = UnicodeAttribute()
    secret = BinaryAttribute(legacy_encoding=False)
    last_step = WholeNumber()
    created = WholeNumber()
    version = WholeNumber()
    ttl = WholeNumber(null=True)


class RecoveryCodesRow(Row):
    """The keyed hashes of the codes that are left, as hex, one a word; absent when none is.

    Text, because random bytes can look like a sealed value, and then no key of the owner could ever go.
    """

    hashes = UnicodeAttribute(null=True)
    created = WholeNumber()
    version = WholeNumber()


def owner_of(user_id: str) -> Owner:
    """Give the owner of a user's factors."""
    return Owner(USER, user_id)


def find_factors(user_id: str) -> Factors:
    """Count a user's factors in one strongly consistent query."""
    piece = Table(TABLE).query(
        str(owner_of(user_id)), FACTOR, FACTOR + "~", limit=MOST_PASSKEYS + 5, consistent=True
    )
    rows = {raw["sk"]["S"]: raw for raw in piece.items}
    codes = rows.get(_CODES)
    app = rows.get(_TOTP)
    return Factors(
        totp=app is not None and app["state"]["S"] == _LIVE,
        passkeys=sum(sort.startswith(PASSKEY) for sort in rows),
        recovery_codes_left=len(_codes_from(user_id, codes).hashes) if codes else 0,
    )


# --- the authenticator app


def find_totp(user_id: str) -> Totp | None:
    """Read a user's authenticator app, or None."""
    raw = Table(TABLE).get((str(owner_of(user_id)), _TOTP))
    if raw is None:
        return None
    row = TotpRow.from_raw_data(dict(raw))
    return Totp(
        user_id=user_id,
        secret=row.secret,
        live=row.state == _LIVE,
        last_step=row.last_step,
        created_at=instant(row.created),
        version=row.version,
    )


def save_totp(commit: Commit, totp: Totp, *, fresh: bool = False) -> None:
    """Write an authenticator app over the version before it, or a fresh one over whatever waited there."""
    row = TotpRow(
        *_key(totp.user_id, _TOTP),
        state=_LIVE if totp.live else "pending",
        secret=totp.secret,
        last_step=totp.last_step,
        created=millis(totp.created_at),
        version=totp.version,
        ttl=None if totp.live else int((totp.created_at + PENDING_LIFE).timestamp()),
    )
    commit.put(row, expect=None if fresh else totp.version - 1, refusal=LostRace())


def remove_totp(commit: Commit, totp: Totp) -> None:
    """Delete an authenticator app as it was read."""
    commit.delete(_key(totp.user_id, _TOTP), expect=totp.version, refusal=LostRace())


def seal_secret(vault: Vault, secret: str) -> bytes:
    """Seal an authenticator app's secret."""
    return vault.seal(secret, TABLE.service, _TOTP, "secret")


def open_secret(vault: Vault, totp: Totp) -> str:
    """Open an authenticator app's secret."""
    return vault.open(totp.secret, TABLE.service, _TOTP, "secret")


# --- recovery codes


def find_recovery_codes(user_id: str) -> RecoveryCodes | None:
    """Read the hashes of a user's recovery codes, or None when there never were any."""
    raw = Table(TABLE).get((str(owner_of(user_id)), _CODES))
    return None if raw is None else _codes_from(user_id, raw)


def save_recovery_codes(commit: Commit, codes: RecoveryCodes) -> None:
    """Write recovery codes over the version before them."""
    row = RecoveryCodesRow(
        *_key(codes.user_id, _CODES),
        hashes=" ".join(one.hex() for one in codes.hashes) or None,
        created=millis(codes.created_at),
        version=codes.version,
    )
    commit.put(row, expect=codes.version - 1, refusal=LostRace())


def remove_recovery_codes(commit: Commit, codes: RecoveryCodes) -> None:
    """Delete recovery codes as they were read."""
    commit.delete(_key(codes.user_id, _CODES), expect=codes.version, refusal=LostRace())


def _codes_from(user_id: str, raw: Raw) -> RecoveryCodes:
    row = RecoveryCodesRow.from_raw_data(dict(raw))
    return RecoveryCodes(
        user_id=user_id,
        hashes=tuple(bytes.fromhex(one) for one in (row.hashes or "").split()),
        created_at=instant(row.created),
        version=row.version,
    )


def _key(user_id: str, sort: str) -> Key:
    return (str(owner_of(user_id)), sort)
