"""An app's refresh tokens against all that can happen to them: lost answers, retries, and a thief.

The same decisions are made for people's sessions; here a history holds two clients as well, and the thief may
take any token at any time, from a place of their own.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from chalicelib.users.model import sessions
from chalicelib.users.model.sessions import Session
from chalicelib.users.model.tokens import hash_of

HISTORIES: Final = 20_000 if os.environ.get("XPENSE_FULL") else 2_000
START: Final = datetime(2026, 11, 1, tzinfo=UTC)
HONEST, THIEF = b"client-1/server", b"client-1/thief"


def begun() -> Session:
    return Session(
        id="s",
        user_id="u",
        live=True,
        created_at=START,
        used_at=START,
        expires_at=sessions.expiry(START, START),
        current=hash_of("t0"),
        previous=None,
        rotated_at=None,
        device=HONEST,
        agent=b"",
        network=b"",
        version=1,
        proved_at=START,
        methods=("pwd",),
        client="client-1",
        scopes=frozenset({"expenses:read"}),
    )


@dataclass(slots=True)
class World:
    """The session as the server has it, and what each side holds."""

    session: Session = field(default_factory=begun)
    now: datetime = START
    app: str = "t0"
    """The newest token that the app received."""
    stolen: str = ""
    stolen_count: int = 0
    made: int = 0
    theft: bool = False

    def refresh(self, token: str, device: bytes) -> str | None:
        """What the server does, as `oauth_sessions.renew`: the new token, or None."""
        if not self.session.stands(None, self.now):
            return None
        verdict = sessions.judge(self.session, hash_of(token), device=device, now=self.now)
        if verdict == "reuse":
            self.session = sessions.ended(self.session)
            return None
        self.made += 1
        successor = f"t{self.made}"
        self.session = sessions.renewed(
            self.session, verdict, successor=hash_of(successor), device=device, now=self.now
        )
        return successor

    def holds(self, token: str) -> bool:
        return self.session.stands(None, self.now) and hash_of(token) == self.session.current


def step(world: World, rng: random.Random) -> str:
    """One thing that happens; gives its name."""
    name = rng.choice(("refresh", "refresh", "lost", "wait", "wait", "steal", "thief"))
    if name == "refresh":
        world.app = world.refresh(world.app, HONEST) or world.app
    elif name == "lost":
        world.refresh(world.app, HONEST)
        world.now += timedelta(seconds=rng.choice((1, 10, 29)))
        world.app = world.refresh(world.app, HONEST) or world.app
    elif name == "wait":
        world.now += timedelta(seconds=rng.choice((5, 40, 600, 86_400)))
    elif name == "steal":
        world.stolen = world.app
    elif world.stolen:
        world.theft = True
        world.stolen = world.refresh(world.stolen, THIEF) or world.stolen
    return name


@pytest.mark.covers("V10.4.5")
def test_in_no_history_does_the_thief_stay_in_once_the_app_comes_back() -> None:
    thefts = 0
    for seed in range(HISTORIES):
        rng, world = random.Random(seed), World()
        told = [step(world, rng) for _ in range(rng.randrange(3, 25))]
        if not world.theft:
            continue
        thefts += 1
        # the app uses what it has; if the thief was faster, that ends the session for both
        world.now += timedelta(seconds=31)
        world.app = world.refresh(world.app, HONEST) or world.app
        assert not world.holds(world.stolen) or world.app == world.stolen, (seed, told)
        final = world.refresh(world.stolen, THIEF) if world.stolen != world.app else None
        assert final is None, (seed, told)
    assert thefts > HISTORIES // 4


@pytest.mark.covers("V10.4.5")
def test_without_a_thief_no_history_signs_the_app_out_before_its_time() -> None:
    for seed in range(HISTORIES):
        rng, world = random.Random(seed), World()
        for _ in range(rng.randrange(3, 25)):
            before = world.session.stands(None, world.now)
            name = rng.choice(("refresh", "lost", "wait"))
            if name == "wait":
                world.now += timedelta(seconds=rng.choice((5, 40, 600)))
                continue
            if name == "lost":
                world.refresh(world.app, HONEST)
                world.now += timedelta(seconds=rng.choice((1, 10, 29)))
            given = world.refresh(world.app, HONEST)
            assert before, seed
            assert given is not None, seed
            world.app = given
        assert world.holds(world.app), seed
