"""From an SQS batch to units of work: done, again, or never, each message on its own."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from chalice.app import Blueprint, Chalice

from chalicelib.kernel import aws, tables
from chalicelib.kernel.clock import now
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.kernel.events import Envelope, Fact, Order, UndecodableMessage, encode
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Table, TableSpec
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass
from chalicelib.security import api as security
from functions._edge.worker import consume, s3_objects, subscriptions
from tests.support.cloud import Cloud, LambdaContext, sqs_event
from tests.support.taps import calls_of

pytestmark = pytest.mark.slice
SPEC = TableSpec("worker-test", ledger=False)
DEAD = "worker-test-inbox-dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Fact):
    name: ClassVar[str] = "toy.counted.v1"
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Order):
    name: ClassVar[str] = "toy.count.v1"
    to: ClassVar[str] = "worker-test"
    number: int


class Toy:
    """A service whose handler does what the number says."""

    races = 0

    def handle(self, ctx: Context, message: Counted | Count) -> None:
        refusals: dict[int, Exception] = {
            404: NotFound(),
            409: Conflict(),
            503: Unavailable(),
            500: RuntimeError("a mistake of ours"),
        }
        if message.number in refusals:
            raise refusals[message.number]
        if message.number == 7 and self.races:
            self.races -= 1
            raise LostRace
        ctx.commit.add((str(ctx.owner), "SUM"), {"total": message.number})


@pytest.fixture(scope="module")
def toy() -> Toy:
    return Toy()


@pytest.fixture(scope="module")
def app(toy: Toy, cloud: Cloud) -> Chalice:
    tables.create(SPEC)
    aws.sqs().create_queue(QueueName=settings().queue(DEAD))  # type: ignore[attr-defined]
    app = Chalice("toy", configure_logs=False)
    blueprint = Blueprint(__name__)
    consume(blueprint, SPEC, on={Counted: toy.handle, Count: toy.handle})
    app.register_blueprint(blueprint)
    return app


@pytest.fixture
def owner(cloud: Cloud) -> Owner:
    made = Owner("U", new_id())
    security.create_key(made, now=now())
    return made


def envelope(owner: Owner, message: Counted | Count, *, identity: str | None = None) -> str:
    return Envelope(
        id=identity or new_id(),
        type=message.name,
        time=now(),
        owner=str(owner),
        subject="s",
        sequence=0,
        trace="t-1",
        data=encode(message),
    ).to_json()


def deliver(app: Chalice, *bodies: str) -> list[str]:
    messages = [{"MessageId": str(index), "Body": body} for index, body in enumerate(bodies)]
    event = sqs_event("worker-test-inbox", messages)
    answer: dict[str, Any] = app.handler_map["worker_test_inbox"](event, LambdaContext())
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def total(owner: Owner) -> int:
    item = Table(SPEC).get((str(owner), "SUM"))
    return int(item["total"]["N"]) if item else 0


def buried() -> list[str]:
    url = settings().queue_url(DEAD)
    sqs: Any = aws.sqs()
    found = []
    while got := sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages"):
        for message in got:
            found.append(message["MessageAttributes"]["reason"]["StringValue"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_one_bad_message_never_holds_up_its_batch(app: Chalice, owner: Owner) -> None:
    again = deliver(
        app,
        envelope(owner, Counted(number=1)),
        envelope(owner, Counted(number=500)),
        envelope(owner, Counted(number=404)),
        envelope(owner, Counted(number=503)),
        envelope(owner, Counted(number=409)),
        "not an envelope",
        envelope(owner, Count(number=20)),
    )

    assert again == ["1", "3"]
    assert total(owner) == 21
    assert sorted(buried()) == ["conflict", "undecodable-message"]


def test_a_message_that_comes_twice_acts_once(app: Chalice, owner: Owner) -> None:
    twice = envelope(owner, Counted(number=5), identity=new_id())

    assert deliver(app, twice, twice) == []
    assert deliver(app, twice) == []

    assert total(owner) == 5


def test_a_lost_race_is_run_again_in_place(app: Chalice, owner: Owner, toy: Toy) -> None:
    toy.races = 2
    assert deliver(app, envelope(owner, Counted(number=7))) == []
    assert total(owner) == 7


def test_a_race_lost_for_ever_comes_again_later(app: Chalice, owner: Owner, toy: Toy) -> None:
    toy.races = 99
    assert deliver(app, envelope(owner, Counted(number=7))) == ["0"]
    toy.races = 0
    assert total(owner) == 0


@pytest.mark.covers("V8.3.3")
@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"id": 1}',
        (
            '{"id":"x","type":"toy.counted.v1","time":"2026-01-01T00:00:00Z","owner":"U#1","subject":"",'
            '"sequence":0,"trace":"","data":{"number":1}}'
        ),
        (
            '{"id":"x","type":"toy.unknown.v1","time":"2026-01-01T00:00:00Z","owner":"U#1","subject":"",'
            '"sequence":0,"trace":"","data":{}}'
        ),
        "[" * 100_000,
    ],
)
def test_what_can_never_be_read_goes_to_the_dead_letters_at_once(app: Chalice, body: str) -> None:
    assert deliver(app, body) == []
    assert buried() == ["undecodable-message"]


def test_data_that_does_not_fit_its_type_is_undecodable(app: Chalice, owner: Owner) -> None:
    body = envelope(owner, Counted(number=1)).replace('"number":1', '"number":"many"')
    assert deliver(app, body) == []
    assert buried() == ["undecodable-message"]


def test_a_message_costs_one_read_and_one_write(app: Chalice, owner: Owner) -> None:
    body = envelope(owner, Counted(number=1))
    calls = calls_of(lambda: deliver(app, body))
    assert calls == ["dynamodb.BatchGetItem", "dynamodb.TransactWriteItems"]


def test_only_facts_are_subscribed_to() -> None:
    heard = subscriptions()[settings().queue("worker-test-inbox")]
    # every service hears of a new data key, because each has sealed values
    assert heard == ("security.owner_key_rotated.v1", "toy.counted.v1")


def test_a_message_about_an_owner_without_a_key_is_dropped_and_writes_nothing(app: Chalice) -> None:
    erased = Owner("U", new_id())

    assert deliver(app, envelope(erased, Counted(number=5))) == []

    assert total(erased) == 0
    assert Table(SPEC).query(str(erased), " ", "~", limit=5, consistent=True).items == ()


def test_s3_keys_come_url_encoded() -> None:
    body = '{"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":"in/U%231/a+b%2B.csv"}}}]}'
    assert s3_objects(body) == [("b", "in/U#1/a b+.csv")]
    assert s3_objects('{"Event":"s3:TestEvent"}') == []
    with pytest.raises(UndecodableMessage):
        s3_objects('{"Records":[{}]}')
