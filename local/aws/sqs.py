"""SQS over its JSON protocol (`X-Amz-Target: AmazonSQS.<Operation>`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.kernel.ids import new_id
from local.cloud.cloud import ACCOUNT, Cloud
from local.cloud.queues import BATCH, Attribute, Draft, Message, NoSuchQueue
from local.http import Request, Response, json_response

Fields = Mapping[str, object]
MAX_BYTES: Final = 256 * 1024
"""Of a message or a batch. SQS takes more by now, but SNS does not, and ours come through SNS."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One operation that is asked for; `base` is where the caller found us."""

    cloud: Cloud
    fields: Fields
    base: str


class SqsError(Exception):
    """An SQS error code and its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def answer(cloud: Cloud, request: Request) -> Response:
    """Run one SQS operation."""
    operation = _OPERATIONS.get(request.header("x-amz-target").removeprefix("AmazonSQS."))
    if operation is None:
        return _error("InvalidAction", "the local SQS does not have this operation")
    try:
        call = _Call(cloud, _fields(request.body), f"http://{request.header('host')}")
        return json_response(operation(call))
    except NoSuchQueue as absent:
        return _error("QueueDoesNotExist", f"no queue called {absent}")
    except SqsError as refused:
        return _error(refused.code, str(refused))


def _fields(body: bytes) -> Fields:
    try:
        value = json.loads(body)
    except ValueError as wrong:
        raise SqsError("InvalidRequest", "the body is not JSON") from wrong
    if not isinstance(value, dict):
        raise SqsError("InvalidRequest", "the body is not a JSON object")
    return value


def _error(code: str, message: str) -> Response:
    legacy = "AWS.SimpleQueueService.NonExistentQueue" if code == "QueueDoesNotExist" else code
    return json_response(
        {"__type": f"com.amazonaws.sqs#{code}", "message": message},
        status=400,
        headers={"x-amzn-query-error": f"{legacy};Sender", "x-amzn-requestid": new_id()},
    )


def _queue(fields: Fields) -> str:
    return str(fields.get("QueueUrl", "")).rstrip("/").rpartition("/")[2]


def _draft(fields: Fields) -> Draft:
    body, attributes = fields.get("MessageBody"), fields.get("MessageAttributes") or {}
    if not isinstance(body, str) or not body or not isinstance(attributes, dict):
        raise SqsError("InvalidParameterValue", "a message needs a body")
    delay = fields.get("DelaySeconds") or 0
    if not isinstance(delay, int) or not 0 <= delay <= 900:
        raise SqsError("InvalidParameterValue", "DelaySeconds is 0 to 900")
    draft = Draft(body, {name: _attribute(value) for name, value in attributes.items()}, delay)
    _check_size([draft])
    return draft


def _attribute(value: object) -> Attribute:
    if not isinstance(value, dict):
        raise SqsError("InvalidParameterValue", "a message attribute is an object")
    text = value.get("StringValue", value.get("BinaryValue"))
    if not isinstance(text, str):
        raise SqsError("InvalidParameterValue", "a message attribute needs a value")
    return Attribute(str(value.get("DataType")), text)


def _check_size(drafts: list[Draft]) -> None:
    size = sum(
        len(draft.body.encode())
        + sum(len((k + a.kind + a.value).encode()) for k, a in draft.attributes.items())
        for draft in drafts
    )
    if size > MAX_BYTES:
        raise SqsError("InvalidParameterValue", f"at most {MAX_BYTES} bytes are allowed")


def _sent(id: str, draft: Draft) -> dict[str, object]:
    return {"MessageId": id, "MD5OfMessageBody": md5(draft.body)}


def md5(text: str) -> str:
    """Give the hex MD5 that SQS puts beside a body."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _send(call: _Call) -> object:
    draft = _draft(call.fields)
    [id] = call.cloud.queues.send(_queue(call.fields), draft)
    return _sent(id, draft)


def _entries(fields: Fields) -> list[Fields]:
    entries = fields.get("Entries")
    if not isinstance(entries, list) or not entries:
        raise SqsError("EmptyBatchRequest", "the batch is empty")
    if len(entries) > BATCH:
        raise SqsError("TooManyEntriesInBatchRequest", f"a batch holds up to {BATCH}")
    if len({entry.get("Id") for entry in entries}) != len(entries):
        raise SqsError("BatchEntryIdsNotDistinct", "ids of a batch differ")
    return entries


def _send_batch(call: _Call) -> object:
    entries = _entries(call.fields)
    drafts = [_draft(entry) for entry in entries]
    _check_size(drafts)
    ids = call.cloud.queues.send(_queue(call.fields), *drafts)
    sent = zip(entries, ids, drafts, strict=True)
    return {
        "Successful": [{"Id": entry.get("Id"), **_sent(id, draft)} for entry, id, draft in sent],
        "Failed": [],
    }


def _receive(call: _Call) -> object:
    limit = call.fields.get("MaxNumberOfMessages") or 1
    visibility = call.fields.get("VisibilityTimeout")
    if not isinstance(limit, int) or not 1 <= limit <= BATCH:
        raise SqsError("InvalidParameterValue", f"MaxNumberOfMessages is 1 to {BATCH}")
    messages = call.cloud.queues.receive(
        _queue(call.fields), limit, visibility=visibility if isinstance(visibility, int) else None
    )
    return {"Messages": [_received(message) for message in messages]} if messages else {}


def _received(message: Message) -> dict[str, object]:
    return {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "Body": message.body,
        "MD5OfBody": md5(message.body),
        "Attributes": system_attributes(message),
        "MessageAttributes": {
            name: {"DataType": attribute.kind, _value_name(attribute): attribute.value}
            for name, attribute in message.attributes.items()
        },
    }


def _value_name(attribute: Attribute) -> str:
    return "BinaryValue" if attribute.kind.startswith("Binary") else "StringValue"


def system_attributes(message: Message) -> dict[str, str]:
    """Give what SQS itself knows of a message; all values are text."""
    attributes = {
        "ApproximateReceiveCount": str(message.receives),
        "ApproximateFirstReceiveTimestamp": str(message.first_ms),
        "SenderId": "LOCAL",
        "SentTimestamp": str(message.sent_ms),
    }
    if message.source is not None:
        attributes["DeadLetterQueueSourceArn"] = message.source
    return attributes


def _delete(call: _Call) -> object:
    call.cloud.queues.delete([str(call.fields.get("ReceiptHandle", ""))])
    return {}


def _change_visibility(call: _Call) -> object:
    seconds = call.fields.get("VisibilityTimeout")
    if not isinstance(seconds, int) or not 0 <= seconds <= 43_200:
        raise SqsError("InvalidParameterValue", "VisibilityTimeout is 0 to 43200")
    call.cloud.queues.give_back([str(call.fields.get("ReceiptHandle", ""))], delay=seconds)
    return {}


def _list(call: _Call) -> object:
    prefix = str(call.fields.get("QueueNamePrefix") or "")
    root = f"{call.base}/_aws/sqs/{ACCOUNT}/"
    return {
        "QueueUrls": [root + name for name in call.cloud.queues.names() if name.startswith(prefix)]
    }


def _attributes(call: _Call) -> object:
    name = _queue(call.fields)
    dead = call.cloud.queues.dead_letters_of(name)
    depth = call.cloud.queues.depth(name)
    attributes = {
        "QueueArn": call.cloud.queue_arn(name),
        "ApproximateNumberOfMessages": str(depth.waiting),
        "ApproximateNumberOfMessagesNotVisible": str(depth.in_flight),
        "ApproximateNumberOfMessagesDelayed": str(depth.delayed),
    }
    if dead is not None:
        target = {"deadLetterTargetArn": call.cloud.queue_arn(dead), "maxReceiveCount": 5}
        attributes["RedrivePolicy"] = json.dumps(target)
    return {"Attributes": attributes}


_OPERATIONS: Final[dict[str, Callable[[_Call], object]]] = {
    "SendMessage": _send,
    "SendMessageBatch": _send_batch,
    "ReceiveMessage": _receive,
    "DeleteMessage": _delete,
    "GetQueueAttributes": _attributes,
    "ChangeMessageVisibility": _change_visibility,
    "ListQueues": _list,
}
