"""Refresh rotation as a state machine, with lost answers and a thief."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from chalicelib.kernel.ids import new_id
from chalicelib.users.model.sessions import (
    ABSOLUTE_LIFE,
    IDLE_LIFE,
    RETRY_WINDOW,
    Session,
    ended,
    expiry,
    judge,
    renewed,
)

AT: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
HISTORIES: Final = 20_000 if os.environ.get("XPENSE_FULL") else 2_000
PHONE, LAPTOP = b"phone", b"laptop"


def session(**changed: object) -> Session:
    facts: dict[str, object] = {
        "id": new_id(),
        "user_id": new_id(),
        "live": True,
        "created_at": AT,
        "used_at": AT,
        "expires_at": expiry(AT, AT),
        "current": b"0",
        "previous": None,
        "rotated_at": None,
        "device": PHONE,
        "agent": b"",
        "network": b"",
        "version": 1,
        "proved_at": AT,
        "methods": ("pwd",),
    }
    return Session(**(facts | changed))  # type: ignore[arg-type]


def rotated(one: Session, to: bytes, at: datetime, device: bytes = PHONE) -> Session:
    verdict = judge(one, one.current, device=device, now=at)
    return renewed(one, verdict, successor=to, device=device, now=at)


def test_the_current_token_rotates() -> None:
    one = rotated(session(), b"1", AT)

    assert (one.current, one.previous, one.rotated_at, one.version) == (b"1", b"0", AT, 2)


def test_a_new_session_has_no_previous_token() -> None:
    assert judge(session(), b"?", device=PHONE, now=AT) == "reuse"


@pytest.mark.parametrize(
    ("seconds", "device", "verdict"),
    [
        (0, PHONE, "retry"),
        (30, PHONE, "retry"),
        (30.001, PHONE, "reuse"),
        (-1, PHONE, "retry"),
        (-30.001, PHONE, "reuse"),
        (5, LAPTOP, "reuse"),
    ],
)
def test_the_previous_token_counts_for_30_seconds_from_the_same_device(
    seconds: float, device: bytes, verdict: str
) -> None:
    one = rotated(session(), b"1", AT)

    assert judge(one, b"0", device=device, now=AT + timedelta(seconds=seconds)) == verdict


def test_a_used_successor_ends_the_window() -> None:
    one = rotated(rotated(session(), b"1", AT), b"2", AT + timedelta(seconds=1))

    assert judge(one, b"0", device=PHONE, now=AT + timedelta(seconds=2)) == "reuse"


def test_a_retry_kills_the_lost_successor_and_opens_no_new_window() -> None:
    one = rotated(session(), b"lost", AT)
    late = AT + timedelta(seconds=25)

    retried = renewed(one, "retry", successor=b"2", device=PHONE, now=late)

    assert (retried.current, retried.previous, retried.rotated_at) == (b"2", b"0", AT)
    assert judge(retried, b"lost", device=PHONE, now=late) == "reuse"
    assert judge(retried, b"0", device=PHONE, now=AT + timedelta(seconds=31)) == "reuse"


@pytest.mark.covers("V7.3.1")
def test_a_session_ends_30_days_after_use_and_90_after_its_beginning() -> None:
    one = session()
    for day in range(1, 89, 20):
        one = rotated(one, str(day).encode(), AT + timedelta(days=day))

    assert session().expires_at == AT + IDLE_LIFE
    assert one.expires_at == AT + ABSOLUTE_LIFE
    assert one.stands(None, AT + ABSOLUTE_LIFE - timedelta(seconds=1))
    assert not one.stands(None, AT + ABSOLUTE_LIFE)


def test_signing_out_everywhere_ends_what_began_before() -> None:
    assert not session().stands(AT, AT)
    assert not session().stands(AT + timedelta(hours=1), AT + timedelta(hours=1))
    assert session().stands(AT - timedelta(milliseconds=1), AT)


def test_what_is_left_of_an_ended_session_lets_no_token_through() -> None:
    over = ended(rotated(session(), b"1", AT))

    assert not over.stands(None, AT)
    assert (over.agent, over.network) == (b"", b"")
    for token in (b"0", b"1", b""):
        assert judge(over, token, device=PHONE, now=AT) == "reuse"


# --- histories: an honest device on a bad network, and a thief who copies its newest token once


@dataclass(slots=True)
class World:
    """The server's session, and what each side believes is the newest token."""

    rng: random.Random
    server: Session = field(default_factory=session)
    at: datetime = AT
    made: int = 0
    alive: bool = True

    def refresh(self, token: bytes, device: bytes) -> bytes | None:
        """What the server does with a token; None is a refusal."""
        if not self.alive:
            return None
        verdict = judge(self.server, token, device=device, now=self.at)
        if verdict == "reuse":
            self.alive = False
            return None
        self.made += 1
        successor = f"{self.made}".encode()
        self.server = renewed(self.server, verdict, successor=successor, device=device, now=self.at)
        return successor

    def honest_round(self, token: bytes, *, tries: int) -> bytes | None:
        """Refresh until an answer arrives, well inside the window."""
        for _ in range(tries):
            successor = self.refresh(token, PHONE)
            if successor is None:
                return None
            if self.rng.random() < 0.6:
                return successor
            self.at += timedelta(seconds=self.rng.uniform(0, 25 / tries))
        return self.refresh(token, PHONE)


def test_an_honest_device_on_a_bad_network_is_never_signed_out() -> None:
    rng = random.Random(7)
    for _ in range(HISTORIES):
        world, token = World(rng), b"0"
        for _ in range(rng.randint(1, 12)):
            world.at += timedelta(minutes=rng.uniform(0.1, 600))
            answer = world.honest_round(token, tries=rng.randint(1, 4))
            assert answer is not None
            token = answer


def test_a_thief_never_ends_up_alone_with_a_live_session() -> None:
    rng = random.Random(11)
    caught = 0
    for _ in range(HISTORIES):
        world, token, stolen = World(rng), b"0", b""
        steps = rng.randint(2, 12)
        theft = rng.randrange(steps)
        thief_device = PHONE if rng.random() < 0.5 else LAPTOP
        for step in range(steps):
            world.at += rng.choice((timedelta(seconds=rng.uniform(0, 40)), timedelta(minutes=9)))
            if step == theft:
                stolen = token
            if stolen and rng.random() < 0.5:
                stolen = world.refresh(stolen, thief_device) or stolen
            else:
                token = world.honest_round(token, tries=1) or token
        world.at += RETRY_WINDOW + timedelta(seconds=1)
        honest = world.refresh(token, PHONE)
        after = world.refresh(stolen, thief_device) if stolen else None

        # whoever is still in after both came once more, it is not the thief
        assert after is None
        caught += honest is None
    assert 0 < caught < HISTORIES
