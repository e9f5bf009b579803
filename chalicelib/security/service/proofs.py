"""Fresh proofs (RFC 9470): what a session needs for what would hurt most in other hands."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import StepUpRequired
from chalicelib.security.model.proofs import LIFE, MFA, Proof, ProofMethod, is_fresh
from chalicelib.security.repository import proofs as rows
from chalicelib.security.service.factors import second_factors


def keep(ctx: Context, method: ProofMethod) -> Proof:
    """Keep in the caller's commit that the session's user showed a second factor just now."""
    proof = Proof(ctx.actor.session_id, method, ctx.now)
    rows.save_proof(ctx.commit, ctx.person.id, proof)
    return proof


def require_proof(
    *,
    user_id: str,
    session_id: str,
    proved_at: datetime | None,
    methods: Collection[str],
    now: datetime,
) -> None:
    """Raise `StepUpRequired` unless the session's user showed within ten minutes who they are.

    Who has a second factor must have used one: at `proved_at` (`methods` of then holds `mfa`), or by a
    step-up since. Costs nothing after a fresh sign-in with two factors, else one read, or two.
    """
    fresh = is_fresh(proved_at, now)
    if fresh and (MFA in methods or not second_factors(user_id).any):
        return
    proof = rows.find_proof(user_id, session_id)
    if proof is None or not is_fresh(proof.at, now):
        raise StepUpRequired(max_age=int(LIFE.total_seconds()))
