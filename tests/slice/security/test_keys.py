"""Owners' data keys and signing keys: made once, wrapped, changed, and gone when they are gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.kernel import aws
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.keys import provider
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Table
from chalicelib.kernel.vault import SealBroken
from chalicelib.security import api as security
from chalicelib.security import repository
from chalicelib.security.errors import InvalidToken, OwnerKeyAbsent
from chalicelib.security.repository import KEYS, TABLE
from chalicelib.security.service import owner_keys, published, signing
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import interleaved

pytestmark = pytest.mark.slice
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def an_owner() -> Owner:
    return Owner("U", new_id())


def in_another_process() -> None:
    """What a cold start knows: nothing."""
    owner_keys.forget()
    signing.forget()


@pytest.fixture
def no_signing_keys(cloud: Cloud) -> Iterator[None]:
    def clear() -> None:
        # also what has expired: DynamoDB deletes late
        items = aws.dynamodb().query(
            TableName=TABLE.name,
            KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": {"S": "SIGNING"}},
        )["Items"]
        Table(TABLE).delete_many([(item["pk"]["S"], item["sk"]["S"]) for item in items])
        signing.forget()

    clear()
    yield
    clear()


# --- owners' data keys


def test_a_key_opens_in_every_process_what_was_sealed_in_one(cloud: Cloud) -> None:
    owner = an_owner()
    sealed = security.create_key(owner, now=AT).seal("Corner Bakery", "x")

    in_another_process()

    assert security.vault(owner).open(sealed, "x") == "Corner Bakery"


def test_the_second_to_make_a_key_gets_the_first_ones(cloud: Cloud) -> None:
    owner = an_owner()
    sealed = security.create_key(owner, now=AT).seal("a", "x")
    in_another_process()

    again = security.create_key(owner, now=AT)

    assert again.open(sealed, "x") == "a"


def test_two_processes_that_make_a_key_at_once_agree(cloud: Cloud) -> None:
    owner = an_owner()

    made = interleaved(
        ["a", "b"],
        a=lambda: security.create_key(owner, now=AT),
        b=lambda: security.create_key(owner, now=AT),
    )

    one, other = (security_vault for security_vault in made.values())
    in_another_process()
    third: Any = security.vault(owner)
    for vault in (one, other):
        assert third.open(vault.seal("a", "x"), "x") == "a"  # type: ignore[attr-defined]


@pytest.mark.covers("R-30")
def test_the_table_holds_a_key_only_wrapped_and_for_its_owner(cloud: Cloud) -> None:
    owner, other = an_owner(), an_owner()
    vault = security.create_key(owner, now=AT)
    security.create_key(other, now=AT)
    in_another_process()

    mine, theirs = repository.owner_key(owner), repository.owner_key(other)

    assert len(mine.wrapped) > 32
    theirs.wrapped = mine.wrapped
    aws.dynamodb().put_item(TableName=KEYS.name, Item=theirs.raw())
    with pytest.raises(RuntimeError, match="does not open"):
        security.vault(other).seal("a", "x")
    assert security.vault(owner).open(vault.seal("a", "x"), "x") == "a"


@pytest.mark.covers("R-30")
def test_one_owners_vault_does_not_open_anothers(cloud: Cloud) -> None:
    mine, theirs = (security.create_key(an_owner(), now=AT) for _ in range(2))

    with pytest.raises(SealBroken):
        theirs.open(mine.seal("a", "x"), "x")


def test_without_a_key_nothing_opens(cloud: Cloud) -> None:
    with pytest.raises(OwnerKeyAbsent):
        security.vault(an_owner())


def test_a_key_is_read_once_and_then_held(cloud: Cloud) -> None:
    owner = an_owner()
    security.create_key(owner, now=AT)
    in_another_process()

    with budget() as spent:
        for _ in range(10):
            security.vault(owner)

    assert spent.calls == {"GetItem": 1}


def test_making_a_key_is_one_write_and_leaves_it_held(cloud: Cloud) -> None:
    owner = an_owner()

    with budget() as spent:
        security.create_key(owner, now=AT)
        security.vault(owner)

    assert spent.calls == {"PutItem": 1}


def test_a_provisional_key_vanishes_unless_it_is_kept(cloud: Cloud) -> None:
    long_ago = AT - timedelta(days=800)
    gone, kept = an_owner(), an_owner()
    for owner in (gone, kept):
        security.create_key(owner, now=long_ago, provisional=True)
    security.keep_key(kept, now=long_ago + timedelta(days=1))
    security.keep_key(kept, now=AT)
    in_another_process()

    security.vault(kept)
    with pytest.raises(OwnerKeyAbsent):
        security.vault(gone)
    with pytest.raises(OwnerKeyAbsent):
        security.keep_key(gone, now=AT)
    with pytest.raises(OwnerKeyAbsent):
        security.keep_key(an_owner(), now=AT)


# --- signing keys


def issue(now: datetime) -> str:
    token = security.issue_access_token(
        user_id=new_id(), session_id=new_id(), scopes=frozenset({"users:read"}), now=now
    )
    return token.token


def kids() -> list[str]:
    return [key.kid for key in published.jwks().keys]


@pytest.mark.usefixtures("no_signing_keys")
class TestSigningKeys:
    def test_before_the_first_token_there_is_no_key(self) -> None:
        assert kids() == []
        with pytest.raises(InvalidToken):
            security.verify_access_token("e30.e30.e30", now=AT)
        assert repository.signing_keys() == []

    def test_the_first_token_makes_the_key_and_every_process_takes_it(self) -> None:
        token = issue(AT)
        in_another_process()

        security.verify_access_token(token, now=AT)

        assert len(kids()) == 1

    def test_processes_that_start_at_once_end_up_with_one_key(self) -> None:
        def start() -> str:
            signing.forget()
            return issue(AT)

        tokens = interleaved(["a", "b", "a", "b", "a", "b"], a=start, b=start)
        in_another_process()

        assert len(repository.signing_keys()) == 1
        for token in tokens.values():
            security.verify_access_token(str(token), now=AT)

    def test_the_private_key_is_not_in_the_table(self) -> None:
        issue(AT)

        (row,) = repository.signing_keys()

        der = provider().unwrap(row.wrapped, f"signing-key:{row.kid}")
        assert der[:1] == b"\x30"
        raw = repr(row.raw())
        assert repr(der[-40:])[2:-1] not in raw
        with pytest.raises(RuntimeError, match="does not open"):
            provider().unwrap(row.wrapped, "signing-key:other")

    def test_signing_and_verifying_cost_no_call_once_the_key_is_held(self) -> None:
        issue(AT)

        with budget() as spent:
            security.verify_access_token(issue(AT), now=AT)

        assert spent.calls == {}

    def test_a_young_key_is_not_changed(self) -> None:
        issue(AT)
        (row,) = repository.signing_keys()

        assert not signing.rotate_signing_key(now=AT + timedelta(days=89))
        assert [one.kid for one in repository.signing_keys()] == [row.kid]

    def test_a_change_is_published_an_hour_before_it_signs(self) -> None:
        old_token = issue(AT)
        (old,) = kids()
        change = AT + timedelta(days=90)

        assert signing.rotate_signing_key(now=change)

        assert kids()[0] == old
        assert len(kids()) == 2
        assert signing.current_key(now=change).kid == old
        assert signing.current_key(now=change + timedelta(minutes=59)).kid == old
        assert signing.current_key(now=change + timedelta(minutes=60)).kid == kids()[1]
        security.verify_access_token(old_token, now=AT + timedelta(minutes=9))

    def test_an_old_key_stays_until_its_last_token_has_expired(self) -> None:
        issue(AT)
        change = AT + timedelta(days=90)
        signing.rotate_signing_key(now=change)

        old, new = repository.signing_keys()

        last_token_ends = change + timedelta(hours=1) + timedelta(minutes=10)
        assert datetime.fromtimestamp(old.ttl, UTC) >= last_token_ends
        assert old.ttl < new.active_from + 3_600

    def test_a_second_change_at_once_does_nothing(self) -> None:
        issue(AT)
        change = AT + timedelta(days=90)

        results = interleaved(
            ["a", "b", "a", "b"],
            a=lambda: signing.rotate_signing_key(now=change),
            b=lambda: signing.rotate_signing_key(now=change),
        )

        assert sorted(map(bool, results.values())) == [False, True]
        assert len(repository.signing_keys()) == 2
        assert not signing.rotate_signing_key(now=change)

    def test_an_expired_key_is_neither_published_nor_believed(self) -> None:
        token = issue(AT)
        (row,) = repository.signing_keys()
        row.ttl = 1
        aws.dynamodb().put_item(TableName=TABLE.name, Item=row.raw())
        in_another_process()

        assert kids() == []
        with pytest.raises(InvalidToken):
            security.verify_access_token(token, now=AT)

    def test_the_public_keys_verify_a_token_elsewhere(self, cloud: Cloud) -> None:
        import jwt

        at = datetime.now(UTC)
        token = issue(at)

        document = Client(cloud.app).get("/.well-known/jwks.json").json

        keys = jwt.PyJWKSet.from_dict(document)
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, keys[header["kid"]], algorithms=["ES256"], audience="xpense-api")
        assert claims["scope"] == "users:read"
        assert "d" not in document["keys"][0]

    def test_the_schedule_changes_an_old_key(self, cloud: Cloud) -> None:
        issue(datetime.now(UTC) - timedelta(days=91))
        event = {"version": "0", "account": "1", "region": "x", "detail": {}, "resources": [],
                 "detail-type": "Scheduled Event", "source": "aws.events", "time": "", "id": "1"}  # fmt: skip

        cloud.app.handler_map["security_rotate_keys"](event, None)
        cloud.app.handler_map["security_rotate_keys"](event, None)

        assert len(repository.signing_keys()) == 2


def test_threads_share_one_vault_cache(cloud: Cloud) -> None:
    owners = [an_owner() for _ in range(8)]
    for owner in owners:
        security.create_key(owner, now=AT)
    sealed = {owner: security.vault(owner).seal("a", "x") for owner in owners}
    opened: list[str] = []

    def work() -> None:
        opened.extend(security.vault(owner).open(sealed[owner], "x") for owner in owners * 20)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert opened == ["a"] * 640
