"""SNS over its query protocol: Publish and PublishBatch to the one topic `events`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from chalicelib.kernel.ids import new_id
from local.aws.sqs import MAX_BYTES
from local.cloud.cloud import Cloud
from local.cloud.queues import BATCH, Attribute, Draft
from local.http import Request, Response

_NAMESPACE: Final = "http://sns.amazonaws.com/doc/2010-03-31/"
_MEMBER: Final = re.compile(r"PublishBatchRequestEntries\.member\.(\d{1,3})\.(.+)", re.ASCII)


class SnsError(Exception):
    """An SNS error code, its message and HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status

    def response(self) -> Response:
        """Write the error as SNS does."""
        body = (
            f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>Sender</Type>'
            f"<Code>{self.code}</Code><Message>{escape(str(self))}</Message></Error>"
            f"<RequestId>{new_id()}</RequestId></ErrorResponse>"
        )
        return _xml(self.status, body)


def answer(cloud: Cloud, request: Request) -> Response:
    """Run one SNS operation."""
    fields = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    action = fields.get("Action", "")
    try:
        result = _run(cloud, action, fields)
    except SnsError as refused:
        return refused.response()
    return _xml(200, _wrap(action, result))


def _run(cloud: Cloud, action: str, fields: Mapping[str, str]) -> str:
    operation = {"Publish": _publish, "PublishBatch": _publish_batch}.get(action)
    if operation is None:
        raise SnsError("InvalidAction", "the local SNS does not have this operation")
    if fields.get("TopicArn") != cloud.topic_arn:
        raise SnsError("NotFound", "Topic does not exist", 404)
    return operation(cloud, fields)


def _publish(cloud: Cloud, fields: Mapping[str, str]) -> str:
    draft = _draft(fields)
    _check_size([draft])
    cloud.topic.publish([draft])
    return f"<MessageId>{new_id()}</MessageId>"


def _publish_batch(cloud: Cloud, fields: Mapping[str, str]) -> str:
    members: dict[int, dict[str, str]] = {}
    for name, value in fields.items():
        if match := _MEMBER.fullmatch(name):
            members.setdefault(int(match.group(1)), {})[match.group(2)] = value
    if not members:
        raise SnsError("EmptyBatchRequest", "the batch is empty")
    if len(members) > BATCH:
        raise SnsError("TooManyEntriesInBatchRequest", f"a batch holds up to {BATCH}")
    entries = [members[number] for number in sorted(members)]
    ids = [entry.get("Id", "") for entry in entries]
    if len(set(ids)) != len(ids):
        raise SnsError("BatchEntryIdsNotDistinct", "ids of a batch differ")
    drafts = [_draft(entry) for entry in entries]
    _check_size(drafts)
    cloud.topic.publish(drafts)
    done = "".join(
        f"<member><Id>{escape(id)}</Id><MessageId>{new_id()}</MessageId></member>" for id in ids
    )
    return f"<Successful>{done}</Successful><Failed/>"


def _draft(fields: Mapping[str, str]) -> Draft:
    if not fields.get("Message"):
        raise SnsError("InvalidParameter", "Empty message")
    attributes = {}
    for number in range(1, 11):
        prefix = f"MessageAttributes.entry.{number}."
        name = fields.get(prefix + "Name")
        if name is None:
            break
        kind = fields.get(prefix + "Value.DataType", "")
        value = fields.get(prefix + "Value.StringValue", fields.get(prefix + "Value.BinaryValue"))
        if not value:
            raise SnsError("ParameterValueInvalid", "a message attribute needs a value")
        attributes[name] = Attribute(kind, value)
    return Draft(fields["Message"], attributes)


def _check_size(drafts: list[Draft]) -> None:
    if sum(len(draft.body.encode()) for draft in drafts) > MAX_BYTES:
        raise SnsError("InvalidParameter", "Invalid parameter: Message too long")


def _wrap(action: str, result: str) -> str:
    return (
        f'<{action}Response xmlns="{_NAMESPACE}"><{action}Result>{result}</{action}Result>'
        f"<ResponseMetadata><RequestId>{new_id()}</RequestId></ResponseMetadata></{action}Response>"
    )


def _xml(status: int, body: str) -> Response:
    return Response(status, (("content-type", "text/xml"),), body.encode())
