"""What the tests of the users service share: who was told what, and a walk through sign-up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from chalicelib.kernel import outbox
from chalicelib.kernel.context import Visit
from chalicelib.kernel.events import Message
from chalicelib.kernel.outbox import OutboxRow
from chalicelib.kernel.tables import Raw, TableSpec
from chalicelib.security.commands import RecordAction
from chalicelib.users import repository
from chalicelib.users.api import notices as users_notices
from chalicelib.users.events import VerificationRequested
from chalicelib.users.model.passwords import COST, NOBODY, Cost
from chalicelib.users.service import passwords
from chalicelib.users.service.unit import in_one_write
from tests.factories.users import SignedIn
from tests.support.client import Client
from tests.support.cloud import Cloud

PASSWORD = "seven tall lamps hum"


@dataclass(slots=True)
class Told:
    """The messages that were committed, oldest first."""

    messages: list[Message] = field(default_factory=list)

    def hear(self, _spec: TableSpec, rows: Sequence[Raw]) -> None:
        for row in rows:
            envelopes = OutboxRow.from_raw_data(dict(row)).envelopes()
            self.messages += [one.message() for one in envelopes]

    def kinds(self) -> list[str]:
        return [message.name.split(".")[1] for message in self.facts()]

    def facts(self) -> list[Message]:
        return [message for message in self.messages if not isinstance(message, RecordAction)]

    def actions(self) -> list[str]:
        """What was entered in the audit."""
        return [one.action for one in self.messages if isinstance(one, RecordAction)]

    def last(self) -> VerificationRequested:
        return next(
            one for one in reversed(self.messages) if isinstance(one, VerificationRequested)
        )

    def token(self) -> str:
        """The token of the newest verification mail, as the mail is made when it is sent."""
        due = self.last()
        link = users_notices.verification_mail(due.user_id, due.verification_id).link
        return link.split("#token=")[1]


def proved_long_ago(person: SignedIn) -> None:
    """Let a session's last proof be eleven minutes old."""
    session = repository.get_session(person.user_id, person.session_id)
    stale = replace(
        session,
        proved_at=session.proved_at - timedelta(minutes=11),
        version=session.version + 1,
    )
    in_one_write(Visit(), person.owner, lambda ctx: repository.save_session(ctx.commit, stale))


@pytest.fixture
def told(cloud: Cloud) -> Iterator[Told]:
    one = Told()
    outbox.on_commit(one.hear)
    yield one
    outbox.forget_listeners()


@pytest.fixture
def client(cloud: Cloud) -> Client:
    return Client(cloud.app)


@pytest.fixture
def verified(client: Client, told: Told) -> Callable[[str], None]:
    """Sign up and verify an address, over HTTP."""

    def walk(email: str) -> None:
        body = {"email": email, "password": PASSWORD, "display_name": "Ada"}
        assert client.post("/v1/users/register", body).status == 202
        assert client.post("/v1/users/verify-email", {"token": told.token()}).status == 204

    return walk


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash at a thousandth of the cost where the hash is not what a test is about."""
    cheap = Cost(memory=64, passes=1, lanes=1, pepper=1)
    monkeypatch.setattr(passwords, "COST", cheap)
    monkeypatch.setattr(passwords, "NOBODY", replace(NOBODY, cost=cheap))


@pytest.fixture
def real_hashes(cheap_hashes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash at the real cost."""
    monkeypatch.setattr(passwords, "COST", COST)
    monkeypatch.setattr(passwords, "NOBODY", NOBODY)
