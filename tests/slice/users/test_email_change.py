"""Changing one's address: proved by the new mailbox, stopped by the old one, and telling nobody who has what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest

from chalicelib.kernel import clock
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from chalicelib.users import repository
from chalicelib.users.api import notices as users_notices
from chalicelib.users.errors import EmailChangeGone
from chalicelib.users.events import EmailChanged, EmailChangeRequested, EmailChangeStopped
from chalicelib.users.model.users import Address
from chalicelib.users.repository import TABLE
from chalicelib.users.service.unit import in_one_write
from tests.factories.users import SignedIn, signed_in
from tests.slice.users.conftest import Told, proved_long_ago
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.taps import Side, calls_of, interleaved, killed_at, orders

pytestmark = [pytest.mark.slice, pytest.mark.durable]
PATH = "/v1/users/me/email"
CONFIRM = "/v1/users/email/confirm"
STOP = "/v1/users/email/stop"


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that was asked for, with the tokens of both mails."""

    person: SignedIn
    email: str
    id: str

    def confirm(self) -> Reply:
        link = users_notices.email_change_mails(self.person.user_id, self.id).link
        assert link is not None
        return Client(self.person.client._app).post(CONFIRM, {"token": token_of(link)})

    def stop_token(self) -> str:
        return token_of(users_notices.email_change_mails(self.person.user_id, self.id).stop_link)


def token_of(link: str) -> str:
    return link.split("#token=")[1]


def fresh() -> str:
    return f"new-{new_id()}@example.net"


@pytest.fixture
def me(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app), email=f"old-{new_id()}@example.org")


def asked(person: SignedIn, told: Told, email: str | None = None) -> Asked:
    wanted = email or fresh()
    reply = person.client.post(PATH, {"email": wanted})
    assert (reply.status, reply.json) == (202, {"state": "accepted", "next": "confirm-email"})
    fact = next(one for one in reversed(told.messages) if isinstance(one, EmailChangeRequested))
    return Asked(person, wanted, fact.change_id)


def owner_of(email: str) -> str | None:
    found = repository.find_address(repository.address_key(email))
    return found.user_id if found and found.verified else None


def later(monkeypatch: pytest.MonkeyPatch, **more: float) -> None:
    moment: datetime = clock.now() + timedelta(**more)
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def quiet_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    monkeypatch.undo()


@pytest.mark.covers("V6.3.7")
def test_the_new_mailbox_proves_the_address_and_both_are_told(me: SignedIn, told: Told) -> None:
    change = asked(me, told)
    before = me.client.get(PATH).json
    assert before["email"] == me.email
    assert before["pending"]["email"] == change.email
    mails = users_notices.email_change_mails(me.user_id, change.id)
    assert (mails.new_address, mails.old_address) == (change.email, me.email)

    assert change.confirm().status == 204

    assert me.client.get(PATH).json == {"email": change.email, "pending": None}
    assert me.client.get("/v1/users/me").json["email"] == change.email
    assert (owner_of(me.email), owner_of(change.email)) == (None, me.user_id)
    done = EmailChanged(user_id=me.user_id, change_id=change.id)
    assert done in told.messages
    after = users_notices.email_changed_mails(me.user_id, change.id)
    assert (after.new_address, after.old_address) == (change.email, me.email)


def test_the_link_works_once(me: SignedIn, told: Told) -> None:
    change = asked(me, told)
    link = users_notices.email_change_mails(me.user_id, change.id).link
    assert link is not None
    client = Client(me.client._app)

    replies = [client.post(CONFIRM, {"token": token_of(link)}) for _ in range(2)]

    assert [reply.status for reply in replies] == [204, 422]
    assert replies[1].problem == "email-change-unusable"
    with pytest.raises(EmailChangeGone):
        users_notices.email_change_mails(me.user_id, change.id)


@pytest.mark.covers("V6.3.8")
def test_a_taken_address_answers_and_costs_the_same_and_nobody_loses_it(
    me: SignedIn, cloud: Cloud, told: Told
) -> None:
    other = signed_in(Client(cloud.app), email=f"taken-{new_id()}@example.org")
    with budget() as free:
        asked(me, told)
    with budget() as taken:
        change = asked(me, told, other.email)

    mails = users_notices.email_change_mails(me.user_id, change.id)
    assert mails.link is None  # the mailbox hears that somebody tried, and gets no token
    # the second one drops the first: one more row, whatever the address
    assert (free.calls, free.reads) == (taken.calls, taken.reads - 1)
    from chalicelib.kernel.keys import provider
    from chalicelib.users.model.tokens import verification_token

    forged = verification_token(
        provider().secret("email-change"), user_id=me.user_id, verification_id=change.id
    )
    reply = Client(cloud.app).post(CONFIRM, {"token": forged})
    assert reply.problem == "email-change-unusable"
    assert owner_of(other.email) == other.user_id


def test_a_pending_sign_up_gives_way(me: SignedIn, cloud: Cloud, told: Told) -> None:
    email = fresh()
    change = asked(me, told, email)
    body = {"email": email, "password": "seven tall lamps hum"}
    assert Client(cloud.app).post("/v1/users/register", body).status == 202
    token = told.token()

    assert change.confirm().status == 204

    assert owner_of(email) == me.user_id
    verify = Client(cloud.app).post("/v1/users/verify-email", {"token": token})
    assert verify.problem == "verification-unusable"


@pytest.mark.covers("V6.6.2")
def test_a_newer_wish_voids_the_older_one(me: SignedIn, told: Told) -> None:
    first, second = asked(me, told), asked(me, told)

    with pytest.raises(EmailChangeGone):
        users_notices.email_change_mails(me.user_id, first.id)
    assert second.confirm().status == 204
    assert me.client.get(PATH).json["email"] == second.email


def test_one_takes_back_what_was_not_proved(me: SignedIn, told: Told) -> None:
    change = asked(me, told)
    token = token_of(users_notices.email_change_mails(me.user_id, change.id).link or "")

    assert me.client.delete(PATH).status == 204

    assert Client(me.client._app).post(CONFIRM, {"token": token}).problem == "email-change-unusable"
    assert me.client.get(PATH).json["pending"] is None
    assert me.client.delete(PATH).status == 204


def test_the_old_mailbox_stops_a_change_before_it_is_proved(me: SignedIn, told: Told) -> None:
    change = asked(me, told)
    token = token_of(users_notices.email_change_mails(me.user_id, change.id).link or "")
    client = Client(me.client._app)

    assert client.post(STOP, {"token": change.stop_token()}).status == 204

    assert client.post(CONFIRM, {"token": token}).problem == "email-change-unusable"
    assert me.client.get(PATH).json == {"email": me.email, "pending": None}  # the session goes on
    assert EmailChangeStopped(user_id=me.user_id, change_id=change.id) in told.messages


def test_the_old_mailbox_takes_a_done_change_back_and_everybody_is_signed_out(
    me: SignedIn, told: Told
) -> None:
    change = asked(me, told)
    stop = change.stop_token()
    change.confirm()
    assert me.client.get(PATH).status == 200

    assert Client(me.client._app).post(STOP, {"token": stop}).status == 204

    assert me.client.get(PATH).problem == "session-over"
    assert (owner_of(me.email), owner_of(change.email)) == (me.user_id, None)
    again = Client(me.client._app).post(STOP, {"token": stop})
    assert again.problem == "email-change-unusable"


def test_a_thief_cannot_undo_the_undoing(me: SignedIn, told: Told) -> None:
    first = asked(me, told)
    victims = first.stop_token()
    first.confirm()
    second = asked(me, told)
    thiefs = second.stop_token()
    second.confirm()
    client = Client(me.client._app)

    assert client.post(STOP, {"token": victims}).status == 204

    assert client.post(STOP, {"token": thiefs}).problem == "email-change-unusable"
    owners = [owner_of(one) for one in (me.email, first.email, second.email)]
    assert owners == [me.user_id, None, None]


def test_an_address_that_somebody_proved_meanwhile_is_not_taken_back(
    me: SignedIn, cloud: Cloud, told: Told
) -> None:
    change = asked(me, told)
    stop = change.stop_token()
    change.confirm()
    heir = signed_in(Client(cloud.app), email=me.email)

    reply = Client(cloud.app).post(STOP, {"token": stop})

    assert reply.problem == "email-change-unusable"
    assert (owner_of(me.email), owner_of(change.email)) == (heir.user_id, me.user_id)


@pytest.mark.parametrize(("hours", "confirms", "stops"), [(23, 204, 422), (25, 422, 204)])
def test_a_proof_is_taken_for_a_day_and_a_stop_for_a_week(
    me: SignedIn,
    told: Told,
    monkeypatch: pytest.MonkeyPatch,
    *,
    hours: int,
    confirms: int,
    stops: int,
) -> None:
    change = asked(me, told)
    mails = users_notices.email_change_mails(me.user_id, change.id)
    client = Client(me.client._app)
    later(monkeypatch, hours=hours)

    assert client.post(CONFIRM, {"token": token_of(mails.link or "")}).status == confirms
    later(monkeypatch, days=7 if confirms == 204 else 5, seconds=1)
    assert client.post(STOP, {"token": token_of(mails.stop_link)}).status == stops


@pytest.mark.covers("V7.5.1")
def test_a_change_needs_a_fresh_proof(me: SignedIn) -> None:
    proved_long_ago(me)

    assert me.client.post(PATH, {"email": fresh()}).problem == "step-up-required"


@pytest.mark.parametrize("email", ["", "x", "a@b", "a@b@c.de", "ö@example.org", "a" * 321])
def test_what_is_no_address_is_refused(me: SignedIn, email: str) -> None:
    reply = me.client.post(PATH, {"email": email})

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/email")


def test_the_same_address_in_any_spelling_is_refused(me: SignedIn) -> None:
    reply = me.client.post(PATH, {"email": f" {me.email.upper()} "})

    assert (reply.status, reply.problem) == (422, "same-address")


def test_five_changes_a_day_and_no_more(me: SignedIn, told: Told) -> None:
    for _ in range(5):
        asked(me, told)

    assert me.client.post(PATH, {"email": fresh()}).status == 429


def test_an_address_that_got_its_mails_answers_the_same_and_gets_none(
    cloud: Cloud, told: Told
) -> None:
    email = fresh()
    for _ in range(5):
        asked(signed_in(Client(cloud.app)), told, email)
    told.messages.clear()

    reply = signed_in(Client(cloud.app)).client.post(PATH, {"email": email})

    assert reply.status == 202
    assert told.messages == []


@pytest.mark.parametrize("path", [CONFIRM, STOP])
def test_tokens_are_not_taken_for_one_another(me: SignedIn, told: Told, path: str) -> None:
    change = asked(me, told)
    mails = users_notices.email_change_mails(me.user_id, change.id)
    wrong = mails.stop_link if path == CONFIRM else mails.link or ""
    client = Client(me.client._app)
    good = token_of(wrong)

    for bad in (good, good[:-1], "A" * 86, "é", "xpt_" + good):
        with budget() as spent:
            assert client.post(path, {"token": bad}).problem == "email-change-unusable"
        assert dict(spent.calls) == {
            "UpdateItem": 1
        }  # the limit; nothing is read for a made-up token
    assert client.post("/v1/users/verify-email", {"token": good}).status == 422


def test_no_address_lies_in_clear_and_none_is_told(me: SignedIn, told: Told) -> None:
    change = asked(me, told)
    change.confirm()

    rows = list(Table(TABLE).query_all(str(me.owner), "A", "~", most=50, consistent=True))
    text = repr(rows) + repr(told.messages)
    assert change.email.split("@")[0] not in text
    assert me.email.split("@")[0] not in text


@pytest.mark.covers("R-31")
def test_of_two_who_prove_one_address_at_once_one_gets_it(cloud: Cloud, told: Told) -> None:
    people = [signed_in(Client(cloud.app)) for _ in range(2)]
    probe = asked(signed_in(Client(cloud.app)), told)
    link = users_notices.email_change_mails(probe.person.user_id, probe.id).link or ""
    post = Client(cloud.app).post
    length = len(calls_of(partial(post, CONFIRM, {"token": token_of(link)})))

    for order in orders(length, length, most=3):
        email = fresh()
        links = [
            users_notices.email_change_mails(person.user_id, asked(person, told, email).id).link
            or ""
            for person in people
        ]
        first, second = (partial(post, CONFIRM, {"token": token_of(link)}) for link in links)
        replies = interleaved(order, a=first, b=second)
        statuses = [reply.status for reply in replies.values() if isinstance(reply, Reply)]
        assert sorted(statuses) == [204, 422], replies
        assert owner_of(email) in {person.user_id for person in people}


def test_a_proof_that_dies_leaves_all_or_nothing_and_can_be_repeated(
    cloud: Cloud, told: Told
) -> None:
    sides: tuple[Side, Side] = ("before", "after")
    for side in sides:
        point, call = 0, ""
        while call is not None:
            person = signed_in(Client(cloud.app))
            change = asked(person, told)
            link = users_notices.email_change_mails(person.user_id, change.id).link or ""
            again = partial(Client(cloud.app).post, CONFIRM, {"token": token_of(link)})
            found = killed_at(point, side, again)
            owners = (owner_of(person.email), owner_of(change.email))
            assert owners in {(person.user_id, None), (None, person.user_id)}, found
            assert again().status == (204 if owners[1] is None else 422)
            assert owner_of(change.email) == person.user_id
            if found is None:
                break
            point += 1
        assert point >= 5


def test_a_row_of_an_address_that_expired_gives_way(me: SignedIn, told: Told) -> None:
    change = asked(me, told)
    ghost = new_id()
    row = Address(
        key=repository.address_key(change.email), user_id=ghost, verified=False, version=1
    )
    gone = clock.now() - timedelta(hours=1)
    from chalicelib.kernel.context import Visit

    owner = repository.owner_of(ghost)
    in_one_write(Visit(), owner, lambda ctx: repository.save_address(ctx.commit, row, until=gone))

    assert change.confirm().status == 204
    assert owner_of(change.email) == me.user_id
