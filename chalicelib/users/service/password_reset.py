"""A forgotten password: a mailed link sets another, and whoever asks never learns whether there is an account.

The token is derived from ids, the password's hash and the address, so it lies nowhere, works once, and is
void as soon as the password or the address is another. It opens no session: a second factor stays one.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

from chalicelib.kernel.clock import now
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.errors import TooMany
from chalicelib.kernel.ids import dated_id, derived_id
from chalicelib.kernel.races import until_won
from chalicelib.security import api as security
from chalicelib.security.api import passwords as security_passwords
from chalicelib.users import repository
from chalicelib.users.errors import ResetUnusable
from chalicelib.users.events import PasswordResetRequested
from chalicelib.users.model.addresses import normalise
from chalicelib.users.model.devices import lives
from chalicelib.users.model.tickets import RESET_LIFE
from chalicelib.users.model.tokens import Opaque
from chalicelib.users.schemas.passwords import ForgotPassword, ResetOut, ResetPassword
from chalicelib.users.service import audit
from chalicelib.users.service.beginning import as_user
from chalicelib.users.service.credentials import read_token
from chalicelib.users.service.devices import new_device
from chalicelib.users.service.password_change import set_password
from chalicelib.users.service.password_mails import reset_token
from chalicelib.users.service.unit import in_one_write, write

MAILS: Final = security.Limit("reset-mail", quota=5, window=24 * 3600, told=False)
"""Mails that anybody can make us send to one address in a day."""
_AS_MANY: Final = 3
"""Rows of a request that is heard: the user checked, the fact, the audit entry."""


def forgot_password(visit: Visit, body: ForgotPassword) -> None:
    """Mail a link to the address if it has an account; the caller cannot tell.

    An address without one costs the same calls. Tells `PasswordResetRequested`; raises `BadAddress`.
    """
    account = repository.address_key(normalise(body.email))
    try:
        security.take(MAILS, account, now=visit.now)
        allowed = True
    except TooMany:
        allowed = False
    until_won(lambda: _ask(visit, account, allowed=allowed))


def _ask(visit: Visit, account: str, *, allowed: bool) -> None:
    found = repository.find_address(account)
    user_id = found.user_id if found else derived_id("nobody", account)
    user = repository.find_user(user_id)
    if not allowed:
        return
    if user is None or user.state != "active":
        nobody = repository.owner_of(derived_id("nobody", user_id))
        write(visit, nobody, lambda ctx: repository.save_decoys(ctx.commit, _AS_MANY, visit.now))
    else:
        write(visit, repository.owner_of(user_id), _tell)


def _tell(ctx: Context) -> None:
    user_id = ctx.owner.id
    repository.check_user(ctx.commit, user_id)
    fact = PasswordResetRequested(user_id=user_id, reset_id=dated_id(ctx.now))
    ctx.commit.tell(fact, subject=user_id)
    audit.enter(ctx, "password-reset-requested", subject=fact.reset_id)


def reset_password(visit: Visit, body: ResetPassword) -> ResetOut:
    """Set the password of whoever got the mail, and end all sessions; raise `ResetUnusable`, `WeakPassword`.

    Gives the device its token and no session: the next sign-in asks for the second factor as ever.
    """
    given = read_token("reset", body.token)
    if given is None or not lives(given.id, RESET_LIFE, visit.now):
        raise ResetUnusable
    owner = repository.owner_of(given.user_id)
    at = in_one_write(visit, owner, lambda ctx: _reset(ctx, given, body))
    return ResetOut(device_token=new_device(given.user_id, at))


def _reset(ctx: Context, given: Opaque, body: ResetPassword) -> datetime:
    ctx.commit.open()
    user = repository.find_user(given.user_id)
    if user is None or user.state != "active":
        raise ResetUnusable
    if not hmac.compare_digest(reset_token(user, given.id), body.token):
        raise ResetUnusable
    profile = repository.profile(user, ctx.vault)
    context = (profile.email, profile.display_name or "")
    security_passwords.require_strong(body.password, context=context, pointer="/password")
    at = max(now(), ctx.now)
    set_password(as_user(ctx, user.id), user, body.password, how="reset", at=at)
    return at
