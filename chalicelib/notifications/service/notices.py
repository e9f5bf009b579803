"""Security notices: by mail, and at once on the live channel. Nobody can switch them off.

The push goes first: a mail service that is down must not keep a person who is looking from knowing. It may
come again with the same id, which clients drop.
"""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.events import Fact
from chalicelib.notifications.model import notices
from chalicelib.notifications.model.notices import Place
from chalicelib.notifications.service import live
from chalicelib.notifications.service.mails import send_once
from chalicelib.users.api import notices as users_notices
from chalicelib.users.events import SignedInOnNewDevice, UserSuspended


def tell(ctx: Context, fact: Fact) -> None:
    """Tell a person about a fact of their account, which owns it; NotFound when it is gone or not active."""
    address = users_notices.notice_address(ctx.owner.id)
    live.push(ctx, fact)
    send_once(ctx, ctx.message_id, address, notices.notice(fact))


def tell_new_device(ctx: Context, fact: SignedInOnNewDevice) -> None:
    """Tell a person which device signed in from where, or only that one did when its session is over."""
    address = users_notices.notice_address(fact.user_id)
    live.push(ctx, fact)
    letter = notices.on_new_device(_place(fact))
    send_once(ctx, ctx.message_id, address, letter)


def tell_suspended(ctx: Context, fact: UserSuspended) -> None:
    """Tell a person that the account is disabled: by mail alone, because nobody listens any more."""
    address = users_notices.account_address(fact.user_id)
    send_once(ctx, ctx.message_id, address, notices.notice(fact))


def _place(fact: SignedInOnNewDevice) -> Place | None:
    try:
        found = users_notices.session_place(fact.user_id, fact.session_id)
    except NotFound:
        return None
    return Place(device=found.device, network=found.network, at=found.begun_at)
