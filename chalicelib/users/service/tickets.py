"""The second step of a sign-in: a ticket of the first, and one of the second factors.

A ticket is bound to the password's hash, to the last signing out everywhere and to the device, and its id is
that of the session which it opens. So nothing of it is kept, it works once, and a new password voids it.
"""

from __future__ import annotations

import hmac

from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.ids import dated_id
from chalicelib.kernel.values import dataclass
from chalicelib.security.api import factors as security_factors
from chalicelib.users import repository
from chalicelib.users.errors import TicketRefused
from chalicelib.users.model.devices import lives
from chalicelib.users.model.tickets import FIRSTS, TICKET_LIFE, First, Second, with_second
from chalicelib.users.model.tokens import Opaque
from chalicelib.users.model.users import User
from chalicelib.users.schemas.second_step import FinishSignIn
from chalicelib.users.schemas.signing_in import Method, MfaNeeded, MfaOut
from chalicelib.users.service import audit
from chalicelib.users.service.beginning import Begun, Outcome, Way, begin, device_of, outcome
from chalicelib.users.service.credentials import bound_token, read_token
from chalicelib.users.service.devices import known_device
from chalicelib.users.service.unit import in_one_write, write


@dataclass(frozen=True, slots=True)
class _Step:
    """A ticket that was read, and the text that it came as."""

    visit: Visit
    text: str
    given: Opaque


def ask(visit: Visit, user: User, first: First, factors: security_factors.Factors) -> Outcome:
    """Answer a first factor with a ticket, and with the second factors that the user may show."""
    there: dict[Method, bool] = {
        "totp": factors.totp,
        "recovery_code": factors.recovery_codes_left > 0,
        "passkey": factors.passkeys > 0,
    }
    return Outcome(
        MfaOut(
            mfa=MfaNeeded(
                ticket=_ticket(visit, user, dated_id(visit.now), first),
                methods=[name for name, is_there in there.items() if is_there],
                expires_in=int(TICKET_LIFE.total_seconds()),
            )
        )
    )


def user_of(visit: Visit, text: str) -> str:
    """Give the id of the user whom a good ticket belongs to; raise `TicketRefused`."""
    step = _read(visit, text)
    _check(step)
    return step.given.user_id


def finish(visit: Visit, body: FinishSignIn) -> Outcome:
    """Begin the session of a ticket; raise `TicketRefused`, `FactorRefused` or `TooMany`.

    A code that was right is spent, even if the session cannot be begun after all.
    """
    step = _read(visit, body.ticket)
    # before the factor: a ticket that opens nothing must not spend a code
    user, _ = _check(step)
    try:
        second = _verify(visit, user.id, body)
    except security_factors.FactorRefused:
        write(visit, repository.owner_of(user.id), _note_failure)
        raise
    known = known_device(body.device_token, user.id, visit.now)

    def work(ctx: Context) -> Begun:
        found, first = _check(step)
        repository.check_user(ctx.commit, found.id, version=found.version)
        way = Way(methods=with_second(first, second), known=known, cookie=body.cookie)
        return begin(ctx, visit, found, step.given.id, way)

    begun = in_one_write(visit, repository.owner_of(user.id), work)
    return outcome(begun, visit.now)


def _note_failure(ctx: Context) -> None:
    repository.check_user(ctx.commit, ctx.owner.id)
    audit.enter(ctx, "second-factor-failed", subject=ctx.owner.id)


def _read(visit: Visit, text: str) -> _Step:
    given = read_token("ticket", text)
    if given is None or not lives(given.id, TICKET_LIFE, visit.now):
        raise TicketRefused
    return _Step(visit, text, given)


def _check(step: _Step) -> tuple[User, First]:
    """Give the user and the first factor, or raise `TicketRefused` unless the ticket is still good."""
    user, session = repository.find_user_and_session(step.given.user_id, step.given.id)
    if user is None or user.state != "active" or session is not None:
        raise TicketRefused
    for first in FIRSTS:
        made = _ticket(step.visit, user, step.given.id, first)
        if hmac.compare_digest(made, step.text):
            return user, first
    raise TicketRefused


def _ticket(visit: Visit, user: User, identity: str, first: First) -> str:
    ended = rfc3339(user.signed_out_at) if user.signed_out_at else ""
    to = (first.encode(), user.password.encode(), ended.encode(), device_of(visit))
    return bound_token("ticket", user_id=user.id, identity=identity, to=to)


def _verify(visit: Visit, user_id: str, body: FinishSignIn) -> Second:
    """Let the security service judge the one factor that is shown."""
    if body.totp is not None:
        security_factors.verify_totp(user_id, body.totp, now=visit.now)
        return "totp"
    if body.recovery_code is not None:
        security_factors.use_recovery_code(user_id, body.recovery_code, now=visit.now)
        return "recovery_code"
    if body.passkey is None:
        raise Invalid(errors=(FieldProblem("/", "one of totp, recovery_code and passkey"),))
    security_factors.verify_passkey(
        body.passkey.challenge_id,
        body.passkey.credential.plain(),
        purpose="second-factor",
        user_id=user_id,
        now=visit.now,
    )
    return "passkey"
