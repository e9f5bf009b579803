"""Known devices, and how often passwords may be tried: counted before the password is looked at.

Somebody who is to be told "wrong" costs the same whether or not the account exists; somebody who must wait
is told before anything about the account is read.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.errors import TooMany
from chalicelib.kernel.ids import dated_id, derived_id
from chalicelib.kernel.races import until_won
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.model.devices import (
    ACCOUNT,
    DEVICE,
    DEVICE_LIFE,
    FIRST_HOUR,
    HERE,
    MEMORY,
    Pace,
    lives,
    made_at,
)
from chalicelib.users.model.devices import Tries as Counter
from chalicelib.users.model.tokens import Opaque
from chalicelib.users.model.users import User
from chalicelib.users.service.credentials import new_token, read_token
from chalicelib.users.service.unit import write


@dataclass(frozen=True, slots=True)
class Tries:
    """What a try was counted in: the counter of the place first, then that of all strangers."""

    counters: tuple[Counter, ...]

    @property
    def alarming(self) -> bool:
        """Tell whether the user should hear of the failures, if this was another."""
        return self.counters[-1].alarming


def read_device(token: str, now: datetime) -> Opaque | None:
    """Read a device's token, or None when we never gave it or it is a year old; nothing is read."""
    given = read_token("device", token) if token else None
    return given if given and lives(given.id, DEVICE_LIFE, now) else None


def new_device(user_id: str, at: datetime) -> str:
    """Give a device that signed in its token; a new id each time, so that its year begins anew."""
    return new_token("device", user_id=user_id, identity=dated_id(at))


def known_device(token: str, user_id: str, now: datetime) -> Opaque | None:
    """Read a device's token, or None when it is not one of this user's."""
    given = read_device(token, now)
    return given if given and given.user_id == user_id else None


def is_news(user: User, known: Opaque | None, now: datetime) -> bool:
    """Tell whether a sign-in is from a device that the user should hear of.

    Known is one that signed in since all were signed out last. In the hour after the sign-up every device
    is the first, which is no news.
    """
    if now - user.created_at < FIRST_HOUR:
        return False
    made = made_at(known.id) if known else None
    return made is None or (
        user.signed_out_at is not None and _whole(made) < _whole(user.signed_out_at)
    )


def _whole(at: datetime) -> int:
    """Compare in milliseconds: an id holds no more."""
    return int(at.timestamp() * 1_000)


def count_sign_in(visit: Visit, account: str, known: Opaque | None) -> Tries:
    """Count a try to sign in before it is made; raise `TooMany` when it comes too early.

    `account` is the key of the address, whether or not it has an account.
    """
    if known is not None:
        return _count(visit, ((repository.tries_key("device", account, known.id), DEVICE),))
    here = repository.tries_key("here", account, visit.address)
    return _count(visit, ((here, HERE), (repository.tries_key("account", account), ACCOUNT)))


def count_proof(visit: Visit, session_id: str) -> Tries:
    """Count a try to show once more, in a session, who one is; raise `TooMany`."""
    return _count(visit, ((repository.tries_key("session", session_id), DEVICE),))


def succeeded(ctx: Context, tries: Tries) -> None:
    """Let a try that was right count for nothing: the place begins anew, the strangers get theirs back."""
    repository.forget_tries(ctx.commit, tries.counters[0].key)
    for counter in tries.counters[1:]:
        repository.take_back(ctx.commit, counter.key)


def _count(visit: Visit, wanted: tuple[tuple[str, Pace], ...]) -> Tries:
    try:
        return until_won(lambda: _take(visit, wanted))
    except LostRace as error:
        # so many at once are no person
        raise TooMany(retry_after=1) from error


def _note(counter: Counter, now: datetime) -> None:
    """Let the answer say what is left to the place itself; what strangers left is nobody's business."""
    remaining, reset = counter.left(now)
    pace, allowance = counter.pace, security.Allowance(remaining=remaining, reset=reset)
    memory = int(MEMORY.total_seconds())
    security.note(security.Counted(pace.name, pace.free, memory, allowance))


def _take(visit: Visit, wanted: tuple[tuple[str, Pace], ...]) -> Tries:
    before = repository.find_tries(wanted, visit.now)
    _note(before[0], visit.now)
    wait = max(one.wait(visit.now) for one in before)
    if wait:
        raise TooMany(retry_after=wait)
    after = tuple(one.after(visit.now) for one in before)

    def work(ctx: Context) -> None:
        for one in after:
            repository.save_tries(ctx.commit, one)

    write(visit, repository.owner_of(derived_id("nobody", wanted[0][0])), work)
    return Tries(after)
