"""The worker decorator: from an SQS batch to one unit of work a message, with the inbox mark in it.

Good messages are done, passing troubles come back for another try, and what can never work goes to the dead
letters at once with its reason. One bad message never holds up its batch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Literal, TypeVar

from chalice.app import Blueprint, SQSEvent

from chalicelib.kernel import aws, clock
from chalicelib.kernel.context import Context, Unit, system_context
from chalicelib.kernel.errors import NotFound, Refusal, Unavailable
from chalicelib.kernel.events import Envelope, Fact, Message, Order, UndecodableMessage
from chalicelib.kernel.inbox import AlreadyHandled
from chalicelib.kernel.log import logger
from chalicelib.kernel.metering import charge, metered, report
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.races import until_won
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import TableSpec
from chalicelib.kernel.transaction import LostRace
from chalicelib.security import api as security
from chalicelib.security.commands import ResealHere
from chalicelib.security.events import OwnerKeyRotated
from functions._edge.resealing import resealing

T = TypeVar("T")
Handler = Callable[[Context, Any], None]
Outcome = Literal["done", "known", "gone", "refused", "again", "failed"]
"""What became of a message: dropped as known or gone, buried as refused, or back in the queue."""
BATCH: Final = 10
MAX_RECEIVES: Final = 5
"""How often a message is tried before the queue puts it among the dead letters."""
_SUBSCRIPTIONS: Final[dict[str, tuple[str, ...]]] = {}


def subscriptions() -> dict[str, tuple[str, ...]]:
    """Give the facts that each queue hears from the topic, by queue name: its filter policy."""
    return dict(_SUBSCRIPTIONS)


def consume(
    blueprint: Blueprint,
    spec: TableSpec,
    *,
    on: Mapping[type[Message], Handler],
    keyless: Collection[type[Message]] = (),
) -> None:
    """Register a service's inbox: which messages it handles, and with what.

    `keyless` are those whose owner has no data key, because it is no user and no household. For any other, an
    owner without a key was erased: a late message about them must not write anything again.
    """
    queue = settings().queue(f"{spec.service}-inbox")
    # sealed values are in every table; security, which tells it, orders it of itself
    rotated = (ResealHere,) if spec.service == "security" else (OwnerKeyRotated,)
    _SUBSCRIPTIONS[queue] = tuple(
        sorted(kind.name for kind in (*on, *rotated) if issubclass(kind, Fact))
    )
    handlers = {kind.name: handler for kind, handler in on.items()}
    handlers.update({kind.name: resealing(spec) for kind in rotated})
    unkeyed = frozenset(kind.name for kind in keyless)

    def handle(event: SQSEvent) -> dict[str, Any]:
        return batch(
            event,
            lambda body: _deliver(spec, handlers, unkeyed, body),
            dead=f"{spec.service}-inbox-dead",
        )

    handle.__name__ = f"{spec.service}_inbox".replace("-", "_")
    blueprint.on_sqs_message(queue=queue, batch_size=BATCH, name=handle.__name__)(handle)


def batch(
    event: SQSEvent,
    deliver: Callable[[str], None],
    *,
    dead: str,
    given_up: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Deliver each record of a batch, and name those that must come again.

    `given_up` hears of a message whose last try failed, before it becomes a dead letter.
    """
    records = event.to_dict()["Records"]
    failed = [record for record in records if not _settled(record, deliver, dead)]
    if given_up is not None:
        for record in failed:
            _give_up(record, given_up)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}


def _give_up(record: Mapping[str, Any], given_up: Callable[[str], None]) -> None:
    """Let somebody write down that the last try failed, if it was the last."""
    receives = int(record.get("attributes", {}).get("ApproximateReceiveCount", "1"))
    if receives >= MAX_RECEIVES:
        try:
            given_up(record["body"])
        except Exception:
            logger().exception("nobody could be told of a failure")


def _settled(record: Mapping[str, Any], deliver: Callable[[str], None], dead: str) -> bool:
    log = logger()
    log.thread_safe_clear_keys()  # those of the message before would tell the wrong story
    log.thread_safe_append_keys(message_id=record["messageId"])
    with metered(dead.removesuffix("-dead")) as meter:
        outcome = _outcome(record["body"], deliver, dead)
        report(meter, status=outcome, failed=outcome == "failed")
    return outcome not in {"again", "failed"}


def _outcome(body: str, deliver: Callable[[str], None], dead: str) -> Outcome:
    log = logger()
    try:
        deliver(body)
    except AlreadyHandled:
        return "known"
    except NotFound:
        log.warning("a message about something that is gone was dropped")
        return "gone"
    except LostRace:
        log.warning("a message lost its race too often and comes again")
        return "again"
    except Unavailable:
        log.warning("a message comes again", exc_info=True)
        return "again"
    except Refusal as refusal:
        log.warning("a message can never be handled", extra={"reason": refusal.slug})
        _bury(body, dead, refusal.slug)
        return "refused"
    except Exception:
        log.exception("a message failed")
        return "failed"
    return "done"


def _bury(body: str, dead: str, reason: str) -> None:
    aws.sqs().send_message(
        QueueUrl=settings().queue_url(dead),
        MessageBody=body,
        MessageAttributes={"reason": {"DataType": "String", "StringValue": reason}},
    )


def _deliver(
    spec: TableSpec, handlers: Mapping[str, Handler], keyless: frozenset[str], body: str
) -> None:
    envelope = Envelope.from_json(body)
    handler = handlers.get(envelope.type)
    if handler is None:
        raise UndecodableMessage("nobody here handles this type")
    try:
        owner = Owner.parse(envelope.owner)
    except ValueError as error:
        raise UndecodableMessage("the owner is not one") from error
    message = envelope.message()
    charge(envelope.owner, envelope.type)
    logger().thread_safe_append_keys(event_id=envelope.id, trace=envelope.trace, type=envelope.type)
    if envelope.type not in keyless:
        security.vault(owner)  # or NotFound; nothing is unwrapped until something is opened
    until_won(lambda: _once(spec, owner, envelope, handler, message))


def _once(
    spec: TableSpec, owner: Owner, envelope: Envelope, handler: Handler, message: Message
) -> None:
    context = system_context(
        owner,
        spec,
        vaults=security.vault,
        request_id=envelope.trace,
        at=clock.now(),
        message_id=envelope.id,
    )
    context.commit.open(message_id=envelope.id)
    handler(context, message)
    context.commit.write()


def units(spec: TableSpec) -> Unit:
    """Give what runs a piece of work on a table as one unit of the system's: for workers with effects between units."""

    def unit(owner: Owner, work: Callable[[Context], T]) -> T:
        return until_won(lambda: _unit(spec, owner, work))

    return unit


def _unit(spec: TableSpec, owner: Owner, work: Callable[[Context], T]) -> T:
    charge(str(owner))
    context = system_context(owner, spec, vaults=security.vault)
    context.commit.open()
    result = work(context)
    context.commit.write()
    return result


def orders(spec: TableSpec) -> Callable[[Owner, Order, str], None]:
    """Give what orders work about a subject from a service, and reads nothing: for who shall not see what it is about."""

    def order(owner: Owner, message: Order, subject: str) -> None:
        charge(str(owner))
        context = system_context(owner, spec, vaults=security.vault)
        context.commit.order(message, subject=subject)
        context.commit.write()

    return order


def s3_objects(body: str) -> list[tuple[str, str]]:
    """Read bucket and key of each object in an S3 notification; a test event has none."""
    from urllib.parse import unquote_plus

    try:
        records = json.loads(body).get("Records", [])
        return [
            (record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"]))
            for record in records
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UndecodableMessage("not an S3 notification") from error
