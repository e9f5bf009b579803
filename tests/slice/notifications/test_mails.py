"""Mails: sent for what happened, once where the world allows it, never to the logs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest

from chalicelib.kernel import aws, clock
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.outbox import OutboxRow
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Table
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.events import RegistrationRepeated, VerificationRequested
from chalicelib.users.model.passwords import NOBODY
from chalicelib.users.model.users import Address, User, Verification
from chalicelib.users.repository import TABLE
from chalicelib.users.service.unit import in_one_write
from tests.factories.users import SignedIn, signed_in
from tests.slice.notifications.scenes import FakeMail, delivered, enveloped, install
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
PASSWORD = "correct horse battery staple 42"


@pytest.fixture(scope="module")
def here(cloud: Cloud) -> Cloud:
    return cloud


@pytest.fixture
def person(here: Cloud) -> SignedIn:
    return signed_in(Client(here.app))


@pytest.fixture
def mail(here: Cloud) -> Iterator[FakeMail]:
    real, fake = aws.sesv2(), FakeMail()
    install("sesv2", fake)
    yield fake
    install("sesv2", real)


def signed_up(here: Cloud) -> tuple[str, str]:
    """Sign up; gives the address and the body of the message that asks for the mail."""
    address = f"{new_id()}@example.org"
    reply = Client(here.app).post("/v1/users/register", {"email": address, "password": PASSWORD})
    assert reply.status == 202, reply.text
    bodies = [
        envelope.to_json()
        for shard in range(8)
        for item in Table(TABLE).query_all(f"OBX#{shard}", "0", "g", most=500, consistent=True)
        for envelope in OutboxRow.from_raw_data(dict(item)).envelopes()
        if envelope.type == VerificationRequested.name
    ]
    (body,) = bodies
    return address, body


def pending() -> tuple[str, str]:
    """The same straight in the table, because a password hash costs 80 ms."""
    user_id, verification_id, at = new_id(), new_id(), clock.now()
    address, owner = f"{user_id}@example.org", Owner("U", user_id)
    vault = security.create_key(owner, now=at)
    user = User(
        id=user_id,
        state="pending",
        email=repository.seal_profile(vault, "email", address),
        display_name=None,
        password=str(NOBODY),
        address_key=repository.address_key(address),
        created_at=at,
        version=1,
        verification=Verification(id=verification_id, expires_at=at + timedelta(days=1)),
    )
    owned = Address(key=user.address_key, user_id=user_id, verified=False, version=1)

    def work(ctx: Context) -> None:
        repository.save_address(ctx.commit, owned, until=at + timedelta(days=1))
        repository.save_user(ctx.commit, user)

    in_one_write(Visit(now=at), owner, work)
    fact = VerificationRequested(user_id=user_id, verification_id=verification_id)
    return address, enveloped(owner, fact)


def mails_to(here: Cloud, address: str) -> int:
    return sum(address in one.destinations["ToAddresses"] for one in here.mails())


def later(monkeypatch: pytest.MonkeyPatch, **more: float) -> None:
    """Turn the worker's clock on."""
    moment: datetime = clock.now() + timedelta(**more)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_a_sign_up_is_answered_by_a_mail_with_a_link(here: Cloud, mail: FakeMail) -> None:
    address, body = signed_up(here)
    assert address not in body
    assert "token" not in body

    assert delivered(here, [body]) == 0

    (sent,) = mail.sent
    assert sent["Destination"] == {"ToAddresses": [address]}
    assert sent["FromEmailAddress"] == settings().mail_from
    simple = sent["Content"]["Simple"]
    link = f"{settings().public_url}/verify-email#token="
    assert simple["Subject"]["Data"] == "Confirm your e-mail address"
    assert link in simple["Body"]["Text"]["Data"]
    assert link in simple["Body"]["Html"]["Data"]
    token = simple["Body"]["Text"]["Data"].split("#token=")[1].split()[0]
    assert Client(here.app).post("/v1/users/verify-email", {"token": token}).status < 300


def test_the_real_client_takes_the_letter(here: Cloud) -> None:
    address, body = pending()

    delivered(here, [body])

    assert mails_to(here, address) == 1


def test_copies_of_a_message_send_one_mail(here: Cloud, mail: FakeMail) -> None:
    _, body = pending()

    assert delivered(here, [body, body]) == 0
    assert delivered(here, [body]) == 0

    assert len(mail.sent) == 1


def test_two_workers_with_one_message_send_one_mail_in_any_order(here: Cloud) -> None:
    for order in orders(6, 6, most=12):
        address, body = pending()

        results = interleaved(
            order, a=partial(delivered, here, [body]), b=partial(delivered, here, [body])
        )

        assert mails_to(here, address) == 1, (order, results)
        assert delivered(here, [body]) == 0


def test_a_worker_killed_at_any_call_loses_no_mail(
    here: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, example = pending()
    points = list(every_point(lambda: delivered(here, [example])))
    doubled = []
    for point, side in points:
        address, body = pending()
        call = killed_at(point, side, partial(delivered, here, [body]))
        with monkeypatch.context() as patch:
            later(patch, seconds=11)  # the claim's lease is over
            assert delivered(here, [body]) == 0
            assert delivered(here, [body]) == 0
        if mails_to(here, address) == 2:
            doubled.append((call, side))
        else:
            assert mails_to(here, address) == 1, (call, side)

    # SES takes no key of ours: a death between its answer and our note sends again, and only that
    assert doubled == [("sesv2.SendEmail", "after"), ("dynamodb.TransactWriteItems", "before")]


def test_a_claim_of_a_dead_worker_is_waited_for_and_then_taken_over(
    here: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, body = pending()
    claim = next(
        point
        for point in range(10)
        if killed_at(point, "after", partial(delivered, here, [body])) == "dynamodb.PutItem"
    )
    assert claim > 0

    assert delivered(here, [body]) == 1
    assert mails_to(here, address) == 0
    later(monkeypatch, seconds=11)
    assert delivered(here, [body]) == 0
    assert mails_to(here, address) == 1


def test_a_mail_service_that_is_down_is_tried_again_at_once(here: Cloud, mail: FakeMail) -> None:
    mail.codes = ["TooManyRequestsException", "SendingPausedException"]
    _, body = pending()

    assert [delivered(here, [body]) for _ in range(3)] == [1, 1, 0]

    assert len(mail.sent) == 1


def test_a_mail_that_is_refused_for_good_goes_to_the_dead_letters(
    here: Cloud, mail: FakeMail
) -> None:
    mail.codes = ["MessageRejected"]
    _, body = pending()

    assert delivered(here, [body]) == 0

    (dead,) = here.dead_letters("notifications")
    assert dead["Body"] == body
    assert dead["MessageAttributes"]["reason"]["StringValue"] == "mail-refused"
    assert mail.sent == []


def test_a_used_link_is_not_mailed(here: Cloud, mail: FakeMail) -> None:
    _, body = pending()
    delivered(here, [body])
    text = mail.sent[0]["Content"]["Simple"]["Body"]["Text"]["Data"]
    Client(here.app).post("/v1/users/verify-email", {"token": text.split("#token=")[1].split()[0]})
    envelope_id = body.split('"')[3]

    assert delivered(here, [body.replace(envelope_id, new_id())]) == 0

    assert len(mail.sent) == 1


def test_a_repeated_sign_up_is_told_once_a_day(
    here: Cloud, person: SignedIn, mail: FakeMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = RegistrationRepeated(user_id=person.user_id)
    for _ in range(3):
        assert delivered(here, [enveloped(person.owner, fact)]) == 0

    (sent,) = mail.sent
    assert sent["Destination"] == {"ToAddresses": [person.email]}
    assert sent["Content"]["Simple"]["Subject"]["Data"] == "You already have an account"
    later(monkeypatch, days=1)
    delivered(here, [enveloped(person.owner, fact)])
    assert len(mail.sent) == 2


def test_nobody_is_written_to_who_is_gone(here: Cloud, person: SignedIn, mail: FakeMail) -> None:
    fact = RegistrationRepeated(user_id=new_id())

    assert delivered(here, [enveloped(person.owner, fact)]) == 0

    assert mail.sent == []


@pytest.mark.parametrize("code", ["", "TooManyRequestsException", "MessageRejected"])
def test_addresses_and_links_stay_out_of_the_logs(
    here: Cloud, mail: FakeMail, capfd: pytest.CaptureFixture[str], code: str
) -> None:
    mail.codes = [code] if code else []
    address, body = pending()

    delivered(here, [body])

    written = "".join(capfd.readouterr())
    assert address not in written
    assert "#token=" not in written
    here.dead_letters("notifications")


def test_a_mail_costs_what_it_must(here: Cloud) -> None:
    _, body = pending()

    with budget() as spent:
        delivered(here, [body])

    # inbox mark; user and address (the owner's key is cached); the claim; the mail; sent and mark
    assert dict(spent.calls) == {
        "BatchGetItem": 1,
        "GetItem": 2,
        "PutItem": 1,
        "sesv2.SendEmail": 1,
        "TransactWriteItems": 1,
    }
    assert spent.writes == 3
