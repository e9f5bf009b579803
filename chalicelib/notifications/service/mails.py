"""Mails: asked for by facts, written at the time of sending, sent at least once and seldom twice.

A claim row goes first, so two copies of a message do not both send. A death between sending and noting it
sends again after the lease: SES takes no key that would let it drop the repeat.
"""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Unavailable
from chalicelib.notifications import repository
from chalicelib.notifications.gateways import ses
from chalicelib.notifications.model import letters
from chalicelib.notifications.model.letters import Letter
from chalicelib.users import api as users
from chalicelib.users.events import RegistrationRepeated, VerificationRequested


def send_verification(ctx: Context, fact: VerificationRequested) -> None:
    """Mail the link that confirms an address; NotFound when it was used or has expired meanwhile."""
    facts = users.verification_mail(fact.user_id, fact.verification_id)
    _send_once(
        ctx, ctx.message_id, facts.address, letters.verify_address(facts.link, facts.expires_at)
    )


def send_repeated_notice(ctx: Context, fact: RegistrationRepeated) -> None:
    """Mail a notice that the address has an account: one a day, or a stranger could fill the mailbox."""
    today = ctx.now.date().isoformat()
    address = users.notice_address(fact.user_id)
    _send_once(ctx, f"REPEATED#{today}", address, letters.already_registered())


def _send_once(ctx: Context, mail: str, address: str, letter: Letter) -> None:
    claimed = repository.claim_mail(ctx, mail)
    if claimed is None:
        return
    try:
        ses.send(address, letter)
    except Unavailable:
        repository.release_mail(ctx, claimed)
        raise
    repository.mark_sent(ctx.commit, claimed)
