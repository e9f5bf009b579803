"""SES v2: SendEmail (simple and raw) into the mailbox instead of the world."""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import email.utils
import json
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

from chalicelib.kernel.ids import new_id
from local.cloud.cloud import Cloud
from local.http import Request, Response, json_response

_PATH: Final = "/v2/email/outbound-emails"
_MAX_RECIPIENTS: Final = 50


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts of a mail that the mailbox shows."""

    to: list[str]
    subject: str
    text: str
    html: str


class SesError(Exception):
    """SES refuses the mail (BadRequestException)."""


def answer(cloud: Cloud, request: Request, path: str) -> Response:
    """Run SendEmail; everything else is unknown here."""
    try:
        return json_response({"MessageId": _send(cloud, _fields(request, path))})
    except SesError as wrong:
        headers = {"x-amzn-errortype": "BadRequestException", "x-amzn-requestid": new_id()}
        return json_response({"message": str(wrong)}, status=400, headers=headers)


def _fields(request: Request, path: str) -> object:
    if (request.method, path) != ("POST", _PATH):
        raise SesError("the local SES only sends mail")
    try:
        return json.loads(request.body)
    except ValueError as wrong:
        raise SesError("the body is not JSON") from wrong


def _at(value: object, *path: str) -> object:
    """Follow keys into nested objects; what is absent is None."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: object, *path: str) -> str:
    found = _at(value, *path)
    return found if isinstance(found, str) else ""


def _send(cloud: Cloud, fields: object) -> str:
    sender = _text(fields, "FromEmailAddress")
    if "@" not in sender:
        raise SesError("FromEmailAddress is missing")
    raw = _text(fields, "Content", "Raw", "Data")
    letter = _raw(raw) if raw else _simple(_at(fields, "Content", "Simple"))
    to = _recipients(_at(fields, "Destination")) or letter.to
    if not 0 < len(to) <= _MAX_RECIPIENTS:
        raise SesError(f"a mail goes to 1 to {_MAX_RECIPIENTS} addresses")
    if not letter.subject or not (letter.text or letter.html):
        raise SesError("a mail needs a subject and a body")
    return cloud.mailbox.deliver(
        sender=sender, to=to, subject=letter.subject, text=letter.text, html=letter.html
    )


def _recipients(destination: object) -> list[str]:
    found: list[str] = []
    for kind in ("ToAddresses", "CcAddresses", "BccAddresses"):
        addresses = _at(destination, kind)
        found += [str(address) for address in addresses] if isinstance(addresses, list) else []
    return found


def _simple(content: object) -> Letter:
    return Letter(
        to=[],
        subject=_text(content, "Subject", "Data"),
        text=_text(content, "Body", "Text", "Data"),
        html=_text(content, "Body", "Html", "Data"),
    )


def _raw(data: str) -> Letter:
    try:
        mail = email.message_from_bytes(
            base64.b64decode(data, validate=True), policy=email.policy.default
        )
    except binascii.Error as wrong:
        raise SesError("Content.Raw.Data is base64") from wrong
    return Letter(
        to=[address for _, address in email.utils.getaddresses([str(mail.get("to", ""))])],
        subject=str(mail.get("subject", "")),
        text=_part(mail, "plain"),
        html=_part(mail, "html"),
    )


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return "" if part is None else str(part.get_content())
