"""What may become of a connection: linked, refused, broken, repaired, renewed, forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from chalicelib.interchange.service.syncing_due import run_due
from chalicelib.kernel import aws
from chalicelib.kernel.clock import now, rfc3339
from chalicelib.kernel.context import Visit
from chalicelib.kernel.ids import new_id
from tests.factories.banks import (
    URL,
    configured,
    linked,
    mapped,
    shown,
    synced,
    transactions,
)
from tests.factories.households import joined, made, within
from tests.factories.imports import account_of
from tests.factories.users import SignedIn, signed_in
from tests.support import rights
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud, LambdaContext
from tests.support.fake_plaid import FakePlaid, failure, webhook
from tests.support.fake_plaid import account_of as bank_account
from tests.support.fake_simplefin import PASSWORD, FakeBridge
from tests.support.loopback import Sent

pytestmark = [
    pytest.mark.slice,
    pytest.mark.durable,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]
KID = "6c5516e1-92dc-479e-a8ff-5a51992e0002"
HOOK = "/v1/interchange/webhooks/plaid"


def told(cloud: Cloud, kind: str, connection_id: str) -> list[dict[str, Any]]:
    """The facts of a kind that went out about a connection."""
    return [
        body["data"]
        for queue, body in cloud.delivered
        if queue == "notifications-inbox"
        and body["type"] == f"interchange.{kind}.v1"
        and body["data"]["connection_id"] == connection_id
    ]


def hooked(cloud: Cloud, bank: FakePlaid, raw: bytes, **more: Any) -> Reply:
    """Send a message as Plaid does, and let its effects happen."""
    if KID not in bank.keys:
        bank.new_key(KID)
    token = bank.signed(raw, KID, **more)
    reply = Client(cloud.app).call("POST", HOOK, body=raw, headers={"Plaid-Verification": token})
    cloud.drain()
    return reply


# --- linking


def test_without_credentials_a_provider_is_said_not_to_be_configured(
    cloud: Cloud, person: SignedIn
) -> None:
    with configured(simplefin="off"):
        replies = [
            person.client.post(URL, {"provider": "plaid"}),
            person.client.post(URL, {"provider": "simplefin", "setup_token": "aHR0cHM6Ly9hLmIv"}),
        ]

    assert [(one.status, one.problem) for one in replies] == [(409, "provider-not-configured")] * 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"provider": "simplefin"}, "/setup_token"),
        ({"provider": "simplefin", "setup_token": "xxxx"}, "/setup_token"),
        ({"provider": "simplefin", "setup_token": "aHR0cDovLzEwLjAuMC4xL3g="}, "/setup_token"),
        ({"provider": "simplefin", "public_token": "public-sandbox-1"}, "/public_token"),
        ({"provider": "plaid", "setup_token": "aHR0cHM6Ly9hLmIv"}, "/setup_token"),
        ({"provider": "plaid", "public_token": "access-sandbox-1"}, "/public_token"),
        ({"provider": "teller"}, "/provider"),
    ],
    ids=range(7),
)
def test_a_token_that_cannot_be_one_is_named(
    person: SignedIn, bank: FakePlaid, body: dict[str, str], pointer: str
) -> None:
    reply = person.client.post(URL, body)

    assert reply.status == 422, reply.text
    assert [one["pointer"] for one in reply.json["errors"]] == [pointer]
    assert bank.calls == []


def test_a_start_that_is_repeated_is_one_connection(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    body = {"id": new_id(), "provider": "plaid"}
    replies = [person.client.post(URL, body) for _ in range(3)]
    token, _ = bank.chosen(bank_account("chk"))
    for _ in range(2):  # finished by the same route, twice
        assert person.client.post(URL, {**body, "public_token": token}).status == 201
    cloud.drain()

    assert {one.json["id"] for one in replies} == {body["id"]}
    assert all(one.json["link"]["token"].startswith("link-") for one in replies)
    listed = person.client.get(URL).json["items"]
    assert [(one["id"], one["state"], one["link"]) for one in listed] == [
        (body["id"], "active", None)
    ]
    assert bank.paths.count("/item/public_token/exchange") == 1
    other = person.client.post(URL, {**body, "provider": "simplefin", "setup_token": "aHR0cHM6Ly9hLmIv"})  # fmt: skip
    assert (other.status, other.problem) == (409, "id-taken")


def test_where_the_provider_does_not_answer_nothing_was_begun(
    person: SignedIn, bank: FakePlaid
) -> None:
    bank.faults.extend(Sent(status=503) for _ in range(2))

    reply = person.client.post(URL, {"provider": "plaid"})

    assert (reply.status, reply.problem) == (503, "bank-provider-failed")
    assert person.client.get(URL).json["items"] == []


def test_an_answer_that_was_lost_is_said_to_be_lost(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    begun = person.client.post(URL, {"provider": "plaid"}).json
    token, _ = bank.chosen(bank_account("chk"))
    bank.faults.append(Sent(is_lost=True))  # exchanged, and then the line was cut
    person.client.patch(f"{URL}/{begun['id']}", {"public_token": token})
    cloud.drain()
    cloud.drain()  # where nothing else moved, a failure ended the first

    one = shown(person, begun["id"])

    assert (one["state"], one["problem"]["slug"]) == ("failed", "claim-lost")
    assert one["problem"]["action"] == "begin-again"
    assert "provider" in one["problem"]["detail"]
    assert told(cloud, "connection_broken", one["id"])[-1]["reason"] == "claim-lost"
    # it is not the end: another dialogue, another token
    assert person.client.post(f"{URL}/{one['id']}/link").status == 200
    token, _ = bank.chosen(bank_account("chk"))
    person.client.patch(f"{URL}/{begun['id']}", {"public_token": token})
    cloud.drain()
    assert shown(person, begun["id"])["state"] == "active"


def test_a_token_that_nobody_gave_fails_and_says_so(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    begun = person.client.post(URL, {"provider": "plaid"}).json
    person.client.patch(f"{URL}/{begun['id']}", {"public_token": "public-sandbox-none"})
    cloud.drain()

    one = shown(person, begun["id"])

    assert (one["state"], one["problem"]["slug"]) == ("failed", "token-refused")
    assert one["problem"]["action"] == "begin-again"
    reply = person.client.post(f"{URL}/{one['id']}/sync")
    assert (reply.status, reply.problem) == (409, "connection-not-ready")


def test_an_owner_has_a_bounded_number_of_connections(person: SignedIn, bank: FakePlaid) -> None:
    replies = [person.client.post(URL, {"provider": "plaid"}) for _ in range(21)]

    assert [one.status for one in replies] == [201] * 20 + [409]
    assert replies[-1].problem == "too-many-connections"
    seen: list[str] = []
    query = {"limit": "7"}
    for _ in range(3):
        page = person.client.get(URL, query=query).json
        seen += [one["id"] for one in page["items"]]
        query["cursor"] = page["next_cursor"] or ""
    assert page["next_cursor"] is None
    assert seen == [one.json["id"] for one in replies[:-1]]
    person.client.delete(f"{URL}/{replies[0].json['id']}")
    assert person.client.post(URL, {"provider": "plaid"}).status == 201


# --- mapping


def test_accounts_go_only_where_they_may(cloud: Cloud, person: SignedIn, bank: FakePlaid) -> None:
    here, _ = linked(cloud, person, bank, bank_account("chk"), bank_account("cc"))
    dollars, euros = account_of(person, currency="USD"), account_of(person)
    path = f"{URL}/{here['id']}"

    def sent(accounts: dict[str, str | None]) -> tuple[int, list[str]]:
        reply = person.client.patch(path, {"accounts": accounts})
        return reply.status, [one["pointer"] for one in reply.json.get("errors", ())]

    assert sent({"nobody": dollars}) == (422, ["/accounts/nobody"])
    assert sent({"chk": euros}) == (422, ["/accounts/chk"])
    assert sent({"chk": dollars, "cc": dollars}) == (422, ["/accounts/cc", "/accounts/chk"])
    assert sent({"chk": new_id()}) == (404, [])
    assert sent({"chk": dollars}) == (200, [])
    other = account_of(person, currency="USD")
    assert sent({"chk": other}) == (422, ["/accounts/chk"])
    assert sent({"chk": None}) == (200, [])
    assert sent({"chk": other}) == (200, [])


def test_what_is_wanted_later_is_fetched_from_the_beginning(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank, bank_account("chk"), bank_account("cc"))
    item.put("a", "chk", -100)
    item.put("b", "cc", -200)
    mapped(cloud, person, here["id"], {"chk": account_of(person, currency="USD")})
    assert len(transactions(person)) == 1

    done = mapped(cloud, person, here["id"], {"cc": account_of(person, currency="USD")})

    assert done["last_sync"]["added"] == 1
    assert len(transactions(person)) == 2


# --- syncing


def test_a_login_that_is_required_breaks_it_and_a_sync_restores_it(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    mapped(cloud, person, here["id"], {"chk": account_of(person, currency="USD")})
    item.error = "ITEM_LOGIN_REQUIRED"

    one = synced(cloud, person, here["id"])

    assert (one["state"], one["problem"]["slug"]) == ("broken", "login-required")
    assert one["problem"]["action"] == "renew"
    (listed,) = person.client.get(URL).json["items"]
    assert listed["problem"] == one["problem"]
    assert one["next_sync_at"] is None
    link = person.client.post(f"{URL}/{here['id']}/link")
    assert link.status == 200
    assert bank.links[-1]["access_token"] == item.access_token  # the update mode of the dialogue
    item.error = None
    item.put("t1", "chk", -100)
    after = synced(cloud, person, here["id"])
    assert (after["state"], after["problem"]) == ("active", None)
    assert len(told(cloud, "connection_broken", here["id"])) == 1
    assert len(told(cloud, "connection_restored", here["id"])) == 1
    assert len(transactions(person)) == 1


@pytest.mark.parametrize(
    ("fault", "slug"),
    [
        (failure("INSTITUTION_DOWN", "INSTITUTION_ERROR"), "institution-down"),
        (failure("TRANSACTIONS_LIMIT", "RATE_LIMIT_EXCEEDED", status=429), "rate-limited"),
        (Sent(body=b"<html>maintenance</html>"), "unreadable"),
        (Sent(status=500, body=b"?"), "institution-down"),
        (failure("INVALID_API_KEYS", "INVALID_INPUT"), "refused"),
    ],
    ids=["institution", "rate", "garbage", "500", "keys"],
)
def test_a_trouble_is_written_down_and_the_cursor_stays(
    cloud: Cloud, person: SignedIn, bank: FakePlaid, fault: Sent, slug: str
) -> None:
    here, item = linked(cloud, person, bank)
    mapped(cloud, person, here["id"], {"chk": account_of(person, currency="USD")})
    item.put("t1", "chk", -100)
    bank.faults.extend([fault, fault])

    one = synced(cloud, person, here["id"])
    bank.faults.clear()

    assert (one["state"], one["problem"]["slug"]) == ("active", slug)
    assert one["problem"]["action"] == "wait"
    assert one["next_sync_at"] is not None
    assert cloud.dead_letters("interchange") == []
    assert synced(cloud, person, here["id"])["problem"] is None
    assert len(transactions(person)) == 1


def test_what_a_bridge_says_needs_attention_is_shown_beside_what_it_has(
    cloud: Cloud, person: SignedIn, bridged: FakeBridge
) -> None:
    body = {"provider": "simplefin", "setup_token": bridged.setup_token}
    here = person.client.post(URL, body).json
    cloud.drain()
    bridged.put("a", "chk", "-1.00", now().date())
    bridged.errors = ["Connection to My Bank may need attention"]

    done = mapped(cloud, person, here["id"], {"chk": account_of(person, currency="USD")})

    assert (done["state"], done["problem"]["slug"]) == ("active", "needs-attention")
    assert done["problem"]["action"] == "see-provider"
    assert len(transactions(person)) == 1
    bridged.errors = []
    assert synced(cloud, person, here["id"])["problem"] is None


def test_an_account_that_was_archived_stops_it_until_its_rows_go_elsewhere(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    account = account_of(person, currency="USD")
    mapped(cloud, person, here["id"], {"chk": account})
    old = person.client.get(f"/v1/expenses/accounts/{account}")
    person.client.patch(f"/v1/expenses/accounts/{account}", {"archived": True}, headers={"If-Match": old.etag})  # fmt: skip
    item.put("t1", "chk", -100)

    archived = synced(cloud, person, here["id"])["problem"]
    assert (archived["slug"], archived["action"]) == ("account-archived", "map")

    mapped(cloud, person, here["id"], {"chk": None})
    done = mapped(cloud, person, here["id"], {"chk": account_of(person, currency="USD")})
    assert (done["problem"], len(transactions(person))) == (None, 1)


def test_two_wishes_at_once_are_one_run_and_another_after_it(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    mapped(cloud, person, here["id"], {"chk": account_of(person, currency="USD")})
    before = bank.paths.count("/transactions/sync")
    item.put("t1", "chk", -100)
    for _ in range(5):
        assert person.client.post(f"{URL}/{here['id']}/sync").status == 202
    assert shown(person, here["id"])["sync"]["state"] == "fetching"
    cloud.drain()

    assert bank.paths.count("/transactions/sync") - before == 2
    assert shown(person, here["id"])["sync"] is None


def test_the_schedule_comes_in_its_turn_and_only_then(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    done = mapped(cloud, person, here["id"], {"chk": account_of(person, currency="USD")})
    due = datetime.fromisoformat(done["next_sync_at"])
    assert timedelta(hours=3, minutes=25) < due - now() < timedelta(hours=4, minutes=35)
    item.put("t1", "chk", -100)

    run_due(Visit(now=due - timedelta(minutes=1)))
    cloud.drain()
    assert transactions(person) == []
    run_due(Visit(now=due + timedelta(minutes=1)))
    cloud.drain()
    assert len(transactions(person)) == 1
    assert shown(person, here["id"])["next_sync_at"] != done["next_sync_at"]


def test_the_deployed_schedule_runs_it(cloud: Cloud, bank: FakePlaid) -> None:
    event = {"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events",
             "account": "123456789012", "time": rfc3339(now()), "region": "eu-central-1",
             "resources": [], "detail": {}}  # fmt: skip

    cloud.app.handler_map["interchange_syncs"](event, LambdaContext())


# --- messages


def test_a_message_begins_a_sync_and_a_repeated_one_does_not(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    mapped(cloud, person, here["id"], {"chk": account_of(person, currency="USD")})
    item.put("t1", "chk", -100)
    raw = webhook(item)
    bank.new_key(KID)
    token = bank.signed(raw, KID)
    before = bank.paths.count("/transactions/sync")

    for _ in range(3):
        reply = Client(cloud.app).call("POST", HOOK, body=raw, headers={"Plaid-Verification": token})  # fmt: skip
        assert (reply.status, reply.json) == (200, {"heard": True})
        cloud.drain()

    assert len(transactions(person)) == 1
    assert bank.paths.count("/transactions/sync") - before == 1
    item.put("t2", "chk", -100)
    assert hooked(cloud, bank, raw, ago=2).status == 200  # the very same body, signed again
    assert len(transactions(person)) == 2


def test_an_unknown_item_and_a_deleted_one_are_answered_alike(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    _, stranger = bank.chosen(bank_account("chk"))
    known = hooked(cloud, bank, webhook(item))
    assert person.client.delete(f"{URL}/{here['id']}").status == 204
    cloud.drain()

    for one in (stranger, item):
        reply = hooked(cloud, bank, webhook(one))
        assert (reply.status, reply.json) == (known.status, known.json)


def test_whoever_takes_a_message_in_opens_nothing_and_reads_nothing_of_anybodys(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    home = made(person)
    bank.new_key(KID)
    for one in (person, within(person, home)):
        here, item = linked(cloud, one, bank)
        mapped(cloud, one, here["id"], {"chk": account_of(one, currency="USD")})
        item.put("t1", "chk", -100)
        raw = webhook(item)
        headers = {"Plaid-Verification": bank.signed(raw, KID)}
        client = Client(cloud.app)

        with budget() as spent:
            assert client.call("POST", HOOK, body=raw, headers=headers).status == 200

        assert spent.calls == {"GetItem": 1, "PutItem": 1}  # whose it is; the order
        cloud.drain()
        assert len(transactions(one)) == 1
    assert rights.noted("interchange", "webhook") == {
        ("dynamodb:GetItem", "table/interchange/of/ITM#*"),
        ("dynamodb:PutItem", "table/interchange/of/OBX#*"),
    }


@pytest.mark.attack
def test_a_message_that_is_not_plaids_changes_nothing(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    raw = webhook(item, "ITEM", "USER_PERMISSION_REVOKED", error=None)
    bank.new_key(KID)
    other = bank.signed(webhook(item), KID)
    client = Client(cloud.app)

    replies = [
        client.call("POST", HOOK, body=raw),
        client.call("POST", HOOK, body=raw, headers={"Plaid-Verification": "abc"}),
        client.call("POST", HOOK, body=raw, headers={"Plaid-Verification": other}),
        client.call("POST", HOOK, body=b"", headers={"Plaid-Verification": other}),
    ]
    cloud.drain()

    assert [(one.status, one.problem) for one in replies] == [(401, "forged-webhook")] * 4
    assert shown(person, here["id"])["state"] == "active"
    large = client.call("POST", HOOK, body=b" " * 200_000, headers={"Plaid-Verification": other})
    assert large.status == 413
    for name in ("simplefin", "stripe", "plaid%00", "x" * 300):
        assert client.call("POST", f"/v1/interchange/webhooks/{name}", body=raw).status == 404


def test_what_a_message_says_of_the_bank_is_shown_and_told(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    ends = rfc3339(now() + timedelta(days=5))
    for _ in range(2):
        raw = webhook(item, "ITEM", "PENDING_EXPIRATION", consent_expiration_time=ends)
        assert hooked(cloud, bank, raw).status == 200

    assert shown(person, here["id"])["consent_expires_at"] == ends
    assert [one["expires_at"] for one in told(cloud, "connection_expiring", here["id"])] == [ends]
    problem = person.client.get(f"{URL}/{here['id']}").json["problem"]
    assert (problem["slug"], problem["action"]) == ("consent-expiring", "renew")

    error = {"error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED"}
    hooked(cloud, bank, webhook(item, "ITEM", "ERROR", error=error))
    assert shown(person, here["id"])["state"] == "broken"
    hooked(cloud, bank, webhook(item, "ITEM", "LOGIN_REPAIRED"))
    assert shown(person, here["id"])["state"] == "active"


# --- ends


def test_a_deleted_connection_is_gone_at_once_and_given_back(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    item.put("t1", "chk", -100)
    mapped(cloud, person, here["id"], {"chk": account_of(person, currency="USD")})

    assert person.client.delete(f"{URL}/{here['id']}").status == 204
    assert person.client.get(f"{URL}/{here['id']}").status == 404
    assert person.client.get(URL).json["items"] == []
    cloud.drain()

    assert bank.removed == [item.item_id]
    assert person.client.delete(f"{URL}/{here['id']}").status == 204
    assert len(transactions(person)) == 1  # rows stay
    assert _left(person) == {"CON#"}  # a tombstone
    again = person.client.post(URL, {"id": here["id"], "provider": "plaid"})
    assert (again.status, again.problem) == (409, "id-taken")


def _left(person: SignedIn) -> set[str]:
    """The kinds of a person's items that have to do with banks."""
    found = aws.dynamodb().query(
        TableName="xpense-test-interchange",
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": str(person.owner)}},
    )["Items"]
    return {one["sk"]["S"][:4] for one in found} & {"CON#", "SYN#", "CUR#", "REV#"}


def test_a_provider_that_is_down_gets_the_access_back_later(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    here, item = linked(cloud, person, bank)
    bank.faults.extend(Sent(status=503) for _ in range(2))
    person.client.delete(f"{URL}/{here['id']}")
    cloud.drain()
    assert bank.removed == []
    assert "REV#" in _left(person)

    run_due(Visit(now=now() + timedelta(hours=2)))
    cloud.drain()

    assert bank.removed == [item.item_id]
    assert "REV#" not in _left(person)


def test_what_opens_a_bank_lies_nowhere_in_clear_and_is_never_shown(
    cloud: Cloud, person: SignedIn, bridged: FakeBridge, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"provider": "simplefin", "setup_token": bridged.setup_token}
    here = person.client.post(URL, body)
    cloud.drain()
    shown_ = [here.text, person.client.get(f"{URL}/{here.json['id']}").text, caplog.text]
    client = cast("Any", aws.dynamodb())
    rows = client.scan(TableName="xpense-test-interchange")["Items"]
    bodies = [str(one) for one in cloud.delivered]

    for secret in (PASSWORD, bridged.setup_token, "access-sandbox"):
        assert not any(secret in text for text in (*shown_, *map(str, rows), *bodies))


# --- whose


def test_a_households_connection_is_its_editors(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    home = made(person)
    guest, viewer = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    joined(person, home, guest, role="editor")
    joined(person, home, viewer, role="viewer")
    here, item = linked(cloud, within(guest, home), bank)
    item.put("t1", "chk", -100)
    account = account_of(within(person, home), currency="USD")

    done = mapped(cloud, within(person, home), here["id"], {"chk": account})

    assert done["last_sync"]["added"] == 1
    path = f"{URL}/{here['id']}"
    assert within(viewer, home).client.get(path).status == 200
    assert within(viewer, home).client.post(f"{path}/sync").status == 403
    assert within(viewer, home).client.delete(path).status == 403
    assert person.client.get(path).status == 404
    assert transactions(person) == []


# --- what it costs


def test_what_a_request_costs(cloud: Cloud, person: SignedIn, bank: FakePlaid) -> None:
    here, _ = linked(cloud, person, bank)
    mapped(cloud, person, here["id"], {"chk": account_of(person, currency="USD")})
    path = f"{URL}/{here['id']}"

    with budget() as showing:
        person.client.get(path)
    with budget() as asking:
        person.client.post(f"{path}/sync")
    cloud.drain()

    assert showing.calls == {"BatchGetItem": 2}
    assert asking.calls == {
        "BatchGetItem": 3,  # session, head, connection with its sync
        "GetItem": 1,  # the cursor
        "UpdateItem": 1,  # the limit
        "TransactWriteItems": 1,
    }
