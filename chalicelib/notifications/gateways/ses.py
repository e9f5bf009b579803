"""Amazon SES v2: sends one letter to one address."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel import aws
from chalicelib.kernel.settings import settings
from chalicelib.notifications.errors import MailDown, MailRefused
from chalicelib.notifications.model.letters import Letter

_NEVER: Final = frozenset({"MessageRejected", "BadRequestException", "ValidationException"})
"""What SES answers when this very mail will never be taken; all else may pass."""


def send(address: str, letter: Letter) -> None:
    """Hand a letter over; raise `MailRefused` for good, `MailDown` for now. SES knows no idempotency key."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        aws.sesv2().send_email(
            FromEmailAddress=settings().mail_from,
            Destination={"ToAddresses": [address]},
            Content={
                "Simple": {
                    "Subject": _content(letter.subject),
                    "Body": {"Text": _content(letter.text), "Html": _content(letter.html)},
                }
            },
        )
    except ClientError as error:
        # the code only: SES repeats the address in its message
        code = error.response["Error"]["Code"]
        raise (MailRefused if code in _NEVER else MailDown)(code) from None
    except BotoCoreError as error:
        raise MailDown(type(error).__name__) from None


def _content(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
