"""What security has of an owner, for export and erasure, and the end of the owner's data key.

An owner without a key is an erased one: there is no other mark of it, and none is needed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chalicelib.kernel import clock, parts
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.vault import Vault
from chalicelib.security.errors import OwnerKeyAbsent
from chalicelib.security.repository import TABLE, erasure
from chalicelib.security.repository.anchors import OwnerAnchorRow
from chalicelib.security.repository.factors import RecoveryCodesRow, TotpRow
from chalicelib.security.repository.passkeys import ChallengeRow, PasskeyRow
from chalicelib.security.repository.proofs import ProofRow
from chalicelib.security.repository.rotations import OwnerRotationRow
from chalicelib.security.service import owner_keys

_KEPT_BACK: Final = "it would let whoever finds the file sign in"

PART: Final = parts.Part(
    service="security",
    spec=TABLE,
    kinds=(
        *parts.CHANGE_LOG,
        *parts.MARKS,
        parts.Kind(
            name="authenticator_app",
            prefix="FCT#TOTP",
            about="The authenticator app that signs in with codes.",
            row=TotpRow,
            left_out={"secret": _KEPT_BACK},
        ),
        parts.Kind(
            name="recovery_codes",
            prefix="FCT#RCV",
            about="How many recovery codes are left.",
            row=RecoveryCodesRow,
            left_out={"hashes": _KEPT_BACK},
        ),
        parts.Kind(
            name="passkeys",
            prefix="FCT#PKY#",
            about="Passkeys, with their public keys.",
            row=PasskeyRow,
            opened={"label": "text"},
        ),
        parts.Kind(
            name="proofs",
            prefix="PRF#",
            about="When and how you last showed that it is you, by session.",
            row=ProofRow,
        ),
        parts.Kind(
            name="anchors",
            prefix="ANC#",
            about="Proof that your change logs were anchored, by service and day.",
            row=OwnerAnchorRow,
        ),
        parts.Kind(
            name="key_rotation",
            prefix="ROTATION",
            about="That your data key is being changed, and how far that is.",
            row=OwnerRotationRow,
        ),
        parts.Kind(
            name="challenges",
            prefix="CHL#",
            about="Challenges for a passkey.",
            row=ChallengeRow,
            skipped="random bytes for five minutes; they say nothing about anybody",
        ),
    ),
)


def close_key(owner: Owner, *, now: datetime) -> int:
    """Let nobody open the owner's key any more, but for those that hold it open: for 5 minutes at most."""
    count = erasure.close_owner_keys(owner, now=now)
    owner_keys.forget()
    return count


def closed_vault(owner: Owner) -> Vault:
    """Give the vault of an owner whose key is closed, for what must still be read; raise `OwnerKeyAbsent`."""
    rows = erasure.closed_owner_keys(owner)
    if not rows:
        raise OwnerKeyAbsent
    newest = rows[-1]
    return owner_keys.opened_vault(newest, at=clock.now())


def destroy_key(owner: Owner, *, now: datetime) -> bool:
    """Delete the owner's key, all generations: from here on nothing of theirs can be opened, anywhere.

    Tells whether there was one. Backups of the table of keys hold it for seven days more.
    """
    closed = erasure.close_owner_keys(owner, now=now)
    deleted = erasure.delete_owner_keys(owner)
    owner_keys.forget()
    return bool(closed or deleted)
