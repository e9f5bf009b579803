"""What every service does when an owner's data key has a new generation: seal its part anew, step by step."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.kernel import reseal
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.reseal import Step
from chalicelib.kernel.tables import TableSpec
from chalicelib.security.commands import ResealHere, ResealProgress
from chalicelib.security.events import OwnerKeyRotated


def resealing(spec: TableSpec) -> Callable[[Context, OwnerKeyRotated | ResealHere], None]:
    """Give the service's handler of `OwnerKeyRotated`."""

    def handle(ctx: Context, fact: OwnerKeyRotated | ResealHere) -> None:
        if fact.service not in {"", spec.service}:
            return
        if ctx.vault.generation != fact.generation:
            raise Unavailable("this process still holds the key before")
        done = reseal.step(ctx, spec, Step(fact.after, fact.changed, fact.unknown))
        progress = ResealProgress(
            service=spec.service,
            generation=fact.generation,
            round=fact.round,
            after=done.after,
            changed=done.changed,
            unknown=done.unknown,
        )
        ctx.commit.order(progress, subject=ctx.owner.id)

    return handle
