"""Adding and removing second factors: what all kinds of them have in common."""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.security.events import FactorAdded, FactorRemoved
from chalicelib.security.model.factors import FactorKind, Factors
from chalicelib.security.repository import factors as rows
from chalicelib.security.service import audit


def second_factors(user_id: str) -> Factors:
    """Count a user's second factors, in one read; a secret that waits for its first code is none."""
    return rows.find_factors(user_id)


def added(ctx: Context, kind: FactorKind, factor_id: str, *, action: str) -> None:
    """Enter a new factor in the audit and tell `FactorAdded`, in the caller's commit."""
    audit.record(ctx, action=action, subject=factor_id, after={"factor": kind})
    fact = FactorAdded(user_id=ctx.person.id, factor=kind, factor_id=factor_id)
    ctx.commit.tell(fact, subject=factor_id)


def removed(ctx: Context, kind: FactorKind, factor_id: str, *, action: str, last: bool) -> None:
    """Enter a removal in the audit and tell `FactorRemoved`, in the caller's commit.

    With the last factor the recovery codes go too: they stand in for one, and nothing is left to stand in for.
    """
    audit.record(ctx, action=action, subject=factor_id, before={"factor": kind})
    fact = FactorRemoved(user_id=ctx.person.id, factor=kind, factor_id=factor_id)
    ctx.commit.tell(fact, subject=factor_id)
    codes = rows.find_recovery_codes(ctx.person.id) if last else None
    if codes is not None:
        rows.remove_recovery_codes(ctx.commit, codes)
