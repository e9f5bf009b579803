"""What our own journals say beside the plain language of the program: the names as their owner wrote them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from chalicelib.interchange.model.formats.journals.entries import Entry, Naming, Posting
from chalicelib.interchange.model.formats.own import refund_of

ID_KEY: Final = "xpense-id"
NAME_KEY: Final = "xpense-name"
"""Of an account its name; of a category, with `-1`, `-2` and so on, the names of its path."""
KIND_KEY: Final = "xpense-kind"
NUMBER_KEY: Final = "xpense-number"
NONE_KEY: Final = "xpense-uncategorised"
HIDDEN_KEY: Final = "xpense-hidden"
"""Of an account: it stands for accounts that whoever exported may not see."""
TAG_KEY: Final = "xpense-tag"
ORIGINAL_KEY: Final = "xpense-original"
PAYEE_KEY: Final = "xpense-payee"
NOTES_KEY: Final = "xpense-notes"
MORE_KEY: Final = "xpense-more"
"""Of a posting: it is the rest of an earlier one of its account."""
RECEIVED_KEY: Final = "xpense-received"
"""Of a posting: the day on which money arrived, if that is another one."""
PART_KEY: Final = "xpense-part"
"""Of a reason: the id of the part that it is."""
LIES_ON_KEY: Final = "xpense-account"
"""Of a reason in a transaction over several accounts: the one that it lies on, as it is called in the file."""
HOME_KEY: Final = "xpense-whole"
"""Of money in such a transaction: its account is that of the transaction."""
FEE_KEY: Final = "xpense-fee"
"""Of a reason: it is what a transfer cost."""
REFUND_KEY: Final = "xpense-refund"
"""With `-1`, `-2` and so on: what the transaction is a refund of (`writers.texts.refund_text`)."""
STATUS_KEY: Final = "xpense-status"
RECONCILED: Final = "reconciled"
_MOST: Final = 100
_TO_ENCODE: Final = re.compile(r"[^\w .'!?/()&+*#@$€£-]|\A | \Z", re.UNICODE)


def encoded(text: str) -> str:
    """Write a text as the value of a tag, which neither a comma nor a bracket nor the end of a line may be in."""
    return _TO_ENCODE.sub(lambda found: quote(found[0], safe="", errors="replace"), text)


def decoded(value: str) -> str:
    """Read what `encoded` wrote."""
    return unquote_to_bytes(value).decode("utf-8", "replace") if "%" in value else value


def numbered(metadata: Mapping[str, str], key: str) -> tuple[str, ...]:
    """Give the values under `key-1`, `key-2` and so on."""
    found = []
    for at in range(1, _MOST):
        value = metadata.get(f"{key}-{at}")
        if value is None:
            break
        found.append(value)
    return tuple(found)


def apply_account(naming: Naming, metadata: Mapping[str, str]) -> None:
    """Take what is said of an account."""
    naming.name = metadata.get(NAME_KEY, "")
    naming.kind = metadata.get(KIND_KEY, "")[:20]
    naming.number = metadata.get(NUMBER_KEY, "")
    naming.hidden = HIDDEN_KEY in metadata
    path = numbered(metadata, NAME_KEY)
    if path or NONE_KEY in metadata:
        naming.path = path


def apply_posting(posting: Posting, key: str, value: str) -> None:
    """Take what is said of a posting of ours; other keys say nothing."""
    if key == PART_KEY:
        posting.own = replace(posting.own, part=value[:200])
    elif key == LIES_ON_KEY:
        posting.own = replace(posting.own, lies_on=value)
    elif key == HOME_KEY:
        posting.own = replace(posting.own, is_home=True)
    elif key == FEE_KEY:
        posting.own = replace(posting.own, is_fee=True)


def apply_entry(
    entry: Entry,
    metadata: Mapping[str, str],
    read_amount: Callable[[str], tuple[Decimal, str] | None],
) -> None:
    """Take what is said of a transaction of ours."""
    if ID_KEY not in metadata:
        return
    entry.own_id = metadata[ID_KEY][:200]
    entry.tags = numbered(metadata, TAG_KEY) or entry.tags
    entry.payee = metadata.get(PAYEE_KEY, entry.payee)
    entry.memo = metadata.get(NOTES_KEY, entry.memo)
    entry.reconciled = entry.reconciled or metadata.get(STATUS_KEY) == RECONCILED
    entry.refunds = tuple(filter(None, map(refund_of, numbered(metadata, REFUND_KEY))))
    if ORIGINAL_KEY in metadata:
        entry.original = read_amount(metadata[ORIGINAL_KEY])
