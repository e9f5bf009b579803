"""What is written down of rights must not hang on chance: on what a process holds already, or which stage is new."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

import pytest

from chalicelib.kernel import aws
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import now
from chalicelib.kernel.context import system_context
from chalicelib.kernel.events import Envelope, encode
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import TableSpec
from chalicelib.security import api as security
from chalicelib.security import repository
from chalicelib.security.commands import AnchorRoot, ResealHere
from chalicelib.security.events import OwnerKeyRotated
from chalicelib.security.model.recent import Recent
from chalicelib.security.repository import receipt_keys
from chalicelib.security.service import owner_keys, receipts, signing
from chalicelib.users.model.scopes import ALL
from chalicelib.users.model.support import READABLE
from functions._edge.operations import Operation, operations
from tests.factories.households import made, within
from tests.factories.users import signed_in
from tests.support import rights
from tests.support.client import Client
from tests.support.cloud import Cloud, LambdaContext, sqs_event
from tools.manifest import services

pytestmark = pytest.mark.slice
SERVICES: Final = services()
SCHEDULED: Final = {
    **dict.fromkeys(("version", "account", "region", "source", "time", "id", "detail-type"), ""),
    "detail": {},
    "resources": [],
}
CREDENTIALS: Final = {
    ("dynamodb:BatchGetItem", "table/users"),  # session and membership
    ("dynamodb:UpdateItem", "table/users"),  # when a token was used
    ("dynamodb:UpdateItem", "table/security"),  # how often
    ("dynamodb:Query", "table/security"),  # the public keys that tokens are signed with
    ("kms:Decrypt", "key/owners/of/signing-key:*"),
    ("kms:Decrypt", "key/owners/of/stage"),
}
"""What the edge asks for whoever calls, at every service."""
SEEN_BY_SUPPORT: Final = {("dynamodb:PutItem", "table/users")}
"""That somebody of the support looked at a user's data."""
Act = Callable[[], object]


@pytest.fixture(autouse=True)
def nothing_is_held() -> Iterator[None]:
    for module in (owner_keys, receipts, signing):
        module.forget()
    yield
    for module in (owner_keys, receipts, signing):
        module.forget()


def needed(act: Act) -> set[tuple[str, str]]:
    """What an act needs, to the kind of partition, whoever does it: the service is nobody's."""
    service = new_id()
    with rights.acting(service, "public", "test"):
        act()
    return rights.noted(service, "public")


def signs() -> None:
    who = new_id()
    security.issue_access_token(user_id=who, session_id=who, scopes=frozenset(), now=now())


def gives_a_receipt() -> None:
    receipts.sign_receipt({}, now=now())


def opens(owner: Owner) -> Act:
    security.create_key(owner, now=now())
    owner_keys.forget()
    return lambda: security.vault(owner).seal("a text", "x")


def test_every_cache_of_a_process_is_known_to_whoever_writes_rights_down() -> None:
    found = {
        id(value)
        for name, module in list(sys.modules.items())
        if name.startswith(("chalicelib.", "functions."))
        for value in vars(module).values()
        if isinstance(value, Recent)
    }

    assert found == {id(one.cache) for one in rights.held().values()}


@pytest.mark.parametrize("kind", ["U", "H", "signing", "receipt"])
def test_what_is_held_needs_what_fetching_it_needs(cloud: Cloud, kind: Any) -> None:
    acts = {"signing": signs, "receipt": gives_a_receipt}
    act = acts.get(kind) or opens(Owner(kind, new_id()))
    act()  # there is a key now, if there was none
    for module in (owner_keys, receipts, signing):
        module.forget()

    cold = needed(act)
    warm = needed(act)

    assert warm == cold
    assert {action for action, _ in cold} >= {"kms:Decrypt"}


@pytest.mark.parametrize(
    ("act", "keys", "listed"),
    [
        (signs, repository, "signing_keys"),
        (gives_a_receipt, receipt_keys, "receipt_keys"),
    ],
)
def test_whoever_signs_may_be_the_first_of_a_stage(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, act: Act, keys: Any, listed: str
) -> None:
    act()
    warm = needed(act)
    real, asked = getattr(keys, listed), []

    def none_at_first() -> Any:
        asked.append(listed)
        return real() if len(asked) > 1 else real()[:0]

    for module in (owner_keys, receipts, signing):
        module.forget()
    monkeypatch.setattr(keys, listed, none_at_first)
    made: list[str] = []
    event = "before-call.dynamodb.PutItem"
    note = lambda **_: made.append("key")  # noqa: E731 - one expression
    client: Any = aws.dynamodb()
    client.meta.events.register(event, note)

    first = needed(act)

    client.meta.events.unregister(event, note)
    assert made, "the very first key was made"
    assert first == warm


def test_any_entry_of_a_log_may_be_the_first_of_its_day(cloud: Cloud) -> None:
    spec = next(spec for spec in cloud.specs if spec.ledger)
    owner = Owner("U", new_id())
    security.create_key(owner, now=now())

    def writes() -> None:
        ctx = system_context(owner, spec, vaults=security.vault)
        ctx.commit.record(Change(kind="thing", id="1", version=1))
        ctx.commit.write()

    first, second = needed(writes), needed(writes)

    assert first == second
    assert ("dynamodb:PutItem", f"table/{spec.service}/of/ANC#*") in first


def test_every_queue_has_somewhere_to_put_what_nobody_understands(cloud: Cloud) -> None:
    sqs: Any = aws.sqs()

    for queue in cloud.queues():
        sqs.send_message(QueueUrl=settings().queue_url(queue), MessageBody="[]")
        cloud.deliver(queue)

        dead = sqs.receive_message(QueueUrl=settings().queue_url(f"{queue}-dead"))
        assert [one["Body"] for one in dead.get("Messages", ())] == ["[]"], queue
        service = queue.partition("-")[0]
        assert ("sqs:SendMessage", f"queue/{queue}-dead") in rights.noted(service, "worker")


# --- what every service has: seen at each, whichever of its own tests run


def asked(service: str) -> list[Operation]:
    """What names nothing in its address: to read where there is such, also what refuses callers that it has looked up."""
    mine = [one for one in operations() if one.service == service and one.face == "api"]
    plain = [one for one in mine if "{" not in one.path]
    return [one for one in plain if one.method == "GET"] or plain


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_takes_every_kind_of_credential(cloud: Cloud, service: str) -> None:
    """Of a token and of a grant it is written down now and then that they were used: by whom they are used first."""
    me, admin = signed_in(Client(cloud.app)), signed_in(Client(cloud.app), admin=True)
    home = made(me)
    wish = {"name": "Script", "scopes": sorted(ALL - {"openid"})}
    token = me.client.post("/v1/users/me/api-tokens", wish).json["token"]
    grant = me.client.post("/v1/users/me/support-grants", {"scopes": sorted(READABLE)}).json
    callers = [
        (me.client.signed_in(token), {}),
        (admin.client, {"X-Support-Grant": grant["handle"]}),
        *([] if service in {"security", "users"} else [(within(me, home).client, {})]),
    ]

    for operation in asked(service):
        for client, headers in callers:
            reply = client.call(operation.method, operation.path, headers=headers)
            assert reply.status in {200, 201, 400, 403, 404, 422}, (operation.path, reply)

    open_to_support = {"users", "currency", "expenses", "interchange", "analytics"}
    looked = SEEN_BY_SUPPORT if service in open_to_support else set()
    assert rights.noted(service, "api") >= CREDENTIALS | looked


def yesterday(spec: TableSpec) -> Owner:
    """Somebody whose log moved yesterday."""
    owner = Owner("U", new_id())
    security.create_key(owner, now=now())
    at = now() - timedelta(days=1)
    ctx = system_context(owner, spec, vaults=security.vault, at=at)
    ctx.commit.record(Change(kind="thing", id="1", version=1))
    ctx.commit.write()
    return owner


def test_every_ledger_is_anchored_and_every_outbox_swept(cloud: Cloud) -> None:
    for spec in cloud.specs:
        if spec.service.endswith("-keys"):
            continue
        table = f"table/{spec.service}"
        if spec.ledger:
            yesterday(spec)
            cloud.app.handler_map[f"{spec.service}_anchor"](SCHEDULED, LambdaContext())
            assert rights.noted(spec.service, "worker") >= {
                ("dynamodb:Query", table),
                ("dynamodb:BatchGetItem", table),
                ("dynamodb:DeleteItem", table),
                ("dynamodb:PutItem", table),
            }
        else:
            ctx = system_context(Owner("U", new_id()), spec, vaults=security.vault)
            ctx.commit.order(
                AnchorRoot(service="users", day="", batch="", root="", heads=()), subject=""
            )
            ctx.commit.write()
        cloud.app.handler_map[f"{spec.service}_sweep"](SCHEDULED, LambdaContext())
        assert rights.noted(spec.service, "relay") >= {
            ("dynamodb:Query", table),
            ("dynamodb:BatchWriteItem", table),
        }


def test_every_table_is_sealed_anew_by_its_own_worker(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sealed value, and an entry of the log where there is one, under a key that has a successor."""
    for spec in cloud.specs:
        if spec.service.endswith("-keys"):
            continue
        owner = yesterday(spec) if spec.ledger else Owner("U", new_id())
        if not spec.ledger:
            security.create_key(owner, now=now())
        sealed = security.vault(owner).seal("a hidden text", spec.service, "ODD#1", "text")
        item = {"pk": {"S": str(owner)}, "sk": {"S": "ODD#1"}, "text": {"B": sealed}}
        client: Any = aws.dynamodb()
        client.put_item(TableName=spec.name, Item=item)
        assert security.rotate_owner_key(owner, now=now() - timedelta(hours=2))
        owner_keys.forget()
        kind = ResealHere if spec.service == "security" else OwnerKeyRotated
        told = kind(generation=2, round=1, service=spec.service, after="", changed=0, unknown=0)
        body = Envelope(
            id=new_id(),
            type=told.name,
            time=now(),
            owner=str(owner),
            subject=owner.id,
            sequence=0,
            trace=new_id(),
            data=encode(told),
        ).to_json()
        queue = f"{spec.service}-inbox"

        record = {"MessageId": "1", "Body": body}
        event = sqs_event(queue, [record])
        answer = cloud.app.handler_map[queue.replace("-", "_")](event, LambdaContext())

        assert answer == {"batchItemFailures": []}
        found = client.get_item(TableName=spec.name, Key={"pk": item["pk"], "sk": item["sk"]})
        assert found["Item"]["text"]["B"] != sealed, spec.service
        assert rights.noted(spec.service, "worker") >= {
            ("dynamodb:Query", f"table/{spec.service}"),
            ("dynamodb:UpdateItem", f"table/{spec.service}"),
            ("dynamodb:PutItem", f"table/{spec.service}"),
        }
