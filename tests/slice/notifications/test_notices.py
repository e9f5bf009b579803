"""Security notices: every fact that a person must hear is mailed once and pushed at once, and holds no secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest

from chalicelib.kernel import aws, clock
from chalicelib.kernel.context import Visit
from chalicelib.kernel.events import Fact, registered
from chalicelib.kernel.ids import new_id
from chalicelib.notifications.model.notices import told_plainly
from chalicelib.security import events as security
from chalicelib.users import events as users
from chalicelib.users import repository
from chalicelib.users.service.unit import in_one_write
from functions._edge.worker import subscriptions
from tests.factories.users import SignedIn, signed_in
from tests.slice.notifications.scenes import (
    FakeGateway,
    FakeMail,
    delivered,
    enveloped,
    install,
)
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import every_point, killed_at

pytestmark = pytest.mark.slice

Make = Callable[[str], Fact]
NOTICES: Final[dict[type[Fact], tuple[Make, str]]] = {
    users.SignInFailedOften: (lambda who: users.SignInFailedOften(user_id=who), "failed"),
    users.RefreshTokenReused: (
        lambda who: users.RefreshTokenReused(user_id=who, session_id=new_id()),
        "ended for your safety",
    ),
    users.PasswordChanged: (
        lambda who: users.PasswordChanged(user_id=who, how="reset"),
        "password",
    ),
    users.EmailChangeStopped: (
        lambda who: users.EmailChangeStopped(user_id=who, change_id=new_id()),
        "stopped",
    ),
    users.ApiTokenCreated: (
        lambda who: users.ApiTokenCreated(user_id=who, token_id=new_id()),
        "API token",
    ),
    users.SupportGranted: (
        lambda who: users.SupportGranted(user_id=who, grant_id=new_id()),
        "Support may",
    ),
    users.SupportUsed: (
        lambda who: users.SupportUsed(user_id=who, grant_id=new_id()),
        "Support read",
    ),
    users.UserRestored: (lambda who: users.UserRestored(user_id=who), "works again"),
    users.UserSuspended: (lambda who: users.UserSuspended(user_id=who), "disabled"),
    users.ConsentGiven: (
        lambda who: users.ConsentGiven(user_id=who, client_id=new_id()),
        "An app",
    ),
    users.IdentityLinked: (
        lambda who: users.IdentityLinked(user_id=who, provider="google"),
        "Google opens",
    ),
    users.IdentityUnlinked: (
        lambda who: users.IdentityUnlinked(user_id=who, provider="apple"),
        "Apple no longer",
    ),
    users.ErasureRequested: (
        lambda who: users.ErasureRequested(user_id=who, due="2026-12-01T09:30:00.000Z"),
        "will be erased",
    ),
    users.ErasureCancelled: (lambda who: users.ErasureCancelled(user_id=who), "stays"),
    users.ExportReady: (lambda who: users.ExportReady(user_id=who, job_id=new_id()), "ready"),
    security.FactorAdded: (
        lambda who: security.FactorAdded(user_id=who, factor="totp", factor_id="totp"),
        "was added",
    ),
    security.FactorRemoved: (
        lambda who: security.FactorRemoved(user_id=who, factor="passkey", factor_id=new_id()),
        "was removed",
    ),
    security.RecoveryCodeUsed: (
        lambda who: security.RecoveryCodeUsed(user_id=who, left=2),
        "recovery code",
    ),
}
PUSHED: Final = [kind for kind in NOTICES if kind is not users.UserSuspended]


@dataclass(slots=True)
class Outside:
    """The mail service and the socket gateway, made up."""

    mail: FakeMail
    gateway: FakeGateway


@pytest.fixture
def outside(cloud: Cloud) -> Iterator[Outside]:
    mail, gateway = aws.sesv2(), aws.sockets()
    made = Outside(FakeMail(), FakeGateway())
    install("sesv2", made.mail)
    install("apigatewaymanagementapi", made.gateway)
    yield made
    install("sesv2", mail)
    install("apigatewaymanagementapi", gateway)


@pytest.fixture
def person(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app), email=f"notice-{new_id()}@example.org")


def text_of(sent: dict[str, Any]) -> str:
    simple = sent["Content"]["Simple"]
    return str(simple["Subject"]["Data"] + "\n" + simple["Body"]["Text"]["Data"])


def name(kind: object) -> str:
    return kind.name if isinstance(kind, type) and issubclass(kind, Fact) else ""


@pytest.mark.covers("V6.3.5", "V6.3.7")
@pytest.mark.parametrize("kind", list(NOTICES), ids=name)
def test_a_person_is_told_by_mail(
    cloud: Cloud, person: SignedIn, outside: Outside, kind: type[Fact]
) -> None:
    make, words = NOTICES[kind]
    body = enveloped(person.owner, make(person.user_id))

    assert [delivered(cloud, [body]) for _ in range(2)] == [0, 0]

    (sent,) = outside.mail.sent
    assert sent["Destination"] == {"ToAddresses": [person.email]}
    assert words in text_of(sent)
    assert "http" not in text_of(sent)  # no link to get used to


@pytest.mark.covers("V14.2.3")
@pytest.mark.parametrize("kind", PUSHED, ids=name)
def test_the_open_connections_hear_it_at_once_by_ids_alone(
    cloud: Cloud, person: SignedIn, outside: Outside, kind: type[Fact]
) -> None:
    connection = connected(cloud, person)
    fact = NOTICES[kind][0](person.user_id)

    delivered(cloud, [enveloped(person.owner, fact)])

    (message,) = outside.gateway.heard(connection)
    assert message["type"] == fact.name
    assert message["data"]["user_id"] == person.user_id
    assert person.email not in repr(message)


def connected(cloud: Cloud, person: SignedIn) -> str:
    from chalicelib.kernel.context import system_context
    from chalicelib.notifications import repository as rows
    from chalicelib.security import api

    connection = new_id()
    ctx = system_context(person.owner, rows.TABLE, vaults=api.vault)
    rows.add_connection(ctx.commit, connection, session_id=person.session_id, now=ctx.now)
    ctx.commit.write()
    return connection


def test_every_fact_that_is_told_plainly_is_tried_here() -> None:
    assert set(told_plainly()) == set(NOTICES)


def test_every_fact_about_a_persons_account_is_heard(cloud: Cloud) -> None:
    heard = set(subscriptions()["xpense-test-notifications-inbox"])
    # facts for programs, and those whose mail is another one
    quiet = {
        "users.user_registered.v1",
        "users.email_verified.v1",
        "users.household_created.v1",
        "users.household_deleted.v1",
        "users.member_joined.v1",
        "users.member_changed.v1",
        "users.member_left.v1",
        "users.split_requested.v1",
    }
    told = {
        one
        for one, kind in registered().items()
        if issubclass(kind, Fact) and one.startswith(("users.", "security."))
    }
    assert told - heard - quiet == set()


def test_a_new_device_is_named_with_its_place_while_its_session_stands(
    cloud: Cloud, outside: Outside
) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    person = signed_in(Client(cloud.app, user_agent=agent, address="192.0.2.44"))
    fact = users.SignedInOnNewDevice(user_id=person.user_id, session_id=person.session_id)
    gone = users.SignedInOnNewDevice(user_id=person.user_id, session_id=new_id())

    for one in (fact, gone):
        delivered(cloud, [enveloped(person.owner, one)])

    first, second = (text_of(sent) for sent in outside.mail.sent)
    assert "Firefox on Linux, from 192.0.2.44" in first
    assert "192.0.2.44" not in second
    assert "new device" in second


def test_a_disabled_person_hears_that_by_mail_and_nothing_else(
    cloud: Cloud, person: SignedIn, outside: Outside
) -> None:
    from dataclasses import replace

    user = repository.get_user(person.user_id)
    disabled = replace(user, state="disabled", version=user.version + 1)
    in_one_write(Visit(), person.owner, lambda ctx: repository.save_user(ctx.commit, disabled))

    facts = [
        users.UserSuspended(user_id=person.user_id),
        users.ApiTokenCreated(user_id=person.user_id, token_id=new_id()),
    ]
    for fact in facts:
        assert delivered(cloud, [enveloped(person.owner, fact)]) == 0

    (sent,) = outside.mail.sent
    assert "disabled" in text_of(sent)


def test_few_recovery_codes_are_counted_and_many_are_not(
    cloud: Cloud, person: SignedIn, outside: Outside
) -> None:
    for left in (9, 3, 0):
        fact = security.RecoveryCodeUsed(user_id=person.user_id, left=left)
        delivered(cloud, [enveloped(person.owner, fact)])

    many, few, none = (text_of(sent) for sent in outside.mail.sent)
    assert "left" not in many
    assert "left: 3" in few
    assert "left: 0" in none


@pytest.mark.covers("V6.3.7")
def test_a_change_of_address_mails_the_proof_to_the_new_and_the_brake_to_the_old_one(
    cloud: Cloud, person: SignedIn, outside: Outside
) -> None:
    new = f"new-{new_id()}@example.net"
    person.client.post("/v1/users/me/email", {"email": new})
    cloud.drain()
    brake, proof = outside.mail.sent
    assert brake["Destination"] == {"ToAddresses": [person.email]}
    assert "/stop-email-change#token=" in text_of(brake)
    assert new not in text_of(brake)
    assert proof["Destination"] == {"ToAddresses": [new]}
    token = text_of(proof).split("/confirm-email#token=")[1].split()[0]

    assert Client(cloud.app).post("/v1/users/email/confirm", {"token": token}).status == 204
    cloud.drain()

    old, now = outside.mail.sent[2:]
    assert old["Destination"] == {"ToAddresses": [person.email]}
    assert now["Destination"] == {"ToAddresses": [new]}
    stop = text_of(old).split("/stop-email-change#token=")[1].split()[0]
    assert Client(cloud.app).post("/v1/users/email/stop", {"token": stop}).status == 204
    cloud.drain()
    assert outside.mail.sent[4]["Destination"] == {"ToAddresses": [person.email]}
    queued = repr([body for queue, body in cloud.delivered])
    assert "token=" not in queued
    assert new not in queued


def test_a_taken_address_hears_that_somebody_tried_and_gets_no_link(
    cloud: Cloud, person: SignedIn, outside: Outside
) -> None:
    other = signed_in(Client(cloud.app), email=f"taken-{new_id()}@example.org")

    person.client.post("/v1/users/me/email", {"email": other.email})
    cloud.drain()

    brake, told = outside.mail.sent
    assert brake["Destination"] == {"ToAddresses": [person.email]}
    assert told["Destination"] == {"ToAddresses": [other.email]}
    assert "wanted your address" in text_of(told)
    assert "token=" not in text_of(told)
    assert person.email not in text_of(told)


def test_a_forgotten_password_is_answered_by_a_link(
    cloud: Cloud, person: SignedIn, outside: Outside
) -> None:
    assert (
        Client(cloud.app).post("/v1/users/password/forgot", {"email": person.email}).status == 202
    )
    cloud.drain()

    (sent,) = outside.mail.sent
    assert sent["Destination"] == {"ToAddresses": [person.email]}
    assert "/reset-password#token=" in text_of(sent)
    assert "token=" not in repr([body for _, body in cloud.delivered])


@pytest.mark.covers("V1.3.7")
def test_an_invitation_is_mailed_and_quotes_names_plainly(
    cloud: Cloud, person: SignedIn, outside: Outside
) -> None:
    household = person.client.post("/v1/users/households", {"name": "<b>{{7*7}}</b> %s ${x}"})
    assert household.status == 201, household.text
    guest = f"guest-{new_id()}@example.net"
    path = f"/v1/users/households/{household.json['id']}/invitations"

    reply = person.client.post(path, {"email": guest, "role": "viewer"})
    assert reply.status in {201, 202}, reply.text
    cloud.drain()

    sent = next(one for one in outside.mail.sent if one["Destination"]["ToAddresses"] == [guest])
    assert "/join-household#token=" in text_of(sent)
    assert "49" not in text_of(sent).split("#token=")[0]
    assert "<b>" not in sent["Content"]["Simple"]["Body"]["Html"]["Data"].split("<body", 1)[1]


@pytest.mark.covers("R-37")
def test_a_notice_that_dies_anywhere_is_mailed_after_all_and_seldom_twice(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def a_notice() -> tuple[SignedIn, str]:
        made = signed_in(Client(cloud.app), email=f"dies-{new_id()}@example.org")
        fact = users.ApiTokenCreated(user_id=made.user_id, token_id=new_id())
        return made, enveloped(made.owner, fact)

    _, probe = a_notice()
    doubled = []
    for point, side in every_point(partial(delivered, cloud, [probe])):
        made, body = a_notice()
        call = killed_at(point, side, partial(delivered, cloud, [body]))
        with monkeypatch.context() as patch:
            later = clock.now() + timedelta(seconds=11)  # the claim's lease is over
            patch.setattr(clock, "now", partial(datetime.fromtimestamp, later.timestamp(), UTC))
            assert [delivered(cloud, [body]) for _ in range(2)] == [0, 0]
        mails = [one for one in cloud.mails() if made.email in one.destinations["ToAddresses"]]
        if len(mails) == 2:
            doubled.append((call, side))
        else:
            assert len(mails) == 1, (call, side)

    # SES takes no key of ours: a death between its answer and our note sends again, and only that
    assert doubled == [("sesv2.SendEmail", "after"), ("dynamodb.TransactWriteItems", "before")]


@pytest.mark.parametrize("kind", [users.ApiTokenCreated, users.PasswordChanged], ids=name)
def test_a_mail_service_that_is_down_keeps_nobody_who_looks_from_knowing(
    cloud: Cloud, person: SignedIn, outside: Outside, kind: type[Fact]
) -> None:
    connection = connected(cloud, person)
    outside.mail.codes = ["TooManyRequestsException"]
    body = enveloped(person.owner, NOTICES[kind][0](person.user_id))

    assert [delivered(cloud, [body]) for _ in range(3)] == [1, 0, 0]

    assert len(outside.mail.sent) == 1
    heard = outside.gateway.heard(connection)
    assert (
        len({message["id"] for message in heard}) == 1
    )  # again with the same id, which clients drop


def test_nothing_personal_is_logged(
    cloud: Cloud, person: SignedIn, outside: Outside, capfd: pytest.CaptureFixture[str]
) -> None:
    for make, _ in NOTICES.values():
        delivered(cloud, [enveloped(person.owner, make(person.user_id))])

    written = "".join(capfd.readouterr())
    assert person.email not in written
