"""Fresh proofs of a session: `U#<id>` / `PRF#<session>`, gone when they no longer count."""

from __future__ import annotations

from typing import Final, cast

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.tables import Key, Row, Table, WholeNumber
from chalicelib.security.model.proofs import LIFE, Proof, ProofMethod
from chalicelib.security.repository.factors import owner_of
from chalicelib.security.repository.moments import instant, millis
from chalicelib.security.repository.table import TABLE

_PROOF: Final = "PRF#"


class ProofRow(Row):
    """When the session's user last showed a second factor, and which; a Unix millisecond."""

    at = WholeNumber()
    method = UnicodeAttribute()
    ttl = WholeNumber()


def save_proof(commit: Commit, user_id: str, proof: Proof) -> None:
    """Write a session's newest proof over any older one."""
    row = ProofRow(
        *_key(user_id, proof.session_id),
        at=millis(proof.at),
        method=proof.method,
        ttl=int((proof.at + LIFE).timestamp()) + 60,
    )
    commit.put(row, expect=None)


def find_proof(user_id: str, session_id: str) -> Proof | None:
    """Read a session's newest proof, or None."""
    raw = Table(TABLE).get(_key(user_id, session_id))
    if raw is None:
        return None
    row = ProofRow.from_raw_data(dict(raw))
    return Proof(session_id, cast("ProofMethod", row.method), instant(row.at))


def _key(user_id: str, session_id: str) -> Key:
    return (str(owner_of(user_id)), _PROOF + session_id)
