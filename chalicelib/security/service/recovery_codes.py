"""Recovery codes: ten, shown once, each for one use when the other factors are out of reach.

They are used in `codes`.
"""

from __future__ import annotations

import secrets

from chalicelib.kernel.context import Context
from chalicelib.security.errors import NoSecondFactor
from chalicelib.security.model import recovery_codes as model
from chalicelib.security.model.recovery_codes import RecoveryCodes
from chalicelib.security.repository import factors as rows
from chalicelib.security.schemas.factors import RecoveryCodesOut
from chalicelib.security.service import factors
from chalicelib.security.service.codes import recovery_hash

_ID = "recovery-codes"


def create(ctx: Context) -> RecoveryCodesOut:
    """Make ten codes in place of all older ones; raise `NoSecondFactor` where there is none to stand in for.

    Only their keyed hashes are kept, so this is the one time that they are shown. Tells `FactorAdded`.
    """
    user_id = ctx.owner.id
    if not factors.second_factors(user_id).any:
        raise NoSecondFactor
    before = rows.find_recovery_codes(user_id)
    made = [secrets.token_bytes(model.CODE_BYTES) for _ in range(model.COUNT)]
    codes = RecoveryCodes(
        user_id=user_id,
        hashes=tuple(recovery_hash(user_id, one) for one in made),
        created_at=ctx.now,
        version=before.version + 1 if before else 1,
    )
    rows.save_recovery_codes(ctx.commit, codes)
    factors.added(ctx, "recovery-codes", _ID, action="recovery-codes-created")
    return RecoveryCodesOut(codes=[model.write_code(one) for one in made])
