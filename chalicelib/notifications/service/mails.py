"""Mails with a link, and how every mail is sent: at least once and seldom twice.

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
from chalicelib.users.api import notices as users_notices
from chalicelib.users.events import (
    EmailChanged,
    EmailChangeRequested,
    InvitationSent,
    PasswordResetRequested,
    RegistrationRepeated,
    VerificationRequested,
)


def send_verification(ctx: Context, fact: VerificationRequested) -> None:
    """Mail the link that confirms an address; NotFound when it was used or has expired meanwhile."""
    facts = users_notices.verification_mail(fact.user_id, fact.verification_id)
    send_once(
        ctx, ctx.message_id, facts.address, letters.verify_address(facts.link, facts.expires_at)
    )


def send_repeated_notice(ctx: Context, fact: RegistrationRepeated) -> None:
    """Mail a notice that the address has an account: one a day, or a stranger could fill the mailbox."""
    today = ctx.now.date().isoformat()
    address = users_notices.notice_address(fact.user_id)
    send_once(ctx, f"REPEATED#{today}", address, letters.already_registered())


def send_reset(ctx: Context, fact: PasswordResetRequested) -> None:
    """Mail the link that sets a new password; NotFound when it was used or has expired meanwhile."""
    facts = users_notices.reset_mail(fact.user_id, fact.reset_id)
    send_once(
        ctx, ctx.message_id, facts.address, letters.reset_password(facts.link, facts.expires_at)
    )


def send_invitation(ctx: Context, fact: InvitationSent) -> None:
    """Mail the link that leads into a household; NotFound when it was taken up or withdrawn meanwhile."""
    facts = users_notices.invitation_mail(fact.household_id, fact.invitation_id)
    letter = letters.invited(
        facts.link, facts.expires_at, household=facts.household_name, by=facts.invited_by
    )
    send_once(ctx, ctx.message_id, facts.address, letter)


def send_email_change(ctx: Context, fact: EmailChangeRequested) -> None:
    """Mail the proof to the new address and the way to stop it to the old one; NotFound when it is over.

    A new address that has an account hears only that, and gets no link.
    """
    facts = users_notices.email_change_mails(fact.user_id, fact.change_id)
    stop = letters.address_to_change(facts.stop_link, facts.stop_until)
    # the old address first: whoever is being robbed should know before the thief can go on
    send_once(ctx, f"{ctx.message_id}#OLD", facts.old_address, stop)
    letter = (
        letters.address_in_use()
        if facts.link is None
        else letters.confirm_new_address(facts.link, facts.confirm_until)
    )
    send_once(ctx, f"{ctx.message_id}#NEW", facts.new_address, letter)


def send_email_changed(ctx: Context, fact: EmailChanged) -> None:
    """Tell both addresses that the account moved; the old one, how to take it back."""
    facts = users_notices.email_changed_mails(fact.user_id, fact.change_id)
    back = letters.address_changed(facts.stop_link, facts.stop_until)
    send_once(ctx, f"{ctx.message_id}#OLD", facts.old_address, back)
    send_once(ctx, f"{ctx.message_id}#NEW", facts.new_address, letters.address_is_yours())


def send_once(ctx: Context, mail: str, address: str, letter: Letter) -> None:
    """Send a letter under a claim; raise `BeingSent` while another delivery holds it, or `MailDown`."""
    claimed = repository.claim_mail(ctx, mail)
    if claimed is None:
        return
    try:
        ses.send(address, letter)
    except Unavailable:
        repository.release_mail(ctx, claimed)
        raise
    repository.mark_sent(ctx.commit, claimed)
