"""Dead letters: what could not be handled, why, and back to work when the cause is mended.

    python -m tools.dlq                                     which queues have any
    python -m tools.dlq show expenses-inbox                 what they are: ids, types, reasons
    python -m tools.dlq redrive expenses-inbox [--id ID]    send them to their queue again
    python -m tools.dlq drop expenses-inbox --id ID         delete one for good

Every consumer handles a message once, however often it comes, so redriving is safe. A letter is sent before it is deleted
here: a command that is cut off leaves one in both places, never in none.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tools.stages import Stage, add_arguments, explained, stage_of

_DEAD: Final = "-dead"
_BATCH: Final = 10
_HIDDEN_SECONDS: Final = 60
"""How long letters that are being looked at are hidden from other readers."""
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter: the message, and what is known of how it died."""

    id: str
    receipt: str
    body: str
    reason: str
    sent_at: datetime
    attributes: dict[str, Any]

    def told(self) -> str:
        """Write it in a line: ids and types; a body that is no envelope stays unread."""
        try:
            envelope = json.loads(self.body)
            facts = {name: envelope[name] for name in ("type", "id", "trace", "owner")}
        except (ValueError, KeyError, TypeError):
            facts = {"type": "not an envelope", "bytes": len(self.body)}
        known = "  ".join(f"{name}={value}" for name, value in facts.items())
        why = self.reason or "failed each time"
        return f"{self.sent_at:%Y-%m-%d %H:%M:%S}  {self.id}  {why}  {known}"


class Queues:
    """The queues of a stage, by the names that they have in the code."""

    def __init__(self, stage: Stage) -> None:
        """Connect to a stage."""
        self._sqs = stage.client("sqs")
        self._prefix = f"xpense-{stage.name}-"
        self._urls: dict[str, str] = {}

    def dead(self) -> dict[str, int]:
        """Give the number of dead letters by queue, for each queue that may have any."""
        pages = self._sqs.get_paginator("list_queues").paginate(QueueNamePrefix=self._prefix)
        urls = [url for page in pages for url in page.get("QueueUrls", ())]
        return {self._plain(url): self._count(url) for url in sorted(urls) if url.endswith(_DEAD)}

    def _plain(self, url: str) -> str:
        return url.rpartition("/")[2].removeprefix(self._prefix).removesuffix(_DEAD)

    def _count(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found.get(name, 0)) for name in names)

    def url(self, name: str) -> str:
        """Give the URL of a queue, asked for once: each letter that is moved needs two."""
        wanted = self._prefix + name
        if wanted not in self._urls:
            found = self._sqs.list_queues(QueueNamePrefix=wanted).get("QueueUrls", ())
            self._urls |= {url.rpartition("/")[2]: str(url) for url in found}
        if wanted not in self._urls:
            print(f"there is no queue {wanted}", file=sys.stderr)
            sys.exit(2)
        return self._urls[wanted]

    def letters(self, name: str) -> Iterator[Letter]:
        """Take letters out one after the other, hidden from others meanwhile, until none is left to see."""
        url, seen = self.url(name + _DEAD), set[str]()
        while len(seen) < _MOST:
            found = self._sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=_BATCH,
                VisibilityTimeout=_HIDDEN_SECONDS,
                AttributeNames=["SentTimestamp"],
                MessageAttributeNames=["All"],
            ).get("Messages", [])
            fresh = [_letter(one) for one in found if one["MessageId"] not in seen]
            if not fresh:
                return
            seen.update(one.id for one in fresh)
            yield from fresh

    def put_back(self, name: str, letter: Letter) -> None:
        """Let others see a letter again at once."""
        self._sqs.change_message_visibility(
            QueueUrl=self.url(name + _DEAD), ReceiptHandle=letter.receipt, VisibilityTimeout=0
        )

    def redrive(self, name: str, letter: Letter) -> None:
        """Send a letter to its queue again, then delete it here."""
        attributes = {key: value for key, value in letter.attributes.items() if key != "reason"}
        self._sqs.send_message(
            QueueUrl=self.url(name), MessageBody=letter.body, MessageAttributes=attributes
        )
        self.drop(name, letter)

    def drop(self, name: str, letter: Letter) -> None:
        """Delete a letter for good."""
        self._sqs.delete_message(QueueUrl=self.url(name + _DEAD), ReceiptHandle=letter.receipt)


def _letter(raw: dict[str, Any]) -> Letter:
    attributes = raw.get("MessageAttributes", {})
    sent = int(raw.get("Attributes", {}).get("SentTimestamp", 0)) / 1_000
    return Letter(
        id=raw["MessageId"],
        receipt=raw["ReceiptHandle"],
        body=raw["Body"],
        reason=attributes.get("reason", {}).get("StringValue", ""),
        sent_at=datetime.fromtimestamp(sent, UTC),
        attributes=attributes,
    )


def act(queues: Queues, what: str, name: str, only: str) -> int:
    """Show, redrive or drop the letters of a queue, or the one that is named; gives how many."""
    count = 0
    passed = []
    for letter in queues.letters(name):
        if only and letter.id != only:
            passed.append(letter)
            continue
        count += 1
        print(letter.told())
        if what == "redrive":
            queues.redrive(name, letter)
        elif what == "drop":
            queues.drop(name, letter)
        else:
            passed.append(letter)
    for letter in passed:
        queues.put_back(name, letter)
    return count


def main(argv: Sequence[str] | None = None) -> int:
    """Do what was asked; give 1 where no letter was found."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.dlq",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(parser)
    parser.add_argument(
        "what", nargs="?", choices=["list", "show", "redrive", "drop"], default="list"
    )
    parser.add_argument("queue", nargs="?", default="", help="such as expenses-inbox")
    parser.add_argument("--id", default="", help="one message's id")
    given = parser.parse_args(argv)
    if given.what != "list" and not given.queue:
        parser.error("which queue? `python -m tools.dlq` lists them")
    if given.what == "drop" and not given.id:
        parser.error("drop deletes one letter for good: name it with --id")
    queues = Queues(stage_of(given))
    if given.what == "list":
        for name, count in queues.dead().items():
            print(f"{count:>6}  {name}")
        return 0
    found = act(queues, given.what, given.queue, given.id)
    done = {"show": "to see", "redrive": "sent again", "drop": "deleted"}[given.what]
    print(f"{found} {done}", file=sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    with explained():
        sys.exit(main())
